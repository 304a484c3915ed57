"""How many faces are in the picture of whoever is answering, for the recruiter's monitor.

The newest key frame of what was sent is looked at and thrown away; the number alone is kept, and only of candidates who
agreed to the analysis. Browsers write a key frame every twelve seconds or so, so the number is about that old.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media.opening import open_growing
from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Presence, Stream
from interview_analysis.web.answers.presence import HERE_FOR
from interview_analysis.web.answers.taking import PURPOSE

EVERY = timedelta(seconds=5)
NEWEST = 20  # chunks of a second in which a key frame is looked for
REST_AFTER_S = 60.0


class Counter(Protocol):
    def count(self, image: NDArray[np.uint8]) -> int: ...

    def close(self) -> None: ...


class Faces:
    """Looks at one candidate after the other; holds the model while somebody is recording."""

    def __init__(self, load: Callable[[], Counter | None]) -> None:
        """`load` gives None where the policy lets nothing look at faces."""
        self._load = load
        self._counter: Counter | None = None
        self._looked_at = 0.0

    def look(self) -> bool:
        """Count the faces of the candidate who has waited longest for it; False where nobody's are to be counted now."""
        now = timezone.now()
        due = (
            Presence.objects.filter(
                at__gt=now - HERE_FOR, recording=True, camera="back",
                invitation__interview__consent__analysis=True, invitation__interview__consent__withdrawn_at=None,
            )
            .exclude(faces_at__gt=now - EVERY)
            .order_by(F("faces_at").asc(nulls_first=True))
            .first()
        )  # fmt: skip
        if due is None:
            self._rest()
            return False
        own = Stream.objects.filter(invitation=due.invitation_id, purpose=PURPOSE, kind=Stream.Kind.VIDEO)
        newest = own.filter(ended_at=None, closed_at=None).order_by("-begun_at").first()
        found = self._count(streams.paths(newest)) if newest is not None else None
        Presence.objects.filter(pk=due.pk).update(faces=found, faces_at=now)
        return True

    def _count(self, chunks: Sequence[Path]) -> int | None:
        frame = newest_key_frame(chunks)
        if frame is None:
            return None
        self._counter = self._counter or self._load()
        self._looked_at = time.monotonic()
        return None if self._counter is None else self._counter.count(frame)

    def _rest(self) -> None:
        if time.monotonic() - self._looked_at > REST_AFTER_S:
            self.close()

    def close(self) -> None:
        """Let go of the model; the next look loads it again."""
        if self._counter is not None:
            self._counter.close()
            self._counter = None


def newest_key_frame(chunks: Sequence[Path]) -> NDArray[np.uint8] | None:
    """From the last chunks behind the first, which has the head of the file; None where there is none or it cannot be read."""
    from av.error import FFmpegError

    content = b"".join(path.read_bytes() for path in (*chunks[:1], *chunks[1:][-NEWEST:]))
    newest = None
    try:
        with open_growing(io.BytesIO(content), "the answer") as container:
            for track in container.streams.video[:1]:
                track.codec_context.skip_frame = "NONKEY"
                for frame in container.decode(track):
                    newest = frame
    except (MediaError, FFmpegError, ValueError):  # cut at the end, or no recording
        pass
    return None if newest is None else np.asarray(newest.to_ndarray(format="rgb24"), np.uint8)
