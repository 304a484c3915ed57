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
_NOT_OWN = [_COLUMN["team_action"], _COLUMN["other_action"]]
_NO_DEEDS = 0.05  # share of an answer; where there are hardly any deeds, they are nobody's


def for_gates(read: Readout, cues: Array, lengths: Array) -> dict[str, Array]:
    """What each gate of `levels.GATES` is told from, from cues (n, c) and lengths (n,) of the clauses.

    Whether an answer takes up the question: shares and maxima of the functions, means of the cues, and the logit of answering,
    (2 F + c + 1,). Whether the deeds are the speaker's own, and whether they were done: `whose_deeds`, `done_or_planned`.
    """
    weights, probabilities = lengths / lengths.sum(), read.functions
    shares, clearest = weights @ probabilities, probabilities.max(axis=0)
    return {
        "takes_up": np.concatenate([shares, clearest, weights @ cues, [read.answers]]),
        "own": whose_deeds(shares),
        "done": done_or_planned(shares, clearest),
    }


def whose_deeds(shares: Array) -> Array:
    """Own deeds as a share of all, and how much of the answer are own ones and those of others, (3,), from the shares of the functions (F,).

    Deeds of a team and of others count as one: in most stories that are not the speaker's own there are both, and a gate that
    knows them apart learns that one without the other is no such story.
    """
    own, others = float(shares[_COLUMN["action"]]), float(shares[_NOT_OWN].sum())
    return np.array([own / (own + others + _NO_DEEDS), own, others])


def done_or_planned(shares: Array, clearest: Array) -> Array:
    """How much of the answer is hypothetical, how much result, and the clearest clause of each and of own deeds, (5,)."""
    would, result = _COLUMN["hypothetical"], _COLUMN["result"]
    return np.array(
        [shares[would], clearest[would], shares[result], clearest[result], clearest[_COLUMN["action"]]]
    )


def parts(functions: Array, present: Array, cues: Array, lengths: Array) -> dict[str, float]:
    """The parts of `PARTS`, each 0 to 1, from shares of functions (n, F) and what `Presence.of` makes of them (n, F);
    more of a part never lowers a level.

    example: share of the answer that tells of a case; setting, difficulty, deeds, result, reasoning, reflection: the clearest
    clause, so that what is said in one clause counts as much as what is said in five; seen: a result with a figure or somebody
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
        "setting": float(column["situation"].max()),
        "difficulty": float(column["obstacle"].max()),
        "deeds": float(column["action"].max()),
        "result": float(column["result"].max()),
        "seen": float((column["result"] * backed).max()),
        "reasoning": float(column["reasoning"].max()),
        "reflection": float(column["reflection"].max()),
        "specific": float((weights * told) @ concrete),
    }
    story = [found["setting"], found["difficulty"], found["deeds"], found["result"]]
    found["complete"] = float(np.prod(np.maximum(story, 0.01)) ** 0.25)
    return found
