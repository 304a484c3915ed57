"""Whose face is scored, on real recordings: tiles of a video call, blocky video, and pictures that lie on their side."""

from __future__ import annotations

import html
import re
from pathlib import Path

import av
import numpy as np
import pytest

from interview_analysis import analyze
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.scoring.report.report import Reason, Report


@pytest.fixture(scope="module")
def loaded(model_store) -> LoadedModels:
    return LoadedModels(load_run_config(), model_store)


def failing(shared_data: Path, name: str) -> Path:
    path = shared_data / "failing" / name
    if not path.is_file():
        pytest.skip(f"SKIPPED: no {name} in {path.parent}")
    return path


def reason(report: Report, channel: str) -> Reason | None:
    abstention = report.channels[channel].abstention
    return abstention.reason if abstention else None


def page(report: Report, language: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(render_html(report, None, language)))


def test_the_tile_of_the_one_who_speaks_is_followed(shared_data, loaded):
    """A silent woman larger on the left, the one who speaks on the right."""
    analysis = analyze(failing(shared_data, "m10_gallery2.mp4"), "product-manager", models=loaded)
    points = analysis.observations.faces.points
    assert analysis.observations.candidate_face.face == 1
    assert np.nanmin(points[..., 0]) > 0.5
    assert analysis.report.channels["face"].score is not None
    assert "face_by_voice" in {flag.code for flag in analysis.report.flags}
    assert "lips_still" not in {flag.code for flag in analysis.report.flags}


def test_a_large_face_that_is_silent_is_not_scored(shared_data, loaded):
    """The one who speaks is in a corner, too small for the face model."""
    report = analyze(failing(shared_data, "m10c_pip_cand_small.mp4"), "product-manager", models=loaded).report
    assert [reason(report, channel) for channel in ("face", "posture")] == [Reason.FACE_SILENT] * 2
    assert "lips_still" in {flag.code for flag in report.flags}
    assert "The mouth of the only face in view rests while somebody speaks" in page(report, "en")
    assert "有人说话时，画面中唯一人脸的嘴几乎不动" in page(report, "zh")


def test_a_blocky_picture_raises_no_doubt_about_the_voice(shared_data, loaded):
    report = analyze(failing(shared_data, "m01_mediarecorder.webm"), "product-manager", models=loaded).report
    assert "lips_still" not in {flag.code for flag in report.flags}
    assert reason(report, "face") is None


def test_a_picture_that_lies_is_told_and_not_scored(shared_data, loaded, tmp_path):
    path = lying(shared_data / "video_talking/videoretalking_face1.mp4", tmp_path / "lying.mp4")
    report = analyze(path, "product-manager", models=loaded).report
    assert [reason(report, channel) for channel in ("face", "posture")] == [Reason.PICTURE_LIES] * 2
    (flag,) = [flag for flag in report.flags if flag.code == "picture_lies"]
    assert flag.values == {"degrees": 90.0}
    assert "The picture lies" in page(report, "en")
    assert "画面没有摆正" in page(report, "zh")


def lying(source: Path, path: Path) -> Path:
    """The recording with its picture turned clockwise and no word of it in the container."""
    with av.open(str(source)) as there, av.open(str(path), "w") as made:
        sound = made.add_stream("aac", rate=there.streams.audio[0].rate)
        picture = made.add_stream("libx264", rate=10)
        picture.width = picture.height = 400
        picture.pix_fmt = "yuv420p"
        due_s = 0.0
        for frame in there.decode(video=0, audio=0):
            if isinstance(frame, av.AudioFrame):
                made.mux(sound.encode(frame))
            elif frame.time >= due_s:
                due_s += 0.1
                upright = frame.to_ndarray(format="rgb24", width=400, height=400)
                made.mux(
                    picture.encode(
                        av.VideoFrame.from_ndarray(np.ascontiguousarray(np.rot90(upright, 3)), "rgb24")
                    )
                )
        made.mux(sound.encode(None))
        made.mux(picture.encode(None))
    return path
