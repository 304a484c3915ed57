"""Who may see what of an interview before and after rating it.

Whoever is to rate an interview and has not submitted sees nothing of the machine's result and of others' ratings,
whatever their role, unless the job says otherwise. Every page, export and figure asks here or `Scorecard.visible_to`.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Assignment, Interview, InterviewQuerySet
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review.models import Scorecard


def is_rater(user: User, interview: Interview) -> bool:
    return interview.assignments.filter(rater=user).exists()


def has_submitted(user: User, interview: Interview) -> bool:
    return interview.scorecards.filter(rater=user, submitted_at__isnull=False).exists()


def not_rated_blind(user: User, interviews: InterviewQuerySet) -> InterviewQuerySet:
    """Those of `interviews` that `user` need not rate, or need not rate blind any more, as the job says."""
    assigned = Assignment.objects.filter(rater=user).values("interview")
    submitted = Scorecard.objects.filter(rater=user, submitted_at__isnull=False).values("interview")
    shown = Q(application__job__machine_shown=Job.Shown.ALWAYS)
    after = Q(application__job__machine_shown=Job.Shown.AFTER, pk__in=submitted)
    return interviews.filter(~Q(pk__in=assigned) | shown | after)


def machine_visible_among(user: User, interviews: InterviewQuerySet) -> InterviewQuerySet:
    """Those of `interviews` whose scores, levels, evidence marks, flags and state report `user` may see."""
    visible = not_rated_blind(user, interviews.filter(pk__in=Interview.objects.visible_to(user).values("pk")))
    if user.may(*STAFF):
        return visible
    return visible.filter(pk__in=Assignment.objects.filter(rater=user).values("interview"))


def machine_visible(user: User, interview: Interview) -> bool:
    """Whether `user` may see the machine's scores, levels, evidence marks, flags and state report."""
    return machine_visible_among(user, Interview.objects.filter(pk=interview.pk)).exists()


def note_machine_seen(user: User, interview: Interview) -> None:
    """Write down that the machine's result was seen; on a rater's open scorecard, that it was seen first."""
    open_card = interview.scorecards.filter(rater=user, submitted_at=None, machine_seen_at=None)
    first = open_card.update(machine_seen_at=timezone.now()) if is_rater(user, interview) else 0
    record(user, "result.seen", interview, before_rating=bool(first))


def visible_scorecards(user: User, interview: Interview) -> list[Scorecard]:
    """The latest submitted scorecard of each rater that `user` may see, without their own."""
    found: dict[int, Scorecard] = {}
    cards = (
        Scorecard.objects.visible_to(user)
        .filter(interview=interview, submitted_at__isnull=False)
        .exclude(rater=user)
        .select_related("rater")
        .prefetch_related("ratings")
        .order_by("version")
    )
    for card in cards:
        found[card.rater_id] = card
    return list(found.values())
