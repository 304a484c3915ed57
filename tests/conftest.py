"""Shared fixtures. Real recordings and model weights are used where they are; a skip says which is missing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("INTERVIEW_ANALYSIS_SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings; skips where it is absent."""
    if not (SHARED / "MANIFEST.tsv").is_file():
        pytest.skip(f"SKIPPED: no real recordings at {SHARED}; set INTERVIEW_ANALYSIS_SHARED_DATA to test on them")
    return SHARED


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240607)
