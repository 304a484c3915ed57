"""Whether a clause does something at all, be it beside something else.

A reader shares words out among the functions, and what comes second gets a third of them, so that reasons and lessons, which
mostly stand beside a deed or a result, hardly ever reach a half. A logistic curve for each function (Platt 1999) tells from
its share of the few words that show it the most (`reader.Readout.clearest`) how likely the clause was given that function by
whoever labelled it, first or second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interview_analysis.scoring.content.functions import FUNCTIONS, Array

CURVED = ("situation", "obstacle", "action", "result", "reasoning", "reflection")
_FARTHEST = 9.0


@dataclass(frozen=True, slots=True)
class Presence:
    """Intercept and slope by function of `CURVED`."""

    curves: Mapping[str, tuple[float, float]]

    def of(self, functions: Array) -> Array:
        """From the clearest shares (n, F), the chance that each of `CURVED` is there in each clause; the shares of the other
        functions stay as they are."""
        found = functions.copy()
        for name, (intercept, slope) in self.curves.items():
            column = FUNCTIONS.index(name)
            found[:, column] = 1 / (1 + np.exp(-(intercept + slope * logit(functions[:, column]))))
        return found


def logit(shares: Array) -> Array:
    """Of shares (n,), held within 9 to either side."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(np.log(shares) - np.log1p(-shares), -_FARTHEST, _FARTHEST))
