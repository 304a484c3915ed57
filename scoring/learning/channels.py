"""What each channel adds to the others (incremental validity), judged on persons left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from interview_analysis.scoring.learning.components import ComponentsRegressor
from interview_analysis.scoring.learning.crossval import Told, folds_of, left_out, no_one
from interview_analysis.scoring.learning.prepare import Prepared
from interview_analysis.scoring.learning.settings import LearnSettings
from interview_analysis.scoring.statistics.bootstrap import correlation, paired
from interview_analysis.scoring.statistics.correlation import over_repeats, worth
from interview_analysis.types import FloatArray

COLUMNS = ["channels", "target", "r", "low", "high", "added", "added_low", "added_high"]


@dataclass(frozen=True)
class ChannelValue:
    """`table` has a row a set of channels and target, columns `COLUMNS`: r of the set alone, and for each set of more
    than one channel what its last adds to the rest. `weights` is 0 for a channel that adds nothing.
    """

    table: pd.DataFrame
    weights: Mapping[str, float]


def incremental_validity(prepared: Prepared, settings: LearnSettings, told: Told = no_one) -> ChannelValue:
    """Each channel alone, every pair and so on, all with the same learner on the same folds.

    A channel weighs 0 when, over all targets together, the best set with it is no better than the best set without it: the
    interval of the mean difference reaches 0. The best single channel always weighs 1.
    """
    names = tuple(prepared.layout.channels)
    sets = [some for size in range(1, len(names) + 1) for some in combinations(names, size)]
    predicted: dict[tuple[str, ...], FloatArray] = {}
    for done, some in enumerate(sets):
        told("channels", done, len(sets))
        predicted[some] = _predictions(prepared, settings, some)
    rows = []
    for some in sets:
        for place, target in enumerate(prepared.targets):
            rows.append(_row(prepared, settings, predicted, some, place, target))
    return ChannelValue(pd.DataFrame(rows, columns=COLUMNS), _weights(prepared, settings, predicted, names))


def _predictions(prepared: Prepared, settings: LearnSettings, names: tuple[str, ...]) -> FloatArray:
    """Shape (n, targets, repeats)."""
    layout = prepared.layout
    learner = ComponentsRegressor(
        dict(layout.blocks), {name: layout.channels[name] for name in names}, layout.slots, layout.outputs,
        select=False, inner_folds=settings.inner_folds, seed=settings.seed,
    )  # fmt: skip
    folds = [folds_of(prepared, settings, repeat) for repeat in range(settings.repeats)]
    return np.stack([left_out(learner, prepared, fold, settings.scale)[0] for fold in folds], axis=2)


def _row(
    prepared: Prepared,
    settings: LearnSettings,
    predicted: Mapping[tuple[str, ...], FloatArray],
    names: tuple[str, ...],
    place: int,
    target: str,
) -> dict[str, object]:
    truth, persons = prepared.ratings[:, place], list(prepared.persons)
    drawn = {"samples": settings.bootstrap_samples, "seed": settings.seed}
    alone = correlation(truth, predicted[names][:, place], persons, **drawn)
    row: dict[str, object] = {
        "channels": " + ".join(names), "target": target, "r": alone.value, "low": alone.low, "high": alone.high,
    }  # fmt: skip
    if len(names) > 1:
        rests = [some for some in predicted if len(some) == len(names) - 1 and set(some) < set(names)]
        best = max(rests, key=lambda rest: _mean_r(prepared, predicted[rest], place))
        more = paired(truth, predicted[best][:, place], predicted[names][:, place], persons, **drawn).gain
        row |= {"added": more.value, "added_low": more.low, "added_high": more.high}
    return row


def _mean_r(prepared: Prepared, predicted: FloatArray, place: int) -> float:
    truth = prepared.ratings[:, place]
    return float(worth(over_repeats(truth, predicted[:, place], np.ones((1, len(truth)))))[0])


def _weights(
    prepared: Prepared,
    settings: LearnSettings,
    predicted: Mapping[tuple[str, ...], FloatArray],
    names: tuple[str, ...],
) -> dict[str, float]:
    def quality(some: tuple[str, ...]) -> float:
        return float(np.mean([_mean_r(prepared, predicted[some], t) for t in range(len(prepared.targets))]))

    used: tuple[str, ...] = max(((name,) for name in names), key=quality)
    for some in sorted(predicted, key=len):
        if set(used) < set(some) and _adds(prepared, settings, predicted[some], predicted[used]):
            used = some
    return {name: float(name in used) for name in names}


def _adds(prepared: Prepared, settings: LearnSettings, one: FloatArray, other: FloatArray) -> bool:
    """Whether the mean gain over targets is above 0 with its interval."""
    gains = [
        paired(
            prepared.ratings[:, t], other[:, t], one[:, t], list(prepared.persons),
            samples=settings.bootstrap_samples, seed=settings.seed,
        ).gain
        for t in range(len(prepared.targets))
    ]  # fmt: skip
    return float(np.mean([gain.low for gain in gains])) > 0
