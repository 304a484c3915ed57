"""Checks of a dataset before anything is learned from it, and the arrays that learners take."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from interview_analysis.errors import LearningError
from interview_analysis.scoring.learning.dataset import MIN_PERSONS, Dataset, some
from interview_analysis.scoring.learning.learners import Layout
from interview_analysis.scoring.learning.settings import LearnSettings
from interview_analysis.scoring.learning.tables import LENGTH, MEANING, embedding_names, slots_of, table
from interview_analysis.types import FloatArray


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dataset as arrays, a row an interview that is learned from."""

    table: FloatArray  # (n, slots x columns)
    ratings: FloatArray  # (n, targets and helpers), targets first
    persons: NDArray[np.str_]  # (n,)
    words: FloatArray  # (n,)
    ids: tuple[str, ...]
    targets: tuple[str, ...]
    features: tuple[str, ...]
    dimensions: int
    layout: Layout
    notes: tuple[str, ...]


def prepare(dataset: Dataset, settings: LearnSettings) -> Prepared:
    """Check `dataset` and lay it out. Raises LearningError with counts for what cannot be learned from."""
    notes = list(dataset.notes)
    targets = _targets(dataset, settings)
    assert dataset.ratings is not None
    rated = dataset.ratings[targets].notna().all(axis=1)
    if not rated.all():
        notes.append(f"{some(rated.index[~rated])} without a rating of a target, left out")
        dataset = dataset.subset(rated.index[rated])
    assert dataset.ratings is not None
    helpers = _helpers(dataset.ratings, targets, notes)
    _check_scale(dataset.ratings[targets + helpers], settings.scale)
    _check_enough(dataset, settings, targets)
    features = _features(dataset, settings, notes)
    dimensions = 0
    if settings.meaning and "content" in settings.channels:
        dimensions = dataset.embeddings.shape[1]
    slots = slots_of(dataset)
    rows = table(dataset, features, dimensions, slots)
    layout = _layout(tuple(features), dimensions, slots, len(targets), settings)
    return Prepared(
        table=rows.to_numpy(),
        ratings=dataset.ratings[targets + helpers].to_numpy(dtype=float),
        persons=dataset.persons.astype(str).to_numpy(dtype=str),
        words=dataset.interviews["words"].to_numpy(dtype=float),
        ids=tuple(map(str, dataset.interviews.index)),
        targets=tuple(targets),
        features=tuple(features),
        dimensions=dimensions,
        layout=layout,
        notes=tuple(notes),
    )


def _targets(dataset: Dataset, settings: LearnSettings) -> list[str]:
    if dataset.ratings is None:
        raise LearningError("there are no ratings to learn from; add a ratings table, or use `predict`")
    known = list(dataset.targets)
    missing = [name for name in settings.targets if name not in known]
    if missing:
        raise LearningError(f"no rating is called '{missing[0]}'; the table has {', '.join(known)}")
    return list(settings.targets) or known


def _helpers(ratings: pd.DataFrame, targets: list[str], notes: list[str]) -> list[str]:
    """The other complete ratings, which help to learn the targets."""
    others = [str(name) for name in ratings.columns if name not in targets]
    broken = [name for name in others if ratings[name].isna().any() or ratings[name].nunique() < 2]
    if broken:
        notes.append(
            f"{len(broken)} other ratings are incomplete or constant and do not help: {', '.join(broken)}"
        )
    return [name for name in others if name not in broken]


def _check_scale(ratings: pd.DataFrame, scale: tuple[float, float]) -> None:
    outside = (ratings < scale[0]) | (ratings > scale[1])
    if outside.to_numpy().any():
        counts = outside.sum()
        names = ", ".join(f"{int(counts[name])} of '{name}'" for name in counts.index[counts > 0][:5])
        raise LearningError(
            f"{int(outside.to_numpy().sum())} ratings lie outside {scale[0]:g} to {scale[1]:g} ({names}); mend "
            "them, or set `scale` to what the raters used"
        )


def _check_enough(dataset: Dataset, settings: LearnSettings, targets: list[str]) -> None:
    persons = dataset.persons.nunique()
    if persons < max(MIN_PERSONS, settings.folds):
        raise LearningError(
            f"{persons} persons in {len(dataset.interviews)} rated interviews, expected at least "
            f"{max(MIN_PERSONS, settings.folds)}; with fewer, no figure of a cross-validation means anything"
        )
    assert dataset.ratings is not None
    for name in targets:
        values = dataset.ratings[name]
        if values.nunique() < 2:
            raise LearningError(
                f"all {len(values)} ratings of '{name}' are {values.iloc[0]:g}; there is nothing to learn from them"
            )


def _features(dataset: Dataset, settings: LearnSettings, notes: list[str]) -> list[str]:
    """Names of the features that are learned from, by channel in the order of the settings."""
    matching = [
        str(name)
        for channel in settings.channels
        for name in dataset.features.columns
        if str(name).startswith(f"{channel}.") and any(fnmatchcase(str(name), p) for p in settings.features)
    ]
    rows = dataset.features[matching]
    useless = [name for name in matching if rows[name].nunique() < 2]
    if useless:
        notes.append(f"{len(useless)} features are empty or constant and left out: {', '.join(useless[:5])}")
    kept = [name for name in matching if name not in useless]
    if not kept:
        raise LearningError(
            f"none of {dataset.features.shape[1]} features is of the channels {', '.join(settings.channels)} and fits "
            f"the patterns {', '.join(settings.features)}; the data have {', '.join(dataset.channels) or 'none'}"
        )
    return kept


def _layout(
    features: tuple[str, ...], dimensions: int, slots: int, outputs: int, settings: LearnSettings
) -> Layout:
    blocks: dict[str, tuple[int, ...]] = {}
    for channel in settings.channels:
        found = tuple(i for i, name in enumerate(features) if name.startswith(f"{channel}."))
        if found:
            blocks[channel] = found
    channels = {channel: (channel,) for channel in blocks}
    if dimensions:
        blocks[MEANING] = tuple(range(len(features), len(features) + dimensions))
        channels["content"] = (*channels.get("content", ()), MEANING)
    names = (*features, *embedding_names(dimensions), LENGTH)
    return Layout(slots, outputs, names, blocks, channels)
