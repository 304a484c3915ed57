"""The course of an interview that is recorded alone: which question is next, takes, notes, and handing in.

The key of a take follows from its question and number, so that a browser without network can begin one, another device
goes on with the same one, and what arrives later finds its place.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Asked, HandIn, Notes, Stream, Take
from interview_analysis.web.candidate.models import Invitation, Question
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record

NOTES = ("scratch", "situation", "task", "action", "result", "conclusion")
MAX_NOTE, MAX_WRITTEN = 4000, 20_000
PURPOSE = "answer"
LATE = timedelta(hours=24)


class TakeError(InterviewAnalysisError):
    """Something that the interview's rules do not allow; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def take_key(question: Question, number: int) -> UUID:
    return uuid.uuid5(question.invitation.key, f"question {question.order}, take {number}")


def take_named(invitation: Invitation, key: UUID) -> tuple[Question, int] | None:
    """The question and number that a key is of."""
    for question in invitation.questions.all():
        for number in range(1, invitation.retakes + 2):
            if take_key(question, number) == key:
                return question, number
    return None


def may_begin(invitation: Invitation, group: UUID) -> str:
    """For streams.register: a take that is known, or one that may be begun now. Makes the take."""
    try:
        begin(invitation, group, Take.Way.VIDEO, late=True)
    except TakeError as error:
        return error.code
    return ""


@transaction.atomic
def show(question: Question) -> Asked:
    """The candidate sees a question; the time to think runs from the first time on."""
    asked, new = Asked.objects.get_or_create(question=question)
    invitation = question.invitation
    if new and Invitation.objects.filter(pk=invitation.pk, started_at=None).update(started_at=timezone.now()):
        record(None, "invitation.started", invitation)
    return asked


@transaction.atomic
def begin(invitation: Invitation, key: UUID, way: str, *, late: bool = False) -> Take:
    """The take of a key; made where the rules allow it. Raises TakeError.

    `late`: it was recorded without a network, and comes now. That is taken for a day after the end, where the question was
    shown in time.
    """
    known = Take.objects.filter(key=key, question__invitation=invitation).first()
    if known is not None:
        if known.settled_at is not None:
            raise TakeError("the answer is with the company already", "settled")
        return known
    named = take_named(invitation, key)
    if named is None:
        raise TakeError("there is no such take", "take")
    question, number = named
    if not invitation.consented:
        raise TakeError("there is no consent to being recorded", "consent")
    asked = Asked.objects.filter(question=question).first()
    if asked is None:
        raise TakeError("the question was not shown yet", "not_shown")
    now = timezone.now()
    in_time = late and asked.shown_at < invitation.closes_at and now < invitation.closes_at + LATE
    if not invitation.may_answer(invitation.closes_at - timedelta(microseconds=1) if in_time else now):
        raise TakeError("the time for answers is over", "over")
    before = list(question.takes.all())
    if len(before) != number - 1 or any(take.ended_at is None for take in before):
        raise TakeError("another take comes first", "order")
    question.takes.update(given=False)
    return Take.objects.create(
        key=key, question=question, number=number, way=way, begun_at=now,
        thought_s=max(0.0, round((now - asked.shown_at).total_seconds(), 1))
        if number == 1 and way != Take.Way.WRITTEN
        else None,
        allowed_think_s=question.thinking_s, allowed_answer_s=question.answering_s,
    )  # fmt: skip


def end(take: Take, way: str, answered_s: float, text: str = "") -> None:
    """The candidate has finished it. Doing it twice changes nothing but a written text before handing in."""
    if take.settled_at is not None:
        return
    take.way = way if way in Take.Way.values else take.way
    take.answered_s = max(0.0, round(answered_s, 1)) if answered_s == answered_s else None
    take.text = ""
    if (
        take.way == Take.Way.WRITTEN
    ):  # known is only how long the question stood there until the text was finished
        take.text, take.thought_s = text[:MAX_WRITTEN], None
        take.answered_s = take.answered_s if take.number == 1 else None
    take.ended_at = take.ended_at or timezone.now()
    take.save(update_fields=["way", "thought_s", "answered_s", "text", "ended_at"])


@transaction.atomic
def give(take: Take) -> None:
    """Choose which take of its question is judged. Raises TakeError once it was handed in."""
    if HandIn.objects.filter(invitation=take.question.invitation).exists():
        raise TakeError("it was handed in", "handed_in")
    take.question.takes.exclude(pk=take.pk).update(given=False)
    Take.objects.filter(pk=take.pk).update(given=True)


def next_question(invitation: Invitation) -> Question | None:
    """The first one without a finished take; none where all are answered."""
    answered = set(
        Take.objects.filter(question__invitation=invitation, ended_at__isnull=False).values_list(
            "question", flat=True
        )
    )
    open_takes = set(
        Take.objects.filter(question__invitation=invitation, ended_at=None).values_list("question", flat=True)
    )
    for question in invitation.questions.all():
        if question.pk in open_takes or question.pk not in answered:
            return question
    return None


def recorded_s(take: Take) -> float:
    """About how much of it is here: a recorder gives a chunk a second."""
    return float(sum(len(streams.held(stream)) for stream in streams.segments(take.key)))


def keep_notes(question: Question, texts: dict[str, object], *, given: bool) -> Notes:
    kept = {name: str(texts.get(name, ""))[:MAX_NOTE] for name in NOTES}
    made, _ = Notes.objects.update_or_create(question=question, defaults={"texts": kept, "given": given})
    return made


@transaction.atomic
def hand_in(invitation: Invitation, by: User | None = None, *, as_it_is: bool = False) -> HandIn:
    """No take can be begun after this; what is still in the browser is sent on. Raises TakeError where nothing was answered.

    What was begun in time may be handed in after the end.
    """
    known = HandIn.objects.filter(invitation=invitation).first()
    if known is not None:
        if as_it_is and not known.as_it_is:
            known.as_it_is, known.by = True, by
            known.save(update_fields=["as_it_is", "by"])
            record(by, "invitation.taken_as_it_is", invitation)
        return known
    if not Take.objects.filter(question__invitation=invitation).exists():
        raise TakeError("no question was answered yet", "empty")
    now = timezone.now()
    Take.objects.filter(question__invitation=invitation, ended_at=None).update(ended_at=now)
    Invitation.objects.filter(pk=invitation.pk).update(finished_at=now)
    invitation.finished_at = now
    record(by, "invitation.finished", invitation, as_it_is=as_it_is)
    return HandIn.objects.create(invitation=invitation, by=by, as_it_is=as_it_is)


def not_sent(takes: Sequence[Take]) -> list[Take]:
    """Takes of which something has not come, as far as the server knows."""
    due = [take for take in takes if take.way != Take.Way.WRITTEN and take.settled_at is None]
    begun = Stream.objects.filter(group__in=[take.key for take in due])
    lacking = {stream.group for stream in begun if not (stream.closed_at or streams.complete(stream))}
    return [take for take in due if take.key in lacking]
