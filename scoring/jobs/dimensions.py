"""Dimensions of a profile: what the library says of a competency, with what the description adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.demand import Demand
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.matching import Vector
from interview_analysis.scoring.jobs.sections import Outline
from interview_analysis.scoring.jobs.skills import Skill
from interview_analysis.scoring.profile import Dimension, Indicator, Language, Level, Section, Words

MAX_SOURCES = 5
CLEARLY_NEARER = 0.05  # difference of cosines, set by eye on the dev half of the evaluation set
SKILLS_SHARE = 1.5  # weight of all skills of a dimension together; one indicator of the library weighs 1


def dimension_of(
    competency: Competency,
    weight: float,
    demand: Demand | None,
    skills: Sequence[tuple[Skill, Demand]],
    expected: Level,
    asked_by: Mapping[str, str],
) -> Dimension:
    """A dimension with the library's indicators and one for each skill that the description names."""
    own = tuple(
        i.model_copy(update={"origin": "library", "source": asked_by.get(i.id, "")})
        for i in competency.indicators
    )
    return Dimension(
        id=competency.id,
        competency=competency.id,
        name=competency.name,
        definition=competency.definition,
        weight=weight,
        reason=reason(demand),
        sources=demand.sources[:MAX_SOURCES] if demand else (),
        expected_level=_expected(expected, demand),
        channels=competency.channels,
        indicators=(*own, *skill_indicators(skills, {i.id for i in own})),
        anchors=competency.anchors,
        questions=tuple(q.model_copy(update={"origin": "library"}) for q in competency.questions),
        training=competency.training,
        origin="library",
    )


def skill_indicators(skills: Sequence[tuple[Skill, Demand]], taken: set[str]) -> tuple[Indicator, ...]:
    """Skills as indicators, strongest demand first; together they weigh no more than `SKILLS_SHARE`."""
    ranked = sorted(skills, key=lambda pair: (-pair[1].total, pair[0].id))
    weight = round(min(0.5, SKILLS_SHARE / max(1, len(ranked))), 3)
    indicators = []
    for skill, demand in ranked:
        key = f"skill_{skill.id}"
        if key not in taken:
            indicators.append(_skill_indicator(skill, key, weight, demand.sources[0].quote))
    return tuple(indicators)


def _skill_indicator(skill: Skill, key: str, weight: float, source: str) -> Indicator:
    """Without a description: whoever talks about data has not named SQL, so that meaning is no evidence of it."""
    forms = tuple(dict.fromkeys((*skill.variants, *skill.exact)))
    return Indicator(
        id=key,
        name=skill.name,
        keywords=Words(zh=forms, en=forms),
        weight=weight,
        source=source,
        origin="description",
    )


def reason(demand: Demand | None) -> Text:
    """Why a dimension is there and weighs what it does, in words."""
    if demand is None:
        return Text(
            zh="职位描述要求的能力不足三项，按O*NET各职业最看重的工作风格补上，权重最低。",
            en="The description asks for fewer than three; added as a work style that O*NET rates high in nearly all jobs, at the lowest weight.",
        )
    counts = Counter(source.section for source in demand.sources)
    zh = "、".join(_REASONS[s][0].format(n=counts[s]) for s in _REASONS if counts[s])
    en = ", ".join(_REASONS[s][1 if counts[s] == 1 else 2].format(n=counts[s]) for s in _REASONS if counts[s])
    level = {
        "expert": ("，要求精通", ", at a high level"),
        "basic": ("，只要求了解", ", basics only"),
        "plain": ("", ""),
    }
    extra = level[demand.asked]
    return Text(
        zh=f"依据：{zh}{extra[0]}（需求强度{demand.total:.2f}）。",
        en=f"Asked for by {en}{extra[1]} (demand {demand.total:.2f}).",
    )


# In Chinese, in English for one, in English for several
_REASONS: dict[Section, tuple[str, str, str]] = {
    "title": ("职位名称", "the title", "the title"),
    "duty": ("职责{n}句", "1 duty", "{n} duties"),
    "must": ("必备要求{n}句", "1 requirement", "{n} requirements"),
    "nice": ("加分项{n}句", "1 wish", "{n} wishes"),
    "unmarked": ("无标题的正文{n}句", "1 sentence without a heading", "{n} sentences without a heading"),
}


def _expected(level: Level, demand: Demand | None) -> Level:
    """One level up where the description asks for mastery, one down where basics will do."""
    step = {"expert": 1, "basic": -1, "plain": 0}[demand.asked] if demand else 0
    levels: tuple[Level, ...] = (2, 3, 4, 5)
    return levels[min(len(levels) - 1, max(0, level + step - 2))]


def skill_dimension(
    template: Dimension, skill: Skill, weight: float, demand: Demand, expected: Level
) -> Dimension:
    """A dimension for a skill that the job turns on, from a template whose texts name it as ``<skill>``."""
    filled = Dimension.model_validate(_fill(template.model_dump(mode="python"), skill))
    forms = tuple(dict.fromkeys((*skill.variants, *skill.exact)))
    first, *others = (i.model_copy(update={"origin": "library"}) for i in filled.indicators)
    own_words = Words(zh=(*forms, *first.keywords.zh), en=(*forms, *first.keywords.en))
    named = first.model_copy(update={"keywords": own_words, "source": demand.sources[0].quote})
    return filled.model_copy(
        update={
            "id": f"skill_{skill.id}",
            "competency": skill.of[0],
            "weight": weight,
            "reason": reason(demand),
            "sources": demand.sources[:MAX_SOURCES],
            "expected_level": _expected(expected, demand),
            "indicators": (named, *others),
            "origin": "description",
        }
    )


def _fill(value: object, skill: Skill, language: str = "en") -> object:
    if isinstance(value, str):
        return value.replace("<skill>", skill.name.get(language))
    if isinstance(value, dict):
        return {
            key: _fill(item, skill, key if key in ("zh", "en") else language) for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_fill(item, skill, language) for item in value]
    return value


def indicator_descriptions(competency: Competency, language: Language) -> tuple[str, ...]:
    """What the sentences of a description are held against to find the one that asks for an indicator."""
    return tuple(indicator.description.get(language) for indicator in competency.indicators)


def indicator_sources(
    competency: Competency,
    demand: Demand | None,
    outline: Outline,
    vectors: Mapping[str, Vector],
    descriptions: NDArray[np.float32] | None,
) -> dict[str, str]:
    """For each indicator the sentence that asks for it: by its own keywords, else by meaning.

    By meaning a sentence goes to the indicator that it is clearly nearer to than to the next, and to no other: a
    sentence about the trade as a whole is no source of one indicator. `vectors` are those of the sentences,
    `descriptions`, shape (k, d), those of the texts of `indicator_descriptions`; None leaves it at keywords.
    """
    if demand is None:
        return {}
    named = {
        m.indicator: outline.statements[m.statement].text
        for m in reversed(demand.matches)
        if m.indicator and m.statement >= 0
    }
    quotes = [s.quote for s in demand.sources if s.quote in vectors]
    if descriptions is None or not quotes or len(named) == len(competency.indicators):
        return named
    directions = _unit(_centred(descriptions))
    rows = _unit(np.stack([vectors[quote] for quote in quotes]).astype(np.float64)) @ directions.T
    for quote, row in zip(quotes, rows, strict=True):
        first, second = np.argsort(-row, kind="stable")[:2]
        if row[first] - row[second] >= CLEARLY_NEARER:
            named.setdefault(competency.indicators[int(first)].id, quote)
    return named


def _centred(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(vectors.astype(np.float64) - vectors.astype(np.float64).mean(axis=0))


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
