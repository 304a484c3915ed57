"""The parser of job descriptions, loaded once for all tests of this folder, and a way to run its commands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from click.testing import CliRunner, Result

from interview_analysis.models.weights import ModelStore
from interview_analysis.pipeline.cli import main
from interview_analysis.pipeline.config import load_run_config
from interview_analysis.pipeline.job_parser import load_job_parser
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.jobs.parse import JobParser

Job = Callable[..., Result]


@pytest.fixture(scope="session")
def job_parser(model_store: ModelStore) -> JobParser:
    """With one thread, because tests share the cores."""
    models = LoadedModels(load_run_config(overrides=["encoder.threads=1"]), model_store)
    return load_job_parser(models.encoder)


def run_job(parser: Callable[[], JobParser], *arguments: object, stdin: bytes = b"") -> Result:
    """Run ``interview-analysis job`` in this process, with `parser` where it would load one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LoadedModels, "job_parser", property(lambda _: parser()))
        return CliRunner().invoke(main, ["job", *map(str, arguments)], input=stdin)


@pytest.fixture
def job(request: pytest.FixtureRequest) -> Job:
    """`run_job` with the shared parser, which is loaded for the commands that ask for it alone."""

    def parser() -> JobParser:
        loaded: JobParser = request.getfixturevalue("job_parser")
        return loaded

    return partial(run_job, parser)
