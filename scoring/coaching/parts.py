"""Which parts of a told case were not clearly heard, and where they would belong.

Situation, task, action and result (Janz, Hellervik & Gilmore 1986), each by what the content model reads in the clauses and by
its cues. A part is said to be missing only where both find next to nothing; in between nothing is said, because advice that
is wrong costs more than advice that is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interview_analysis.features.content.figures import figure_spans
from interview_analysis.features.content.star import Part, star_parts
from interview_analysis.features.language.lexicons import found as cue
from interview_analysis.features.language.sentences import locate, normalise
from interview_analysis.scoring.coaching.findings import Finding, Quote, Said
from interview_analysis.scoring.content.model import Reading
from interview_analysis.scoring.content.scored import ABSENT, HOLDS, heard_parts
from interview_analysis.types import Sentence

# In the order in which the advice helps most: the nearest to the next level first.
PARTS = ("example", "deeds", "setting", "difficulty", "task", "result", "seen", "reasoning", "reflection")
OF_A_CASE = ("setting", "difficulty", "task", "deeds", "result", "seen")
STORY, FURTHER = ("example", "deeds", "setting", "task", "result"), ("reasoning", "reflection")
GATES = ("own", "done")

# A part, the model's parts that it is known by, and its cues.
_KNOWN_BY: tuple[tuple[str, tuple[str, ...], Part | None, tuple[tuple[str, str], ...]], ...] = (
    ("example", ("example",), None, ()),
    ("setting", ("setting",), "situation", (("discourse", "past_time"),)),
    ("task", ("difficulty",), "task", (("discourse", "difficulty"),)),
    ("deeds", ("deeds",), "action", ()),
    ("result", ("result",), "result", (("discourse", "result"),)),
    ("seen", ("seen",), None, (("discourse", "seen_by_others"),)),
    ("reasoning", ("reasoning",), None, (("discourse", "reasoning"),)),
    ("reflection", ("reflection",), None, (("discourse", "reflection"),)),
)


def failed_gates(gates: Mapping[str, float]) -> list[str]:
    """What keeps a case from counting as the candidate's own and done."""
    return [name for name in GATES if gates.get(name, 1.0) < HOLDS]


def missing(parts: Mapping[str, Sequence[object]]) -> list[str]:
    """Parts that were looked for and not clearly heard; without an example and own deeds only that."""
    absent = [name for name in PARTS if name in parts and not parts[name]]
    if "example" in absent and not parts.get("deeds"):
        return ["example"]
    return [name for name in absent if not (name == "seen" and "result" in absent)]


def told_of_own(parts: Mapping[str, Sequence[object]]) -> list[str]:
    """Parts that may be told as heard. Those of a case belong to an own example: a manual that is read out has steps, too."""
    return [
        name for name, heard in parts.items() if heard and (parts.get("example") or name not in OF_A_CASE)
    ]


def parts_heard(reading: Reading, said: Said) -> dict[str, tuple[Quote, ...]]:
    """The parts of an answer with the sentences that speak for each; none for one that is missing.

    A part of which neither can be said is left out.
    """
    read = {part.name: part for part in heard_parts(reading)}
    if not read:
        return {}
    found: dict[str, tuple[Quote, ...]] = {}
    for name, models, star, lists in _KNOWN_BY:
        quotes = [
            quote for model in models if read[model].heard for quote in said.around(read[model].clauses)
        ]
        if quotes:
            found[name] = tuple(sorted(set(quotes), key=lambda quote: quote.start_s))
        elif not any(_tells(sentence, star, lists, said.language) for sentence in said.sentences) and all(
            read[model].value < ABSENT for model in models
        ):
            found[name] = ()
    return found


def _tells(sentence: Sentence, star: Part | None, lists: Sequence[tuple[str, str]], language: str) -> bool:
    text = locate(sentence.words, language).text
    return (star is not None and star in star_parts(sentence, language)) or any(
        cue(lexicon, name, text, language) for lexicon, name in lists
    )


def about_parts(parts: Mapping[str, tuple[Quote, ...]], said: Said) -> list[Finding]:
    """A finding for each part that is missing, with the sentence that it would belong before or after."""
    absent = [name for name in missing(parts) if name != "seen" or without_size(parts, said.language)]
    if any(name in STORY for name in absent):  # first things first
        absent = [name for name in absent if name not in FURTHER]
    return [_missing(name, parts, said) for name in absent]


def without_size(parts: Mapping[str, tuple[Quote, ...]], language: str) -> bool:
    """Whether a result was told and nothing says how large it was: no figure in it, nobody else's word."""
    results = parts.get("result", ())
    return bool(results) and not any(figure_spans(normalise(quote.text), language) for quote in results)


def _missing(name: str, parts: Mapping[str, tuple[Quote, ...]], said: Said) -> Finding:
    if name == "example":
        return Finding(kind=name)
    if name == "seen":
        return Finding(kind="seen", quotes=parts["result"])
    everything = said.quotes()
    if name == "setting":
        return Finding(kind=name, before=everything[0])
    earlier = {
        "task": ("setting",), "deeds": ("task", "setting"), "result": ("deeds",), "reasoning": ("deeds",),
        "reflection": (),
    }[name]  # fmt: skip
    for before in earlier:
        if parts.get(before):
            return Finding(kind=name, after=parts[before][-1])
    if name == "task" and parts.get("deeds"):
        return Finding(kind=name, before=parts["deeds"][0])
    return Finding(kind=name, after=everything[-1])
