"""What stands next on an interview, for whoever looks at it."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.review import consensus
from interview_analysis.web.review.blind import is_rater
from interview_analysis.web.review.models import Consensus


class Step(NamedTuple):
    text: str
    url: str = ""


def next_step(user: User, interview: Interview) -> Step | None:
    """None where nothing is left to do, or nothing for this person."""
    found = _before_rating(interview) if user.may(*STAFF) else None
    if found is not None:
        return found
    rated = {card.rater_id for card in consensus.submitted(interview)}
    if is_rater(user, interview) and user.pk not in rated:
        return Step(_("Rate the interview"), reverse("review:review", args=[interview.pk]))
    return _after_rating(interview, len(rated)) if user.may(*STAFF) else None


def _before_rating(interview: Interview) -> Step | None:
    if interview.consent is None:
        return Step(_("Enter the candidate's consent"), reverse("interviews:consent", args=[interview.pk]))
    if not interview.recordings.exists():
        return Step(_("Add the recording"), "#drop")
    if interview.consent.analysis and not interview.analyses.exclude(state=Analysis.State.CANCELLED).exists():
        return Step(_("Have it analysed"), "#analyses")
    if not interview.assignments.exists():
        return Step(_("Choose who rates"), reverse("interviews:raters", args=[interview.pk]))
    return None


def _after_rating(interview: Interview, rated: int) -> Step | None:
    if not consensus.is_ready(interview):
        of = interview.assignments.count()
        if rated >= of:
            return Step(_("Wait for a rater who is changing a scorecard"))
        return Step(_("Wait for the raters: %(rated)s of %(of)s have submitted") % {"rated": rated, "of": of})
    if not Consensus.objects.filter(interview=interview).exists():
        return Step(_("Enter the final rating"), reverse("review:consensus", args=[interview.pk]))
    if not interview.recommendations.exists():
        return Step(_("Say what you recommend"), reverse("reports:recruitment", args=[interview.pk]))
    return None
