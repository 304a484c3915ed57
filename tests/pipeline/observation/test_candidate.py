"""A conversation made of real recordings, from the file to the report: whose words are scored, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.errors import MediaError
from interview_analysis.features.conversation.candidate_view import everyone
from interview_analysis.pipeline.analyze import analyze
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.dev.conversation_maker import write_wav
from interview_analysis.pipeline.interview import Analysis
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ
from interview_analysis.pipeline.observation.cache import NoCache
from interview_analysis.pipeline.observation.candidate import candidates_view, voice_sample
from interview_analysis.pipeline.outputs import save
from interview_analysis.types import Interval
from tests.interview_making import GAP_S, film, samples

FACE = "video_talking/latentsync_demo3_en_seated.mp4"
PARTS = {
    "en": (FACE, "audio_en/azure_en-training_audio1.wav"),
    "zh": ("audio_zh/azure_zh-CN-training_audio1.wav", "audio_zh/kimi_asr_example.wav"),
}
ANSWERS = (Interval(0.0, 9.8), Interval(9.9, 19.9))
QUESTIONS = (Interval(0.3, 4.8), Interval(4.9, 9.6))


@dataclass(frozen=True)
class Made:
    """Samples at 16 kHz, interviewer and candidate, and who has which stretch: (voice, start, place in the clip)."""

    tracks: NDArray[np.float32]
    stretches: tuple[tuple[int, float, Interval], ...]

    def spoken(self, voice: int) -> list[Interval]:
        return [Interval(at, at + part.duration_s) for who, at, part in self.stretches if who == voice]


def made(candidate: Path, interviewer: Path, exchanges: int = 4) -> Made:
    """Two who take turns, equally loud."""
    heard = [samples(interviewer), samples(candidate)]
    at, stretches = 0.5, []
    for number in range(exchanges):
        for voice, parts in ((0, QUESTIONS), (1, ANSWERS)):
            stretches.append((voice, at, parts[number % 2]))
            at += parts[number % 2].duration_s + GAP_S
    tracks = np.random.default_rng(1).normal(0, 3e-4, (round(at * SAMPLE_RATE_HZ), 2)).astype(np.float32)
    for voice, start_s, part in stretches:
        first, last = (round(edge * SAMPLE_RATE_HZ) for edge in (part.start_s, part.end_s))
        said = heard[voice][first:last]
        place = round(start_s * SAMPLE_RATE_HZ)
        tracks[place : place + len(said), voice] += 0.05 * said / np.sqrt(np.mean(said**2))
    return Made(tracks, tuple(stretches))


def words_of(analysis: Analysis, spoken: list[Interval]) -> float:
    """Share of the words that are scored whose middle lies in `spoken`, by a quarter of a second."""
    assert analysis.observations.transcript is not None
    middles = [(w.start_s + w.end_s) / 2 for w in analysis.observations.transcript.words]
    return float(np.mean([any(s.start_s - 0.25 <= m <= s.end_s + 0.25 for s in spoken) for m in middles]))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_video_the_voice_of_the_face_is_scored(
    language: str, shared_data: Path, loaded: LoadedModels, tmp_path: Path
) -> None:
    candidate, interviewer = (shared_data / clip for clip in PARTS[language])
    conversation = made(candidate, interviewer)
    mono = conversation.tracks.sum(axis=1)
    recording = film(tmp_path / "talk.mp4", shared_data / FACE, mono, conversation.spoken(1))
    analysis = analyze(recording, "product-manager", models=loaded)
    told = analysis.report.speakers
    assert told is not None
    assert (told.by, told.guess, told.doubt, len(told.voices)) == ("face", False, "", 2)
    assert analysis.report.language == language
    assert words_of(analysis, conversation.spoken(1)) >= 0.95
    assert analysis.report.channels["voice"].score is not None
    assert analysis.report.channels["face"].score is not None
    if language == "en":  # the Chinese questioner's clip has long silences, which are no turn
        latency_s = analysis.tables.value("turn_taking.response_latency_median_s")
        assert latency_s == pytest.approx(GAP_S, abs=0.4)
    assert 0.6 < analysis.tables.value("turn_taking.talk_share_ratio") < 0.85
    _check_saved(analysis, tmp_path / "out")


def _check_saved(analysis: Analysis, out: Path) -> None:
    save(analysis, out, "en")
    whole = everyone(analysis.observations)
    assert whole is not None
    written = json.loads((out / "transcript.json").read_text())
    assert [s["text"] for s in written["segments"]] == [s.text for s in whole.segments]
    assert {s["role"] for s in written["segments"]} <= {"candidate", "other", "unknown"}
    page = (out / "report.html").read_text()
    assert page.count('class="other"') == sum(s["role"] != "candidate" for s in written["segments"]) > 0
    assert "The one that the mouth in the picture moves with was scored" in page


@pytest.mark.slow
def test_on_audio_a_sample_or_a_channel_names_the_candidate(
    shared_data: Path, loaded: LoadedModels, tmp_path: Path
) -> None:
    candidate, interviewer = (shared_data / clip for clip in PARTS["zh"])
    conversation = made(candidate, interviewer)
    mono, stereo = tmp_path / "mono.wav", tmp_path / "stereo.wav"
    write_wav(conversation.tracks.sum(axis=1), mono)
    write_wav(conversation.tracks, stereo)
    known = shared_data / "audio_zh/azure_zh-CN-training_audio2.wav"  # the same person in another recording
    by_sample = analyze(mono, "product-manager", models=loaded, candidate_voice=known)
    told = by_sample.report.speakers
    assert told is not None
    assert (told.by, told.doubt) == ("reference", "")
    assert told.reference is not None
    assert told.reference.id == known.name
    assert words_of(by_sample, conversation.spoken(1)) >= 0.95
    stranger = analyze(mono, "product-manager", models=loaded, candidate_voice=shared_data / PARTS["en"][1])
    assert stranger.report.overall.abstention is not None
    assert stranger.report.overall.abstention.reason == "candidate_silent"
    config = load_run_config(candidate_channel="right", language="zh")
    by_channel = analyze(stereo, "product-manager", models=LoadedModels(config, loaded.store))
    told = by_channel.report.speakers
    assert told is not None
    assert (told.by, told.told_apart_by) == ("channel", "channels")
    assert words_of(by_channel, conversation.spoken(1)) >= 0.95


def test_a_sample_without_enough_speech_says_what_to_do(loaded: LoadedModels, tmp_path: Path) -> None:
    silent = tmp_path / "silent.wav"
    write_wav(np.zeros(SAMPLE_RATE_HZ * 2, dtype=np.float32), silent)
    with pytest.raises(MediaError, match=r"0\.0 s of speech, expected 3 s or more .*--candidate-voice"):
        voice_sample(silent, loaded.observers, NoCache())


def test_a_view_is_not_viewed_again() -> None:
    from tests.candidate_builders import interview, talk

    view = candidates_view(talk(interview(3)))
    assert view.conversation is not None
    assert candidates_view(view, "left") is view
