"""The recruitment report: what people and the machine say, where they differ beyond their errors, and what to ask next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.scoring.profile import Dimension, Question
from interview_analysis.scoring.report.report import DimensionScore, Report
from interview_analysis.scoring.statistics.margin import MARGIN_FACTOR
from interview_analysis.scoring.statistics.ranking import Difference, difference
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.reports.models import Recommendation
from interview_analysis.web.review.consensus import Merged, Row, may_see
from interview_analysis.web.review.result import basis
from interview_analysis.web.review.standing import Standing

WIDE = 20.0  # points: a margin of more than a level's width
APART = 2  # levels between two raters
MAX_REASON = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """One competency. `between` is people less the machine, none where one of them says nothing; `final` none where it was
    not entered or not observed."""

    dimension: Dimension
    row: Row
    human: Merged
    merged: Merged
    final: int | None
    between: Difference | None
    unobserved: bool = False  # as the final rating says

    @property
    def machine(self) -> DimensionScore | None:
        return self.row.machine

    @property
    def compared(self) -> str:
        """People against the machine: "differ" beyond their errors; else "alike", or "wide" where margins as wide as more than a
        level would make anything look alike. Empty where one of them says nothing."""
        if self.between is None:
            return ""
        if self.between.beyond_error:
            return "differ"
        return "alike" if self.between.margin <= WIDE else "wide"

    @property
    def reached(self) -> float | None:
        """The final level; without one the mean of the raters'."""
        if self.unobserved:
            return None
        return self.final if self.final is not None else self.row.mean


@dataclass(frozen=True, slots=True)
class ToAsk:
    """An unsettled competency: why, as codes that words.py puts in words, and questions not asked yet, past ones first."""

    dimension: Dimension
    why: tuple[str, ...]
    questions: tuple[Question, ...]


def lines(now: Standing) -> list[Line]:
    by_row = {row.dimension: row for row in now.rows}
    final = now.final.levels if now.final else {}
    return [
        Line(
            d, by_row[d.id], now.human[d.id], now.merged[d.id], final.get(d.id),
            between(now.human[d.id], by_row[d.id].machine),
            now.final is not None and now.final.unobserved(d.id),
        )
        for d in now.profile.dimensions
    ]  # fmt: skip


def between(human: Merged, machine: DimensionScore | None) -> Difference | None:
    """People less the machine, with the margin of the difference; their errors are taken as independent."""
    if machine is None or machine.score is None or human.score is None:
        return None
    return difference(human.score, human.standard_error or 0.0, machine.score, machine.standard_error or 0.0)


def to_ask(told: Sequence[Line], report: Report | None) -> list[ToAsk]:
    """The unsettled competencies, those with the most reasons first."""
    asked = {(m.dimension, m.question) for a in (report.answers if report else ()) for m in a.matched}
    found = []
    for line in told:
        why = unsettled(line)
        if why:
            left = [q for q in line.dimension.questions if (line.dimension.id, q.text) not in asked]
            left.sort(key=lambda q: q.kind != "past")
            found.append(ToAsk(line.dimension, why, tuple(left)))
    return sorted(found, key=lambda one: (-len(one.why), -one.dimension.weight))


def unsettled(line: Line) -> tuple[str, ...]:
    """Why a competency is weak or not settled yet; empty where it is settled."""
    why = []
    if line.machine is not None and line.machine.score is None:
        why.append("abstained")
    if line.row.mean is None or line.unobserved:
        why.append("not_observed")
    if line.merged.standard_error is not None and MARGIN_FACTOR * line.merged.standard_error > WIDE:
        why.append("wide")
    if line.row.spread is not None and line.row.spread >= APART:
        why.append("apart")
    if line.between is not None and line.between.beyond_error:
        why.append("differ")
    expected = line.dimension.expected_level
    if expected is not None and line.reached is not None and line.reached < expected:
        why.append("below")
    return tuple(why)


def any_remark(now: Standing, told: Sequence[Line]) -> bool:
    """Whether a rater, or who entered the final rating, wrote anything."""
    if any(card.remark for card in now.cards) or any(note for line in told for note in line.row.notes):
        return True
    final = now.final
    return final is not None and bool(
        final.remark or any(final.notes.get(line.dimension.id) for line in told)
    )


class RecommendationError(InterviewAnalysisError):
    """A recommendation that may not be entered; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def recommend(interview: Interview, by: User, what: str, reason: str) -> Recommendation:
    """Keep what a person recommends; sent twice, it is kept once. Raises RecommendationError without a choice and a reason."""
    if not may_see(by, interview):
        raise RecommendationError("not everybody who is assigned has submitted yet", "early")
    if what not in Recommendation.What.values:
        raise RecommendationError(f"expected one of {', '.join(Recommendation.What.values)}", "what")
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise RecommendationError("say why", "reason")
    Interview.objects.select_for_update().get(pk=interview.pk)
    rests_on = basis(interview)
    last = interview.recommendations.first()
    if last is not None and (last.what, last.reason, last.by_id, last.basis) == (
        what, reason, by.pk, rests_on,
    ):  # fmt: skip
        return last
    made = Recommendation.objects.create(interview=interview, what=what, reason=reason, by=by, basis=rests_on)
    record(by, "recommendation.entered", made, interview=interview.pk, what=what)
    return made
