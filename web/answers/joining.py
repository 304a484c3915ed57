"""From the streams of a take to recordings that open, seek and tell where something is missing.

Browsers write WebM without length and index, or fragmented mp4. The packets are copied into a new container; nothing is
encoded again. Streams with the same codecs become one recording, in which each lies at its own time, so that what was lost
between them is a gap of the true length: a still picture and silence. Streams that differ, as from another device, stay
parts. The chunks are untouched; the caller drops them once it has kept what was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media.opening import open_recording, origin_s

GAP_S = 0.5  # shorter pauses between packets are the recorder's own
_BETWEEN_S = 0.002  # containers round to milliseconds
_NEAR_S = 3.0  # a pause that the browser noticed, and a gap in its recording, are the same
_IN_WEBM = {"vp8", "vp9", "av1", "opus", "vorbis", "libvpx", "libvpx-vp9", "libdav1d", "libopus"}
Target = Callable[[int, str], Path]  # number and ending of a recording -> where it is written


@dataclass(frozen=True, slots=True)
class Source:
    """The file of one stream; when it began, in seconds after the first of the take; when the browser stood still."""

    path: Path
    begins_s: float
    pauses: Sequence[Sequence[float]] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was recorded for `lost_s` seconds from `at_s` of the recording on. At 0 it lies before the recording."""

    at_s: float
    lost_s: float


@dataclass(frozen=True, slots=True)
class Part:
    """One recording, made of `sources`."""

    path: Path
    sources: tuple[Path, ...]
    duration_s: float
    has_video: bool
    has_audio: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """`unreadable` are files that are no recording; what they hold must not be thrown away unseen."""

    parts: tuple[Part, ...]
    unreadable: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Looked:
    """`form` is what two streams must share to be copied into one: kind, codec, shape and set-up of each track."""

    source: Source
    form: tuple[tuple[str, str, object, bytes], ...]
    packets: int


@dataclass(slots=True)
class _Copy:
    """What was written so far: the end of it, how many packets, and the times that they cover."""

    end_s: float = 0.0
    packets: int = 0
    covered: list[tuple[float, float]] = field(default_factory=list)
    last_dts: dict[int, Fraction] = field(default_factory=dict)


def join(sources: Sequence[Source], target: Target) -> Joined:
    """Write the recordings. Streams in which nothing was recorded, as in 0.02 s, are in none.

    Raises MediaError where a file that was written does not hold what was read.
    """
    looked, unreadable = [], []
    for source in sources:
        try:
            found = _look(source)
        except (MediaError, FFmpegError):
            unreadable.append(source.path)
        else:
            looked += [found] if found.packets else []
    parts: list[Part] = []
    end_s = 0.0
    for number, (_, group) in enumerate(groupby(looked, key=lambda one: one.form)):
        members = list(group)
        begins_s = members[0].source.begins_s
        part = _part(members, target, number, begins_s - end_s)
        end_s = begins_s + part.duration_s
        parts.append(part)
    return Joined(tuple(parts), tuple(unreadable))


def _look(source: Source) -> _Looked:
    with open_recording(source.path) as file:
        form: list[tuple[str, str, object, bytes]] = []
        for video in file.streams.video:
            seen = video.codec_context
            form.append(("video", seen.name, (seen.width, seen.height), bytes(seen.extradata or b"")))
        for audio in file.streams.audio:
            heard = audio.codec_context
            form.append(("audio", heard.name, (heard.rate, heard.layout.name), bytes(heard.extradata or b"")))
        packets = sum(packet.pts is not None and packet.size > 0 for packet in file.demux())
    return _Looked(source, tuple(form), packets)


def _part(members: list[_Looked], target: Target, number: int, before_s: float) -> Part:
    """Streams of one form as one recording, written aside, opened again and renamed."""
    form = members[0].form
    path = target(number, ".webm" if {codec for _, codec, _, _ in form} <= _IN_WEBM else ".mp4")
    aside = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        copy, noticed = _copied(members, aside)
        _check(aside, copy)
        aside.chmod(0o600)
        aside.replace(path)
    except FFmpegError as error:
        raise MediaError(
            f"{path.name}: the streams cannot be joined: {error}; they are kept", "damaged"
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    gaps = [Gap(0.0, round(before_s, 2))] if before_s > GAP_S else []
    gaps += _gaps(copy.covered)
    gaps += [gap for gap in noticed if not any(abs(gap.at_s - known.at_s) < _NEAR_S for known in gaps)]
    return Part(
        path,
        tuple(one.source.path for one in members),
        round(copy.end_s, 3),
        any(kind == "video" for kind, *_ in form),
        any(kind == "audio" for kind, *_ in form),
        tuple(sorted(gaps, key=lambda gap: gap.at_s)),
    )


def _copied(members: list[_Looked], path: Path) -> tuple[_Copy, list[Gap]]:
    copy, noticed = _Copy(), []
    options = {"movflags": "+faststart"}
    if path.suffix == ".webm":
        options = {"reserve_index_space": str(50_000 + 40 * 3600), "cues_to_front": "1"}
    with av.open(str(path), "w", options=options) as write:
        tracks: list[av.stream.Stream] = []
        for member in members:
            offset_s = member.source.begins_s - members[0].source.begins_s
            if copy.packets:
                offset_s = max(offset_s, copy.end_s + _BETWEEN_S)
            noticed += [Gap(round(offset_s + at, 2), lost) for at, lost in member.source.pauses]
            with open_recording(member.source.path) as read:
                own = (*read.streams.video, *read.streams.audio)
                tracks = tracks or [write.add_stream_from_template(stream) for stream in own]
                places = {stream.index: number for number, stream in enumerate(own)}
                for packet, number in _moved(read, places, offset_s, copy):
                    packet.stream = tracks[number]
                    write.mux(packet)
    return copy, noticed


def _moved(
    read: InputContainer, places: dict[int, int], offset_s: float, copy: _Copy
) -> Iterator[tuple[Any, int]]:
    """The packets of a stream at their time in the whole, each with the number of its track."""
    shift_s = Fraction(offset_s - origin_s(read.streams)).limit_denominator(1_000_000)
    for packet in read.demux():
        number = places.get(packet.stream.index)
        if number is None or packet.pts is None or packet.dts is None or not packet.size:
            continue
        base = packet.time_base
        ticks = round(shift_s / base)
        dts = (packet.dts + ticks) * base
        if dts <= copy.last_dts.get(number, dts - 1):
            continue  # a time that goes back; the chunks keep it until they are dropped
        copy.last_dts[number] = dts
        packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
        begins_s, length_s = float(packet.pts * base), float((packet.duration or 0) * base)
        copy.covered.append((begins_s, begins_s + length_s))
        copy.end_s = max(copy.end_s, begins_s + length_s)
        copy.packets += 1
        yield packet, number


def _check(path: Path, copy: _Copy) -> None:
    """The file that was written holds every packet, up to the end."""
    with open_recording(path) as file:
        packets, last_s = 0, 0.0
        for packet in file.demux():
            if packet.pts is not None and packet.size:
                packets += 1
                last_s = max(last_s, float(packet.pts * packet.time_base))
    if packets != copy.packets or abs(last_s - max(at for at, _ in copy.covered)) > GAP_S:
        raise MediaError(
            f"{path.name}: holds {packets} of {copy.packets} packets, to {last_s:.1f} s; the chunks are kept",
            "damaged",
        )


def _gaps(covered: list[tuple[float, float]]) -> list[Gap]:
    """Where neither picture nor sound was recorded."""
    found, reach_s = [], 0.0
    for begins_s, ends_s in sorted(covered):
        if begins_s - reach_s > GAP_S:
            found.append(Gap(round(reach_s, 2), round(begins_s - reach_s, 2)))
        reach_s = max(reach_s, ends_s, begins_s)
    return found
