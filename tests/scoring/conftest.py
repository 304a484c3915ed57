"""The real encoder and the profiles of the package, once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.scoring.profile import JobProfile, parse_profile
from tests.scoring import scene

JOBS = Path(__file__).resolve().parents[2] / "configs" / "jobs"


def _profile(name: str) -> JobProfile:
    path = JOBS / f"{name}.yaml"
    return parse_profile(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)


@pytest.fixture(scope="session")
def encoder() -> RememberingEncoder:
    return scene.encoder()


@pytest.fixture(scope="session")
def product_manager() -> JobProfile:
    return _profile("product-manager")


@pytest.fixture(scope="session")
def customer_success_manager() -> JobProfile:
    return _profile("customer-success-manager")
