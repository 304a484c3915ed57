"""Channels tell voices apart where each voice has its own, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.models.voice.diarization_channels import channel_voices
from interview_analysis.models.voice.speaker import SpeakerEncoder
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import Interval, SpeechActivity, Voices
from tests.models.audio import RATE_HZ, ArrayAudio

LENGTH_S = 30
SPEECH = SpeechActivity((Interval(1, 9), Interval(10, 20), Interval(21, 29)))


@pytest.fixture(scope="module")
def encoder(model_store: ModelStore) -> SpeakerEncoder:
    return SpeakerEncoder(model_store.path("campplus-zh-en"))


def _levels(*spoken: list[tuple[float, float]], leak_db: float = -40.0) -> NDArray[np.float64]:
    """Mean squares every 10 ms of voices at -20 dB that leak into each other's channels, over a floor of -90 dB."""
    own = np.full((LENGTH_S * 100, len(spoken)), 1e-9)
    for channel, stretches in enumerate(spoken):
        for start_s, end_s in stretches:
            own[round(start_s * 100) : round(end_s * 100), channel] += 0.01
    return own + 10 ** (leak_db / 10) * (own.sum(axis=1, keepdims=True) - own)


def _voices(levels: NDArray[np.float64] | None, encoder: SpeakerEncoder) -> Voices | None:
    noise = 0.1 * np.random.default_rng(1).standard_normal(LENGTH_S * RATE_HZ)
    return channel_voices(levels, ArrayAudio(noise), SPEECH, encoder)


@pytest.mark.parametrize("leak_db", [-60.0, -40.0, -18.0])
def test_turns_and_overlap_are_those_of_the_channels(leak_db: float, encoder: SpeakerEncoder) -> None:
    voices = _voices(_levels([(10, 14), (21, 29)], [(1, 9), (13, 20)], leak_db=leak_db), encoder)
    assert voices is not None
    assert voices.method == "channels"
    found = [(turn.voice, turn.start_s, turn.end_s) for turn in voices.turns]
    # Numbered by who speaks first: the second channel.
    expected = [(0, 1, 9), (1, 10, 14), (0, 13, 20), (1, 21, 29)]
    assert [voice for voice, _, _ in found] == [voice for voice, _, _ in expected]
    np.testing.assert_allclose([t[1:] for t in found], [t[1:] for t in expected], atol=0.1)
    assert voices.embeddings.shape == (2, 192)


def test_an_empty_channel_between_changes_nothing(encoder: SpeakerEncoder) -> None:
    voices = _voices(_levels([(1, 9)], [], [(10, 20), (21, 29)]), encoder)
    assert voices is not None
    assert [turn.voice for turn in voices.turns] == [0, 1, 1]


@pytest.mark.parametrize(
    "levels",
    [
        None,
        _levels([(1, 9), (10, 20), (21, 29)]),
        _levels([(1, 9), (10, 20), (21, 29)], []),
        _levels([(1, 9), (10, 20), (21, 29)], [(1, 9), (10, 20), (21, 29)]),
        _levels([(1, 20)], [(10, 29)], leak_db=-6.0),
        _levels([(1, 9), (10, 20), (21, 29)], [(28, 29)]),
        np.zeros((3000, 2)),
    ],
    ids=[
        "mono",
        "one channel",
        "one empty",
        "plain stereo",
        "one room, two microphones",
        "a click",
        "silence",
    ],
)
def test_other_recordings_are_not_told_apart_by_channel(
    levels: NDArray[np.float64] | None, encoder: SpeakerEncoder
) -> None:
    assert _voices(levels, encoder) is None


def test_without_speech_nobody_speaks(encoder: SpeakerEncoder) -> None:
    levels = _levels([(1, 9)], [(10, 20)])
    assert channel_voices(levels, ArrayAudio(np.zeros(10)), SpeechActivity(()), encoder) is None


def _talking(rng: np.random.Generator, *stretches: tuple[float, float]) -> NDArray[np.float64]:
    """Mean squares every 10 ms of somebody who says five syllables a second, over a floor of -90 dB."""
    own = np.full(LENGTH_S * 100, 1e-9)
    for start_s, end_s in stretches:
        steps = np.arange(round(start_s * 100), round(end_s * 100))
        rate = np.interp(steps, steps[::100], rng.uniform(3, 7, len(steps[::100])))
        own[steps] += 0.01 * 10 ** (1.5 * (np.sin(2 * np.pi * np.cumsum(rate) / 100) - 1))
    return own


def test_tracks_tell_people_apart_who_talk_all_at_once(
    encoder: SpeakerEncoder, rng: np.random.Generator
) -> None:
    first, second = (_talking(rng, (1, 9), (10, 20), (21, 29)) for _ in range(2))
    levels = np.stack([first, second], axis=1)
    assert _voices(levels, encoder) is None  # of one stereo microphone that would be a room
    noise = 0.1 * rng.standard_normal(LENGTH_S * RATE_HZ)
    voices = channel_voices(levels, ArrayAudio(noise), SPEECH, encoder, tracks=True)
    assert voices is not None
    assert voices.method == "channels"
    assert voices.count == 2


def test_a_track_with_everybody_on_it_is_nobody_s_own(
    encoder: SpeakerEncoder, rng: np.random.Generator
) -> None:
    """As some recorders make them: all that is heard, the microphone, and what the others say."""
    mine, yours = _talking(rng, (1, 9), (21, 29)), _talking(rng, (10, 20))
    noise = ArrayAudio(0.1 * rng.standard_normal(LENGTH_S * RATE_HZ))
    for tracks in ([mine + yours, mine, yours], [mine + yours, mine], [mine + yours] * 2):
        assert channel_voices(np.stack(tracks, axis=1), noise, SPEECH, encoder, tracks=True) is None
