"""What a released feedback rests on: the candidate's own words, and the seconds at which they were said, where they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.scoring.report.report import AnswerDimension, DimensionScore, Report
from interview_analysis.web.interviews.models import Interview, Recording
from interview_analysis.web.reports.models import Feedback
from interview_analysis.web.review.result import saved


@dataclass(frozen=True, slots=True)
class Source:
    """A passage: `at_s` seconds into `recording`, which is none where it cannot be played any more.

    Of what was `written` the seconds are made up, and only order it.
    """

    quote: str
    at_s: float
    recording: UUID | None
    written: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    question: str
    sources: tuple[Source, ...]


def sources(feedback: Feedback) -> list[Told]:
    """By question, those passages that the text itself quotes. Empty where the result that it was drafted from is gone."""
    analysis = (
        feedback.interview.analyses.filter(report_sha256=feedback.drafted_from).exclude(folder="").first()
    )
    if analysis is None:
        return []
    try:
        report = saved(analysis).report
    except InterviewAnalysisError:
        return []
    text = f"{feedback.strengths}\n{feedback.advice}"
    parts = _parts(report, feedback.interview)
    answers: list[tuple[str, Sequence[AnswerDimension | DimensionScore]]] = [
        (a.question, [d for d in a.dimensions if d.content]) for a in report.answers
    ]
    if not answers:
        answers = [("", [d for d in report.dimensions if d.content])]
    found = []
    for question, scored in answers:
        passages: dict[str, Source] = {}
        for dimension in scored:
            for line in dimension.evidence:
                quote = (line.quote or "").strip()
                if quote and quote in text and line.start_s is not None:
                    written = report.is_written(line.start_s)
                    passages.setdefault(quote, _source(quote, line.start_s, parts, written))
        if passages:
            found.append(Told(question, tuple(sorted(passages.values(), key=lambda one: one.at_s))))
    return found


Part = tuple[float, UUID | None]  # where it begins on the interview's clock


def _parts(report: Report, interview: Interview) -> list[Part]:
    by_hash: dict[str, Recording] = {r.sha256: r for r in interview.recordings.all()}
    known = ((part.start_s, by_hash.get(part.sha256)) for part in report.recordings)
    return [(start_s, r.key if r and r.kind not in Recording.WORDS else None) for start_s, r in known]


def _source(quote: str, at_s: float, parts: list[Part], written: bool) -> Source:
    start_s, key = max((p for p in parts if p[0] <= at_s + 0.01), key=lambda p: p[0], default=(0.0, None))
    return Source(quote, max(0.0, at_s - start_s), key, written)
