"""What this room holds about a candidate. Ratings are exported once it is decided, so that nobody learns of them before."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Application
from interview_analysis.web.privacy.holdings import Holding, Row
from interview_analysis.web.review.models import Consensus, Mark, Scorecard

_ACTIVE = Application.State.ACTIVE


def _scorecards(candidate: int) -> list[Row]:
    found: QuerySet[Scorecard] = Scorecard.objects.filter(interview__application__candidate=candidate)
    told = []
    for card in found.select_related("interview__application").prefetch_related("ratings"):
        row: Row = {"interview": card.interview.title, "submitted_at": card.submitted_at}
        if card.interview.application.state != _ACTIVE:
            row |= {
                "remark": card.remark,
                "ratings": list(card.ratings.values("dimension", "level", "observed", "note")),
            }
        told.append(row)
    return told


def _marks(candidate: int) -> list[Row]:
    found = Mark.objects.filter(interview__application__candidate=candidate)
    return [
        {"at_s": m.at_s, "text": m.text if m.interview.application.state != _ACTIVE else None}
        for m in found.select_related("interview__application")
    ]


def _consensus(candidate: int) -> list[Row]:
    found = Consensus.objects.filter(interview__application__candidate=candidate)
    return [
        {"entered_at": c.entered_at, "levels": c.levels if c.interview.application.state != _ACTIVE else None}
        for c in found.select_related("interview__application")
    ]


HELD = (
    Holding("scorecards", _("Ratings by people"), _scorecards),
    Holding("marks", _("Reviewers' notes"), _marks),
    Holding("final_ratings", _("Final ratings"), _consensus),
)
