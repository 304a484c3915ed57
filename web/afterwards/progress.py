"""How far an application is, in the four stages that its candidate sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.candidate.course import outcome_told
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Application


@dataclass(frozen=True, slots=True)
class Stage:
    """`left_out`: this stage does not come, and `note` says why."""

    name: StrOrPromise
    done: bool
    at: datetime | None = None
    left_out: bool = False
    note: StrOrPromise = ""


def stages(invitation: Invitation) -> list[Stage]:
    """Received, analysed, reviewed by a person, decided. Nothing of what was found."""
    interview = invitation.interview
    return [
        _received(invitation),
        _analysed(invitation),
        _reviewed(invitation),
        _decided(interview.application),
    ]


def _received(invitation: Invitation) -> Stage:
    first = invitation.interview.recordings.order_by("uploaded_at").first()
    at = invitation.finished_at or (first.uploaded_at if first else None)
    return Stage(_("Received"), at is not None, at)


def _analysed(invitation: Invitation) -> Stage:
    consent = invitation.interview.consent
    if consent is not None and not consent.analysis:
        return Stage(
            _("Analysed"), False, left_out=True, note=_("You chose to go without: only people review it.")
        )
    done = invitation.interview.analyses.filter(current=True, state=Analysis.State.DONE).first()
    return Stage(_("Analysed"), done is not None, done.finished_at if done else None)


def _reviewed(invitation: Invitation) -> Stage:
    interview = invitation.interview
    raters = set(interview.assignments.values_list("rater", flat=True))
    cards = interview.scorecards.filter(submitted_at__isnull=False)
    by_rater = {card.rater_id: card.submitted_at for card in cards.order_by("-version")}
    done = bool(raters) and raters <= set(by_rater)
    return Stage(
        _("Reviewed by a person"), done, max(filter(None, by_rater.values()), default=None) if done else None
    )


def _decided(application: Application) -> Stage:
    if application.state == Application.State.ACTIVE:
        return Stage(_("Decided"), False, note=_("A person decides, not the machine."))
    withdrawn = application.state == Application.State.WITHDRAWN
    return Stage(
        _("Decided"), True, note=_("The application was withdrawn.") if withdrawn else outcome_told()
    )
