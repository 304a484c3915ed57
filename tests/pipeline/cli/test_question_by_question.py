"""Two voices and a face, in both languages, through the command line: the right voice, question by question."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from numpy.typing import NDArray
from scipy.signal import resample_poly

from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.dev.demo import speak
from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ
from tests.interview_making import Said, make_interview, samples

FACE = "video_talking/latentsync_demo3_en_seated.mp4"
ASKED = ("Tell me about a time when you planned something.", "Why do you want to work for our company?")


def spoken(question: str) -> NDArray[np.float32]:
    said, rate_hz = speak((question,))
    return resample_poly(said / 32768, SAMPLE_RATE_HZ, rate_hz).astype(np.float32)


def run(*arguments: object) -> None:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output


def words(out: Path, role: str) -> int:
    segments = json.loads((out / "transcript.json").read_text(encoding="utf-8"))["segments"]
    return sum(len(s["words"]) for s in segments if s["role"] == role)


def job_that_asks(folder: Path, language: str, questions: Sequence[str]) -> Path:
    """The product manager, whose first dimensions ask these questions, one each."""
    data = yaml.safe_load((BUILT_IN / "jobs" / "product-manager.yaml").read_text(encoding="utf-8"))
    for dimension, question in zip(data["dimensions"], questions, strict=False):
        dimension["questions"] = [{"kind": "past", "text": {language: question}}]
    path = folder / "product-manager.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def told(out: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert (report["speakers"]["by"], report["speakers"]["guess"], report["speakers"]["doubt"]) == (
        "face",
        False,
        "",
    )
    assert len(report["speakers"]["voices"]) == 2
    return report


@pytest.mark.slow
def test_questions_that_are_heard_part_an_english_interview(
    shared_data: Path, model_store: ModelStore, tmp_path: Path
) -> None:
    answer = samples(shared_data / FACE)
    turns = [Said(n % 2 == 1, answer if n % 2 else spoken(ASKED[n // 2])) for n in range(4)]
    made = make_interview(tmp_path / "talk.mp4", shared_data / FACE, turns)
    out = tmp_path / "out"
    run("score", tmp_path / "talk.mp4", "--job", job_that_asks(tmp_path, "en", ASKED), "--out", out)
    report = told(out)
    assert [a["question"].strip(" .?") for a in report["answers"]] == [q.strip(" .?") for q in ASKED]
    asks = [d["id"] for d in report["dimensions"][:2]]
    assert [[m["dimension"] for m in a["matched"]] for a in report["answers"]] == [[asks[0]], [asks[1]]]
    for found, true in zip(report["answers"], (made[1], made[3]), strict=True):
        assert found["start_s"] == pytest.approx(true.start_s, abs=0.6)
        assert found["end_s"] == pytest.approx(true.end_s, abs=0.6)
        assert found["overall"]["score"] is not None
        assert found["overall"]["standard_error"] > 0
    # Both answers are the same words; none of a question is among them.
    assert report["answers"][0]["words"] == pytest.approx(report["answers"][1]["words"], abs=4)
    assert words(out, "other") == pytest.approx(17, abs=3)


@pytest.mark.slow
def test_questions_of_a_manifest_part_a_chinese_interview(
    shared_data: Path, model_store: ModelStore, tmp_path: Path
) -> None:
    """No Mandarin question is among the recordings: somebody else speaks, and the manifest says what was asked."""
    asked = ("请介绍一个你负责的项目", "你怎么了解用户")
    other = samples(shared_data / "audio_zh/joyhallo_0_female.wav")
    turns = [
        Said(False, other[: 8 * SAMPLE_RATE_HZ]),
        Said(True, samples(shared_data / "audio_zh/azure_zh-CN-training_audio1.wav")),
        Said(False, other[8 * SAMPLE_RATE_HZ :]),
        Said(True, samples(shared_data / "audio_zh/azure_zh-CN-training_audio2.wav")),
    ]
    made = make_interview(tmp_path / "talk.mp4", shared_data / FACE, turns)
    cut_s = made[2].start_s
    (tmp_path / "round.csv").write_text(
        "interview_id,candidate_id,job,recording,question,start_s,end_s\n"
        f"i1,c1,product-manager,talk.mp4,{asked[0]},0,{cut_s}\n"
        f"i1,c1,product-manager,talk.mp4,{asked[1]},{cut_s},{made[3].end_s}\n",
        encoding="utf-8",
    )
    (jobs := tmp_path / "jobs").mkdir()
    job_that_asks(jobs, "zh", asked)
    run("score", tmp_path / "round.csv", "--job-dir", jobs, "--out", tmp_path / "run", "--workers", 1)
    (out,) = (tmp_path / "run" / "interviews").iterdir()
    report = told(out)
    assert report["language"] == "zh"
    assert [a["question"] for a in report["answers"]] == list(asked)
    assert all(a["overall"]["score"] is not None for a in report["answers"])
    # 66 s of the candidate against 17 s of somebody else.
    assert words(out, "candidate") > 3 * words(out, "other") > 0
