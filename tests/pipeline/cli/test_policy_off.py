"""The policy that keeps face and body out: nothing looks at them, and nothing that is kept of them is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from interview_analysis import analyze
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation import observe as observing
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.observers import VISION_MODELS
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.scoring.report.report import Reason
from interview_analysis.scoring.rubric.policy import EMOTION_WORDS
from tests.media import grey, noise, write_recording

CLIP = "video_talking/latentsync_demo3_en_seated.mp4"
SHORT = "video_talking/grid_bbaf2n.mpg"
# Runs in a process of its own, where nothing else has loaded MediaPipe. An audit hook sees every file that is opened.
WATCHED = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from interview_analysis import analyze
from interview_analysis.pipeline.common.config import load_run_config
analysis = analyze(sys.argv[1], "product-manager", config=load_run_config(policy="off"))
print(json.dumps({
    "mediapipe": "mediapipe" in sys.modules,
    "tasks": [path for path in opened if path.endswith(".task") or "landmarker" in path],
    "models": [model.id for model in analysis.report.lineage.models],
    "reasons": {name: c.abstention and c.abstention.reason for name, c in analysis.report.channels.items()},
}))
"""


def models(store, policy: str) -> LoadedModels:
    return LoadedModels(load_run_config(policy=policy), store)


def test_no_vision_model_is_opened_or_even_imported(shared_data, model_store):
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(shared_data / SHORT)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["mediapipe"] is False
    assert told["tasks"] == []
    assert not any("landmarker" in model for model in told["models"])
    assert told["reasons"]["face"] == told["reasons"]["posture"] == Reason.POLICY_OFF


def test_what_is_kept_of_the_face_is_not_read(shared_data, model_store, tmp_path, monkeypatch):
    made: list[str] = []
    for name in ("FaceLandmarker", "PoseLandmarker"):
        real = getattr(observing, name)
        monkeypatch.setattr(observing, name, lambda *a, real=real, name=name: made.append(name) or real(*a))
    cache = ObservationCache.at(tmp_path / "kept")
    before = analyze(
        shared_data / CLIP, "product-manager", models=models(model_store, "observable"), cache=cache
    )
    assert made
    assert before.report.channels["face"].score is not None
    assert cache.info().kinds.keys() >= {"faces", "poses"}
    made.clear()
    read = []
    real_read = ObservationCache.read
    monkeypatch.setattr(
        ObservationCache, "read", lambda self, kind, key: read.append(kind) or real_read(self, kind, key)
    )
    after = analyze(shared_data / CLIP, "product-manager", models=models(model_store, "off"), cache=cache)
    assert made == []
    assert set(read) == {"facts", "hearing", "voices", "acoustics", "features", "vectors"}
    assert (after.observations.faces, after.observations.poses) == (None, None)
    assert not any(hashed.id in VISION_MODELS for hashed in after.report.lineage.models)
    report = after.report
    for channel in ("face", "posture"):
        assert report.channels[channel].abstention.reason is Reason.POLICY_OFF
        columns = [c for c in after.tables.whole if c.startswith(("gaze.", "brow.", "hand_to_face."))]
        assert after.tables.whole[columns].filter(regex=r"(?<!coverage_ratio)$").isna().all(axis=None)
    assert report.channels["voice"].score == before.report.channels["voice"].score
    assert {flag.code for flag in report.flags} >= {"policy_off"}
    assert report.lineage.policy.id == "off" != before.report.lineage.policy.id
    assert report.lineage.config != before.report.lineage.config
    for language in ("en", "zh"):
        page = render_html(report, after.observations.transcript, language)
        assert report.state.policy.name.get(language) in page
        assert not EMOTION_WORDS.search(page)
        assert not EMOTION_WORDS.search(render_html(before.report, before.observations.transcript, language))


def test_a_picture_that_nobody_looks_at_may_be_dark(tmp_path, model_store, rng):
    dark = write_recording(tmp_path / "dark.mp4", seconds=3, sound=noise(3, rng), picture=grey(3))
    codes = {f.code for f in analyze(dark, "product-manager", models=models(model_store, "off")).report.flags}
    assert "policy_off" in codes
    assert "dark_video" not in codes


@pytest.mark.slow
def test_a_batch_is_scored_again_without_face_and_body(shared_data, model_store, tmp_path):
    """Two processes that load all models."""
    (tmp_path / "jobs").mkdir()
    jobs = Path(__file__).parents[3] / "configs" / "jobs" / "product-manager.yaml"
    (tmp_path / "jobs" / "pm.yaml").write_bytes(jobs.read_bytes())
    manifest = tmp_path / "round.csv"
    manifest.write_text(
        f"interview_id,candidate_id,job,recording\nI1,P1,pm,{shared_data / CLIP}\n", encoding="utf-8"
    )

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "interview_analysis.pipeline", *arguments, "--job-dir", str(tmp_path / "jobs"),
             "--cache", str(tmp_path / "cache"), "--workers", "1"],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    run("score", str(manifest), "--allow-outside", "--out", str(tmp_path / "run"))
    run("rescore", str(tmp_path / "run"), "--policy", "off", "--out", str(tmp_path / "without"))
    before, after = (pd.read_parquet(tmp_path / name / "scores.parquet") for name in ("run", "without"))
    assert before["channel.face.score"].notna().all()
    assert after["channel.face.score"].isna().all()
    (path,) = (tmp_path / "without" / "interviews").glob("*/report.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["state"]["policy"]["id"] == "off"
    assert report["channels"]["posture"]["abstention"]["reason"] == "policy_off"
