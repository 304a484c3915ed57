"""Folds that keep a person together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from interview_analysis.types import FloatArray


def person_folds(
    persons: Sequence[str] | NDArray[np.str_], ratings: FloatArray, folds: int, seed: int
) -> NDArray[np.int_]:
    """The fold of each row, shape (n,); all rows of a person share one.

    Persons are dealt out in order of their mean standardised rating, as cards, so that each fold has its share of
    high and low ones. With folds dealt blindly the mean of what is left in differs from fold to fold against the
    mean of what is left out, which pulls the correlation of pooled predictions below zero where there is nothing to
    learn (Parker, Günter & Bedo 2007, BMC Bioinformatics 8:326, "Stratification bias").
    """
    names, place = np.unique(np.asarray(persons).astype(str), return_inverse=True)
    columns = np.asarray(ratings, dtype=float).reshape(len(place), -1)
    spread = np.nanstd(columns, axis=0)
    standard = (columns - np.nanmean(columns, axis=0)) / np.where(spread > 0, spread, 1.0)
    level = np.nan_to_num(np.nanmean(standard, axis=1))
    means = np.bincount(place, level) / np.bincount(place)
    draw = np.random.default_rng(seed)
    order = np.argsort(-means, kind="stable")
    found = np.empty(len(names), dtype=int)
    for start in range(0, len(order), folds):
        block = order[start : start + folds]
        found[block] = draw.permutation(folds)[: len(block)]
    return found[place]
