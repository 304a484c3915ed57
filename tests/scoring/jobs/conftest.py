"""One parser with the real encoder for all tests of this folder."""

from __future__ import annotations

import pytest

from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.job.parser import load_job_parser, load_library, load_parser_settings
from interview_analysis.pipeline.observation.vectors import SentenceStore
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.settings import ParserSettings
from tests.vectors import KnownVectors


@pytest.fixture(scope="session")
def library() -> tuple[Competency, ...]:
    return load_library()


@pytest.fixture(scope="session")
def settings() -> ParserSettings:
    return load_parser_settings()


@pytest.fixture(scope="session")
def parser(vectors: KnownVectors) -> JobParser:
    """With the head of the package. Where the library was edited since, its vectors are kept where the product keeps them."""
    return load_job_parser(RememberingEncoder(vectors, SentenceStore.beside_models(ModelStore().root)))
