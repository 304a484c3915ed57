"""What this room holds about a candidate."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.practice.models import Attempt
from interview_analysis.web.privacy.holdings import Holding, Row


def _attempts(candidate: int) -> list[Row]:
    found = Attempt.objects.filter(
        task__round__practice__invitation__interview__application__candidate=candidate
    )
    fields = ("task__text", "begun_at", "ended_at", "coached")
    return list(found.values(*fields))


def _recordings(candidate: int) -> list[Path]:
    found = Attempt.objects.filter(
        task__round__practice__invitation__interview__application__candidate=candidate
    )
    return [settings.HOME.files / name for attempt in found for name in attempt.recordings]


HELD = (
    Holding(
        "practice", _("What you practised"), _attempts,
        given=lambda candidate: [(path.name, path) for path in _recordings(candidate)], files=_recordings,
    ),
)  # fmt: skip
