"""People who talk at the same time, each on an audio track of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from interview_analysis.pipeline.dev.word_errors import word_error_rate
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.candidate import candidates_view
from interview_analysis.pipeline.observation.joining import clip, joined
from interview_analysis.pipeline.observation.observe import observe
from interview_analysis.types import Observations
from tests.models.audio import RATE_HZ, load
from tests.pipeline.media.test_audio_tracks import write_tracks

CLIPS = ("audio_en/jfk.flac", "audio_en/higgs_en_man.wav")
STARTS_S = (0.5, 1.5)


@pytest.fixture(scope="module")
def panel(shared_data: Path, loaded: LoadedModels, tmp_path_factory: pytest.TempPathFactory) -> Observations:
    """Two speeches at once: each begins while the other goes on."""
    heard = [load(shared_data / name) for name in CLIPS]
    length = max(round(s * RATE_HZ) + len(h) for s, h in zip(STARTS_S, heard, strict=True)) + RATE_HZ
    sound = np.zeros((2, length), np.float32)
    for row, said, start_s in zip(sound, heard, STARTS_S, strict=True):
        begin = round(start_s * RATE_HZ)
        row[begin : begin + len(said)] = 0.05 * said / np.sqrt(np.mean(said**2))
    sound += np.random.default_rng(1).normal(0, 1e-4, sound.shape)
    path = tmp_path_factory.mktemp("panel") / "panel.mkv"
    write_tracks(path, {"Ann": [(0, sound[0])], "Ben": [(0, sound[1])]})
    return observe(path, loaded.observers.speaking("en"))


def words(observations: Observations, channel: int) -> str:
    view = candidates_view(observations, channel=channel)
    assert view.conversation is not None
    assert view.conversation.candidate.by == "channel"
    assert view.transcript is not None
    return view.transcript.text


@pytest.mark.parametrize("number", [0, 1])
def test_each_keeps_every_word_where_all_talk_at_once(
    number: int, panel: Observations, shared_data: Path
) -> None:
    reference = (shared_data / CLIPS[number]).with_suffix(".ref.txt").read_text()
    assert word_error_rate(reference, words(panel, number + 1)) <= 0.06


def test_words_stay_with_their_voice_in_a_part_and_among_several_recordings(panel: Observations) -> None:
    late = clip(panel, 2.0)
    assert 40 < len(words(late, 1)) < len(words(panel, 1))
    assert words(panel, 1).endswith(words(late, 1)[-40:])
    assert words(panel, 2).endswith(words(late, 2)[-40:])
    together = joined([late, panel])
    for channel in (1, 2):
        both = words(together, channel)
        assert both.startswith(words(late, channel)[:40])
        assert both.endswith(words(panel, channel)[-40:])
