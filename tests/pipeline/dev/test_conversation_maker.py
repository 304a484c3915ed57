"""Made conversations: their truth is exact, the same seed gives the same, and voices are told apart in them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.dev.conversation_maker import (
    PEOPLE,
    Utterance,
    bridged,
    conversation,
    main,
    utterances,
    write_wav,
)
from interview_analysis.pipeline.dev.diarization_error import diarization_error, read_rttm
from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ, AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.types import Interval, Voices
from tests.models.audio import non_speech


def _tone(hz: float, seconds: float) -> Utterance:
    time_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    samples = (0.1 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)
    return Utterance(samples, (Interval(0.1, seconds - 0.1),))


TONES = [[_tone(200, 2), _tone(200, 3)], [_tone(1000, 1.5), _tone(1000, 4)]]


def test_the_truth_is_where_each_was_put() -> None:
    made = conversation(TONES, 60, seed=3)
    assert {turn.voice for turn in made.truth} == {0, 1}
    assert 55 < len(made.samples) / SAMPLE_RATE_HZ < 70
    for turn in made.truth:
        inside = slice(round(turn.start_s * SAMPLE_RATE_HZ), round(turn.end_s * SAMPLE_RATE_HZ))
        assert np.sqrt(np.mean(made.tracks[inside, turn.voice] ** 2)) > 0.01
    overlapping = [b for a, b in pairwise(made.truth) if b.start_s < a.end_s]
    assert overlapping
    assert all(a.voice != b.voice for a, b in pairwise(made.truth) if b.start_s < a.end_s)


def test_a_seed_gives_one_conversation() -> None:
    first, again, other = (conversation(TONES, 30, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.tracks, again.tracks)
    assert first.truth == again.truth != other.truth


def test_short_pauses_are_bridged() -> None:
    stretches = [Interval(3.0, 4.0), Interval(0.0, 1.0), Interval(1.4, 2.0)]
    assert bridged(stretches) == [Interval(0.0, 2.0), Interval(3.0, 4.0)]


@pytest.fixture(scope="module")
def models(model_store) -> Observers:
    return Observers(load_run_config(), model_store)


@pytest.fixture(scope="module")
def said(shared_data: Path, models: Observers) -> dict[str, tuple[Utterance, ...]]:
    people = PEOPLE["held_out"]["en"] | PEOPLE["held_out"]["zh"]
    return {
        name: utterances([shared_data / clip for clip in clips], models.detector)
        for name, clips in people.items()
    }


def _told_apart(samples: np.ndarray, models: Observers, folder: Path) -> Voices:
    path = folder / "talk.wav"
    write_wav(samples, path)
    with AudioSpool() as spool, Decoder(path) as decoder:
        for _ in decoder.frames(spool):
            pass
        return models.diarize(spool, models.detector.detect(spool), decoder.channel_levels)


# Measured on all held-out people, see the benchmark: 0.01 at most.
@pytest.mark.parametrize(
    "people",
    [
        ("azure_sdk", "librispeech_1995"),
        ("joyhallo", "funasr"),
        ("jfk", "aoc", "harvard"),
        ("jfk", "librivox", "fast", "aoc"),
    ],
)
def test_people_nobody_tuned_for_are_told_apart(people, said, models, tmp_path) -> None:
    made = conversation([said[name] for name in people], 60, seed=0)
    found = _told_apart(made.samples, models, tmp_path)
    assert found.method == "clusters"
    assert found.count == len(people)
    assert diarization_error(made.truth, found.turns).rate < 0.05


def test_five_people_are_more_than_four(said, models, tmp_path) -> None:
    made = conversation([said[n] for n in ("azure_sdk", "jfk", "librivox", "fast", "aoc")], 120, seed=1)
    assert _told_apart(made.samples, models, tmp_path).count > 4


def test_a_channel_each_is_used_as_such_and_shows_overlap(said, models, tmp_path) -> None:
    made = conversation([said["azure_sdk"], said["librispeech_1995"]], 60, seed=2)
    found = _told_apart(made.tracks, models, tmp_path)
    assert found.method == "channels"
    error = diarization_error(made.truth, found.turns, collar_s=0.0)
    assert error.rate < 0.1
    assert error.missed_s < 0.05 * error.total_s


def test_one_person_in_both_channels_or_in_one_of_two_is_one_voice(said, models, tmp_path) -> None:
    mono = conversation([said["azure_sdk"]], 40, seed=2).samples
    for tracks in (np.column_stack([mono, 0.7 * mono]), np.column_stack([mono, np.zeros_like(mono)])):
        found = _told_apart(tracks, models, tmp_path)
        assert (found.method, found.count) == ("clusters", 1)


@pytest.mark.parametrize("sound", ["music", "pink noise", "babble"])
def test_what_plays_in_the_background_is_no_voice_of_an_interview(sound, said, models, tmp_path) -> None:
    made = conversation([said["azure_sdk"], said["librispeech_1995"]], 60, seed=4)
    if sound == "babble":
        others = [said[n] for n in ("harvard", "infinitetalk", "librispeech_2412", "aoc", "fast", "jfk")]
        behind = sum(
            _looped(conversation([one], 60, seed=5).samples, len(made.samples)) for one in others
        ) / len(others)
    else:
        behind = non_speech(sound, len(made.samples) / SAMPLE_RATE_HZ)[: len(made.samples)]
    behind *= 10 ** (-15 / 20) * np.std(made.samples) / np.std(behind)
    found = _told_apart(made.samples + behind, models, tmp_path)
    assert found.count == 2
    assert diarization_error(made.truth, found.turns).rate < 0.12


def _looped(samples: np.ndarray, count: int) -> np.ndarray:
    return np.resize(samples, count).astype(np.float64)


def test_the_script_writes_sound_and_truth(shared_data, model_store, tmp_path) -> None:
    main(["--data", str(shared_data), "--out", str(tmp_path), "--language", "zh", "--seconds", "20"])
    (wav,) = tmp_path.glob("*.wav")
    turns = read_rttm(wav.with_suffix(".rttm"))
    assert {turn.voice for turn in turns} == {0, 1}
