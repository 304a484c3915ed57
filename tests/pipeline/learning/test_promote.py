"""Champion and challenger in a real MLflow store: the better one wins, a guard can forbid it, and exit codes tell."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from interview_analysis.errors import ModelError, OutputError
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.learning.model_file import load_cross_validation, load_model
from interview_analysis.pipeline.learning.promote import drift_of, load_promotion_settings, promote
from interview_analysis.pipeline.learning.registry import Registry, opened, pseudonymous
from interview_analysis.pipeline.learning.summary import write_summary

SETTINGS = load_promotion_settings().model_copy(update={"samples": 300})


@pytest.fixture
def registry(mlflow_uri) -> Registry:
    return Registry(mlflow_uri)


def test_a_better_challenger_is_promoted_and_a_worse_one_is_refused(registry, good, poor, tmp_path):
    first = promote(poor.folder, registry, SETTINGS.model_copy(update={"guards": _lenient()}))
    assert first.promoted
    assert first.comparison is None
    second = promote(good.folder, registry, SETTINGS)
    assert second.promoted, second.reason
    assert second.against is not None
    assert second.comparison.low > 0
    third = promote(poor.folder, registry, SETTINGS)
    assert not third.promoted
    assert registry.champion("overall").number == second.challenger.number
    for decision in (second, third):
        page = write_summary(good.scorer, good.cv, tmp_path / decision.challenger.number, decision)
        assert ("not promoted" in page.read_text(encoding="utf-8")) != decision.promoted
        text = (page.parent / "summary.md").read_text(encoding="utf-8")
        assert text.startswith("# Model overall")
        assert "# 模型 overall" in text
        assert ("未成为现用模型" in text) != decision.promoted
        assert "r_without_length" not in text  # every figure has its words


def _lenient():
    return SETTINGS.guards.model_copy(update={"slope": (-1e9, 1e9)})


def test_a_guard_that_fails_forbids_the_best_of_models(registry, good, dataset):
    rows = good.cv.predictions
    ids = rows.interview_id.unique()
    low = rows.groupby("interview_id").prediction.mean() < rows.groupby("interview_id").truth.first()
    groups = pd.DataFrame({"group_team": np.where(low.loc[ids], "under", "over")}, index=ids)
    unfair = promote(good.folder, registry, SETTINGS, groups=groups)
    assert not unfair.promoted
    assert "gap of Overall between group_team fails" in unfair.reason
    assert registry.champion("overall") is None
    moved = replace(dataset, features=dataset.features * 10 + 100)
    drifted = promote(good.folder, registry, SETTINGS, new=moved)
    assert not drifted.promoted
    assert "drift fails" in drifted.reason
    assert promote(good.folder, registry, SETTINGS, new=dataset).promoted


def test_what_is_logged_names_nobody_and_can_be_loaded_without_unpickling(registry, good, tmp_path):
    import mlflow

    version = promote(good.folder, registry, SETTINGS).challenger
    run = mlflow.MlflowClient(registry.uri).get_run(version.run_id)
    figures = good.scorer.figures
    r = figures[(figures.learner == "ridge") & (figures.target == "Overall")].iloc[0]
    assert run.data.metrics["Overall/ridge.r"] == pytest.approx(r.r)
    assert run.data.metrics["Overall/ridge.low"] == pytest.approx(r.low)
    assert run.data.tags["dataset.sha256"] == good.scorer.fingerprint
    assert run.data.tags["code"]
    assert run.data.params["persons"] == str(good.scorer.persons)
    with registry.fetched(version) as folder:
        described = mlflow.models.Model.load(str(folder))
        assert {c.name for c in described.signature.inputs.inputs} == set(good.scorer.feature_names)
        assert set(json.loads((folder / "input_example.json").read_text())[0]) == set(
            good.scorer.feature_names
        )
        assert not [p for p in folder.rglob("*") if p.suffix in (".pkl", ".pickle", ".joblib", ".pt")]
        kept = load_cross_validation(folder)
    assert kept.predictions.interview_id.str.fullmatch("[0-9a-f]{20}").all()
    stored = b"".join(
        p.read_bytes()
        for p in tmp_path.rglob("*")
        if p.is_file() and p.suffix in (".svg", ".csv", ".json", ".db")
    )
    assert b"PP12" not in stored


def test_a_registered_model_predicts_as_the_one_that_was_trained(registry, good, dataset):
    promote(good.folder, registry, SETTINGS)
    with opened("models:/overall@champion", registry.uri) as (scorer, name, _):
        assert name == "overall v1"
        pd.testing.assert_frame_equal(scorer.predict(dataset), good.scorer.predict(dataset))


def test_a_champion_of_other_data_is_asked_about_persons_that_are_new_to_it(registry, make_model, dataset):
    early = dataset.subset([key for key in dataset.interviews.index if int(dataset.persons[key]) <= 24])
    promote(make_model("ridge", early).folder, registry, SETTINGS.model_copy(update={"guards": _lenient()}))
    decision = promote(make_model("ridge").folder, registry, SETTINGS, data=dataset)
    assert decision.comparison.persons == 30
    assert "12 of them of persons that are new" in decision.note
    without = promote(make_model("ridge").folder, registry, SETTINGS)
    assert without.comparison.persons == (24 if not decision.promoted else 30)


def test_pseudonyms_are_the_same_for_the_same_id(good):
    hashed = pseudonymous(good.cv).predictions
    assert hashed.interview_id.nunique() == good.cv.predictions.interview_id.nunique()
    assert (hashed.groupby("interview_id").person.nunique() == 1).all()
    assert not set(hashed.interview_id) & set(good.cv.predictions.interview_id)


def test_drift_of_the_training_data_is_none_and_of_others_is_found(good, dataset):
    assert (drift_of(good.scorer, dataset).verdict == "stable").all()
    name = good.scorer.feature_names[0]
    moved = replace(dataset, features=dataset.features.assign(**{name: dataset.features[name] * 3 + 5}))
    assert drift_of(good.scorer, moved).index[0] == name


@pytest.mark.parametrize("reference", ["models:/overall@champion", "models:/overall/7", "models:/nothing/1"])
def test_a_model_that_is_not_there_is_named(registry, reference):
    with pytest.raises(ModelError, match="holds no models:/"):
        registry.find(reference)


def test_a_reference_that_is_none_and_a_store_that_cannot_be_reached(registry, tmp_path):
    with pytest.raises(ModelError, match="expected models:/NAME@ALIAS"):
        registry.find("models:/")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot use MLflow") as caught:
        Registry(f"sqlite:///{tmp_path}/file/mlflow.db").find("models:/overall/1")
    assert "\n" not in str(caught.value)


def test_the_commands_exit_codes(good, rated, tmp_path, mlflow_uri):
    def run(*arguments: object):
        return CliRunner().invoke(main, [*map(str, arguments), "--mlflow", mlflow_uri])

    first = run("promote", good.folder)
    assert first.exit_code == 0, first.output
    assert "models:/overall/1 promoted" in first.stdout
    again = run("promote", good.folder)
    assert again.exit_code == 1
    assert "not promoted: not better" in again.stdout
    assert run("promote", tmp_path / "nothing").exit_code == 2
    drifted = run("drift", "models:/overall@champion", rated, "--out", tmp_path / "drift.csv")
    assert drifted.exit_code == 0, drifted.output
    assert "stable" in drifted.stdout
    assert len(pd.read_csv(tmp_path / "drift.csv")) == len(good.scorer.feature_names)


def test_a_model_folder_round_trips(good, dataset):
    pd.testing.assert_frame_equal(load_model(good.folder).predict(dataset), good.scorer.predict(dataset))
