"""Permutation importance: how much worse a model tells people apart when one measure is shuffled among them.

Measured on persons left out (Breiman 2001; Fisher, Rudin & Dominici 2019), so that a measure that was only memorised
is worth nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from interview_analysis.scoring.learning.prepare import Prepared
from interview_analysis.scoring.learning.tables import MEANING
from interview_analysis.scoring.statistics.correlation import pearson, worth
from interview_analysis.types import FloatArray

COLUMNS = ["kind", "name", "target", "drop"]


def permutation_importance(
    prepared: Prepared, models: Sequence[Any], fold: np.ndarray, *, shuffles: int = 5, seed: int = 0
) -> pd.DataFrame:
    """Columns kind ("feature" or "channel"), name, target and `drop`: the loss of r when it is shuffled.

    `models` are those of a cross-validation, by fold. All answers of an interview are moved together. Embeddings are one
    name, ``meaning``. Sorted by the mean drop.
    """
    layout = prepared.layout
    groups = [("feature", name, [i]) for i, name in enumerate(prepared.features)]
    if prepared.dimensions:
        groups.append(("feature", MEANING, list(layout.blocks[MEANING])))
    for channel, blocks in layout.channels.items():
        groups.append(("channel", channel, [i for block in blocks for i in layout.blocks[block]]))
    draw = np.random.default_rng(seed)
    orders = [draw.permutation(len(fold)) for _ in range(shuffles)]
    truth = prepared.ratings[:, : len(prepared.targets)]
    base = _agreement(truth, _ask(models, prepared.table, fold, truth.shape))
    rows = []
    for kind, name, columns in groups:
        drops = [base - _agreement(truth, _shuffled(prepared, models, fold, columns, o)) for o in orders]
        for target, drop in zip(prepared.targets, np.mean(drops, axis=0), strict=True):
            rows.append({"kind": kind, "name": name, "target": target, "drop": float(drop)})
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = table.groupby(["kind", "name"])["drop"].transform("mean")
    return table.iloc[np.lexsort((-order, table["kind"]))].reset_index(drop=True)


def _shuffled(
    prepared: Prepared, models: Sequence[Any], fold: np.ndarray, columns: list[int], order: np.ndarray
) -> FloatArray:
    table = prepared.table.reshape(len(fold), prepared.layout.slots, -1).copy()
    table[:, :, columns] = table[order][:, :, columns]
    shape = (len(fold), len(prepared.targets))
    return _ask(models, table.reshape(len(fold), -1), fold, shape)


def _ask(models: Sequence[Any], table: FloatArray, fold: np.ndarray, shape: tuple[int, ...]) -> FloatArray:
    found = np.empty(shape)
    for index, model in enumerate(models):
        out = fold == index
        if out.any():
            found[out] = np.asarray(model.predict(table[out]), dtype=float).reshape(int(out.sum()), -1)
    return found


def _agreement(truth: FloatArray, predicted: FloatArray) -> FloatArray:
    return worth(np.array([pearson(truth[:, t], predicted[:, t]) for t in range(truth.shape[1])]))
