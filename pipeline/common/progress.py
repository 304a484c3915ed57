"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable

# Stage, what is done, and of how much (NaN where that is unknown). While a recording is observed the stages are
# decode, transcribe, voice, face and pose, in seconds of it; calls come from several threads. Each stage's last call
# has both equal.
Progress = Callable[[str, float, float], None]


def ignore(stage: str, done: float, total: float) -> None:
    """A `Progress` for nobody."""
