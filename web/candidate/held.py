"""What this room holds about a candidate."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.candidate.models import Invitation, Question, Slot
from interview_analysis.web.messages.calendars import appointment_of
from interview_analysis.web.privacy.holdings import Holding, Row


def _invitations(candidate: int) -> list[Row]:
    found = Invitation.objects.filter(interview__application__candidate=candidate).prefetch_related(
        "questions"
    )
    fields = (
        *(
            "kind",
            "language",
            "opens_at",
            "closes_at",
            "zone",
            "think_s",
            "answer_s",
            "retakes",
            "extra_share",
            "note",
        ),
        *("sent_at", "opened_at", "confirmed_at", "started_at", "finished_at"),
    )
    return [
        {name: getattr(i, name) for name in fields} | {"questions": [q.text for q in i.questions.all()]}
        for i in found
    ]


def _spoken(candidate: int) -> list[Path]:
    found = Question.objects.filter(invitation__interview__application__candidate=candidate).exclude(
        spoken=""
    )
    return [settings.HOME.files / question.spoken for question in found]


def _erase(candidate: int) -> None:
    """The invitations go with their interviews; a time that was picked is free again, and the appointment goes."""
    for invitation in Invitation.objects.filter(interview__application__candidate=candidate):
        if invitation.slot_id is not None:
            Slot.objects.filter(pk=invitation.slot_id, taken__gt=0).update(taken=F("taken") - 1)
        appointment = appointment_of(invitation)
        if appointment is not None:
            appointment.delete()


HELD = (Holding("invitations", _("Invitations"), _invitations, files=_spoken, erase=_erase),)
