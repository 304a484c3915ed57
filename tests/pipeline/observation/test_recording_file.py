"""Files that are odd as files: names that are no UTF-8, pipes, and files that change while they are read."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from interview_analysis import analyze
from interview_analysis.errors import MediaError
from interview_analysis.pipeline.analyze import Analysis
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.common.file_names import readable_name
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation import observed as remembering
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.outputs import load_saved, save
from tests.media import noise, write_recording


@pytest.fixture(scope="module")
def loaded(model_store) -> LoadedModels:
    return LoadedModels(load_run_config(overrides=["asr.cpu_threads=1"]), model_store)


@pytest.fixture
def sound(tmp_path: Path, rng: np.random.Generator) -> Path:
    return write_recording(tmp_path / "sound.wav", seconds=2, sound=noise(2, rng))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"interview.mp4", "interview.mp4"), ("面试.mp4".encode(), "面试.mp4"), ("面试.mp4".encode("gbk"), "面试.mp4"),
        ("Müller.mp4".encode("latin-1"), "M\\xfcller.mp4"),
    ],
)  # fmt: skip
def test_the_name_of_a_file_is_text(name: bytes, shown: str) -> None:
    assert readable_name(Path(os.fsdecode(b"/folder/" + name))) == shown


def test_a_file_whose_name_is_no_utf8_is_scored_and_saved(
    sound: Path, tmp_path: Path, loaded: LoadedModels
) -> None:
    path = sound.rename(tmp_path / os.fsdecode("面试_录音.wav".encode("gbk")))
    analysis = analyze(path, "product-manager", models=loaded)
    assert analysis.report.media.name == analysis.report.lineage.recording.id == "面试_录音.wav"
    out = tmp_path / os.fsdecode("结果".encode("gbk"))
    save(analysis, out, "zh")
    assert load_saved(out)[0].media.name == "面试_录音.wav"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, loaded: LoadedModels) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    refused = Event()

    def end_waiting() -> None:
        while not refused.wait(1.0):
            with suppress(OSError):  # nobody waits
                os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))

    Thread(target=end_waiting, daemon=True).start()
    with pytest.raises(MediaError, match="is no regular file: save the recording to a file first"):
        analyze(pipe, "product-manager", models=loaded)
    refused.set()


def test_the_hash_is_that_of_what_was_measured(
    sound: Path, tmp_path: Path, loaded: LoadedModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording that somebody still writes to while the models look at it."""
    observe = remembering.observe

    def meanwhile(path: Path, *arguments: object, **named: object) -> object:
        seen = observe(path, *arguments, **named)  # type: ignore[arg-type]
        with path.open("ab") as file:
            file.write(bytes(3200))
        return seen

    kept = tmp_path / "kept"
    with monkeypatch.context() as patch:
        patch.setattr(remembering, "observe", meanwhile)
        with pytest.raises(MediaError, match=r"sound\.wav: changed while it was read") as caught:
            analyze(sound, "product-manager", models=loaded, cache=ObservationCache.at(kept))
        with pytest.raises(MediaError, match="changed while it was read"):
            analyze(sound, "product-manager", models=loaded)
    assert caught.value.code == "changed"
    assert not list(kept.rglob("*.npz"))
    analysis = analyze(sound, "product-manager", models=loaded, cache=ObservationCache.at(kept))
    assert analysis.report.lineage.recording.sha256 == hashlib.sha256(sound.read_bytes()).hexdigest()


def test_a_file_that_was_replaced_or_removed_has_changed(sound: Path, tmp_path: Path) -> None:
    file = RecordingFile.at(sound)
    file.check_unchanged()
    same = tmp_path / "same.wav"
    same.write_bytes(sound.read_bytes())
    same.replace(sound)
    with pytest.raises(MediaError, match="changed"):
        file.check_unchanged()
    sound.unlink()
    with pytest.raises(MediaError, match="changed"):
        file.check_unchanged()


def without_date(analysis: Analysis) -> object:
    report = analysis.report
    return replace(analysis, report=report.model_copy(update={"lineage": None})).report


def test_a_recording_at_a_url_is_fetched(sound: Path, loaded: LoadedModels) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe_file("/rounds/sound.wav", sound.read_bytes())
    fetched = analyze("memory://rounds/sound.wav", "product-manager", models=loaded)
    assert without_date(fetched) == without_date(analyze(sound, "product-manager", models=loaded))
    with pytest.raises(MediaError, match="cannot fetch memory://rounds/none.wav: no such file"):
        analyze("memory://rounds/none.wav", "product-manager", models=loaded)
    with pytest.raises(MediaError, match="cannot fetch gopher://rounds/sound.wav: .*gopher"):
        analyze("gopher://rounds/sound.wav", "product-manager", models=loaded)
