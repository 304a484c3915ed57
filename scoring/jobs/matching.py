"""Which sentences of a description ask for which competency: by a term, by a skill that it names, or by meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.language.lexicons import LANGUAGES, found
from interview_analysis.features.language.sentences import Located, normalise
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.evidence.literal import KeywordMatcher, KeywordSpan, longest
from interview_analysis.scoring.jobs.headings import LEXICON
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.meaning_head import NONE
from interview_analysis.scoring.jobs.sections import Outline, Statement
from interview_analysis.scoring.jobs.seniority import own_title
from interview_analysis.scoring.jobs.sentence_head import SentenceHead
from interview_analysis.scoring.jobs.settings import DemandSettings
from interview_analysis.scoring.jobs.skills import ExactMatcher, Skill, is_signed

How = Literal["title", "term", "keyword", "skill", "meaning"]
Vector = NDArray[np.float32]
Owner = tuple[How, str, str]  # kind, competency or skill id, indicator id
_CLAUSE = re.compile(r"[,;]|(?<=\w)\.\s")
SURE = 0.5  # a posterior above which a sentence means what it seems to
_MAX_BY_MEANING = 2  # competencies that one sentence may ask for by its meaning


@dataclass(frozen=True, slots=True)
class Match:
    """A competency that a statement asks for.

    `text` is what was recognised (empty for meaning), `clause` the part of the sentence around it, normalised,
    `certainty` 1 for words and the posterior for meaning; `skill` and `indicator` are ids where one was named.
    """

    statement: int
    competency: str
    kind: How
    text: str
    clause: str
    certainty: float
    skill: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All matches of a description; `known_title` whether the library knows the title, `asking_ratio` the share of its
    sentences that ask for something by their words, or for sure by meaning; `vectors` of the sentences that were
    encoded, by their text."""

    matches: tuple[Match, ...]
    known_title: bool
    asking_ratio: float
    vectors: Mapping[str, Vector]


class Matcher:
    """Holds the library, the skills and the head in the form that finds matches fast. Build it once."""

    def __init__(
        self,
        library: Sequence[Competency],
        skills: Sequence[Skill],
        head: SentenceHead | None,
        encoder: SentenceEncoder | None,
        settings: DemandSettings,
    ) -> None:
        self.skills = {skill.id: skill for skill in skills}
        self._head, self._encoder = head, encoder
        self._least_posterior = settings.least_posterior
        words: dict[Owner, tuple[str, ...]] = {}
        for skill in skills:
            words["skill", skill.id, ""] = tuple(v for v in skill.variants if not is_signed(v))
        titles: dict[Owner, tuple[str, ...]] = {}
        for c in library:
            words["term", c.id, ""] = (*c.asked_for.zh, *c.asked_for.en)
            titles["title", c.id, ""] = (*c.titles.zh, *c.titles.en)
            for i in c.indicators:
                words["keyword", c.id, i.id] = (*i.keywords.zh, *i.keywords.en)
        self._words = KeywordMatcher(words)
        self._titles = KeywordMatcher({**words, **titles})
        self._exact = ExactMatcher(tuple(skills))

    def read(self, outline: Outline) -> Reading:
        """All matches of the title (statement -1) and of the statements that ask, in order."""
        title = own_title(outline.title)
        matches = list(self._literal(title, -1, self._titles)) if title else []
        known_title = any(match.kind == "title" for match in matches)
        asked = [index for index, statement in enumerate(outline.statements) if statement.asks]
        for index in asked:
            matches.extend(self._literal(outline.statements[index].text, index, self._words))
        vectors = self._encoded([outline.statements[index].text for index in asked])
        matches.extend(self._by_meaning(outline.statements, asked, vectors))
        asking = {m.statement for m in matches if m.certainty >= SURE} - {-1}
        share = len(asking) / len(outline.statements) if outline.statements else 0.0
        return Reading(tuple(sorted(matches, key=lambda m: m.statement)), known_title, share, vectors)

    def _literal(self, text: str, statement: int, words: KeywordMatcher[Owner]) -> Iterator[Match]:
        folded = normalise(text)
        located = Located(folded, tuple(range(len(folded))))
        spans = list(words.find(located))
        written = unicodedata.normalize("NFKC", text)
        for skill, form, start, end in self._exact.find(written):
            spans.append(KeywordSpan(("skill", skill, ""), form, start, end))
        for span in longest(spans):
            kind, owner, indicator = span.owner
            said = written[span.start : span.end] if len(written) == len(folded) else span.keyword
            clause = _clause(folded, span.start, span.end)
            if any(found(LEXICON, "no_demand_cues", clause, language) for language in LANGUAGES):
                continue
            if kind == "skill":
                for competency in self.skills[owner].of:
                    yield Match(statement, competency, "skill", said, clause, 1.0, skill=owner)
            else:
                yield Match(statement, owner, kind, said, clause, 1.0, indicator=indicator)

    def _encoded(self, texts: Sequence[str]) -> dict[str, Vector]:
        different = list(dict.fromkeys(texts))
        if self._head is None or self._encoder is None or not different:
            return {}
        return dict(zip(different, self._encoder.encode(different), strict=True))

    def _by_meaning(
        self, statements: Sequence[Statement], chosen: Sequence[int], vectors: Mapping[str, Vector]
    ) -> Iterator[Match]:
        if self._head is None or not vectors:
            return
        for index in chosen:
            statement = statements[index]
            posterior = self._head.probabilities(
                [statement.text], vectors[statement.text][None], statement.language
            )[0]
            ranked = sorted(zip(posterior, self._head.classes, strict=True), key=lambda p: (-p[0], p[1]))
            for probability, competency in ranked[:_MAX_BY_MEANING]:
                if competency != NONE and probability >= self._least_posterior:
                    clause = normalise(statement.text)
                    yield Match(index, competency, "meaning", "", clause, float(probability))


def _clause(text: str, start: int, end: int) -> str:
    """The part of a sentence between commas in which ``start..end`` stands."""
    left = max((m.end() for m in _CLAUSE.finditer(text, 0, start)), default=0)
    right = _CLAUSE.search(text, end)
    return text[left : right.start() if right else len(text)]
