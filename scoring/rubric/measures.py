"""Measured behaviour -> scores by the norms, with the standard error of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.features.tables import FeatureTables
from interview_analysis.scoring.norms import Norm
from interview_analysis.scoring.report.report import Evidence
from interview_analysis.scoring.rubric.fusion import Estimate
from interview_analysis.types import Interval

CONTENT_FEATURE = "content.mean_level"  # of what was said about a dimension, see score.py


@dataclass(frozen=True, slots=True)
class Measure:
    """One measurement of the recording and the score that its norm gives it."""

    norm: Norm
    value: float
    value_error: float
    estimate: Estimate


def measure_of(norm: Norm, value: float, error: float, *about: str) -> Measure:
    """A value with its standard error through the curve of `norm`; `about` is what it was measured of, where it is one of several."""
    moved = norm.score_error(value, error)
    return Measure(norm, value, error, Estimate(norm.score(value), {(norm.feature, *about): moved}))


def measure_error(values: np.ndarray, window_sd: float) -> float:
    """Standard error of a measurement over a recording, from its values in disjoint windows, shape (k,), k > 0.

    With three windows or more it is their standard deviation over the root of their number, but not less than a
    half of what is typical; with fewer it is the typical standard deviation over that root.
    """
    typical = window_sd / np.sqrt(len(values))
    if len(values) < 3:
        return float(typical)
    return float(max(np.std(values, ddof=1) / np.sqrt(len(values)), typical / 2))


def fitting(norms: Sequence[Norm], language: str | None) -> list[Norm]:
    """The norms that hold for a language; those for both languages hold for every other one too.

    Without a transcript (`language` None) only the latter. A norm for this language alone takes the place of one for
    both, so that norms of a population stand beside those for whom it says nothing.
    """
    own = {n.feature for n in norms if n.languages == (language,)}
    return [n for n in norms if n.languages == (language,) or (_for_both(n) and n.feature not in own)]


def _for_both(norm: Norm) -> bool:
    return set(norm.languages) == {"zh", "en"}


def take(norm: Norm, tables: FeatureTables, min_coverage: float) -> Measure | None:
    """Measure what `norm` asks for; None where no block of the recording was observed well enough."""
    value = tables.value(norm.feature)
    seen = tables.block_values(norm.feature, min_coverage)
    if not np.isfinite(value) or not len(seen):
        return None
    error = measure_error(seen, norm.window_sd)
    return measure_of(norm, value, error)


def take_all(norms: Sequence[Norm], tables: FeatureTables, min_coverage: float) -> list[Measure]:
    """The measures of a channel that could be taken."""
    taken = [take(norm, tables, min_coverage) for norm in norms if norm.feature != CONTENT_FEATURE]
    return [measure for measure in taken if measure is not None]


def as_evidence(measure: Measure, share: float, window: Interval) -> Evidence:
    """The measure, taken over `window`, as a line of evidence; `share` is its weight in the score that it backs."""
    norm = measure.norm
    return Evidence(
        kind="measure",
        id=norm.feature,
        name=norm.name,
        weight=round(share, 4),
        score=round(measure.estimate.score, 1),
        start_s=round(window.start_s, 3),
        end_s=round(window.end_s, 3),
        value=round(measure.value, 4),
        value_standard_error=round(measure.value_error, 4),
        unit=norm.unit,
        why=norm.why,
    )
