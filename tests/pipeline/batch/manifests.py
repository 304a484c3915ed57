"""Manifests that tests write and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interview_analysis.errors import ManifestError
from interview_analysis.pipeline.batch.manifest.manifest import (
    Manifest,
    load_manifest,
)

JOBS = {"product-manager", "sales"}
HEAD = "interview_id,candidate_id,job,recording"
ROW = "A1,C1,sales,a.wav"


def load(base: Path, text: str | bytes, name: str = "m.csv", **options: Any) -> Manifest:
    path = base / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_manifest(path, JOBS, **options)


def mistakes(base: Path, text: str | bytes, name: str = "m.csv", **options: Any) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        load(base, text, name, **options)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]
