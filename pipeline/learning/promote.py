"""Champion and challenger: who of two models scores from now on, decided by figures and written down with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from interview_analysis.errors import ConfigError, LearningError, ModelError
from interview_analysis.pipeline.common.config import BUILT_IN, layered
from interview_analysis.pipeline.learning.model_file import load_cross_validation, load_model
from interview_analysis.pipeline.learning.registry import Registry, Version, own_predictions, pseudonymous
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.learning.crossval import CrossValidation
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.drift import Training, drift_table
from interview_analysis.scoring.learning.guards import (
    Guard,
    GuardSettings,
    calibration_guard,
    coverage_guard,
    drift_guard,
    group_guards,
)
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.learning.promotion import Comparison, compare
from interview_analysis.scoring.profile import describe

GUARD_SAMPLES = 500  # draws for the intervals of guards, which decide less finely than the comparison


class PromotionSettings(Model):
    """When a challenger takes the champion's place. configs/promotion.yaml documents each key."""

    target: str | None
    confidence: float = Field(gt=0.5, lt=1)
    samples: int = Field(ge=100)
    seed: int
    guards: GuardSettings


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a challenger, and by what figures. `against` is the champion it met, None for the first."""

    challenger: Version
    learner: str
    against: Version | None
    comparison: Comparison | None
    guards: tuple[Guard, ...]
    promoted: bool
    note: str = ""  # how the two were made comparable, where they were not at once

    @property
    def reason(self) -> str:
        """In one line."""
        failed = [guard for guard in self.guards if guard.verdict == "fails"]
        if failed:
            return "; ".join(f"{guard.name} fails: {guard.figures}" for guard in failed)
        if self.comparison is None:
            return "no champion yet, and no guard fails"
        c = self.comparison
        verdict = "better" if c.better else "not better"
        return (
            f"{verdict} than version {self.against.number if self.against else ''}: {c.target} r = {c.challenger:.3f} "
            f"against {c.champion:.3f}, difference {c.difference:+.3f} [{c.low:+.3f}, {c.high:+.3f}], {c.persons} persons"
        )


def load_promotion_settings(path: Path | None = None) -> PromotionSettings:
    """The built-in settings, updated by the file at `path`. Raises ConfigError that names the wrong key."""
    data = layered(BUILT_IN / "promotion.yaml", path, ())
    try:
        return PromotionSettings.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path or 'promotion settings'}: {describe(error, PromotionSettings)}") from error


def promote(
    folder: Path,
    registry: Registry,
    settings: PromotionSettings,
    *,
    groups: pd.DataFrame | None = None,
    data: Dataset | None = None,
    new: Dataset | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Decision:
    """Register the model in `folder` and make it the champion where it is better and no guard fails.

    Parameters
    ----------
    groups : index interview_id, one column a grouping, for the guard of groups; none is judged without.
    data : what the challenger was trained on, to ask the champion about persons that it did not learn from; needed
        only where champion and challenger were trained on different data.
    new : interviews since then, for the guard of drift.
    parameters : settings to log beside the model.
    """
    scorer, cv = load_model(folder), load_cross_validation(folder)
    target = _target(scorer, settings)
    champion = registry.champion(scorer.name)
    version = registry.log(scorer, cv, parameters or {})
    found, note = None, ""
    if champion is not None:
        with registry.fetched(champion) as kept:
            found, note = _compared(kept, scorer, cv, target, settings, data)
    guards = tuple(_guards(scorer, cv, target, settings, groups, new))
    better = found is None or found.better
    promoted = better and all(guard.verdict != "fails" for guard in guards)
    decision = Decision(version, scorer.learner, champion, found, guards, promoted, note)
    (registry.crown if promoted else registry.note)(version, decision.reason)
    return decision


def _target(scorer: FittedScorer, settings: PromotionSettings) -> str:
    target = settings.target or scorer.targets[0]
    if target not in scorer.targets:
        raise ConfigError(
            f"target is '{target}', the model predicts {', '.join(scorer.targets)}; name one of these"
        )
    return target


def _compared(
    champion: Path,
    scorer: FittedScorer,
    cv: CrossValidation,
    target: str,
    settings: PromotionSettings,
    data: Dataset | None,
) -> tuple[Comparison, str]:
    """Both models on persons that neither learned from: on the same folds where they have them."""
    before, before_cv = load_model(champion), load_cross_validation(champion)
    if target not in before.targets:
        raise ModelError(
            f"the champion predicts {', '.join(before.targets)}, not '{target}'; name one of these as target"
        )
    one = own_predictions(before, before_cv)
    two = own_predictions(scorer, pseudonymous(cv))

    def paired(first: pd.DataFrame, second: pd.DataFrame) -> Comparison:
        return compare(
            first,
            second,
            target,
            confidence=settings.confidence,
            samples=settings.samples,
            seed=settings.seed,
        )

    if (before_cv.fingerprint, before_cv.seed) == (cv.fingerprint, cv.seed):
        return paired(one, two), ""
    first, second = _averaged(one, target), _averaged(two, target)
    fresh = _of_new_persons(before, first, cv, target, data)
    first = pd.concat([first, fresh]).drop_duplicates("interview_id")
    shared = sorted(set(first.interview_id) & set(second.interview_id))
    first, second = (t.set_index("interview_id").loc[shared].reset_index() for t in (first, second))
    if second.person.nunique() < 2:
        raise LearningError(
            "champion and challenger were trained on different interviews; pass the challenger's data with --data"
        )
    first = first.assign(truth=second.truth)  # as rated now
    note = (
        f"other data than the champion's: {len(shared)} interviews compared, {len(fresh)} of them of persons that are new "
        "to the champion"
    )
    return paired(first, second), note


def _averaged(rows: pd.DataFrame, target: str) -> pd.DataFrame:
    """One prediction an interview, averaged over repeats, as one repeat and one fold."""
    mean = rows[(rows.target == target) & rows.truth.notna()].groupby("interview_id", as_index=False)
    table = mean.agg(
        person=("person", "first"),
        learner=("learner", "first"),
        truth=("truth", "first"),
        prediction=("prediction", "mean"),
    )
    return table.assign(target=target, repeat=0, fold=0)


def _of_new_persons(
    champion: FittedScorer, known: pd.DataFrame, cv: CrossValidation, target: str, data: Dataset | None
) -> pd.DataFrame:
    """What the champion says of interviews of persons that it did not learn from."""
    if data is None:
        return known.iloc[:0]
    hashed = pseudonymous(cv).predictions
    names = dict(
        zip(cv.predictions.interview_id, zip(hashed.interview_id, hashed.person, strict=True), strict=True)
    )
    persons = set(known.person)
    unseen = [key for key in data.interviews.index if key in names and names[key][1] not in persons]
    if not unseen:
        return known.iloc[:0]
    asked = champion.predict(data.subset(unseen))
    asked = asked[asked.target == target]
    assert data.ratings is not None
    return pd.DataFrame(
        {
            "interview_id": [names[key][0] for key in asked.interview_id],
            "person": [names[key][1] for key in asked.interview_id],
            "learner": champion.learner,
            "truth": data.ratings[target].loc[asked.interview_id].to_numpy(),
            "prediction": asked.prediction.to_numpy(),
            "target": target, "repeat": 0, "fold": 0,
        }
    )  # fmt: skip


def _guards(
    scorer: FittedScorer,
    cv: CrossValidation,
    target: str,
    settings: PromotionSettings,
    groups: pd.DataFrame | None,
    new: Dataset | None,
) -> Sequence[Guard]:
    rows, limits = own_predictions(scorer, cv), settings.guards
    draws = {"samples": min(settings.samples, GUARD_SAMPLES), "seed": settings.seed}
    guards = [
        calibration_guard(rows, target, limits, **draws),
        coverage_guard(_trust(scorer, target, "interval_coverage"), scorer.coverage, target, limits),
    ]
    if groups is None or groups.empty or groups.columns.empty:
        guards.append(Guard("group gap", "not judged", "no groups were given"))
    else:
        guards += group_guards(rows, groups, target, limits, **draws)
    if new is None:
        guards.append(Guard("drift", "not judged", "no new interviews were given"))
    else:
        guards.append(drift_guard(drift_of(scorer, new), limits))
    return guards


def _trust(scorer: FittedScorer, target: str, figure: str) -> float:
    found = scorer.trust[(scorer.trust.target == target) & (scorer.trust.figure == figure)]
    return float(found.value.iloc[0]) if len(found) else float("nan")


def drift_of(scorer: FittedScorer, new: Dataset) -> pd.DataFrame:
    """A `drift_table` of new interviews against those that a model was trained on, each the mean of its answers."""
    training = {}
    for name, quantiles in scorer.quantiles.iterrows():
        known = quantiles.to_numpy(dtype=float)
        seen = tuple(float(q) for q in known) if np.isfinite(known).all() else ()
        training[str(name)] = Training(seen, scorer.interviews, float("nan"))
    return drift_table(training, new.features.groupby(level="interview_id").mean())
