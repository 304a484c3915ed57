"""Syllables by the sound alone: made sounds, and recordings with reference transcripts."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.features.voice.speech_units import inside, spoken_syllables
from interview_analysis.features.voice.syllables import DISAGREE, MIN_VOICED_RATIO
from interview_analysis.models.asr.recogniser import AsrSettings, load_detector
from interview_analysis.models.voice.nuclei import syllable_nuclei
from interview_analysis.models.voice.praat import acoustics
from interview_analysis.models.weights.store import ModelStore
from tests.models.audio import RATE_HZ, ArrayAudio, load

# None of these was looked at while the band, the smoothing and the dip were chosen.
HELD_OUT = (
    "audio_en/mfa_cold_corpus.wav", "audio_en/OSR_us_000_0034_8k.wav", "audio_en/higgs_en_man.wav",
    "audio_en/librispeech_1995-1837-0001.wav", "audio_en/librivox_sense_0920.wav", "audio_en/speechbrain_spk1_snt2.wav",
    "audio_en/speechbrain_spk1_snt4.wav", "audio_en/azure_en-training_audio2.wav", "audio_zh/azure_zh-CN-training_audio2.wav",
    "audio_zh/cosyvoice_zero_shot_prompt.wav", "audio_zh/funasr_asr_example.wav", "audio_zh/kimi_asr_example.wav",
)  # fmt: skip


def vowels(count: int, per_s: float) -> NDArray[np.float64]:
    """A voice of 120 Hz that swells and fades `count` times."""
    time_s = np.arange(round(count / per_s * RATE_HZ)) / RATE_HZ
    voice = sum(np.sin(2 * np.pi * 120 * n * time_s) / n for n in range(1, 30))
    return 0.1 * voice * (0.15 + np.sin(np.pi * per_s * time_s) ** 2)


@pytest.mark.parametrize("per_s", [2.0, 4.0, 6.0])
def test_each_swell_of_a_voice_is_a_syllable(per_s: float):
    samples = vowels(12, per_s)
    count = round(len(samples) / RATE_HZ * 100)
    found = syllable_nuclei(samples, RATE_HZ, np.ones(count, dtype=bool))
    assert len(found) == 12
    assert (found + 0.5) / 100 == pytest.approx((np.arange(12) + 0.5) / per_s, abs=0.03)


def test_what_has_no_pitch_has_no_syllable():
    samples = vowels(12, 4.0)
    count = round(len(samples) / RATE_HZ * 100)
    half = np.arange(count) < count // 2
    assert len(syllable_nuclei(samples, RATE_HZ, half)) == 6
    assert len(syllable_nuclei(samples, RATE_HZ, np.zeros(count, dtype=bool))) == 0


def test_blocks_and_their_seams_do_not_matter():
    samples = np.concatenate([vowels(24, 4.0), np.zeros(RATE_HZ), vowels(24, 4.0)])
    whole = acoustics(ArrayAudio(samples)).nucleus_s
    pieces = acoustics(ArrayAudio(samples), block_s=3.0).nucleus_s
    assert len(whole) == len(pieces) == 48
    assert pieces == pytest.approx(whole, abs=0.011)


def test_the_rate_is_that_of_the_reference_transcripts(model_store: ModelStore, shared_data: Path):
    """Of those that were set aside. One is of somebody with a cold, which showed that a voice is needed."""
    detector = load_detector(AsrSettings(), model_store)
    ratios, hoarse = [], []
    for clip in HELD_OUT:
        path = shared_data / clip
        audio = ArrayAudio(load(path))
        text = re.sub(r"\[[\d.-]+\]|^\w+:", " ", path.with_suffix(".ref.txt").read_text(), flags=re.MULTILINE)
        spoken = detector.detect(audio).regions
        track = acoustics(audio)
        if np.isfinite(track.f0_hz[inside(track.time_s, spoken)]).mean() < MIN_VOICED_RATIO:
            hoarse.append(clip)
            continue
        ratios.append(spoken_syllables(text.lower()) / np.count_nonzero(inside(track.nucleus_s, spoken)))
    assert hoarse == ["audio_en/mfa_cold_corpus.wav"]
    log = np.log(ratios)
    assert float(np.sqrt(np.mean(log**2))) < 0.12, ratios
    assert all(1 / DISAGREE < ratio < DISAGREE for ratio in ratios), ratios
