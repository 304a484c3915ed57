"""Tables of a job for other programs: candidates, interviews and results.

Staff get names; data scientists pseudonyms that stay the same. A score that abstained is an empty cell with its reason beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from interview_analysis.scoring.report.report import Report, Score
from interview_analysis.types import CHANNELS
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.exchange.pseudonyms import pseudonym
from interview_analysis.web.hiring.models import Application, Job
from interview_analysis.web.interviews.models import Interview, InterviewQuerySet
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.review.blind import machine_visible_among, not_rated_blind
from interview_analysis.web.review.result import ResultDamagedError, saved

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("candidates", "interviews", "results")
FORMATS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def with_names(user: User) -> bool:
    return user.may(*STAFF)


def table(name: str, job: Job, user: User) -> pd.DataFrame:
    """The table of that name as `user` may have it."""
    make = {"candidates": candidates, "interviews": interviews, "results": results}[name]
    return make(job, user)


def file_of(found: pd.DataFrame, kind: str) -> bytes:
    if kind == "csv":
        from interview_analysis.pipeline.batch.results import csv_bytes

        return csv_bytes(found)
    out = BytesIO()
    found.to_parquet(out, index=False)
    return out.getvalue()


def candidates(job: Job, user: User) -> pd.DataFrame:
    """A row an application."""
    named = with_names(user)
    rows = []
    for a in Application.objects.filter(job=job).select_related("candidate", "stage").order_by("pk"):
        row: dict[str, Any] = {"candidate_id": _id("candidate", a.candidate_id, named)}
        if named:
            person = a.candidate
            row |= {"name": person.name, "email": person.email, "phone": person.phone}
            row |= {"keep_until": person.keep_until.isoformat()}
        row |= {"language": a.candidate.language, "stage": a.stage.name_en if a.stage else ""}
        rows.append(row | {"state": a.state, "applied_on": a.created_at.date().isoformat()})
    columns = ["candidate_id", *(["name", "email", "phone", "keep_until"] if named else [])]
    return _frame(rows, [*columns, "language", "stage", "state", "applied_on"])


def interviews(job: Job, user: User) -> pd.DataFrame:
    """A row an interview. Its title, which may hold a name, goes to staff alone."""
    named = with_names(user)
    rows = []
    for i in _of_job(job).order_by("pk"):
        row = _keys(i, named)
        if named:
            row["title"] = i.title
        held_on = i.held_at.date().isoformat() if i.held_at else ""
        row |= {"stage": i.stage.name_en if i.stage else "", "held_on": held_on}
        rows.append(row)
    columns = ["interview_id", "candidate_id", *(["name", "title"] if named else []), "stage", "held_on"]
    return _frame(rows, columns)


def results(job: Job, user: User) -> pd.DataFrame:
    """A row an interview with a current result that `user` may see, by the names of a batch's scores.csv."""
    named = with_names(user)
    shown = machine_visible_among(user, _of_job(job)) if named else not_rated_blind(user, _of_job(job))
    done = Analysis.objects.filter(interview__in=shown.values("pk"), current=True, state=Analysis.State.DONE)
    rows = []
    found = done.select_related("interview__application__candidate", "profile").order_by("interview")
    for analysis in found.iterator(chunk_size=200):
        row = _keys(analysis.interview, named)
        row |= {"profile_version": analysis.profile.number, "report_sha256": analysis.report_sha256}
        try:
            row |= _scores(saved(analysis).report)
        except ResultDamagedError as error:
            row["fault"] = str(error)
        rows.append(row)
    first = ["interview_id", "candidate_id", *(["name"] if named else []), "profile_version"]
    first += [f"overall.{what}" for what in ("score", "standard_error", "abstained")]
    return _frame(rows, list(dict.fromkeys([*first, *(key for row in rows for key in row)])))


def _of_job(job: Job) -> InterviewQuerySet:
    return Interview.objects.filter(application__job=job).select_related("application__candidate", "stage")


def _id(kind: str, number: int, named: bool) -> str:
    return str(number) if named else pseudonym(kind, number)


def _keys(interview: Interview, named: bool) -> dict[str, Any]:
    person = interview.application.candidate
    keys = {
        "interview_id": _id("interview", interview.pk, named),
        "candidate_id": _id("candidate", person.pk, named),
    }
    return keys | {"name": person.name} if named else keys


def _scores(report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {"partial": "yes" if report.overall.partial else "no"}
    for name, score in _named(report):
        told[f"{name}.score"] = score.score
        told[f"{name}.standard_error"] = score.standard_error
        told[f"{name}.abstained"] = score.abstention.reason.value if score.abstention else ""
    return told | {"language": report.language or "", "flags": "; ".join(_codes(report))}


def _named(report: Report) -> Iterator[tuple[str, Score]]:
    yield "overall", report.overall
    for channel in CHANNELS:
        if channel in report.channels:
            yield f"channel.{channel}", report.channels[channel]
    for dimension in report.dimensions:
        yield f"dimension.{dimension.id}", dimension


def _codes(report: Report) -> Iterable[str]:
    return dict.fromkeys(flag.code for flag in report.flags)


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Texts as texts, so that a column of blanks is one as well."""
    import pandas as pd

    found = pd.DataFrame(rows, columns=columns)
    numbers = [c for c in columns if c.endswith((".score", ".standard_error"))]
    found[numbers] = found[numbers].astype("float64")
    texts = [c for c in columns if c not in numbers and c != "profile_version"]
    found[texts] = found[texts].astype("str")
    return found
