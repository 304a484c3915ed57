"""Packing speech into chunks, and the way back from a chunk's clock to the recording's."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_analysis.models.asr.chunks import CHUNK_S, halves, pack
from interview_analysis.types import Interval
from tests.models.audio import RATE_HZ, ArrayAudio


def regions_of(lengths: list[tuple[float, float]]) -> list[Interval]:
    """Regions from pairs of silence before and length."""
    regions, time_s = [], 0.0
    for gap_s, length_s in lengths:
        regions.append(Interval(time_s + gap_s, time_s + gap_s + length_s))
        time_s += gap_s + length_s
    return regions


def test_a_short_pause_stays_and_a_long_one_is_cut() -> None:
    (chunk,) = pack(regions_of([(2.0, 3.0), (0.4, 3.0), (9.0, 3.0)]))
    assert chunk.pieces == (Interval(1.5, 8.9), Interval(16.9, 20.9))
    audio = ArrayAudio(np.arange(25 * RATE_HZ))
    samples = chunk.read(audio)
    assert len(samples) == round(chunk.duration_s * RATE_HZ)
    assert samples[0] == 1.5 * RATE_HZ


def test_times_come_back_to_the_recordings_clock() -> None:
    (chunk,) = pack(regions_of([(2.0, 3.0), (9.0, 3.0)]))
    assert chunk.pieces == (Interval(1.5, 5.5), Interval(13.5, 17.5))
    assert chunk.to_recording(0.5, 1.0) == pytest.approx((2.0, 2.5))
    assert chunk.to_recording(5.0, 6.0) == pytest.approx((14.5, 15.5))
    assert chunk.to_recording(3.9, 5.0) == pytest.approx((13.5, 14.5))  # across the cut: its larger side
    assert chunk.to_recording(7.9, 9.9) == pytest.approx((17.4, 17.5))  # past the end


def test_a_chunk_ends_at_the_longest_silence_once_it_is_well_filled() -> None:
    first, second = pack(regions_of([(0.0, 7.0), (0.2, 7.5), (0.9, 1.0), (0.1, 9.0)]))
    assert [r.duration_s for r in first.regions] == pytest.approx([7.0, 7.5])
    assert len(second.regions) == 2
    assert first.pieces[-1].end_s == pytest.approx(15.2)


def test_halves_and_rest() -> None:
    (chunk,) = pack(regions_of([(1.0, 3.0), (0.3, 3.0), (1.5, 5.0), (0.2, 3.0)]))
    left, right = halves(chunk)
    assert left.regions + right.regions == chunk.regions
    assert len(left.regions) == 2
    rest = chunk.between(chunk.regions[2].start_s + 1.0, math.inf)
    assert rest is not None
    assert sum(r.duration_s for r in rest.regions) == pytest.approx(7.0)
    assert chunk.between(chunk.regions[-1].end_s, math.inf) is None
    (single,) = pack(regions_of([(0.0, 5.0)]))
    assert halves(single) == (single,)


@given(st.lists(st.tuples(st.floats(0.0, 40.0), st.floats(0.1, 28.0)), max_size=40))
def test_every_region_is_in_one_chunk_and_only_a_long_region_makes_a_long_chunk(
    lengths: list[tuple[float, float]],
) -> None:
    regions = regions_of(lengths)
    chunks = list(pack(regions))
    assert [region for chunk in chunks for region in chunk.regions] == regions
    assert all(chunk.duration_s <= CHUNK_S + 1e-6 or len(chunk.regions) == 1 for chunk in chunks)
    for chunk in chunks:
        assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(chunk.pieces))
        for region in chunk.regions:
            assert any(
                p.start_s <= region.start_s + 1e-9 and region.end_s <= p.end_s + 1e-9 for p in chunk.pieces
            )
