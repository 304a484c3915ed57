"""What a scheduled job does: bring the data up to date, train what changed, and let the better model win."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from interview_analysis.errors import ConfigError, LearningError
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.learning.dataset_file import load_dataset
from interview_analysis.pipeline.learning.model_file import load_cross_validation, load_model
from interview_analysis.pipeline.learning.promote import Decision, PromotionSettings, promote
from interview_analysis.pipeline.learning.registry import Registry, own_predictions, pseudonymous
from interview_analysis.pipeline.learning.sources import load_groups
from interview_analysis.pipeline.learning.summary import write_summary
from interview_analysis.scoring.learning.crossval import CrossValidation
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.model import FittedScorer

MODEL, DATASET, RUN = Path("data/processed/model"), Path("data/processed/dataset"), Path("data/interim/run")
GROUP_FILES = (RUN / "groups.parquet", Path("data/raw/interviews/groups.csv"))


@dataclass(frozen=True, slots=True)
class Retrained:
    """What came of it: the summary, and the decision; None where the champion is this very model."""

    summary: Path
    decision: Decision | None


def retrain(
    registry: Registry,
    settings: PromotionSettings,
    out: Path,
    console: Console,
    *,
    groups: Path | None = None,
    new: Dataset | None = None,
) -> Retrained:
    """Pull where DVC has a remote, reproduce, compare with the champion, promote what is better, write a page to `out`.

    Runs in the folder of dvc.yaml. Raises ConfigError without DVC and LearningError where a stage fails.
    """
    if not Path("dvc.yaml").is_file():
        raise ConfigError("no dvc.yaml here; run it in the folder of the project")
    if _dvc("remote", "list", capture=True).strip():
        console.info("pulling data")
        _dvc("pull", "--allow-missing")
    console.info("reproducing")
    _dvc("repro")
    scorer, cv = load_model(MODEL), load_cross_validation(MODEL)
    if _is_champion(registry, scorer, cv):
        console.info("nothing changed since the champion was trained")
        return Retrained(write_summary(scorer, cv, out), None)
    parameters = {"code": "dvc repro"}
    decision = promote(
        MODEL,
        registry,
        settings,
        groups=_groups(groups),
        data=load_dataset(DATASET),
        new=new,
        parameters=parameters,
    )
    return Retrained(write_summary(scorer, cv, out, decision), decision)


def _is_champion(registry: Registry, scorer: FittedScorer, cv: CrossValidation) -> bool:
    champion = registry.champion(scorer.name)
    if champion is None:
        return False
    with registry.fetched(champion) as folder:
        before, kept = load_model(folder), load_cross_validation(folder)
    mine, theirs = own_predictions(scorer, pseudonymous(cv)), own_predictions(before, kept)
    same = (before.fingerprint, before.learner) == (scorer.fingerprint, scorer.learner)
    return same and mine.reset_index(drop=True).equals(theirs.reset_index(drop=True))


def _groups(path: Path | None) -> pd.DataFrame | None:
    """The groups at `path`, or those of the data; None where they have none."""
    if path is not None:
        return load_groups(path)
    found = next((path for path in GROUP_FILES if path.is_file()), None)
    try:
        return load_groups(found) if found else None
    except LearningError:  # a run whose manifest had no groups
        return None


def _dvc(*arguments: str, capture: bool = False) -> str:
    """Run DVC here; its messages go to stderr. Raises ConfigError where it is not installed, LearningError if it fails."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            stdout=subprocess.PIPE if capture else sys.stderr, text=True, check=False,
        )  # fmt: skip
    except OSError as error:
        raise ConfigError(f"cannot start DVC: {error}; `pip install dvc`") from error
    if done.returncode:
        raise LearningError(
            f"`dvc {' '.join(arguments)}` failed; its messages stand above (is DVC installed?)"
        )
    return done.stdout or ""
