"""What is known of candidates who are answering, for the recruiter's monitor: never a picture, a word or a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from interview_analysis.web.answers import taking
from interview_analysis.web.answers.models import Presence, Take, Word
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record

HERE_FOR = timedelta(seconds=20)
SHOWN_FOR = timedelta(days=2)  # after it was handed in, or after its end
SHOWN = 200
STATES = ("back", "gone", "muted", "silent", "frozen", "none")
CONNECTIONS = ("sending", "idle", "offline", "full", "refused")


def note(invitation: Invitation, told: dict[str, Any]) -> Presence:
    """Keep what a page says about itself, as far as it makes sense."""
    level, question, waiting = told.get("level"), told.get("question"), told.get("waiting")
    kept, _ = Presence.objects.update_or_create(
        invitation=invitation,
        defaults={
            "at": timezone.now(),
            "question": question if isinstance(question, int) and 0 < question < 1000 else None,
            "recording": told.get("recording") is True,
            "level": min(1.0, max(0.0, float(level))) if isinstance(level, int | float) else None,
            "camera": _one_of(told.get("camera"), STATES),
            "microphone": _one_of(told.get("microphone"), STATES),
            "waiting": waiting if isinstance(waiting, int) and 0 <= waiting < 10**6 else 0,
            "connection": _one_of(told.get("connection"), CONNECTIONS),
        },
    )
    return kept


def _one_of(told: object, known: tuple[str, ...]) -> str:
    return told if isinstance(told, str) and told in known else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate. `state`: invited, opened, confirmed, agreed, ready (both), started, here, stuck, sending, handed_in or done."""

    invitation: Invitation
    state: str
    question: int | None
    answered: int
    asked: int
    presence: Presence | None  # only while the page is open

    @property
    def faces(self) -> int | None:
        """How many were in the picture a moment ago; none where that is not known."""
        seen = self.presence
        if seen is None or seen.faces_at is None or timezone.now() - seen.faces_at > HERE_FOR:
            return None
        return seen.faces

    @property
    def level_percent(self) -> int | None:
        level = self.presence.level if self.presence else None
        return None if level is None else round(100 * level)


def rows(user: User, at: datetime | None = None) -> tuple[list[Row], int]:
    """Who is invited to answer alone and is not long done, those who need somebody and who are here first.

    At most `SHOWN`, those who were here last before those who never were; and how many more there are.
    """
    now = at or timezone.now()
    recent = Q(finished_at=None, closes_at__gt=now - SHOWN_FOR) | Q(finished_at__gt=now - SHOWN_FOR)
    found = (
        Invitation.objects.visible_to(user)
        .filter(recent, kind=Invitation.Kind.ALONE, revoked_at=None)
        .select_related(
            "interview__application__candidate",
            "interview__application__job",
            "interview__consent",
            "presence",
            "handed_in",
        )
        .annotate(
            asked_count=Count("questions", distinct=True),
            answered_count=Count(
                "questions", filter=Q(questions__takes__ended_at__isnull=False), distinct=True
            ),
            at_question=Max("questions__order", filter=Q(questions__asked__isnull=False)),
        )
        .order_by(F("presence__at").desc(nulls_last=True), "closes_at", "pk")
    )
    shown = list(found[:SHOWN])
    lacking = _lacking(shown)
    made = [_row(invitation, now, invitation.pk in lacking) for invitation in shown]
    order = (
        "stuck",
        "here",
        "sending",
        "started",
        "handed_in",
        "ready",
        "agreed",
        "confirmed",
        "opened",
        "invited",
        "done",
    )
    left_out = found.count() - len(shown) if len(shown) == SHOWN else 0
    return sorted(made, key=lambda row: order.index(row.state)), left_out


def row_of(invitation: Invitation, now: datetime) -> Row:
    return _row(invitation, now, bool(_lacking([invitation])))


def _lacking(invitations: Sequence[Invitation]) -> set[int]:
    """Those of which something that was recorded has not come."""
    begun = [invitation for invitation in invitations if invitation.started_at]
    takes = Take.objects.filter(question__invitation__in=begun, settled_at=None).select_related("question")
    return {take.question.invitation_id for take in taking.not_sent(list(takes))}


def _row(invitation: Invitation, now: datetime, lacking: bool) -> Row:
    presence = getattr(invitation, "presence", None)
    here = presence if presence is not None and now - presence.at < HERE_FOR else None
    asked, answered = getattr(invitation, "asked_count", 0), getattr(invitation, "answered_count", 0)
    number = (here.question if here else None) or getattr(invitation, "at_question", None)
    return Row(invitation, _state(invitation, here, presence, lacking), number, answered, asked, here)


def _state(invitation: Invitation, here: Presence | None, last: Presence | None, lacking: bool) -> str:
    handed = getattr(invitation, "handed_in", None)
    if handed is not None and handed.settled_at is not None:
        return "done"
    if handed is not None:
        return ("sending" if here else "stuck") if lacking else "handed_in"
    if here is not None:
        return "stuck" if here.connection in ("offline", "full", "refused") and here.waiting > 10 else "here"
    if lacking and last is not None and last.waiting:
        return "stuck"
    if invitation.started_at:
        return "started"
    if not invitation.opened_at:
        return "invited"
    if invitation.consented:
        return "ready" if invitation.confirmed_at else "agreed"
    return "confirmed" if invitation.confirmed_at else "opened"


@transaction.atomic
def say(invitation: Invitation, by: User, text: str) -> Word | None:
    """Tell the candidate something; it appears on the page that is open, or on the next one."""
    text = " ".join(text.split())[:500]
    if not text:
        return None
    made = Word.objects.create(invitation=invitation, text=text, by=by)
    record(by, "invitation.told", invitation)
    return made
