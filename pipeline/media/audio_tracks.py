"""Which audio tracks of a recording are heard: all that can be decoded and are not silent throughout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from interview_analysis.pipeline.media.channel_levels import unit_scaled
from interview_analysis.pipeline.media.opening import open_recording
from interview_analysis.types import AudioTrackFacts

if TYPE_CHECKING:
    from av import AudioStream, Packet
    from av.container import InputContainer

_SILENT_PEAK = 10 ** (-70 / 20)  # ten steps of 16 bits: less than the noise of any microphone


def decodable(container: InputContainer) -> dict[int, AudioStream]:
    """The audio tracks that FFmpeg can decode, by their number from 0."""
    return {n: stream for n, stream in enumerate(container.streams.audio) if stream.codec_context is not None}


def silent(path: Path, streams: dict[int, AudioStream]) -> frozenset[int]:
    """Which of several tracks hold no sound at all; none where all are silent, or there is only one.

    The file is read for it, as far as the last of them is silent.
    """
    from av.error import FFmpegError

    if len(streams) < 2:
        return frozenset()
    waiting = {stream.index: number for number, stream in streams.items()}
    with open_recording(path) as container:
        try:
            for packet in container.demux(*(container.streams[index] for index in waiting)):
                if packet.stream.index in waiting and any(
                    np.abs(unit_scaled(frame.to_ndarray())).max(initial=0) >= _SILENT_PEAK
                    for frame in cast("Packet[AudioStream]", packet).decode()
                ):
                    del waiting[packet.stream.index]
                    if not waiting:
                        break
        except FFmpegError:  # what cannot be read further may have gone on with sound
            return frozenset()
    return frozenset() if len(waiting) == len(streams) else frozenset(waiting.values())


def track_facts(container: InputContainer, left_silent: frozenset[int]) -> tuple[AudioTrackFacts, ...]:
    """What is said of each audio track."""
    known = decodable(container)
    return tuple(
        AudioTrackFacts(
            number + 1,
            _name(stream),
            "silent" if number in left_silent else "" if number in known else "undecodable",
        )
        for number, stream in enumerate(container.streams.audio)
    )


def _name(stream: AudioStream) -> str:
    """What the recorder called a track; MP4 and Matroska have a place of their own for it."""
    tags = {key.casefold(): value.strip() for key, value in stream.metadata.items()}
    return tags.get("title") or tags.get("name") or ""
