"""What a model learns from: features of answers, ratings of interviews, and who is who.

The same shape whether the features were measured on recordings or read from tables. A missing value is NaN;
an answer that was not given is a row that is not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from interview_analysis.errors import LearningError

MIN_PERSONS = 20  # below that no cross-validation by person tells anything
KEYS = ["interview_id", "answer"]
RATED_BY = ["interview_id", "rater"]
SHOWN = 3  # ids in a message
Scale = tuple[float, float]


@dataclass(frozen=True)
class Dataset:
    """Interviews to learn from or to predict.

    Attributes
    ----------
    features : index ``(interview_id, answer)`` with answers counted from 1 (0 for an interview that is not cut into
        answers), columns ``<channel>.<name>``, float; the channel is content, voice, face or posture.
    embeddings : the same index, one column a dimension of a sentence embedding; no columns without an encoder.
    interviews : index ``interview_id``, columns ``person`` (text) and ``words`` (of the candidate, NaN if unknown),
        and any others, such as groups, that nothing is learned from.
    ratings : index ``interview_id``, one column a target, float, NaN where a rating is missing; None without ratings.
    feature_versions : version of each extractor, by ``<channel>.<extractor>``.
    raters : the same ratings by single raters, index ``(interview_id, rater)``; None where they are not known.
    notes : what was left out or is odd, with counts, for the reader of a report.
    """

    features: pd.DataFrame
    embeddings: pd.DataFrame
    interviews: pd.DataFrame
    ratings: pd.DataFrame | None
    feature_versions: Mapping[str, int]
    notes: tuple[str, ...] = ()
    encoder: str = ""  # id of the encoder of the embeddings, with its version
    raters: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        ids = self.interviews.index
        if ids.has_duplicates:
            raise LearningError(f"{some(ids[ids.duplicated()].unique())} there more than once; keep one each")
        if self.features.index.has_duplicates:
            twice = self.features.index[self.features.index.duplicated()].unique()
            raise LearningError(f"answers {some(twice)} there more than once; keep one row each")
        frames = {"embeddings": self.embeddings, "ratings": self.ratings}
        known = set(self.features.index.get_level_values(0))
        if known != set(ids):
            raise LearningError(f"{some(known ^ set(ids))} in the features or the interviews, not in both")
        ratings = frames["ratings"]
        if ratings is not None and list(ratings.index) != list(ids):
            raise LearningError("ratings and interviews must have the same ids in the same order")
        if not self.embeddings.index.equals(self.features.index):
            raise LearningError("embeddings and features must have the same answers in the same order")

    @property
    def persons(self) -> pd.Series:
        """Who was interviewed, by interview."""
        return self.interviews["person"]

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels that have any feature, in the order of the columns."""
        return tuple(dict.fromkeys(str(name).partition(".")[0] for name in self.features.columns))

    @property
    def targets(self) -> tuple[str, ...]:
        """What was rated, empty without ratings."""
        return () if self.ratings is None else tuple(str(name) for name in self.ratings.columns)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of ids, persons, features, embeddings and ratings; equal contents, equal fingerprint."""
        digest = hashlib.sha256()
        for frame in (self.features, self.embeddings, self.interviews[["person", "words"]], self.ratings,
                      self.raters):  # fmt: skip
            if frame is not None:
                digest.update("\t".join(map(str, frame.columns)).encode())
                digest.update("\n".join(map(str, frame.index)).encode())
                for name in frame.columns:
                    digest.update(_bytes(frame[name]))
        digest.update(repr(sorted(self.feature_versions.items())).encode() + self.encoder.encode())
        return digest.hexdigest()

    def subset(self, ids: Iterable[str]) -> Dataset:
        """The interviews of `ids`, in that order."""
        wanted = list(ids)
        rows = self.features.index.get_level_values(0).isin(set(wanted))
        return replace(
            self,
            features=self.features[rows],
            embeddings=self.embeddings[rows],
            interviews=self.interviews.loc[wanted],
            ratings=None if self.ratings is None else self.ratings.loc[wanted],
            raters=None if self.raters is None else self.raters[self.raters.index.isin(set(wanted), level=0)],
        )


def _bytes(column: pd.Series) -> bytes:
    if pd.api.types.is_numeric_dtype(column):
        return np.ascontiguousarray(column.to_numpy(dtype="<f8")).tobytes()
    return "\n".join(map(str, column)).encode()


def some(items: Iterable[object]) -> str:
    """How many, and the first few: "4 ids, such as 'P1', 'P2', 'P3', are"."""
    found = sorted(map(str, items))
    shown = ", ".join(f"'{item}'" for item in found[:SHOWN])
    return f"{len(found)} id{'s' if len(found) > 1 else ''} ({shown}{', ...' if len(found) > SHOWN else ''})"
