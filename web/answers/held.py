"""What this room holds about a candidate. Recordings that takes have become are those of the interview."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Notes, Stream, Take, Word
from interview_analysis.web.privacy.holdings import Holding, Row


def _takes(candidate: int) -> list[Row]:
    fields = (
        *("question__text", "number", "way", "text", "begun_at", "ended_at", "thought_s", "answered_s"),
        *("allowed_think_s", "allowed_answer_s", "given"),
    )
    return list(
        Take.objects.filter(question__invitation__interview__application__candidate=candidate).values(*fields)
    )


def _chunks(candidate: int) -> list[Path]:
    found = Stream.objects.filter(invitation__interview__application__candidate=candidate)
    return [streams.folder(stream) for stream in found]


def _notes(candidate: int) -> list[Row]:
    found = Notes.objects.filter(question__invitation__interview__application__candidate=candidate)
    fields = ("question__text", "texts", "given")
    return list(found.values(*fields))


def _words(candidate: int) -> list[Row]:
    found = Word.objects.filter(invitation__interview__application__candidate=candidate)
    fields = ("text", "sent_at")
    return list(found.values(*fields))


HELD = (
    Holding("takes", _("Answers, take by take"), _takes, files=_chunks),
    Holding("scratch_pads", _("Your scratch pads"), _notes),
    Holding("words", _("What recruiters told you meanwhile"), _words),
)
