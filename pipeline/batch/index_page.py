"""The page of a batch: one HTML file that lists its interviews and needs no server, network or other file."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from interview_analysis.pipeline.batch.status import failure_groups
from interview_analysis.pipeline.common.messages import Language, Messages, format_number, load_messages
from interview_analysis.pipeline.report.page import asset, clean, environment, policy
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import JobProfile

if TYPE_CHECKING:
    from interview_analysis.pipeline.batch.results import Row, RowScore

SECTIONS = (
    "batch",
    "stages",
    "short_reasons",
    "short_flags",
    "failure_reasons",
    "languages",
)  # what the script writes by itself
NOTES = ("note_jobs", "note_errors", "note_ranks")
BIN = 10  # points of score
BINS = 100 // BIN
COLUMN_PX = 70  # of the fullest bin
DIMENSION = "dimension."
LEARNED = "learned."


def render_index(
    rows: Sequence[Row],
    profiles: Mapping[str, JobProfile],
    *,
    title: str,
    total: int | None = None,
    language: Language = "en",
) -> str:
    """Draw the page of a batch; `rows` are in the manifest's order and stay in it.

    `profiles` gives the jobs of the rows by the name that the rows have for them; a job or dimension that is not
    there shows its id. `total` is the number of interviews in the manifest, where some are still to be done. Readers
    switch between both languages on the page; `language` is the one that it opens in. Links lead to the reports
    beside the page. Every text is escaped, and characters that control the direction of text become U+FFFD.
    """
    jobs = {job: _dimensions(job, rows, profiles) for job in dict.fromkeys(row.job for row in rows)}
    learned = learned_targets(rows)
    css = asset("report.css") + asset("batch.css")
    script = asset("batch.js")
    data = {
        "title": title,
        "language": language,
        "texts": {code: _texts(code) for code in ("en", "zh")},
        "jobs": [
            {"id": job, **_both(_name(job, profiles)),
             "dimensions": [{"id": key, **_both(name)} for key, name in dimensions.items()]}
            for job, dimensions in jobs.items()
        ],
        "learned": learned,
        "rows": [_row(row, list(jobs).index(row.job), jobs[row.job], learned) for row in rows],
    }  # fmt: skip
    page: str = environment().get_template("batch.html.j2").render(
        title=clean(title),
        language=language,
        m=Messages(language),
        en=Messages("en"),
        zh=Messages("zh"),
        css=Markup(css),
        script=Markup(script),
        policy=policy(css, script),
        counts=_counts(rows, total),
        notes=NOTES + (("note_learned",) if learned else ()),
        hours=format_number(sum(row.duration_s or 0.0 for row in rows) / 3600),
        jobs=[_distribution(_name(job, profiles), job, rows) for job in jobs],
        failures=[
            {"stage": _stage(group.stage), "reason": clean(group.reason), "count": group.count,
             "kind": _kind(group.code)}
            for group in failure_groups(rows)
        ],
        data=_embedded(data),
    )  # fmt: skip
    return page


def _embedded(data: Any) -> Markup:
    """JSON that cannot end the element that it stands in, nor begin a comment in it."""
    text = json.dumps(clean(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _texts(language: str) -> dict[str, dict[str, str]]:
    table = load_messages()
    return {
        section: {code: texts[language] for code, texts in table[section].items()} for section in SECTIONS
    }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.get("en"), "zh": text.get("zh")}


def _name(job: str, profiles: Mapping[str, JobProfile]) -> Text:
    name = profiles[job].name if job in profiles else Text()
    return Text(**clean({"en": name.get("en") or job, "zh": name.get("zh") or job}))


def _stage(stage: str) -> Text:
    known = load_messages()["stages"].get(stage)
    return Text(**known) if known else Text(en=clean(stage), zh=clean(stage))


def _kind(code: str) -> Text | None:
    """What a kind of failure is called; None where it is of no known kind, and only its reason tells."""
    known = load_messages()["failure_reasons"].get(code)
    return Text(**known) if known else None


def _dimensions(job: str, rows: Sequence[Row], profiles: Mapping[str, JobProfile]) -> dict[str, Text]:
    """The job's dimensions with their names: those of its profile in its order, then any others of its rows."""
    profile = profiles.get(job)
    named = {d.id: d.name for d in profile.dimensions} if profile else {}
    seen = {key for row in rows if row.job == job for key in row.scores if key.startswith(DIMENSION)}
    others = sorted({key.removeprefix(DIMENSION) for key in seen} - set(named))
    texts = {key: name if name.zh or name.en else Text(en=key, zh=key) for key, name in named.items()}
    return texts | {key: Text(en=key, zh=key) for key in others}


def learned_targets(rows: Sequence[Row]) -> list[str]:
    """The ratings that a learned scorer predicted for any of the rows."""
    names = {name for row in rows for name in row.scores if name.startswith(LEARNED)}
    return sorted(name.removeprefix(LEARNED) for name in names)


def _row(row: Row, job: int, dimensions: Mapping[str, Text], learned: Sequence[str]) -> list[Any]:
    scores = [_score(row.scores.get(DIMENSION + key)) for key in dimensions]
    # "./" keeps a path from being read as an address of another site.
    link = "./" + quote(row.report) if row.report else ""
    return [
        row.interview_id, row.candidate_id, job, int(row.status == "failed"), int(row.partial),
        _score(row.scores.get("overall")), scores if row.status == "scored" else [], list(row.flags),
        row.language or "", None if row.duration_s is None else round(row.duration_s), link,
        row.stage or "", row.reason or "",
        [_score(row.scores.get(LEARNED + target), digits=2) for target in learned], row.code,
    ]  # fmt: skip


def _score(score: RowScore | None, digits: int = 1) -> list[Any] | None:
    if score is None:
        return None
    if score.score is None:
        return [None, None, score.abstained]
    error = score.standard_error
    return [round(score.score, digits), None if error is None else round(error, 2)]


def _counts(rows: Sequence[Row], total: int | None) -> list[tuple[str, int]]:
    failed = sum(row.status == "failed" for row in rows)
    partial = sum(row.partial for row in rows if row.status == "scored")
    whole = len(rows) if total is None else total
    counts = [("interviews", whole), ("scored", len(rows) - failed), ("of_them_partial", partial)]
    counts += [("failed", failed)]
    return counts + ([("left", whole - len(rows))] if whole > len(rows) else [])


def overall_scores(rows: Sequence[Row], job: str) -> list[float]:
    """The overall scores that the rows of a job have."""
    scores = (row.scores.get("overall") for row in rows if row.job == job)
    return [s.score for s in scores if s is not None and s.score is not None]


def histogram(scores: Sequence[float]) -> list[int]:
    """How many scores lie in each stretch of ten points from 0 to 100; 100 belongs to the last."""
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, max(0, int(score // BIN)))] += 1
    return counts


def _distribution(name: Text, job: str, rows: Sequence[Row]) -> dict[str, Any]:
    scores = overall_scores(rows, job)
    counts = histogram(scores)
    scale = COLUMN_PX / max(1, *counts)
    heights = [round(scale * count, 1) for count in counts]
    return {
        "name": name,
        "scores": scores,
        "median": f"{statistics.median(scores):.0f}" if scores else "",
        "missing": sum(row.job == job for row in rows) - len(scores),
        "label_en": _histogram_label(counts, Messages("en")),
        "label_zh": _histogram_label(counts, Messages("zh")),
        "bars": [
            {"x": 11 + 30 * i, "y": round(102 - height, 1), "height": height, "count": count}
            for i, (height, count) in enumerate(zip(heights, counts, strict=True))
        ],
    }


def _histogram_label(counts: Sequence[int], messages: Messages) -> str:
    bins = messages("ui", "comma").join(
        messages("batch", "histogram_bin", low=BIN * i, high=BIN * (i + 1), count=count)
        for i, count in enumerate(counts)
        if count
    )
    return messages("batch", "histogram_label", bins=bins)
