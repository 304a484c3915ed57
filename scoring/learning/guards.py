"""What must hold before a model is used, however well it predicts: calibration, groups, drift.

Each guard passes, fails, or says that there was nothing to judge by. Groups are looked at here alone, after training; no
model learns from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.learning.calibration import calibration_line
from interview_analysis.scoring.statistics.bootstrap import interval, person_weights

Verdict = Literal["passes", "fails", "not judged"]


class GuardSettings(Model):
    """Limits of the guards; configs/promotion.yaml gives a reason for each."""

    slope: tuple[float, float]  # of ratings on predictions, where 1 is calibrated
    coverage_below: float = Field(
        gt=0, le=1
    )  # how far the intervals' coverage may lie below what they promise
    group_gap_sd: float = Field(
        gt=0
    )  # of mean error between two groups, in standard deviations of the rating
    group_persons: int = Field(ge=2)  # a smaller group is not judged
    drifted_share: float = Field(gt=0, le=1)  # of features that may have drifted far


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard's verdict with the figures that it rests on."""

    name: str
    verdict: Verdict
    figures: str


def calibration_guard(
    predictions: pd.DataFrame, target: str, limits: GuardSettings, *, samples: int, seed: int
) -> Guard:
    """Do predictions of left-out persons lie on the scale of the ratings?

    The slope of ratings on predictions, averaged over repeats, with its 95 % interval over persons. It fails only where
    the whole interval lies outside the limits: few persons never prove a fault.
    """
    rows = predictions[(predictions.target == target) & predictions.truth.notna()]
    mean = rows.groupby("interview_id").agg(
        truth=("truth", "first"), prediction=("prediction", "mean"), person=("person", "first")
    )
    line = calibration_line(mean.truth.to_numpy(), mean.prediction.to_numpy())
    name = f"calibration of {target}"
    if not np.isfinite(line.slope):
        return Guard(name, "fails", "the predictions are all alike")
    slopes = [
        calibration_line(d.truth.to_numpy(), d.prediction.to_numpy()).slope
        for d in _draws(mean, samples, seed)
    ]
    found = interval(line.slope, slopes)
    outside = found.high < limits.slope[0] or found.low > limits.slope[1]
    return Guard(
        name,
        "fails" if outside else "passes",
        f"slope {line.slope:.2f} [{found.low:.2f}, {found.high:.2f}], allowed {limits.slope[0]:g} to {limits.slope[1]:g}",
    )


def coverage_guard(covered: float, promised: float, target: str, limits: GuardSettings) -> Guard:
    """Do the prediction intervals hold as many ratings as they promise? `covered` is of persons left out."""
    name = f"interval coverage of {target}"
    if not np.isfinite(covered):
        return Guard(name, "not judged", "the model says nothing of it")
    good = covered >= promised - limits.coverage_below
    return Guard(name, "passes" if good else "fails", f"{covered:.1%} of {promised:.0%} promised")


def group_guards(
    predictions: pd.DataFrame,
    groups: pd.DataFrame,
    target: str,
    limits: GuardSettings,
    *,
    samples: int,
    seed: int,
) -> list[Guard]:
    """Is any group over- or under-rated against another, beyond what their ratings say?

    For each column of `groups` (index interview_id) the largest difference between two groups in the mean of
    prediction minus rating, in standard deviations of the rating. It fails where the difference passes the limit and
    its 95 % interval over persons does not hold 0.
    """
    rows = predictions[(predictions.target == target) & predictions.truth.notna()]
    mean = rows.groupby("interview_id").agg(
        truth=("truth", "first"), prediction=("prediction", "mean"), person=("person", "first")
    )
    spread = float(mean.truth.std())
    errors = mean.assign(error=(mean.prediction - mean.truth) / spread).join(groups, how="left")
    return [_group_guard(errors, str(column), target, limits, samples, seed) for column in groups.columns]


def _group_guard(
    errors: pd.DataFrame, column: str, target: str, limits: GuardSettings, samples: int, seed: int
) -> Guard:
    name = f"gap of {target} between {column}"
    sizes = errors.dropna(subset=[column]).groupby(column)["person"].nunique()
    large = [str(key) for key, size in sizes.items() if size >= limits.group_persons]
    if len(large) < 2:
        got = ", ".join(f"{key}: {size}" for key, size in sizes.items()) or "none"
        return Guard(
            name, "not judged", f"two groups of {limits.group_persons} persons are needed, got {got}"
        )
    draws = [d.groupby(column)["error"].mean() for d in _draws(errors, samples, seed)]
    means = errors.groupby(column)["error"].mean()
    one, two = max(combinations(large, 2), key=lambda pair: abs(means[pair[0]] - means[pair[1]]))
    gap = float(means[one] - means[two])
    found = interval(gap, [d.get(one, np.nan) - d.get(two, np.nan) for d in draws])
    fails = abs(gap) > limits.group_gap_sd and (found.low > 0 or found.high < 0)
    return Guard(
        name,
        "fails" if fails else "passes",
        f"{one} against {two}: {gap:+.2f} SD [{found.low:+.2f}, {found.high:+.2f}], allowed {limits.group_gap_sd:g}",
    )


def drift_guard(drift: pd.DataFrame, limits: GuardSettings) -> Guard:
    """Have too many features drifted far from training? `drift` is a `drift_table`."""
    judged = drift[drift.verdict != "not judged"]
    if judged.empty:
        return Guard("drift", "not judged", "no feature could be compared")
    far = judged[judged.verdict == "large"]
    share = len(far) / len(judged)
    worst = f", such as {far.index[0]} (PSI {far.psi.iloc[0]:.2f})" if len(far) else ""
    return Guard(
        "drift",
        "fails" if share > limits.drifted_share else "passes",
        f"{len(far)} of {len(judged)} features drifted far{worst}; allowed {limits.drifted_share:.0%}",
    )


def _draws(rows: pd.DataFrame, samples: int, seed: int) -> Iterator[pd.DataFrame]:
    """`rows` with persons drawn again, each with all of their interviews."""
    for counts in person_weights(list(rows["person"]), samples, seed):
        yield rows.iloc[np.repeat(np.arange(len(rows)), counts.astype(int))]
