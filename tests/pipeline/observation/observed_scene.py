"""Observations of recordings that never were: every channel, with gaps, for tests of keeping, clipping and joining."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from interview_analysis.types import (
    AcousticTrack,
    MediaFacts,
    Observations,
    SpeechActivity,
    Turn,
    Voices,
    intervals,
)
from tests.features.tracks import activate, face_track, pose_track, without_face
from tests.transcripts import transcript_from_text

TEXT = "I led the redesign of our product.\nWe interviewed twelve users and found the cause.\nSales rose by a third."


def acoustic_track(duration_s: float, seed: int = 0) -> AcousticTrack:
    rng = np.random.default_rng(seed)
    n, m = int(duration_s * 100 + 1e-6), int(duration_s)
    f0 = rng.normal(120, 10, n)
    f0[rng.random(n) < 0.4] = np.nan
    return AcousticTrack(
        time_s=(np.arange(n) + 0.5) * 0.01,
        f0_hz=f0,
        intensity_db=rng.normal(65, 5, n),
        hnr_db=np.where(np.isnan(f0), np.nan, 15.0),
        segment_start_s=np.arange(m) + 0.2,
        segment_end_s=np.arange(m) + 0.8,
        jitter_ratio=rng.random(m) / 50,
        shimmer_ratio=rng.random(m) / 20,
    )


def scene(duration_s: float = 20.0, text: str = TEXT, seed: int = 0, language: str = "en") -> Observations:
    """Somebody who speaks, smiles and is out of sight for a moment."""
    transcript = transcript_from_text(text, language, start_s=0.5)
    facts = MediaFacts(
        duration_s, has_audio=True, has_video=True, container="mp4", width_px=1280, height_px=720, fps=30.0,
        video_codec="h264", audio_codec="aac", audio_rate_hz=48000, loudness_lufs=-23.0, clipping_ratio=0.0,
        snr_db=30.0, luma_median=110.0, flags=("short",) if duration_s < 10 else (),
    )  # fmt: skip
    regions = intervals([(s.start_s, min(s.end_s, duration_s)) for s in transcript.segments])
    faces = activate(face_track(duration_s), 2.0, 4.0, 0.8, "mouthSmileLeft", "mouthSmileRight")
    return Observations(
        facts=facts,
        speech=SpeechActivity(regions),
        transcript=transcript,
        acoustics=acoustic_track(duration_s, seed),
        faces=without_face(faces, 5.0, 5.5),
        poses=pose_track(duration_s),
        voices=two_voices(duration_s),
    )


def two_voices(duration_s: float) -> Voices:
    """One who speaks for nearly all the time, and one with a word in between; they overlap."""
    turns = (Turn(0, 0.5, 0.6 * duration_s), Turn(1, 0.55 * duration_s, 0.7 * duration_s))
    return Voices(
        (*turns, Turn(0, 0.75 * duration_s, duration_s)), np.eye(2, 4, dtype=np.float32), "clusters"
    )


def sound_only(observations: Observations) -> Observations:
    facts = replace(
        observations.facts, has_video=False, width_px=0, height_px=0, fps=np.nan, luma_median=np.nan
    )
    return replace(observations, facts=facts, faces=None, poses=None)


def picture_only(observations: Observations) -> Observations:
    nan = np.nan
    facts = replace(observations.facts, has_audio=False, loudness_lufs=nan, clipping_ratio=nan, snr_db=nan)
    return replace(observations, facts=facts, speech=None, transcript=None, acoustics=None, voices=None)


def assert_same(actual: object, expected: object, tolerance: float = 0.0) -> None:
    """Equal to the last bit and the type of each array, or within `tolerance`; NaN equals NaN."""
    if isinstance(expected, np.ndarray):
        assert isinstance(actual, np.ndarray)
        assert actual.dtype == expected.dtype
        if tolerance:
            np.testing.assert_allclose(actual, expected, atol=tolerance, rtol=0)
        else:
            np.testing.assert_array_equal(actual, expected)
    elif isinstance(expected, float):
        assert (
            actual == expected
            or (np.isnan(actual) and np.isnan(expected))
            or abs(actual - expected) <= tolerance
        )
    elif isinstance(expected, tuple):
        assert isinstance(actual, tuple)
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            assert_same(one, other, tolerance)
    elif hasattr(expected, "__dataclass_fields__"):
        assert type(actual) is type(expected)
        for name in expected.__dataclass_fields__:
            assert_same(getattr(actual, name), getattr(expected, name), tolerance)
    else:
        assert actual == expected
