"""What this room holds about a candidate."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.interviews.models import Interview, Recording, Upload
from interview_analysis.web.privacy.holdings import Holding, Row


def _recordings(candidate: int) -> list[Row]:
    fields = (
        "interview__title",
        "name",
        "kind",
        "sha256",
        "size_bytes",
        "duration_s",
        "question",
        "uploaded_at",
    )
    return list(Recording.objects.filter(interview__application__candidate=candidate).values(*fields))


def _given(candidate: int) -> list[tuple[str, Path]]:
    found = Recording.objects.filter(interview__application__candidate=candidate)
    return [(f"{r.pk}-{r.name}", settings.HOME.files / r.original) for r in found]


def _files(candidate: int) -> list[Path]:
    found = Recording.objects.filter(interview__application__candidate=candidate)
    names = {name for r in found for name in (r.original, r.playable, r.transcript) if name}
    under_way = Upload.objects.filter(interview__application__candidate=candidate)
    return [settings.HOME.files / name for name in names] + [
        settings.HOME.uploads / u.key.hex for u in under_way
    ]


def _erase(candidate: int) -> None:
    Interview.objects.filter(application__candidate=candidate).delete()  # with all that hangs on it


def _interviews(candidate: int) -> list[Row]:
    fields = ("title", "held_at", "created_at")
    return list(Interview.objects.filter(application__candidate=candidate).values(*fields))


HELD = (
    Holding("interviews", _("Interviews"), _interviews, erase=_erase),
    Holding("recordings", _("Recordings and transcripts"), _recordings, given=_given, files=_files),
)
