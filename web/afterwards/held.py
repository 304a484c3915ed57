"""What this room holds about a candidate."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from interview_analysis.web.afterwards.models import OwnReview, Request
from interview_analysis.web.privacy.holdings import Holding, Row


def _requests(candidate: int) -> list[Row]:
    fields = ("kind", "text", "made_at", "answer", "answered_at")
    return list(Request.objects.filter(interview__application__candidate=candidate).values(*fields))


def _own_reviews(candidate: int) -> list[Row]:
    fields = ("overall", "questions", "relation", "strengths", "next_time", "saved_at")
    return list(OwnReview.objects.filter(interview__application__candidate=candidate).values(*fields))


HELD = (
    Holding("requests", _("Requests and objections"), _requests),
    Holding("own_reviews", _("Your own reviews"), _own_reviews),
)
