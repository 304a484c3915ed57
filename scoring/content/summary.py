"""An answer in numbers: how much of it does what, and the named parts that a level is made of.

All are shares and maxima over the clauses of an answer, so that length alone moves none of them, and saying a thing
twice does not either (repeated clauses are dropped before).
"""

from __future__ import annotations

import numpy as np

from interview_analysis.scoring.content.cues import NAMES
from interview_analysis.scoring.content.functions import FUNCTIONS, STORY, Array
from interview_analysis.scoring.content.reader import Readout

PARTS = (
    "example", "setting", "difficulty", "deeds", "result", "seen", "reasoning", "reflection", "specific", "complete",
)  # fmt: skip
SHOWN = ("example", "setting", "difficulty", "deeds", "result", "seen", "reasoning", "reflection", "specific")
_COLUMN = {name: i for i, name in enumerate(FUNCTIONS)}
_CUE = {name: i for i, name in enumerate(NAMES)}


def summary(read: Readout, cues: Array, lengths: Array) -> Array:
    """Shares and maxima of the functions, means of the cues, and the logit of answering, shape (2 F + c + 1,)."""
    weights, probabilities = lengths / lengths.sum(), read.functions
    return np.concatenate([
        weights @ probabilities, probabilities.max(axis=0), weights @ cues, [read.answers]
    ])  # fmt: skip


def parts(functions: Array, present: Array, cues: Array, lengths: Array) -> dict[str, float]:
    """The parts of `PARTS`, each 0 to 1, from shares of functions (n, F) and what `Presence.of` makes of them (n, F);
    more of a part never lowers a level.

    example: share of the answer that tells of a case; setting, difficulty, reasoning, reflection: the clearest clause;
    deeds: the mean of the three clearest clauses of own deeds; result: of the two clearest; seen: a result with a figure or somebody
    else's word for it; specific: time, place, people, amounts, speech in what is told; complete: the geometric mean
    of setting, difficulty, deeds and result.
    """
    weights = lengths / lengths.sum()
    column = {name: present[:, i] for name, i in _COLUMN.items()}
    cue = {name: cues[:, i] for name, i in _CUE.items()}
    told = functions[:, [_COLUMN[name] for name in STORY]].sum(axis=1)
    concrete = 1 - (1 - cue["past_time"]) * (1 - cue["figures"]) * (1 - cue["places"] / 2) * (
        1 - cue["people"] / 2
    ) * (1 - cue["speech"] / 2)
    backed = np.maximum(np.maximum(cue["seen_by_others"], cue["figures"]), cue["speech"])
    found = {
        "example": float(weights @ told),
        "setting": _clearest(column["situation"], 1),
        "difficulty": _clearest(column["obstacle"], 1),
        "deeds": _clearest(column["action"], 3),
        "result": _clearest(column["result"], 2),
        "seen": float(np.max(column["result"] * backed)),
        "reasoning": _clearest(column["reasoning"], 1),
        "reflection": _clearest(column["reflection"], 1),
        "specific": float((weights * told) @ concrete),
    }
    story = [found["setting"], found["difficulty"], found["deeds"], found["result"]]
    found["complete"] = float(np.prod(np.maximum(story, 0.01)) ** 0.25)
    return found


def _clearest(values: Array, count: int) -> float:
    """The mean of the `count` largest; what is missing counts as 0."""
    return float(np.sort(values)[::-1][:count].sum() / count)
