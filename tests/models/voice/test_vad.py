"""Voice activity: hysteresis on scripted probabilities, and the real network on real and synthetic sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from interview_analysis.models.voice.vad import (
    FRAME_S,
    SpeechDetector,
    VadSettings,
    regions_from_probabilities,
    speech_activity,
)
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import Interval
from tests.models.audio import NON_SPEECH, RATE_HZ, ArrayAudio, load, non_speech

BARE = VadSettings(pad_s=0.0)


def frames(*runs: tuple[float, int]) -> list[NDArray[np.float32]]:
    return [np.concatenate([np.full(count, value, np.float32) for value, count in runs])]


def found(blocks: list[NDArray[np.float32]], vad: VadSettings = BARE) -> list[tuple[int, int]]:
    regions = regions_from_probabilities(blocks, vad)
    return [(round(r.start_s / FRAME_S), round(r.end_s / FRAME_S)) for r in regions]


def test_speech_begins_at_the_upper_and_ends_at_the_lower_threshold() -> None:
    assert found(frames((0.4, 10), (0.6, 20), (0.4, 10), (0.1, 10))) == [(10, 40)]


def test_a_pause_of_a_quarter_second_shows_and_a_plosive_does_not() -> None:
    pause, closure = round(0.25 / FRAME_S), 2
    assert found(frames((0.9, 20), (0.0, pause), (0.9, 20))) == [(0, 20), (20 + pause, 40 + pause)]
    assert found(frames((0.9, 20), (0.0, closure), (0.9, 20))) == [(0, 42)]


def test_a_click_is_no_speech() -> None:
    assert found(frames((0.0, 10), (0.9, 5), (0.0, 10))) == []


def test_padding_stops_in_the_middle_of_a_gap() -> None:
    first, second = regions_from_probabilities(frames((0.9, 20), (0.0, 4), (0.9, 20)), VadSettings(pad_s=1.0))
    assert first.end_s == pytest.approx(22 * FRAME_S)
    assert second.start_s == pytest.approx(22 * FRAME_S)


def test_a_region_that_never_pauses_is_cut_where_it_is_weakest() -> None:
    vad = VadSettings(pad_s=0.0, max_region_s=100 * FRAME_S)
    regions = found(frames((0.9, 80), (0.5, 1), (0.9, 60), (0.0, 10)), vad)
    assert regions == [(0, 80), (80, 141)]
    joined = speech_activity(Interval(a * FRAME_S, b * FRAME_S) for a, b in regions)
    assert joined.speech_s == pytest.approx(141 * FRAME_S)
    assert len(joined.regions) == 1


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1, width=32), max_size=300), st.integers(1, 50))
def test_regions_do_not_depend_on_blocks_and_are_in_order(values: list[float], block: int) -> None:
    whole = np.array(values, np.float32)
    vad = VadSettings(max_region_s=2.0)
    regions = list(regions_from_probabilities([whole], vad))
    pieces = [whole[i : i + block] for i in range(0, len(whole), block)]
    assert list(regions_from_probabilities(pieces, vad)) == regions
    edges = [edge for region in regions for edge in (region.start_s, region.end_s)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(values) * FRAME_S + 1e-9 for edge in edges)


@pytest.fixture(scope="module")
def detector(model_store: ModelStore) -> SpeechDetector:
    return SpeechDetector(model_store.path("silero-vad"))


@pytest.mark.parametrize("kind", NON_SPEECH)
def test_other_sounds_are_no_speech(detector: SpeechDetector, kind: str) -> None:
    assert detector.detect(ArrayAudio(non_speech(kind, 30.0))).regions == ()


def test_speech_between_silences_is_found_where_it_is(detector: SpeechDetector, shared_data: Path) -> None:
    clip = load(shared_data / "audio_en" / "librivox_sense_0880.wav")
    silence = np.zeros(10 * RATE_HZ, np.float32)
    alone = detector.detect(ArrayAudio(clip))
    among = detector.detect(ArrayAudio(np.concatenate([silence, clip, silence])))
    assert among.regions[0].start_s == pytest.approx(10.0 + alone.regions[0].start_s, abs=0.1)
    assert among.regions[-1].end_s == pytest.approx(10.0 + alone.regions[-1].end_s, abs=0.1)
    assert among.speech_s > 2.0


def test_the_network_keeps_its_state_across_blocks(detector: SpeechDetector, shared_data: Path) -> None:
    """Nowhere less than Silero run over the whole recording at once, and for the most part the same.

    The last frame is left out: faster-whisper sets its last samples to zero by an aliased array.
    """
    from faster_whisper.vad import SileroVADModel

    samples = load(shared_data / "audio_en" / "mfa_acoustic_corpus.wav")
    samples = samples[: len(samples) // 512 * 512]
    ours = np.concatenate(list(detector.probabilities(ArrayAudio(samples))))
    theirs = SileroVADModel(str(detector.weights))(samples.copy()).ravel()
    assert len(ours) == len(theirs)
    assert (ours[:-1] > theirs[:-1] - 1e-4).all()
    assert np.mean((ours >= 0.5) == (theirs >= 0.5)) > 0.97


def test_a_hoarse_voice_after_clear_ones_is_speech(detector: SpeechDetector, shared_data: Path) -> None:
    """With the network's state of what came before alone, all but two seconds of it are lost."""
    english = shared_data / "audio_en"
    clear = [load(english / f"azure_en-training_audio{n}.wav") for n in (1, 2)]
    clear += [load(english / f"librivox_sense_0{n}.wav") for n in (870, 880, 920)]
    hoarse = load(english / "mfa_cold_corpus.wav")
    alone = detector.detect(ArrayAudio(hoarse)).speech_s
    before_s = sum(map(len, clear)) / RATE_HZ
    after = detector.detect(ArrayAudio(np.concatenate([*clear, hoarse])))
    heard_s = sum(region.duration_s for region in after.regions if region.start_s >= before_s - 0.1)
    assert heard_s > 0.8 * alone > 10.0


def test_growing_audio_gives_the_same_regions(detector: SpeechDetector, shared_data: Path) -> None:
    samples = load(shared_data / "audio_en" / "mfa_acoustic_corpus.wav")

    class Growing(ArrayAudio):
        there = 0

        def wait(self, stop_sample: int) -> int:
            self.there = min(len(self.samples), max(self.there, stop_sample + 137))
            return self.there

        def read(self, start_sample: int, stop_sample: int) -> NDArray[np.float32]:
            assert start_sample <= self.there
            return self.samples[start_sample : min(stop_sample, self.there)]

    heard: list[float] = []
    regions: Iterator[Interval] = detector.regions(Growing(samples), heard.append)
    assert speech_activity(regions) == detector.detect(ArrayAudio(samples))
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(len(samples) / RATE_HZ, abs=FRAME_S)


def test_empty_audio_has_no_speech(detector: SpeechDetector) -> None:
    assert detector.detect(ArrayAudio(np.zeros(0))).regions == ()


def test_another_rate_is_refused(detector: SpeechDetector) -> None:
    audio = ArrayAudio(np.zeros(100))
    audio.sample_rate_hz = 44_100
    with pytest.raises(ValueError, match="expects 16000 Hz, got 44100 Hz"):
        detector.detect(audio)
