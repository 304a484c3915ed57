"""Why a level is what it is, in words, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interview_analysis.scoring.content.scored import HOLDS, ContentLevel, Part
from interview_analysis.scoring.edges import Text
from interview_analysis.types import clock

PART_NAMES = {
    "example": Text(en="an own example", zh="自己的事例"),
    "setting": Text(en="when, where and what it was about", zh="时间、地点和事由"),
    "difficulty": Text(en="what was hard", zh="难在哪里"),
    "deeds": Text(en="own deeds", zh="自己的做法"),
    "result": Text(en="what came of it", zh="结果"),
    "seen": Text(en="a result that was measured or that others saw", zh="可衡量或他人看到的结果"),
    "reasoning": Text(en="why so and not otherwise", zh="为什么这样做而不那样做"),
    "reflection": Text(en="what was learned or used again", zh="学到什么、后来怎么用"),
    "specific": Text(en="particulars: times, places, people, amounts", zh="具体细节：时间、地点、人物、数量"),
}
_MISSING_FIRST = ("example", "deeds", "setting", "difficulty", "result", "seen", "reasoning", "reflection")
_STORY = ("example", "deeds", "setting", "difficulty", "result", "reasoning", "reflection")
_GATES = {
    "takes_up": Text(
        en="The question is not taken up, or the opposite of what was asked for is shown.",
        zh="没有回答问题，或表现出与要求相反的做法。",
    ),
    "about": Text(
        en="Most of it seems to be about something else, which is no evidence here.",
        zh="内容大多像是在讲别的事情，不能作为该维度的依据。",
    ),
    "own": Text(
        en="What is told sounds like the deeds of others or of “we”; the speaker’s own part cannot be told.",
        zh="听起来像是别人或“我们”的做法，看不出本人做了什么；若只是省略了主语，请以原话为准。",
    ),
    "done": Text(
        en="It is told as a plan or as what one would do, not as something done.",
        zh="讲的是打算或设想，而不是做过的事。",
    ),
}


def why(level: int, found: ContentLevel) -> Text:
    """For example: Level 3. Heard between 01:12 and 01:40: own deeds. Not clearly heard: what came of it."""
    failed = [name for name in _GATES if found.gates.get(name, 1.0) < HOLDS]
    opening = _level(level, found)
    heard = [part for part in found.parts if part.heard and part.name in _STORY]
    missing = [PART_NAMES[name] for name in _missing(found.parts)]
    sentences = [_GATES[name] for name in failed]
    if heard:
        sentences.append(_heard(heard, found))
    if missing:
        sentences.append(_not_heard(missing, found))
    return Text(
        en=" ".join([opening.en, *(s.en for s in sentences)]),
        zh="".join([opening.zh, *(s.zh for s in sentences)]),
    )


def _level(level: int, found: ContentLevel) -> Text:
    if found.is_settled(level):
        return Text(en=f"Level {level}.", zh=f"{level} 级。")
    chance = found.probabilities
    likelier = sorted(int(i) for i in np.argsort(-chance)[:2] if chance[i] > chance[level - 1])
    en = " or ".join(f"level {i + 1} ({chance[i]:.0%})" for i in likelier)
    zh = "或 ".join(f"{i + 1} 级（{chance[i]:.0%}）" for i in likelier)
    return Text(
        en=f"Level {level} is no more than the mean: {en} is likelier, and what was said does not settle which.",
        zh=f"{level} 级只是平均值：更可能是 {zh}，所说的内容不足以判定是哪一级。",
    )


def _missing(parts: Sequence[Part]) -> list[str]:
    """What would lead to the next level, at most three, the nearest first."""
    heard = {part.name for part in parts if part.heard}
    if "example" not in heard and "deeds" not in heard:
        return ["example"]
    return [name for name in _MISSING_FIRST if name not in heard][:3]


def _heard(parts: Sequence[Part], found: ContentLevel) -> Text:
    """What was heard and where; what was written has no times."""
    names = _both([PART_NAMES[part.name] for part in parts])
    clauses = [clause for part in parts for clause in part.clauses]
    spoken = [clause for clause in clauses if not found.is_written(clause)]
    if not spoken:
        return Text(en=f"In the written answer: {names.en}.", zh=f"书面回答中写到：{names.zh}。")
    start, end = clock(min(c.start_s for c in spoken)), clock(max(c.end_s for c in spoken))
    at = (
        Text(en=f"at {start}", zh=start)
        if start == end
        else Text(en=f"between {start} and {end}", zh=f"{start} 至 {end}")
    )
    if len(spoken) < len(clauses):
        return Text(
            en=f"Heard {at.en} and told in writing: {names.en}.",
            zh=f"在 {at.zh} 及书面回答中讲到：{names.zh}。",
        )
    return Text(en=f"Heard {at.en}: {names.en}.", zh=f"在 {at.zh} 听到：{names.zh}。")


def _not_heard(names: Sequence[Text], found: ContentLevel) -> Text:
    listed = _both(names)
    if not found.was_spoken:
        return Text(en=f"Not clearly told: {listed.en}.", zh=f"没有明确写到：{listed.zh}。")
    return Text(en=f"Not clearly heard: {listed.en}.", zh=f"没有明确听到：{listed.zh}。")


def _both(names: Sequence[Text]) -> Text:
    return Text(
        en=_listed([n.en for n in names], ", ", " and "), zh=_listed([n.zh for n in names], "、", "和")
    )


def _listed(items: Sequence[str], comma: str, last: str) -> str:
    return items[0] if len(items) == 1 else comma.join(items[:-1]) + last + items[-1]
