"""Training, evaluating and predicting from the command line, and models on disk."""

from __future__ import annotations

import hashlib
import json
import shutil

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from interview_analysis.errors import LearningError, ModelError
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.learning.config import TrainConfig, load_train_config
from interview_analysis.pipeline.learning.dataset_file import save_dataset
from interview_analysis.pipeline.learning.model_file import (
    load_cross_validation,
    load_model,
    save_model,
)
from interview_analysis.pipeline.learning.runs import load_run
from interview_analysis.scoring.learning.training import train_with_proof
from tests.learning_data import QUICK, made_up

QUICKLY = [
    part
    for setting in (
        "targets=[overall]", "features=['*']", "folds=5", "repeats=1", "slow_repeats=1", "inner_folds=3",
        "learners=[components, ridge]", "chosen=components", "bootstrap_samples=100", "meaning=false",
    )
    for part in ("--set", setting)
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data, a model trained on them by the command, and data of other people."""
    place = tmp_path_factory.mktemp("learning")
    save_dataset(made_up(), place / "data")
    save_dataset(made_up(seed=5), place / "others")
    command = ["train", "--data", str(place / "data"), "--out", str(place / "model"), "-q", *QUICKLY]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    return place


def test_training_writes_its_proof(folder):
    metrics = json.loads((folder / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["overall"]["r"] > 0.5
    page = (folder / "model" / "proof.md").read_text(encoding="utf-8")
    assert "content adds nothing on these data and weighs 0" in page
    assert "| length | overall |" in page


def test_predictions_are_one_row_an_interview(folder):
    out = folder / "predictions.csv"
    command = ["predict", str(folder / "model"), "--data", str(folder / "others"), "--out", str(out), "-q"]
    assert CliRunner().invoke(main, command).exit_code == 0
    table = pd.read_csv(out)
    assert list(table.columns) == ["interview_id", "target", "prediction", "standard_error", "low", "high"]
    assert len(table) == 80


def test_evaluating_on_others_tells_r_and_on_the_training_data_refuses(folder):
    command = ["evaluate", str(folder / "model"), "-q", "--data"]
    result = CliRunner().invoke(main, [*command, str(folder / "others")])
    assert result.exit_code == 0, result.output
    row = dict(zip(*(line.split(",") for line in result.stdout.split()), strict=True))
    assert float(row["r"]) > 0.5
    refused = CliRunner().invoke(main, [*command, str(folder / "data")])
    assert refused.exit_code == 2
    assert "judged by what it knows" in refused.output


@pytest.mark.parametrize(
    "learner", ["ridge", "committee", "svr", "boosting", "gaussian_process", "stack", "attention", "constant"]
)
def test_every_learner_comes_back_from_disk_as_it_was(tmp_path, learner):
    settings = QUICK.model_copy(update={"learners": (learner,), "chosen": learner, "repeats": 1, "folds": 3})
    scorer, proof = train_with_proof(made_up(persons=24), settings)
    save_model(scorer, proof.cv, tmp_path)
    again = load_model(tmp_path)
    pd.testing.assert_frame_equal(again.predict(made_up(seed=3)), scorer.predict(made_up(seed=3)))
    pd.testing.assert_frame_equal(load_cross_validation(tmp_path).predictions, proof.cv.predictions)


def test_a_model_with_a_foreign_type_is_not_loaded(folder, tmp_path):
    from skops.io import dumps

    for path in (folder / "model").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    content = dumps({"estimator": CliRunner(), "fold_estimators": []})
    (tmp_path / "model.skops").write_bytes(content)
    with pytest.raises(ModelError, match="is not the file"):
        load_model(tmp_path)
    about = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    about["fitted_sha256"] = hashlib.sha256(content).hexdigest()
    (tmp_path / "model.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(ModelError, match="types that no model of ours has"):
        load_model(tmp_path)


def test_a_model_whose_intervals_counted_interviews_has_to_be_trained_again(folder, tmp_path):
    shutil.copytree(folder / "model", tmp_path, dirs_exist_ok=True)
    about = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    (tmp_path / "model.json").write_text(json.dumps(about | {"schema_version": "1.0"}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"'schema_version': .*'1.1', got '1.0'\); train again"):
        load_model(tmp_path)


def test_a_folder_without_a_model_is_named(tmp_path):
    result = CliRunner().invoke(main, ["predict", str(tmp_path), "--data", ".", "--out", "x.csv"])
    assert result.exit_code == 2
    assert "no model in" in result.output


def test_a_batch_with_a_table_of_ratings_is_learned_from(tmp_path, rng):
    names = [f"i{n}" for n in range(6)]
    table = {"interview_id": names, "candidate_id": list("aabbcc"), "job": "x"}
    table |= {
        "pitch.f0_sd_st": rng.normal(size=6),
        "star.parts_ratio": rng.random(6),
        "star.coverage_ratio": 1.0,
    }
    pd.DataFrame(table).to_parquet(tmp_path / "features.parquet")
    ratings = tmp_path / "ratings.csv"
    pd.DataFrame({"interview_id": [*names[1:], "i99"], "overall": range(1, 7)}).to_csv(ratings, index=False)
    dataset = load_run(tmp_path, ratings)
    assert list(dataset.features.columns) == ["voice.pitch.f0_sd_st", "content.star.parts_ratio"]
    assert dataset.persons.tolist() == list("aabbcc")
    assert dataset.ratings["overall"].isna().tolist() == [True] + [False] * 5
    assert dataset.notes == (
        "1 id ('i99') in the ratings alone, left out",
        "1 id ('i0') measured but not rated",
    )
    pd.DataFrame({"id": names}).to_csv(ratings, index=False)
    with pytest.raises(LearningError, match="no column interview_id"):
        load_run(tmp_path, ratings)


def test_every_setting_of_training_is_explained():
    text = (BUILT_IN / "train.yaml").read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)) == set(TrainConfig.model_fields)
    assert load_train_config().chosen == "committee"
