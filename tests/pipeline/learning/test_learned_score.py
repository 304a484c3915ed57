"""A learned score beside the rubric's: in the report, in both languages, in the tables of a batch, and refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from interview_analysis.errors import ModelError
from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.learning.model_file import save_model
from interview_analysis.pipeline.learning.promote import load_promotion_settings, promote
from interview_analysis.pipeline.learning.registry import Registry
from interview_analysis.pipeline.learning.scorer_source import pinned
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.scoring.interview.answering import with_content
from interview_analysis.scoring.learning.dataset import KEYS, Dataset
from interview_analysis.scoring.learning.learned_score import NamedScorer, check_measurable, learned_scores
from interview_analysis.scoring.learning.measured import channel_columns, measured_versions
from interview_analysis.scoring.learning.settings import LearnSettings
from interview_analysis.scoring.learning.training import train
from interview_analysis.scoring.report.report import Report
from tests.pipeline.learning.conftest import QUICK, Trained
from tests.pipeline.observation.observed_scene import scene
from tests.pipeline.sample_report import abstained_report, sample_report


@pytest.fixture(scope="module")
def of_recordings(tmp_path_factory) -> Trained:
    """A model of what is measured on recordings: the faster they speak and the less they pause, the better."""
    rng = np.random.default_rng(5)
    ids = [f"I{n:02}" for n in range(60)]
    columns = [c for c in channel_columns().values() if c.startswith(("content.", "voice."))]
    index = pd.MultiIndex.from_tuples([(key, 0) for key in ids], names=KEYS)
    features = pd.DataFrame(rng.normal(size=(60, len(columns))), index=index, columns=columns)
    quality = features["voice.speech_rate.speaking_rate_wpm"] - features["voice.pauses.pause_ratio"]
    ratings = pd.DataFrame(
        {"Overall": np.clip(4 + quality.to_numpy(), 1, 7)}, index=pd.Index(ids, name=KEYS[0])
    )
    people = pd.DataFrame(
        {"person": [f"C{n // 2}" for n in range(60)], "words": rng.uniform(90, 110, 60)}, index=ratings.index
    )
    data = Dataset(features, pd.DataFrame(index=index), people, ratings, measured_versions())
    scorer, cv = train(
        data, LearnSettings.model_validate(QUICK | {"learners": ("ridge",), "chosen": "ridge"})
    )
    folder = tmp_path_factory.mktemp("model") / "overall"
    save_model(scorer, cv, folder)
    return Trained(scorer, cv, folder)


class NoEncoder:
    """Stands in where a model has no embeddings."""

    id = "none"

    def encode(self, texts):
        raise AssertionError("a model without embeddings asks for none")


def learned(named: NamedScorer, report: Report | None = None) -> Report:
    """The report with what the model says of the scene."""
    seen, report = scene(), report or sample_report("en")
    tables = with_content(feature_tables(seen), (), None)  # of what was said nothing is known here
    found = learned_scores(named, report.overall.abstention, tables, seen.transcript, NoEncoder())
    return report.model_copy(update={"learned": found})


def test_the_report_says_the_score_its_error_and_what_it_was_learned_from(of_recordings):
    found = learned(NamedScorer("overall v3", of_recordings.scorer))
    (score,) = found.learned
    assert score.low <= score.score <= score.high
    scorer = of_recordings.scorer  # the scene has no value for some measures, which widens the error
    assert scorer.rmse["Overall"] < score.standard_error < scorer.spread["Overall"]
    assert (score.persons, score.interviews, score.model) == (30, 60, "overall v3")
    assert found.overall == sample_report("en").overall
    assert Report.model_validate_json(found.model_dump_json()) == found
    english, chinese = (render_html(found, None, language) for language in ("en", "zh"))
    for page in (english, chinese):
        assert "overall v3" in page
        assert f"{score.score:.1f}" in page
        assert of_recordings.scorer.fingerprint[:12] in page
    assert "learned from 60 interviews of 30 persons" in english
    assert "由 30 人的 60 场面试学得" in chinese
    assert "learned" not in render_html(sample_report("en"), None, "en")


def test_where_the_rubric_abstains_so_does_the_model(of_recordings):
    report = abstained_report()
    found = learned(NamedScorer("m", of_recordings.scorer), report)
    assert found.learned[0].score is None
    assert found.learned[0].abstention == report.overall.abstention
    assert render_html(found, None, "en")


def test_what_names_the_rating_is_escaped(of_recordings):
    name = "<script>x</script>"
    evil = replace(of_recordings.scorer, targets=(name,), rmse={name: 0.5}, spread={name: 0.8})
    page = render_html(learned(NamedScorer("<b>", evil)), None, "en")
    assert "<script>x" not in page
    assert "<b>" not in page.replace("<b>", "", page.count("<b lang"))


def test_a_model_of_other_features_or_versions_is_refused_before_work_begins(good, of_recordings):
    with pytest.raises(ModelError, match="features are not measured on recordings"):
        check_measurable(good.scorer)
    name = next(iter(of_recordings.scorer.feature_versions))
    older = replace(of_recordings.scorer, feature_versions={name: 0})
    with pytest.raises(ModelError, match=rf"{name} is \d+, it was 0"):
        check_measurable(older)


def test_an_alias_is_pinned_to_its_version_and_a_folder_to_its_contents(of_recordings, tmp_path, mlflow_uri):
    registry = Registry(mlflow_uri)
    promote(of_recordings.folder, registry, load_promotion_settings())
    source = pinned("models:/overall@champion", registry.uri)
    assert source.model == "models:/overall/1"
    assert source.load().name == "overall v1"
    folder = pinned(str(of_recordings.folder), registry.uri)
    assert folder.sha256
    assert folder.load().scorer.targets == ("Overall",)
    with pytest.raises(ModelError, match="no folder of a model"):
        pinned(str(tmp_path / "nothing"), registry.uri)


def job_of_the_clip(folder: Path) -> Path:
    """A job with one dimension, that what is said in the clip below bears on."""
    data = yaml.safe_load((BUILT_IN / "jobs" / "product-manager.yaml").read_text(encoding="utf-8"))
    (dimension, *_) = data["dimensions"]
    text = "Talks fast and slowly for an acoustic corpus, with speech errors and more words."
    dimension |= {"weight": 1.0, "definition": {"en": text}, "questions": []}
    dimension["anchors"] = {level: {"en": text} for level in range(1, 6)}
    dimension["indicators"] = [
        {
            "id": "speech",
            "name": {"en": "Speech"},
            "description": {"en": text},
            "keywords": {"en": ["acoustic corpus"]},
        }
    ]
    (path := folder / "jobs" / "product-manager.yaml").parent.mkdir()
    path.write_text(
        yaml.safe_dump({**data, "languages": ["en"], "dimensions": [dimension]}), encoding="utf-8"
    )
    return path


@pytest.mark.slow
def test_scoring_a_recording_with_a_promoted_model(of_recordings, shared_data, model_store, tmp_path):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    promote(of_recordings.folder, Registry(uri), load_promotion_settings())
    clip = shared_data / "audio_en" / "mfa_acoustic_corpus.wav"
    job = job_of_the_clip(tmp_path)
    common = ["--scorer", "models:/overall@champion", "--mlflow", uri]
    done = CliRunner().invoke(
        main, ["score", str(clip), "--job", str(job), "--out", str(tmp_path / "one"), *common]
    )
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "one" / "report.json").read_text(encoding="utf-8"))
    (learned,) = report["learned"]
    assert learned["model"] == "overall v1"
    manifest = tmp_path / "round.csv"
    manifest.write_text(
        f"interview_id,candidate_id,job,recording\nI1,C1,product-manager,{clip}\n", encoding="utf-8"
    )
    batch = CliRunner().invoke(
        main,
        ["score", str(manifest), "--job-dir", str(job.parent), "--out", str(tmp_path / "run"), "--workers", "1",
         "--allow-outside", *common],
    )  # fmt: skip
    assert batch.exit_code == 0, batch.output
    scores = pd.read_parquet(tmp_path / "run" / "scores.parquet")
    assert learned["score"] is not None
    assert scores["learned.Overall.score"].iloc[0] == pytest.approx(learned["score"])
    assert json.loads((tmp_path / "run" / "run.json").read_text())["scorer"]["model"] == "models:/overall/1"
    again = CliRunner().invoke(
        main,
        ["rescore", str(tmp_path / "run"), "--job-dir", str(job.parent), "--out", str(tmp_path / "again"),
         "--workers", "1", "--scorer", str(of_recordings.folder)],
    )  # fmt: skip
    assert again.exit_code == 0, again.output
    rescored = pd.read_parquet(tmp_path / "again" / "scores.parquet")
    assert rescored["learned.Overall.score"].iloc[0] == pytest.approx(learned["score"])
    assert json.loads((tmp_path / "again" / "run.json").read_text())["scorer"]["sha256"]
