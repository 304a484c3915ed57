"""From the parts of an answer to a level of the anchors, 1 to 5.

An ordinal model (cumulative logits, McCullagh 1980) over few named parts, whose weights are never negative, gives
probabilities over the levels as if the parts were the candidate's own, done, and to the point; level 5 takes a reason or a
lesson. Four gates say whether they are: an answer that does not take up the question or shows the opposite, and a story of
something else, is level 1; what others did, and what is only planned, is talk and no more than level 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interview_analysis.scoring.content.functions import Array
from interview_analysis.scoring.content.logistic import Logistic
from interview_analysis.scoring.content.presence import Presence

LEVELS = np.arange(1, 6)
POINTS_PER_LEVEL = 20.0  # the middles of five levels of equal width on 0 to 100
GATES = ("takes_up", "own", "done")
FOR_LEVEL_5 = ("reasoning", "reflection")  # of these one at least


@dataclass(frozen=True, slots=True)
class LevelModel:
    """`thresholds` (4,) rise; `weights` by part, not negative; `spread` and `floor` make the standard error; `presence` is what
    the parts are made with."""

    thresholds: Array
    weights: Mapping[str, float]
    gates: Mapping[str, Logistic]
    spread: float
    floor: float
    presence: Presence

    def probabilities(self, parts: Mapping[str, float]) -> Array:
        """Over the levels, shape (5,), before any gate."""
        strength = sum(weight * parts[name] for name, weight in self.weights.items())
        above = 1 / (1 + np.exp(self.thresholds - strength))
        above[3] *= open_to_level_5(parts)
        return -np.diff(np.concatenate([[1.0], above, [0.0]]))

    def estimate(self, probabilities: Array) -> tuple[float, float]:
        """Score, 0 to 100, and its standard error: of the level itself, and a floor for what raters differ by."""
        mean = float(LEVELS @ probabilities)
        variance = float(((LEVELS - mean) ** 2) @ probabilities)
        error = np.sqrt(self.spread**2 * variance + self.floor**2)
        return POINTS_PER_LEVEL * (mean - 0.5), POINTS_PER_LEVEL * float(error)


def open_to_level_5(parts: Mapping[str, float]) -> float:
    """Chance that a reason or a lesson was heard, if the two come independently."""
    return 1.0 - float(np.prod([1.0 - parts[name] for name in FOR_LEVEL_5]))


def gated(probabilities: Array, gates: Mapping[str, float], bears_on: float) -> Array:
    """The probabilities behind the gates.

    What is not the speaker's own or not done counts as talk, level 2 at most; a story about something else counts as
    nothing, level 1, and so does an answer that does not take up the question. Talk stays talk, whatever it is about.
    """
    told = float(probabilities[2:].sum())
    as_talk, as_nothing = probabilities.copy(), probabilities.copy()
    as_talk[2:] = as_nothing[2:] = 0.0
    as_talk[1] += told
    as_nothing[0] += told
    own = gates["own"] * gates["done"]
    mixed = own * (bears_on * probabilities + (1 - bears_on) * as_nothing) + (1 - own) * as_talk
    answered = gates["takes_up"]
    return np.asarray(answered * mixed + (1 - answered) * np.eye(5)[0])
