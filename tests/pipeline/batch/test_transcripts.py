"""Manifests that name transcripts: of a recording, or instead of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from interview_analysis.errors import ManifestError, TranscriptError
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.batch.manifest.manifest import load_manifest, read_manifest, write_manifest
from interview_analysis.pipeline.batch.stages import Observing, Scoring, Unobserved, Worker, WorkerSetup
from interview_analysis.pipeline.common.config import load_norms, load_profile, load_run_config
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.pipeline.storage.places import Folder
from tests.media import silence, write_recording

VTT = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Helen Li>Tell me about a project that you led.</v>

00:00:06.000 --> 00:00:19.000
<v Sam Oak>I interviewed twenty users and found that the first screens were confusing, so I redesigned them with a prototype,
and retention rose by twelve percent in six weeks after the engineers and I had tested it on five percent of users.</v>
"""
HEAD = "interview_id,candidate_id,job,recording,transcript\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.vtt").write_text(VTT)
    write_recording(tmp_path / "a.wav", seconds=20.0, sound=silence(20.0))
    return tmp_path


def manifest(folder: Path, *rows: str) -> Path:
    path = folder / "round.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


def test_the_column_names_a_file_of_each_recording(folder):
    loaded = load_manifest(manifest(folder, "i1,c1,pm,a.wav,a.vtt", "i2,c2,pm,a.vtt,"), ["pm"])
    first, second = loaded.interviews
    assert first.recordings[0].transcript == str(folder / "a.vtt")
    assert first.files == (str(folder / "a.wav"), str(folder / "a.vtt"))
    assert second.recordings[0].transcript is None
    out = Folder(folder / "out")
    write_manifest(loaded, out)
    assert read_manifest(out).interviews == loaded.interviews


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("i1,c1,pm,a.wav,none.vtt", "does not exist"),
        ("i1,c1,pm,a.wav,a.wav", "is no transcript; expected .vtt, .srt, .txt, .docx"),
        ("i1,c1,pm,a.vtt,a.vtt", "the recording is a transcript itself"),
        ("i1,c1,pm,a.wav,/etc/a.vtt", "leads out of the manifest's folder"),
    ],
)
def test_mistakes_are_told_with_their_row(folder, row, told):
    with pytest.raises(ManifestError, match="row 2|line 2") as wrong:
        load_manifest(manifest(folder, row), ["pm"])
    assert told in str(wrong.value)


def worker(folder: Path, models: LoadedModels) -> Worker:
    setup = WorkerSetup(
        load_run_config(), load_norms(), {"pm": load_profile("product-manager")}, Folder(folder / "out"),
        ObservationCache.at(folder / "cache"), "en",
    )  # fmt: skip
    return Worker(setup, models)


def test_stages_hand_the_words_on_and_nothing_is_recognised(folder, model_store: ModelStore, monkeypatch):
    monkeypatch.setattr(Observers, "engine", property(lambda _: pytest.fail("the words are known")))
    (interview,) = load_manifest(manifest(folder, "i1,c1,pm,a.wav,a.vtt"), ["pm"]).interviews
    stages = worker(folder, LoadedModels(load_run_config(), model_store))
    sound, words = (stages.probe(path) for path in interview.files)
    assert words.duration_s == 19.0
    task = Scoring(interview, (sound.sha256,), "1" * 64, None, (words.sha256,))
    assert stages.score(task) == Unobserved((0,))
    stages.observe(Observing(interview.files[0], sound.sha256, None, worded=True))
    row = stages.score(task)
    assert row.lineage.transcripts == (words.sha256,)
    assert row.scores["channel.content"].score is not None
    (folder / "a.vtt").write_text(VTT.replace("twenty", "thirty"))
    with pytest.raises(Exception, match="is not what it was"):
        stages.score(task)


def test_a_transcript_alone_needs_no_observing(folder, model_store: ModelStore):
    (interview,) = load_manifest(manifest(folder, "i1,c1,pm,a.vtt,"), ["pm"]).interviews
    stages = worker(folder, LoadedModels(load_run_config(), model_store))
    words = stages.probe(interview.files[0])
    row = stages.score(Scoring(interview, (words.sha256,), "1" * 64, None, (None,)))
    assert row.scores["channel.content"].score is not None
    assert row.scores["channel.voice"].abstained == "no_audio"
    assert "transcript_given" in row.flags
    (folder / "b.srt").write_text("nothing")
    with pytest.raises(TranscriptError, match=r"b.srt, line 1"):
        stages.probe(str(folder / "b.srt"))
