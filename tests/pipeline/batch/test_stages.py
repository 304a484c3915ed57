"""A recording has one report, whoever asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from interview_analysis.models.weights.hashes import file_sha256
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.analyze import analyze
from interview_analysis.pipeline.batch.manifest.manifest import Interview, Recording
from interview_analysis.pipeline.batch.results import Row
from interview_analysis.pipeline.batch.run import load_jobs
from interview_analysis.pipeline.batch.stages import Observing, Scoring, Unobserved, Worker, WorkerSetup
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation import observed as observing
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.report.report import Report
from tests.pipeline.batch.conftest import Round


def without_time(report: Report) -> str:
    lineage = report.lineage.model_copy(update={"created_at": ""})
    return report.model_copy(update={"lineage": lineage}).model_dump_json()


@pytest.mark.parametrize("kept", [True, False], ids=["with a cache", "without"])
def test_a_batch_gives_the_report_of_a_single_recording(
    kept: bool, small_round: Round, model_store: ModelStore, tmp_path: Path
) -> None:
    config, profiles = load_run_config(), load_jobs(Folder(small_round.jobs))
    models = LoadedModels(config, model_store)
    cache, path = ObservationCache.at(tmp_path / "cache"), small_round.folder / "team.wav"
    single = analyze(path, profiles["product-manager"], models=models, cache=cache if kept else None)
    if not kept:
        analyze(path, profiles["customer-success-manager"], models=models, cache=cache)
    setup = WorkerSetup(config, load_norms(), profiles, Folder(tmp_path / "run"), cache, "auto")
    recording = Recording(path=str(path))
    interview = Interview(id="I1", candidate_id="P1", job="product-manager", recordings=(recording,))
    row = Worker(setup, models).score(Scoring(interview, (file_sha256(path),), "0" * 64))
    assert isinstance(row, Row)
    report = Report.model_validate_json((tmp_path / "run" / row.report).with_suffix(".json").read_bytes())
    assert without_time(report) == without_time(single.report)
    assert row.scores["overall"].score == single.report.overall.score


@pytest.mark.parametrize(("own", "spoken"), [(None, "zh"), ("en", "en")])
def test_the_language_of_a_run_holds_for_interviews_that_name_none(
    own: str | None, spoken: str, small_round: Round, model_store: ModelStore, tmp_path: Path, monkeypatch
) -> None:
    told: list[str | None] = []

    def look(recording: object, observers: Observers, cache: object) -> None:
        told.append(observers.config.asr.language)
        raise InterruptedError

    def recall(sha256: str, observers: Observers, cache: object) -> None:
        told.append(observers.config.asr.language)

    monkeypatch.setattr(observing, "observed", look)
    monkeypatch.setattr(observing, "recalled", recall)
    config, profiles = load_run_config(language="zh"), load_jobs(Folder(small_round.jobs))
    cache, path = ObservationCache.at(tmp_path / "cache"), small_round.folder / "team.wav"
    setup = WorkerSetup(config, load_norms(), profiles, Folder(tmp_path / "run"), cache, "auto")
    worker = Worker(setup, LoadedModels(config, model_store))
    with pytest.raises(InterruptedError):
        worker.observe(Observing(str(path), file_sha256(path), own))
    recordings = (Recording(path=str(path)),)
    interview = Interview(
        id="I1", candidate_id="P1", job="product-manager", language=own, recordings=recordings
    )
    assert worker.score(Scoring(interview, (file_sha256(path),), "0" * 64)) == Unobserved((0,))
    assert told == [spoken, spoken]
