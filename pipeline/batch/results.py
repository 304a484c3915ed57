"""What a batch comes to: one row an interview, and the tables of all of them.

The tables hold nothing that depends on when, where or in which order interviews were scored.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field, model_validator

from interview_analysis.errors import OutputError
from interview_analysis.features.tables import FeatureTables
from interview_analysis.pipeline.batch.manifest.manifest import Interview
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.report.provenance import Hashed
from interview_analysis.scoring.report.report import Report, Score
from interview_analysis.types import CHANNELS

ROW_FILE = "row.json"
FEATURE_DIGITS = 4  # as the measurements of a report
_FIRST = ["overall", *(f"channel.{channel}" for channel in CHANNELS)]
_FAILURES = ["interview_id", "candidate_id", "job", "stage", "reason"]

# What a spreadsheet takes for the beginning of a formula: at the start of a cell, or after what a spreadsheet that
# expects another delimiter takes for the end of one.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s\u200b\u2060\ufeff\x00-\x1f]*[=+\-@＝＋－＠])")
_FORMULA_CONTROL = ("\t", "\r", "\n")

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class RowScore(Model):
    """`abstained` is the reason where there is no score, empty where there is one."""

    score: float | None
    standard_error: float | None
    abstained: str = ""


class RowLineage(Model):
    """SHA-256 of what the scores depend on; `recordings` in their order, `models` of all models together."""

    recordings: tuple[Sha256, ...]
    profile: Sha256
    config: Sha256
    norms: Sha256
    models: Sha256
    version: str  # of this product
    candidate_voice: Sha256 | None = None  # the recording of the candidate alone, where there is one
    transcripts: tuple[Sha256, ...] = ()  # that were handed in


class Row(Model):
    """What became of an interview, as row.json has it. `seconds` and `finished_at` never enter a table."""

    interview_id: str
    candidate_id: str
    job: str
    consent: str = ""
    status: Literal["scored", "failed"]
    partial: bool = False  # a dimension abstained and the rest was re-weighted
    inputs: Sha256 | None = None  # of all that the row depends on; None where it failed before that was known
    stage: str = ""  # in which it failed
    reason: str = ""
    code: str = ""  # the kind of reason, for texts in other languages; empty where it is of no known kind
    scores: dict[str, RowScore] = Field(
        default_factory=dict
    )  # overall, channel.voice, dimension.problem_solving
    features: dict[str, float | None] = Field(default_factory=dict)  # over the whole recording
    language: str | None = None
    duration_s: float | None = None
    lineage: RowLineage | None = None
    answers: int = 0  # that the recording was cut into
    flags: tuple[str, ...] = ()
    report: str = ""  # path of report.html in the run's folder
    seconds: dict[str, float] = Field(default_factory=dict)  # by stage
    finished_at: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Row:
        if self.status == "scored" and not (self.inputs and self.lineage and "overall" in self.scores):
            raise ValueError("a scored row has inputs, lineage and an overall score")
        if self.status == "failed" and not (self.stage and self.reason):
            raise ValueError("a failed row has a stage and a reason")
        return self


def scored_row(
    interview: Interview,
    report: Report,
    tables: FeatureTables,
    *,
    inputs: str,
    recordings: Sequence[str],
    candidate_voice: str | None = None,
    report_path: str,
    seconds: Mapping[str, float],
    finished_at: str,
) -> Row:
    """The row of a report; `recordings` and `candidate_voice` are the SHA-256 of what was heard and seen."""
    line = report.lineage
    scores: dict[str, Score] = {"overall": report.overall}
    scores |= {f"channel.{name}": channel for name, channel in report.channels.items()}
    scores |= {f"dimension.{dimension.id}": dimension for dimension in report.dimensions}
    learned = {
        f"learned.{item.target}": RowScore(
            score=item.score,
            standard_error=item.standard_error,
            abstained=item.abstention.reason.value if item.abstention else "",
        )
        for item in report.learned
    }
    return Row(
        interview_id=interview.id,
        candidate_id=interview.candidate_id,
        job=interview.job,
        consent=interview.consent,
        status="scored",
        partial=report.overall.partial,
        inputs=inputs,
        scores={name: _row_score(score) for name, score in scores.items()} | learned,
        features={str(name): _rounded(float(v)) for name, v in tables.whole.iloc[0].items()},
        language=report.language,
        duration_s=report.media.duration_s,
        lineage=RowLineage(
            recordings=tuple(recordings),
            profile=line.profile.sha256,
            config=line.config.sha256,
            norms=line.norms.sha256,
            models=_together(line.models),
            version=line.versions["interview-analysis"],
            candidate_voice=candidate_voice,
            transcripts=tuple(transcript.sha256 for transcript in line.transcripts),
        ),
        answers=len(report.answers),
        flags=tuple(dict.fromkeys(flag.code for flag in report.flags)),
        report=report_path,
        seconds=dict(seconds),
        finished_at=finished_at,
    )


def failed_row(
    interview: Interview,
    *,
    stage: str,
    reason: str,
    code: str = "",
    inputs: str | None = None,
    seconds: Mapping[str, float],
    finished_at: str,
) -> Row:
    """The row of an interview without a report."""
    return Row(
        interview_id=interview.id,
        candidate_id=interview.candidate_id,
        job=interview.job,
        consent=interview.consent,
        status="failed",
        inputs=inputs,
        stage=stage,
        reason=reason,
        code=code,
        seconds=dict(seconds),
        finished_at=finished_at,
    )


def _row_score(score: Score) -> RowScore:
    abstained = score.abstention.reason.value if score.abstention else ""
    return RowScore(score=score.score, standard_error=score.standard_error, abstained=abstained)


def _rounded(value: float) -> float | None:
    return round(value, FEATURE_DIGITS) if math.isfinite(value) else None


def _together(models: Iterable[Hashed]) -> str:
    lines = sorted(f"{model.id}\t{model.version}\t{model.sha256}" for model in models)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def write_tables(rows: Iterable[Row], groups: pd.DataFrame, folder: Folder) -> None:
    """Write scores.parquet, scores.csv, features.parquet, failures.csv and groups.parquet to a run's folder.

    scores.* have every interview in the order of the manifest, features.parquet those that were scored. `groups` is
    the manifest's. Raises OutputError when an interview is lost, unknown or there twice, and when nothing can be
    written.
    """
    ordered = _in_order(rows, groups)
    scored = [row for row in ordered if row.status == "scored"]
    failures = pd.DataFrame(
        [row.model_dump(include=set(_FAILURES)) for row in ordered if row.status == "failed"],
        columns=_FAILURES,
        dtype="str",
    )
    scores = scores_table(ordered)
    if len(scored) + len(failures) != len(groups) or len(scores) != len(groups):
        raise OutputError(
            f"{len(groups)} interviews came to {len(scored)} scored and {len(failures)} failed; run the batch again"
        )
    folder.write_bytes("scores.parquet", scores.to_parquet(index=False))
    folder.write_bytes("scores.csv", csv_bytes(scores))
    folder.write_bytes("features.parquet", features_table(scored).to_parquet(index=False))
    folder.write_bytes("failures.csv", csv_bytes(failures))
    folder.write_bytes("groups.parquet", groups.reset_index().to_parquet(index=False))


def _in_order(rows: Iterable[Row], groups: pd.DataFrame) -> list[Row]:
    by_id: dict[str, Row] = {}
    for row in rows:
        if by_id.setdefault(row.interview_id, row) is not row:
            raise OutputError(f"interview '{row.interview_id}' has two rows; run the batch again")
    wanted = list(groups.index)
    lost = [key for key in wanted if key not in by_id]
    unknown = sorted(by_id.keys() - set(wanted))
    for what, ids in (("have no row", lost), ("are not in the manifest", unknown)):
        if ids:
            raise OutputError(
                f"{len(ids)} interviews {what}, such as '{ids[0]}'; run the batch again, it does the rest"
            )
    return [by_id[key] for key in wanted]


def scores_table(rows: Sequence[Row]) -> pd.DataFrame:
    """One row an interview: who, what became of it, each score with its error or why there is none, the lineage."""
    names = {name for row in rows for name in row.scores} | set(_FIRST)
    table = {
        **_texts(rows, "interview_id", "candidate_id", "job", "consent", "status"),
        "partial": pd.Series([row.partial for row in rows], dtype="bool"),
    }
    for name in [*_FIRST, *sorted(names - set(_FIRST))]:
        found = [row.scores.get(name) for row in rows]
        table[f"{name}.score"] = _numbers(s.score if s else None for s in found)
        table[f"{name}.standard_error"] = _numbers(s.standard_error if s else None for s in found)
        table[f"{name}.abstained"] = _strings(s.abstained if s else None for s in found)
    table |= _texts(rows, "language")
    table["duration_s"] = _numbers(row.duration_s for row in rows)
    table["answers"] = pd.Series([row.answers for row in rows], dtype="int64")
    table["flags"] = _strings("; ".join(row.flags) for row in rows)
    table |= _texts(rows, "report")
    lines = [row.lineage for row in rows]
    table["recordings_sha256"] = _strings("; ".join(line.recordings) if line else None for line in lines)
    table["transcripts_sha256"] = _strings("; ".join(line.transcripts) if line else None for line in lines)
    for part in ("candidate_voice", "profile", "config", "norms", "models"):
        table[f"{part}_sha256"] = _strings(getattr(line, part) if line else None for line in lines)
    table["version"] = _strings(line.version if line else None for line in lines)
    return pd.DataFrame(table)


def features_table(rows: Sequence[Row]) -> pd.DataFrame:
    """One row an interview, one column a feature over the whole of it; NaN where it was not observed."""
    names = sorted({name for row in rows for name in row.features})
    return pd.DataFrame(
        {
            **_texts(rows, "interview_id", "candidate_id", "job"),
            **{name: _numbers(row.features.get(name) for row in rows) for name in names},
        }
    )


def _texts(rows: Sequence[Row], *fields: str) -> dict[str, pd.Series]:
    return {name: _strings(getattr(row, name) for row in rows) for name in fields}


def _strings(values: Iterable[str | None]) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def _numbers(values: Iterable[float | None]) -> pd.Series:
    return pd.Series(list(values), dtype="float64")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV that Excel shows as it is meant: Chinese as Chinese, and no text taken for a formula."""
    safe = table.rename(columns=neutral)
    for name in safe.columns[safe.dtypes == "str"]:
        safe[name] = safe[name].map(neutral, na_action="ignore")
    text = io.StringIO()
    safe.to_csv(text, index=False, lineterminator="\r\n")
    return text.getvalue().encode("utf-8-sig")


def neutral(text: str) -> str:
    """`text` with an apostrophe before whatever a spreadsheet would take for a formula."""
    if text.startswith(_FORMULA_CONTROL) and not _FORMULA.match(text):
        text = "'" + text
    return _FORMULA.sub(r"\1'", text)
