"""How strongly a description asks for each competency.

A sentence's demand is a product of how it asks: the section that it stands in, the level and the years that it
names, and how sure it is that the competency is meant. Sentences add up with diminishing
returns: the second counts `decay` of its demand, the third `decay` squared, and so on, so that repeating
a wish raises it without end in no case.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from interview_analysis.features.language.lexicons import LANGUAGES, found
from interview_analysis.scoring.jobs.headings import LEXICON
from interview_analysis.scoring.jobs.matching import Match
from interview_analysis.scoring.jobs.relevance import Relevance, features_of
from interview_analysis.scoring.jobs.sections import Outline
from interview_analysis.scoring.jobs.seniority import years_in
from interview_analysis.scoring.jobs.settings import DemandSettings
from interview_analysis.scoring.profile import Section, Source

Asked = Literal["expert", "basic", "plain"]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a description asks of one competency or skill; `sources` strongest first, `asked` its highest level.

    `relevance` (0 to 1) decides whether it becomes a dimension, `total` how much that weighs. `emphasis` comes from where
    in their lists the sentences stand, and moves weights alone: no dimension comes or goes because bullet points
    change places.
    """

    id: str
    total: float
    emphasis: float
    relevance: float
    sources: tuple[Source, ...]
    matches: tuple[Match, ...]
    asked: Asked


def demands(
    outline: Outline,
    matches: Sequence[Match],
    settings: DemandSettings,
    trades: Collection[str],
    relevance: Relevance,
) -> dict[str, Demand]:
    """The demand of every competency that was matched; `trades` are the ids of the professional ones."""
    result = {}
    for key, group in _grouped(matches, "competency").items():
        demand = _demand(key, group, outline, settings)
        chance = relevance.probability(key, features_of(group, demand.total, key in trades))
        result[key] = replace(demand, relevance=chance)
    return result


def skill_demands(outline: Outline, matches: Sequence[Match], settings: DemandSettings) -> dict[str, Demand]:
    """The demand of every skill that is named."""
    named = [match for match in matches if match.skill]
    return {key: _demand(key, group, outline, settings) for key, group in _grouped(named, "skill").items()}


def _grouped(matches: Sequence[Match], by: str) -> dict[str, list[Match]]:
    groups: dict[str, list[Match]] = {}
    for match in matches:
        groups.setdefault(getattr(match, by), []).append(match)
    return dict(sorted(groups.items()))


def _demand(key: str, matches: list[Match], outline: Outline, settings: DemandSettings) -> Demand:
    best: dict[int, Source] = {}
    for match in matches:
        source = _source(match, outline, settings)
        known = best.get(match.statement)
        if known is None or (source.demand, source.match) > (known.demand, known.match):
            best[match.statement] = source
    ranked = sorted(best.values(), key=lambda s: (-s.demand, s.section, s.quote))
    total = sum(source.demand * settings.decay**rank for rank, source in enumerate(ranked))
    places = [(s.demand, outline.statements[at].order if at >= 0 else 0.0) for at, s in best.items()]
    place = sum(demand * order for demand, order in places) / sum(demand for demand, _ in places)
    emphasis = settings.first + (settings.last - settings.first) * place
    shown = [source for source in ranked if source.demand >= settings.least_shown] or ranked[:1]
    return Demand(key, total, emphasis, 1.0, tuple(shown), tuple(matches), _asked(matches))


def _source(match: Match, outline: Outline, settings: DemandSettings) -> Source:
    if match.statement < 0:
        sure = {"title": 1.0, "term": 1.0, "skill": settings.by_skill, "keyword": settings.by_keyword}
        demand = settings.sections["title"] * sure[match.kind]
        return Source(
            quote=outline.title, section="title", by="title", match=match.text, demand=round(demand, 3)
        )
    statement = outline.statements[match.statement]
    section: Section = statement.part  # type: ignore[assignment]  # only those that ask are matched
    if section == "must" and _says("nice", match.clause):
        section = "nice"
    kinds = {
        "term": settings.by_term,
        "title": settings.by_term,
        "keyword": settings.by_keyword,
        "skill": settings.by_skill,
        "meaning": settings.by_meaning * match.certainty,
    }
    level = {"expert": settings.expert, "basic": settings.basic, "plain": 1.0}[_level(match)]
    years = settings.years if years_in(match.clause) else 1.0
    demand = settings.sections[section] * kinds[match.kind] * level * years
    by: Literal["term", "skill", "meaning"] = (
        "meaning" if match.kind == "meaning" else "skill" if match.kind == "skill" else "term"
    )
    return Source(quote=statement.text, section=section, by=by, match=match.text, demand=round(demand, 3))


def _asked(matches: Sequence[Match]) -> Asked:
    levels = {_level(match) for match in matches if match.kind in ("term", "skill")}
    return "expert" if "expert" in levels else "basic" if levels == {"basic"} else "plain"


def _level(match: Match) -> Asked:
    if match.kind == "meaning":
        return "plain"
    if _says("expert", match.clause):
        return "expert"
    return "basic" if _says("basic", match.clause) else "plain"


@lru_cache(maxsize=4096)
def _says(kind: str, text: str) -> bool:
    return any(found(LEXICON, f"{kind}_cues", text, language) for language in LANGUAGES)
