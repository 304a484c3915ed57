"""People that a model has not seen: whatever of the MIT layout there is, the commands tell what can be told of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.learning.promote import load_promotion_settings, promote
from interview_analysis.pipeline.learning.registry import Registry
from tests.pipeline.learning.conftest import Trained

PROSODY, TEXTS, RATINGS = "prosodic_features.csv", "transcripts.csv", "ratings.csv"
LEARNED_FROM = 22  # persons


def _person(key: str) -> int:
    return int(key.upper().lstrip("P").partition("Q")[0])


def _copied(rated: Path, folder: Path, *, known: bool, lower: tuple[str, ...] = ()) -> Path:
    """The interviews of those whom the model knows, or of the others, with ids in small letters in the files of `lower`."""
    folder.mkdir(exist_ok=True)
    for name in (PROSODY, TEXTS, RATINGS):
        lines = (rated / name).read_text(encoding="utf-8").splitlines()
        head, rows = (lines[:1], lines[1:]) if name != TEXTS else ([], lines)
        kept = [
            line.partition(",") for line in rows if (_person(line.partition(",")[0]) <= LEARNED_FROM) == known
        ]
        rows = [(key.lower() if name in lower else key) + comma + rest for key, comma, rest in kept]
        (folder / name).write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def others(rated, tmp_path_factory) -> Path:
    """The folder of the persons beyond the first, with faces."""
    folder = _copied(rated, tmp_path_factory.mktemp("others"), known=False, lower=(TEXTS, RATINGS))
    faces = [f"{prefix}{n},0.5,0.7" for n in range(LEARNED_FROM + 1, 31) for prefix in ("P", "PP")]
    (folder / "facial_features.csv").write_text("\n".join(faces) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(dataset, make_model) -> Trained:
    ids = [key for key in dataset.interviews.index if _person(key) <= LEARNED_FROM]
    return make_model("ridge", dataset.subset(ids))


def _with(others: Path, folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes((others / name).read_bytes())
    return folder


def _predicted(model: object, data: Path, out: Path, *more: str) -> tuple[pd.DataFrame, str]:
    command = ["predict", str(model), "--data", str(data), "--out", str(out), *more]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return pd.read_csv(out), done.stderr


def test_others_are_predicted_with_or_without_ratings_and_faces(trained, others, tmp_path):
    whole, said = _predicted(trained.folder, others, tmp_path / "whole.csv")
    assert len(whole) == 16
    assert whole["interview_id"].tolist()[:2] == ["P23", "PP23"]
    assert whole[["prediction", "standard_error", "low", "high"]].notna().all(axis=None)
    assert whole["prediction"].between(1, 7).all()
    assert "not in the data" not in said
    bare = _with(others, tmp_path / "bare", PROSODY, TEXTS)
    pd.testing.assert_frame_equal(_predicted(trained.folder, bare, tmp_path / "bare.csv")[0], whole)


@pytest.mark.parametrize("only", [PROSODY, TEXTS])
def test_one_of_the_files_is_enough_and_the_error_says_that_less_is_known(trained, others, tmp_path, only):
    found, said = _predicted(trained.folder, _with(others, tmp_path / "one", only), tmp_path / "one.csv")
    assert len(found) == 16
    assert "features that the model reads are not in the data" in said
    assert (found["standard_error"] > trained.scorer.rmse["Overall"]).all()


def test_evaluating_leaves_out_whom_the_model_knows(trained, rated, others):
    def evaluated(folder: Path):
        return CliRunner().invoke(main, ["evaluate", str(trained.folder), "--data", str(folder)])

    fresh, all_of_them = evaluated(others), evaluated(rated)
    assert fresh.exit_code == all_of_them.exit_code == 0, fresh.output + all_of_them.output
    assert all_of_them.stdout == fresh.stdout
    assert "44 interviews of 22 persons that the model was trained on are left out" in all_of_them.stderr


def test_a_registered_model_is_asked_by_its_name_and_knows_its_people_by_their_hashes(
    trained, rated, others, tmp_path, mlflow_uri
):
    lenient = load_promotion_settings()
    guards = lenient.guards.model_copy(update={"slope": (-1e9, 1e9), "coverage_below": 1.0})
    promote(
        trained.folder, Registry(mlflow_uri), lenient.model_copy(update={"guards": guards, "samples": 100})
    )
    name = "models:/overall@champion"
    found, _ = _predicted(name, others, tmp_path / "p.csv", "--mlflow", mlflow_uri)
    same, _ = _predicted(trained.folder, others, tmp_path / "q.csv")
    pd.testing.assert_frame_equal(found, same)
    done = CliRunner().invoke(main, ["evaluate", name, "--data", str(rated), "--mlflow", mlflow_uri])
    assert "44 interviews of 22 persons" in done.stderr


def test_a_folder_whose_every_interview_is_known_is_refused(trained, rated, tmp_path):
    known = _copied(rated, tmp_path / "known", known=True)
    done = CliRunner().invoke(main, ["evaluate", str(trained.folder), "--data", str(known)])
    assert done.exit_code == 2
    assert "all 44 interviews are of persons that the model was trained on" in done.stderr
