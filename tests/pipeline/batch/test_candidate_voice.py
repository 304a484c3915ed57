"""Manifests that say which voice is the candidate's, on a conversation made of real recordings."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from interview_analysis.models.weights.hashes import file_sha256
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.dev.conversation_maker import write_wav
from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ
from tests.pipeline.batch.conftest import Round, job_that_asks, tables
from tests.pipeline.observation.test_candidate import PARTS, made

COLUMNS = (
    "interview_id",
    "candidate_id",
    "job",
    "recording",
    "question",
    "language",
    "candidate_voice",
    "candidate_channel",
)
ASKED = "请介绍一个你负责的项目"
ROWS = (
    ("voice", "C1", "product-manager", "mono.wav", ASKED, "zh", "known.wav", ""),
    ("stranger", "C2", "product-manager", "mono.wav", ASKED, "zh", "stranger.wav", ""),
    ("channel", "C3", "product-manager", "stereo.wav", ASKED, "zh", "", "right"),
    ("silent", "C4", "product-manager", "mono.wav", ASKED, "zh", "silent.wav", ""),
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def talks(shared_data: Path, model_store: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Round:
    folder = tmp_path_factory.mktemp("talks")
    candidate, interviewer = (shared_data / clip for clip in PARTS["zh"])
    conversation = made(candidate, interviewer, exchanges=3)
    write_wav(conversation.tracks.sum(axis=1), folder / "mono.wav")
    write_wav(conversation.tracks, folder / "stereo.wav")
    write_wav(np.zeros(2 * SAMPLE_RATE_HZ, dtype=np.float32), folder / "silent.wav")
    shutil.copy(shared_data / "audio_zh/azure_zh-CN-training_audio2.wav", folder / "known.wav")
    shutil.copy(shared_data / PARTS["en"][1], folder / "stranger.wav")
    (folder / "jobs").mkdir()
    job = job_that_asks("product-manager", ASKED, "zh")
    (folder / "jobs" / "product-manager.yaml").write_text(job, encoding="utf-8")
    with (folder / "round.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *ROWS])
    return Round(folder)


@pytest.fixture(scope="module")
def scored(talks: Round, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    done = talks.score(out)
    assert done.returncode == 3, done.stderr  # the stranger's fails
    return out


def speakers(out: Path, interview: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / f"interviews/{interview}/report.json").read_bytes())[
        "speakers"
    ]
    return found


def test_a_row_names_the_candidates_voice_or_channel(talks: Round, scored: Path) -> None:
    scores = pd.read_parquet(scored / "scores.parquet").set_index("interview_id")
    assert list(scores["status"]) == ["scored", "scored", "scored", "failed"]
    told = speakers(scored, "voice")
    known = file_sha256(talks.folder / "known.wav")
    assert (told["by"], told["doubt"]) == ("reference", "")
    assert told["reference"] == {"id": "known.wav", "version": "", "sha256": known}
    assert scores.loc["voice", "candidate_voice_sha256"] == known
    assert scores.loc["voice", "overall.abstained"] == ""
    assert scores.loc["stranger", "overall.abstained"] == "candidate_silent"
    assert speakers(scored, "channel")["by"] == "channel"
    assert pd.isna(scores.loc["channel", "candidate_voice_sha256"])
    (failure,) = pd.read_csv(scored / "failures.csv").to_dict("records")
    assert (failure["interview_id"], failure["stage"]) == ("silent", "observe")
    assert "0.0 s of speech, expected 3 s or more" in failure["reason"]


def test_the_words_of_the_named_voice_are_scored(scored: Path) -> None:
    """The same recording by sample and by channel: the same words but at the edges of turns."""
    by_voice, by_channel = (
        json.loads((scored / f"interviews/{interview}/transcript.json").read_bytes())["segments"]
        for interview in ("voice", "channel")
    )
    own = ["".join(s["text"] for s in some if s["role"] == "candidate") for some in (by_voice, by_channel)]
    assert len(own[0]) == pytest.approx(len(own[1]), rel=0.1)
    assert len(own[0]) > 60


def test_a_changed_sample_is_a_new_result_and_no_other(talks: Round, scored: Path, tmp_path: Path) -> None:
    round_, out = Round(tmp_path / "round"), tmp_path / "out"
    shutil.copytree(talks.folder, round_.folder)
    assert round_.score(out).returncode == 3
    assert tables(out) == tables(scored)
    before = {p.parent.name: p.stat().st_mtime_ns for p in (out / "interviews").glob("*/row.json")}
    shutil.copy(talks.folder / "stranger.wav", round_.folder / "known.wav")
    assert round_.score(out).returncode == 3
    after = {p.parent.name: p.stat().st_mtime_ns for p in (out / "interviews").glob("*/row.json")}
    assert [name for name in before if after[name] != before[name]] == ["voice"]
    assert speakers(out, "voice")["doubt"] == "silent"


def test_rescoring_needs_neither_recording_nor_sample(talks: Round, scored: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from interview_analysis.pipeline.cli.main import main

    aside = tmp_path / "aside"
    aside.mkdir()
    gone = [talks.folder / name for name in ("mono.wav", "stereo.wav", "known.wav", "stranger.wav")]
    for path in gone:
        path.rename(aside / path.name)
    try:
        options = ["--job-dir", str(talks.jobs), "--cache", str(talks.cache), "--workers", "1"]
        done = CliRunner().invoke(main, ["rescore", str(scored), "--out", str(tmp_path / "again"), *options])
    finally:
        for path in gone:
            (aside / path.name).rename(path)
    assert done.exit_code == 3, done.output
    assert tables(tmp_path / "again") == tables(scored)


@pytest.mark.faults
def test_tables_are_equal_from_ray(talks: Round, scored: Path, tmp_path: Path) -> None:
    done = talks.score(tmp_path / "out", "--executor", "ray")
    assert done.returncode == 3, done.stderr
    assert tables(tmp_path / "out") == tables(scored)
