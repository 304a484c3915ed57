"""A look at a recording that decodes nothing: is it one, how long is it, what does it hold."""

from __future__ import annotations

import os
from dataclasses import dataclass

from interview_analysis.pipeline.media.decoding import Decoder


@dataclass(frozen=True, slots=True)
class Probe:
    """What a recording says of itself before it is decoded. `duration_s` is 0 where nothing in it tells."""

    duration_s: float
    has_audio: bool
    has_video: bool


def probe(path: str | os.PathLike[str]) -> Probe:
    """Open a recording and hold it to the limits; nothing is decoded. Raises MediaError as `Decoder` does.

    A header without a length, as browsers write it into WebM, costs one reading of the file.
    """
    with Decoder(path) as decoder:
        return Probe(decoder.told_duration_s(), decoder.has_audio, decoder.has_video)
