"""Which recordings wait to be made playable, and that each is made so by one worker.

A worker claims one by a conditional update, and says while it works that it lives. One that has been silent for a
minute was killed: its recording waits again.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from interview_analysis.web.interviews.models import Recording, RecordingQuerySet

SILENT_FOR = timedelta(seconds=60)


def waiting() -> RecordingQuerySet:
    """Recordings without a copy for playing, of which nobody makes one."""
    free = Q(preparing_at=None) | Q(preparing_at__lt=timezone.now() - SILENT_FOR)
    return Recording.objects.filter(free, playable="").exclude(kind__in=Recording.WORDS)


def claim(recording: Recording) -> bool:
    """Whether the recording is the caller's from now on; False where another was faster."""
    return bool(waiting().filter(pk=recording.pk).update(preparing_at=timezone.now()))


def beat(recording: Recording) -> bool:
    """Say that its worker lives. False where the recording was removed."""
    return bool(Recording.objects.filter(pk=recording.pk).update(preparing_at=timezone.now()))


def give_back(recording: Recording) -> None:
    """Let it wait again at once."""
    Recording.objects.filter(pk=recording.pk).update(preparing_at=None)
