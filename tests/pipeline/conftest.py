"""Models, the parser of job descriptions, and stores like MLflow's and S3, once for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.job.parser import load_job_parser
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.jobs.parse import JobParser

Job = Callable[..., Result]


@pytest.fixture(scope="session")
def loaded(model_store: ModelStore) -> LoadedModels:
    """The models by the default configuration."""
    return LoadedModels(load_run_config(), model_store)


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


@pytest.fixture(scope="session")
def empty_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store; MLflow takes seconds to make one."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def mlflow_uri(empty_mlflow: Path, tmp_path: Path) -> str:
    """The URI of a new store of the test's own."""
    return f"sqlite:///{shutil.copy(empty_mlflow, tmp_path / 'mlflow.db')}"


@pytest.fixture(scope="session")
def s3_store() -> Iterator[None]:
    """An S3 server on this machine that the environment points to."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "NO_PROXY": host,
        }.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        yield
        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


_BUCKETS = count()


@pytest.fixture
def bucket(s3_store: None) -> str:
    """The URL of a new bucket."""
    import s3fs

    name = f"test-bucket-{next(_BUCKETS)}"
    s3fs.S3FileSystem().mkdir(name)
    return f"s3://{name}"
