"""Failures and interruptions of the models that run side by side. None of them may wait for the rest, or for ever."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import OutputError, WeightsError
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.observation import observe as observing
from interview_analysis.pipeline.observation.observe import observe
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.types import SpeechActivity, Transcript
from tests.media import grey, noise, silence, write_recording

LIMIT_S = 30.0


class Listening(Observers):
    """Hears nothing, but follows the audio to its end, and then stays busy with it for `busy_s`."""

    busy_s = 0.0
    reached_end: threading.Event

    def transcribe(self, audio, on_progress, *, alone):
        self.reached_end = threading.Event()
        audio.wait(np.iinfo(np.int64).max)
        self.reached_end.set()
        end_s = time.monotonic() + self.busy_s
        while time.monotonic() < end_s:
            time.sleep(0.02)
            audio.read(0, 10)
        return Transcript("", float("nan"), (), "none", "none"), SpeechActivity(())


def _within_limit(work) -> BaseException | None:
    """The error that `work` ends with; fails instead of hanging when it does not end."""
    caught: list[BaseException | None] = []

    def run() -> None:
        try:
            work()
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the caller asserts which
            caught.append(error)
        else:
            caught.append(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LIMIT_S)
    assert not thread.is_alive(), "observe() hangs"
    return caught[0]


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "clip.mp4"
    sound = noise(20, np.random.default_rng(1))
    return write_recording(path, seconds=20, sound=sound, picture=grey())


@pytest.fixture
def no_pose(model_store, tmp_path, monkeypatch) -> ModelStore:
    """A store with every model but the pose landmarker."""
    monkeypatch.delenv("INTERVIEW_ANALYSIS_MODELS", raising=False)
    store = ModelStore(tmp_path / "models")
    store.root.mkdir()
    for one in model_store.root.iterdir():
        if one.name != model_store.path("pose-landmarker-full").relative_to(model_store.root).parts[0]:
            (store.root / one.name).symlink_to(one)
    return store


def test_a_model_that_dies_is_noticed_while_decoding(no_pose, recording):
    models = Listening(load_run_config(), no_pose)
    models.busy_s = 3600.0
    error = _within_limit(lambda: observe(recording, models))
    assert isinstance(error, WeightsError)
    assert "pose-landmarker-full" in str(error)


def test_a_model_that_dies_after_decoding_does_not_wait_for_the_transcript(no_pose, tmp_path):
    """One frame, so that decoding is over before the failure can be seen."""
    path = write_recording(tmp_path / "short.mp4", seconds=1, sound=silence(1), picture=grey())
    models = Listening(load_run_config(overrides=["frames_per_second=0.5"]), no_pose)
    models.busy_s = 3600.0
    assert isinstance(_within_limit(lambda: observe(path, models)), WeightsError)


def test_an_interruption_after_decoding_stops_the_readers(model_store, recording, monkeypatch):
    models = Listening(load_run_config(), model_store)
    models.busy_s = 3600.0
    ended: list[str] = []

    def interrupted(*_, **__):
        assert models.reached_end.wait(LIMIT_S)
        raise KeyboardInterrupt  # as Ctrl-C does in the calling thread, which waits here

    def note(stage: str, time_s: float, total_s: float) -> None:
        if time_s == total_s:
            ended.append(stage)

    monkeypatch.setattr(observing, "wait", interrupted)
    error = _within_limit(lambda: observe(recording, models, on_progress=note))
    assert isinstance(error, KeyboardInterrupt)
    assert "transcribe" not in ended
    assert "decode" in ended


def test_an_interruption_before_decoding_releases_the_models(model_store, recording, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(observing, "_timed", interrupted)
    models = Listening(load_run_config(), model_store)
    assert isinstance(_within_limit(lambda: observe(recording, models)), KeyboardInterrupt)


def test_a_full_temporary_folder_stops_everything_in_one_line(model_store, recording, monkeypatch):
    import errno

    from interview_analysis.pipeline.media.audio_spool import AudioSpool

    class Full:
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            pass

    class FullSpool(AudioSpool):
        def __init__(self):
            super().__init__()
            self._file.close()
            self._file = Full()

    monkeypatch.setattr(observing, "AudioSpool", FullSpool)
    error = _within_limit(lambda: observe(recording, Listening(load_run_config(), model_store)))
    assert isinstance(error, OutputError)
    assert "is full" in str(error)


def test_every_stage_reports_up_to_its_end(model_store, recording):
    reports: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    found = observe(
        recording,
        Listening(load_run_config(), model_store),
        on_progress=lambda stage, time_s, total_s: reports[stage].append((time_s, total_s)),
    )
    assert set(reports) == {"decode", "transcribe", "voice", "face", "pose"}
    for stage, calls in reports.items():
        times = [time_s for time_s, _ in calls]
        assert times == sorted(times), stage
        assert calls[-1][0] == calls[-1][1] == pytest.approx(20, abs=1), stage
    assert len(reports["face"]) == len(found.faces.time_s) + 1
    assert found.acoustics is not None
    assert found.poses is not None
