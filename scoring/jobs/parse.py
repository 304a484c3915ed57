"""From the text of a job description to a job profile. The main path of parsing, read from top to bottom."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import ProfileError
from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.demand import Demand, demands, skill_demands
from interview_analysis.scoring.jobs.dimensions import (
    dimension_of,
    indicator_descriptions,
    indicator_sources,
    skill_dimension,
)
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.matching import Match, Matcher, Reading
from interview_analysis.scoring.jobs.refusal import check_kind, check_length
from interview_analysis.scoring.jobs.relevance import Relevance
from interview_analysis.scoring.jobs.sections import Outline, outline
from interview_analysis.scoring.jobs.seniority import seniority_of, years_asked
from interview_analysis.scoring.jobs.sentence_head import SentenceHead
from interview_analysis.scoring.jobs.settings import ParserSettings
from interview_analysis.scoring.jobs.skills import Skill
from interview_analysis.scoring.jobs.weights import chosen, weights
from interview_analysis.scoring.profile import Description, Dimension, JobProfile, Language, Level

SKILL = "skill_"  # what the id of a skill's own dimension begins with


@dataclass(frozen=True)
class JobParser:
    """Everything that parsing goes by; build it once and parse any number of descriptions.

    `skill_template` is what a skill's own dimension is made from, `version` goes into the profiles. Without `head` and
    `encoder` only words are matched.
    """

    library: tuple[Competency, ...]
    skills: tuple[Skill, ...]
    skill_template: Dimension
    head: SentenceHead | None
    relevance: Relevance
    settings: ParserSettings
    encoder: RememberingEncoder | None
    version: str

    @cached_property
    def matcher(self) -> Matcher:
        return Matcher(self.library, self.skills, self.head, self.encoder, self.settings.demand)

    @cached_property
    def competencies(self) -> dict[str, Competency]:
        return {competency.id: competency for competency in self.library}

    def parse(self, text: str, name: str, language: Language | None = None) -> JobProfile:
        """The job profile of a description.

        Parameters
        ----------
        text : the description, in Chinese, English or both.
        name : what it is called in messages and in the profile, such as its file name.
        language : its main language; found from the text when not given.

        Raises
        ------
        ProfileError
            when `text` is no job description, or asks for nothing that the library knows; says why.
        """
        check_length(text, name, self.settings.refusal)
        read = outline(text, language)
        reading = self.matcher.read(read)
        check_kind(text, read, reading, name, self.settings.refusal)
        asked = self._asked(read, reading.matches)
        if not chosen(asked, self.settings.weights):
            raise ProfileError(
                f"{name}: no sentence asks for a competency of the library; write a profile by hand, or add to "
                "configs/competencies",
                "other_kind",
            )
        return self._profile(text, name, read, asked, reading)

    def _asked(self, read: Outline, matches: Sequence[Match]) -> dict[str, Demand]:
        """Demands of competencies, and of skills that are a dimension of their own."""
        settings = self.settings
        trades = {c.id for c in self.library if c.kind == "professional"}
        found = demands(read, matches, settings.demand, trades, self.relevance)
        for key, demand in skill_demands(read, matches, settings.demand).items():
            if demand.total >= settings.weights.skill_dimension_demand:
                found[SKILL + key] = replace(demand, id=SKILL + key)
        return found

    def _profile(
        self, text: str, name: str, read: Outline, asked: Mapping[str, Demand], reading: Reading
    ) -> JobProfile:
        settings = self.settings
        years = years_asked(read)
        seniority = seniority_of(read, years, settings.seniority)
        kept = chosen(asked, settings.weights)
        missing = settings.weights.min_dimensions - len(kept)
        defaults = [c for c in settings.weights.defaults if c not in kept][: max(0, missing)]
        totals = {
            key: asked[key].total * asked[key].emphasis * asked[key].relevance for key in kept
        } | dict.fromkeys(defaults, 0.0)
        shares = weights(totals, settings.weights)
        order = sorted(shares, key=lambda key: (-shares[key], -totals[key], key))
        expected = settings.seniority.expected_level[seniority or settings.seniority.assumed]
        return JobProfile(
            id=_identifier(name, text),
            name=_title(read),
            seniority=seniority,
            years=years,
            pass_score=settings.seniority.pass_score[seniority or settings.seniority.assumed],
            description=Description(
                name=name,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
                language=read.language,
                parser=self.version,
            ),
            dimensions=tuple(
                self._dimension(key, shares[key], asked.get(key), read, reading, order, expected)
                for key in order
            ),
        )

    def _dimension(
        self,
        key: str,
        weight: float,
        demand: Demand | None,
        read: Outline,
        reading: Reading,
        order: Sequence[str],
        expected: Level,
    ) -> Dimension:
        if key.startswith(SKILL) and demand is not None:
            skill = self.matcher.skills[key.removeprefix(SKILL)]
            return skill_dimension(self.skill_template, skill, weight, demand, expected)
        competency = self.competencies[key]
        named = skill_demands(read, reading.matches, self.settings.demand)
        own = [(self.matcher.skills[s], d) for s, d in named.items() if self._home(s, order) == key]
        sources = indicator_sources(
            competency, demand, read, reading.vectors, self._described(competency, read.language)
        )
        return dimension_of(competency, weight, demand, own, expected, sources)

    def _described(self, competency: Competency, language: Language) -> NDArray[np.float32] | None:
        if self.encoder is None:
            return None
        texts = indicator_descriptions(competency, language)
        self.encoder.remember(texts)
        return self.encoder.encode(texts)

    def _home(self, skill: str, order: Sequence[str]) -> str | None:
        """The dimension that a skill becomes an indicator of: the nearest of those that it belongs to."""
        if SKILL + skill in order:
            return None
        return next((c for c in self.matcher.skills[skill].of if c in order), None)


def _title(read: Outline) -> Text:
    title = read.title or ("职位" if read.language == "zh" else "Job")
    return Text(zh=title) if read.language == "zh" else Text(en=title)


def _identifier(name: str, text: str) -> str:
    """An id of ASCII letters from the file's name, or from the text where the name has none."""
    slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name).lower()).strip("-")
    return slug[:60].strip("-") or f"job-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
