"""What people and the machine say of an interview, as far as somebody may see it: for the consensus, reports and comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import Report
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.review import consensus
from interview_analysis.web.review.blind import machine_visible_among
from interview_analysis.web.review.consensus import Merged, Row
from interview_analysis.web.review.models import Consensus, Scorecard
from interview_analysis.web.review.result import ResultDamagedError, current_result


@dataclass(frozen=True, slots=True)
class Standing:
    """`cards` are the raters' submitted ones, `profile` what was rated by, `report` the machine's where it may be seen.

    `damaged`: there is a report that may be seen, and its files cannot be read; then all stands without the machine.
    `human` and `merged` are by dimension, the latter by the job's rule; what the final rating says was not observed has neither.
    `final` is none until it was entered.
    """

    interview: Interview
    profile: JobProfile
    cards: tuple[Scorecard, ...]
    rows: tuple[Row, ...]
    report: Report | None
    human: Mapping[str, Merged]
    merged: Mapping[str, Merged]
    human_overall: Merged
    overall: Merged
    final: Consensus | None
    damaged: bool = False


def standing(user: User, interview: Interview) -> Standing | None:
    """None while the consensus is not open to `user`."""
    return next(iter(standings(user, Interview.objects.filter(pk=interview.pk))), None)


def standings(user: User, interviews: QuerySet[Interview]) -> list[Standing]:
    """Of those `interviews` whose consensus is open to `user`, with the same number of queries however many there are."""
    visible = Interview.objects.visible_to(user).filter(pk__in=interviews.values("pk"))
    cards = Scorecard.objects.select_related("rater", "profile").prefetch_related("ratings")
    loaded = visible.select_related(
        "application__candidate", "application__job", "stage", "consensus__entered_by"
    ).prefetch_related("assignments", "analyses", Prefetch("scorecards", cards))
    seen = set(
        machine_visible_among(user, Interview.objects.filter(pk__in=visible.values("pk"))).values_list(
            "pk", flat=True
        )
    )
    found = (_standing(user, interview, machine=interview.pk in seen) for interview in loaded)
    return [one for one in found if one is not None]


def _standing(user: User, interview: Interview, *, machine: bool) -> Standing | None:
    job = interview.application.job
    raters = {a.rater_id for a in interview.assignments.all()}
    all_cards = list(interview.scorecards.all())
    if not consensus.all_rated(raters, all_cards) or not consensus.open_to(user, job):
        return None
    cards = consensus.latest_submitted(all_cards)
    saved, damaged = None, False
    try:
        saved = current_result(interview) if machine else None
    except ResultDamagedError:
        damaged = True
    report = saved.report if saved else None
    profile = profile_of(cards[-1].profile)
    rows = consensus.rows_of(cards, profile, report)
    cuts = (report.level_cuts if report else None) or consensus.USUAL_CUTS
    final: Consensus | None = getattr(interview, "consensus", None)
    levels = {r.dimension: () if final and final.unobserved(r.dimension) else r.levels for r in rows}
    human = {d: consensus.merged("human", rated, job.rater_error, None, cuts) for d, rated in levels.items()}
    merged = {
        r.dimension: consensus.merged(job.merge, levels[r.dimension], job.rater_error, r.machine, cuts)
        for r in rows
    }
    return Standing(
        interview, profile, tuple(cards), tuple(rows), report, human, merged,
        consensus.merged_overall(profile, human), consensus.merged_overall(profile, merged),
        final, damaged,
    )  # fmt: skip
