"""What a plain run may not import: each of these costs time and memory, and nothing needs it there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.media import grey, silence, write_recording

_PLAIN_RUN = """
import sys
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.observation import observed
tables = observed.feature_tables
def tables_of_what_was_observed(*args, **named):
    print("OBSERVED", *sys.modules)
    return tables(*args, **named)
observed.feature_tables = tables_of_what_was_observed
try:
    main(["score", sys.argv[1], "--job", "product-manager", "--out", sys.argv[2], "--no-cache", "--quiet"])
finally:
    print("DONE", *sys.modules)
"""
NOBODY_S = {
    "torch", "transformers", "whisper", "librosa", "numba", "sklearn", "scipy.signal", "scipy.stats", "skops", "mlflow", "ray",
    "fsspec", "matplotlib", "sounddevice",
    "django", "pandas.plotting._matplotlib", "pypdfium2", "pytest", "interview_analysis.pipeline.dev",
}  # fmt: skip
THE_PICTURE_S = {"mediapipe", "cv2"}
AFTERWARDS = {"pandas", "pyarrow"}  # observation takes the most memory, and these 60 MB more


@pytest.mark.parametrize("name", ["sound.wav", "picture.mp4"])
def test_a_plain_run_imports_what_it_needs_alone(model_store: object, tmp_path: Path, name: str) -> None:
    with_picture = name == "picture.mp4"
    path = write_recording(
        tmp_path / name, seconds=2, sound=silence(2), picture=grey() if with_picture else None
    )
    command = [sys.executable, "-c", _PLAIN_RUN, str(path), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (tmp_path / "out" / "report.json").is_file(), done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    observed, loaded = (
        set(next(line for line in lines if line[:1] == [when])) for when in ("OBSERVED", "DONE")
    )
    assert sorted(observed & AFTERWARDS) == []
    assert loaded >= AFTERWARDS
    assert sorted(loaded & NOBODY_S) == []
    assert bool(loaded & THE_PICTURE_S) == with_picture
