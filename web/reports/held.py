"""What this room holds about a candidate."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Application
from interview_analysis.web.privacy.holdings import Holding, Row
from interview_analysis.web.reports.models import Feedback, Recommendation


def _feedback(candidate: int) -> list[Row]:
    """Released ones with their texts, of others that there is a draft."""
    found = Feedback.objects.filter(interview__application__candidate=candidate)
    return [
        {"number": f.number, "released_at": f.released_at}
        | ({"strengths": f.strengths, "advice": f.advice} if f.released_at else {})
        for f in found
    ]


def _recommendations(candidate: int) -> list[Row]:
    found = Recommendation.objects.filter(interview__application__candidate=candidate)
    return [
        {"at": r.at}
        | (
            {"what": r.what, "reason": r.reason}
            if r.interview.application.state != Application.State.ACTIVE
            else {}
        )
        for r in found.select_related("interview__application")
    ]


HELD = (
    Holding("feedback", _("Feedback"), _feedback),
    Holding("recommendations", _("Recommendations"), _recommendations),
)
