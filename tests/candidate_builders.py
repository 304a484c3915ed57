"""Conversations built by hand: who speaks when, what they say, and a face whose jaw moves with somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from interview_analysis.tracks import BLENDSHAPES, FaceTrack
from interview_analysis.types import (
    AcousticTrack,
    Interval,
    MediaFacts,
    Observations,
    Segment,
    SpeechActivity,
    Transcript,
    Turn,
    Voices,
    Word,
)
from tests.features.tracks import face_track

Line = tuple[int, float, float, str]  # voice, start, end, what is said


def said(lines: Sequence[Line], language: str = "en") -> Transcript:
    """A transcript with a segment a line, its words (Chinese: characters) spread evenly over it."""
    segments = []
    for _, start_s, end_s, text in lines:
        pieces = text.split() if language == "en" else [c for c in text if not c.isspace()]
        edges = np.linspace(start_s, end_s, len(pieces) + 1)
        words = tuple(
            Word(piece, float(a), float(b), 0.9)
            for piece, a, b in zip(pieces, edges, edges[1:], strict=False)
        )
        segments.append(Segment(text, start_s, end_s, words))
    return Transcript(language, 0.99, tuple(segments), "synthetic", "text")


def voices_of(lines: Sequence[Line], count: int | None = None) -> Voices:
    """A turn a line; voices are orthogonal to each other."""
    turns = tuple(Turn(voice, start_s, end_s) for voice, start_s, end_s, _ in lines)
    found = max((turn.voice for turn in turns), default=-1) + 1
    return Voices(tuple(sorted(turns, key=lambda t: t.start_s)), np.eye(count or found, 8), "clusters")


def talk(lines: Sequence[Line], language: str = "en", faces: FaceTrack | None = None) -> Observations:
    """A conversation with a voiced sound of 200 Hz, and the number of the voice as its intensity above 60 dB."""
    end_s = max(end for _, _, end, _ in lines) + 1.0
    regions: list[Interval] = []
    for _, start_s, stop_s, _ in sorted(lines, key=lambda line: line[1]):
        if regions and start_s <= regions[-1].end_s:
            regions[-1] = Interval(regions[-1].start_s, max(regions[-1].end_s, stop_s))
        else:
            regions.append(Interval(start_s, stop_s))
    time_s = (np.arange(round(end_s * 100)) + 0.5) / 100
    loud = np.full(time_s.shape, 30.0)
    for voice, start_s, stop_s, _ in lines:
        loud[(time_s >= start_s) & (time_s < stop_s)] = 60.0 + voice
    f0 = np.where(loud >= 60, 200.0, np.nan)
    starts = np.array([line[1] for line in lines], dtype=float)
    ends = np.array([line[2] for line in lines], dtype=float)
    track = AcousticTrack(
        time_s, f0, loud, np.where(loud >= 60, 20.0, np.nan), starts, ends,
        np.array([0.01 * (1 + line[0]) for line in lines]), np.array([0.1 * (1 + line[0]) for line in lines]),
    )  # fmt: skip
    return Observations(
        MediaFacts(end_s, has_audio=True, has_video=faces is not None),
        SpeechActivity(tuple(regions)),
        said(lines, language),
        track,
        faces,
        voices=voices_of(lines),
    )


def talking_face(duration_s: float, moves: Sequence[Interval], rest: float = 0.02) -> FaceTrack:
    """A face whose jaw opens and closes at every second frame in `moves`, and else as far as `rest`."""
    track = face_track(duration_s)
    frames = np.arange(len(track.time_s))
    active = np.zeros(len(frames), dtype=bool)
    for move in moves:
        active |= (track.time_s >= move.start_s) & (track.time_s < move.end_s)
    rng = np.random.default_rng(7)
    wobble, opening = rng.uniform(0, rest, len(frames)), rng.uniform(0.1, 0.3, len(frames))
    shapes = track.blendshapes.copy()
    shapes[:, BLENDSHAPES.index("jawOpen")] = np.where(active, opening * (frames % 2), wobble)
    return replace(track, blendshapes=shapes)


def interview(
    exchanges: int, question_s: float = 3.0, answer_s: float = 8.0, gap_s: float = 0.5, language: str = "en"
) -> list[Line]:
    """Questions of voice 0 and longer answers of voice 1, with a gap before each turn."""
    question, answer = (
        (
            "what did you do in that project and how ?",
            "I built the search index with my team and we cut the cost by half .",
        )
        if language == "en"
        else ("你在那个项目里做了什么？", "我和团队一起搭建了搜索系统，成本降低了一半。")
    )
    lines: list[Line] = []
    now = 0.5
    for _ in range(exchanges):
        lines.append((0, now, now + question_s, question))
        now += question_s + gap_s
        lines.append((1, now, now + answer_s, answer))
        now += answer_s + gap_s
    return lines
