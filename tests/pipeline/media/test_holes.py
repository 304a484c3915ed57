"""Sound that is missing while the recording goes on: facts tell where, and the clock stays that of the container."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.types import Interval
from tests.pipeline.media.media_making import decode, times, tone, write

Pieces = Sequence[tuple[float, float]]  # start and length of the sound, in seconds


def recorded(path: Path, sound: Pieces, picture: Pieces) -> Path:
    return write(
        path,
        frame_times=[time_s for start_s, length_s in picture for time_s in times(10, length_s, start_s)],
        fps=10,
        pieces=[(start_s, tone(440, length_s)) for start_s, length_s in sound],
        audio_codec="flac",
    )


def edges(holes: Sequence[Interval]) -> list[float]:
    return [edge for hole in holes for edge in (hole.start_s, hole.end_s)]


@pytest.mark.parametrize(
    ("sound", "holes"),
    [
        ([(0, 2), (5, 3)], [2, 5]),  # packets missing
        ([(1.5, 6.5)], [0, 1.5]),  # the sound starts late
        ([(0, 6)], [6, 8]),  # and ends early
        ([(0, 3), (3.4, 4.6)], []),  # nobody spoke, and nothing was sent
        ([(0.3, 7.5)], []),
    ],
)
def test_where_the_sound_is_missing(tmp_path: Path, sound: Pieces, holes: list[float]) -> None:
    _, samples, facts = decode(recorded(tmp_path / "a.mkv", sound, [(0, 8)]))
    assert edges(facts.sound_holes) == pytest.approx(holes, abs=0.06)
    assert facts.holes == ()
    assert ("sound_missing" in facts.flags) == bool(holes)
    assert facts.duration_s == pytest.approx(8, abs=0.1)
    for start_s, length_s in sound:
        begin = round((start_s + 0.1) * 16_000)
        assert np.std(samples[begin : begin + round((length_s - 0.2) * 16_000)]) > 0.3


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_a_hole_in_sound_and_picture_is_one_of_the_recording(tmp_path: Path, name: str) -> None:
    path = recorded(tmp_path / name, [(0, 4), (64, 4)], [(0, 4), (64, 4)])
    frames, samples, facts = decode(path)
    assert edges(facts.sound_holes) == pytest.approx([4, 64], abs=0.06)
    assert edges(facts.holes) == pytest.approx([4, 64], abs=0.15)
    assert facts.duration_s == pytest.approx(68, abs=0.1)
    assert len(samples) / 16_000 == pytest.approx(68, abs=0.1)
    assert frames[-1].time_s == pytest.approx(67.8, abs=0.15)
    assert not np.any(samples[5 * 16_000 : 63 * 16_000])


def test_a_recording_without_sound_has_no_hole(tmp_path: Path) -> None:
    facts = decode(recorded(tmp_path / "a.mkv", [], [(0, 4)]))[2]
    assert (facts.sound_holes, facts.holes) == ((), ())
