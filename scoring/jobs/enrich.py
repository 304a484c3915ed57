"""Taking additions that a language model proposes into a profile, as far as they are let through.

A model may propose indicators and questions for dimensions that the profile has, and competencies of the library as
further dimensions. Indicators and dimensions carry a quote that must stand in a sentence of the description that asks
for something. What fails is refused one item at a time; what is taken in is marked ``origin="model"``.

Text in a description that instructs the model may itself stand in a sentence that asks. What it can reach is bounded:
each sentence brings one dimension of the library at the floor weight, or one indicator, and the indicators proposed for
a dimension together weigh no more than one of the library. Questions have no quote; a dimension takes `MAX_ADDED`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any, TypeVar

from interview_analysis.errors import ProfileError
from interview_analysis.features.language.sentences import normalise, unit_count
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.dimensions import dimension_of
from interview_analysis.scoring.jobs.headings import language_of
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.proposals import (
    ProposedDimension,
    ProposedIndicator,
    ProposedQuestion,
    Refusal,
    read_proposal,
)
from interview_analysis.scoring.jobs.sections import Outline, Statement, outline
from interview_analysis.scoring.jobs.settings import ParserSettings
from interview_analysis.scoring.jobs.weights import weights
from interview_analysis.scoring.profile import (
    Dimension,
    Indicator,
    JobProfile,
    Question,
    Source,
    Words,
    parse_profile,
)

MAX_ADDED = 3  # indicators, and questions, that one dimension takes from a model
MODEL_SHARE = 1.0  # weight of a dimension's proposed indicators together: that of one of the library
MIN_QUOTE = {"zh": 4, "en": 3}  # characters or words; a whole sentence may be shorter
_USER_PART = "=== user ===\n"
_SHOWN = 5  # refusals that a summary names
_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_REASON = Text(
    zh="由语言模型提出，权重取下限。", en="Proposed by a language model; taken in at the lowest weight."
)


@dataclass(frozen=True, slots=True)
class Enrichment:
    """A profile with what was taken in, the count of that, and what was refused."""

    profile: JobProfile
    taken: int
    refusals: tuple[Refusal, ...]

    def summary(self) -> str:
        """One line: "3 of 5 proposals taken in, 2 refused: indicator 2 (missing 'quote'), ..."."""
        total = self.taken + len(self.refusals)
        line = f"{self.taken} of {total} proposals taken in"
        if not self.refusals:
            return line
        named = ", ".join(f"{r.what} ({r.reason})" for r in self.refusals[:_SHOWN])
        more = f" and {len(self.refusals) - _SHOWN} more" if len(self.refusals) > _SHOWN else ""
        return f"{line}, {len(self.refusals)} refused: {named}{more}"


def messages(
    template: str, profile: JobProfile, text: str, library: Sequence[Competency]
) -> list[dict[str, str]]:
    """The messages that ask for proposals: the system's text, and the user's with the description as data.

    Of the description the title and the sentences that ask for something go in, since no other can be quoted. The
    lines around them bear the description's own hash, which no text can hold.
    """
    system, user = template.split(_USER_PART)
    read = _outline(profile, text)
    asking = [s.text for s in read.statements if s.asks]
    present = {d.id for d in profile.dimensions}
    filled = Template(user).substitute(
        dimensions="\n".join(_line_of(d) for d in profile.dimensions),
        competencies="\n".join(f"{c.id}: {c.name.en}" for c in library if c.id not in present),
        description="\n".join(filter(None, [read.title, *asking])),
        mark=profile.description.sha256[:16] if profile.description else "",
    )
    return [{"role": "system", "content": system}, {"role": "user", "content": filled}]


def _line_of(dimension: Dimension) -> str:
    return f"{dimension.id}: {dimension.name.get('en')} ({', '.join(i.name.get('en') for i in dimension.indicators)})"


def _outline(profile: JobProfile, text: str) -> Outline:
    return outline(text, profile.description.language if profile.description else None)


class _RefusedError(Exception):
    """A proposal that breaks a rule; the message is the reason."""


Item = TypeVar("Item", ProposedIndicator, ProposedQuestion, ProposedDimension)
Added = TypeVar("Added", Indicator, Question)


def enrich(
    profile: JobProfile,
    text: str,
    content: str,
    library: Sequence[Competency],
    rules: ParserSettings,
    model: str,
) -> Enrichment:
    """`profile` with what is let through of a language model's message.

    Parameters
    ----------
    profile : as the parser made it from `text`; it is left as it is.
    content : the message. Equal messages give equal profiles.
    model : what the language model is called, for the profile.

    Raises
    ------
    ProfileError
        when the message is no proposal at all, or `profile` was not parsed from a description or has been enriched
        before.
    """
    check_can_be_enriched(profile)
    proposal, refusals = read_proposal(content)
    desk = _Desk(profile, _outline(profile, text).statements, library, rules)
    refused = [
        *refusals,
        *desk.take(proposal.indicators, desk.indicator, lambda i: f"indicator '{i.id}'"),
        *desk.take(proposal.questions, desk.question, lambda q: f"question for '{q.dimension}'"),
        *desk.take(proposal.dimensions, desk.dimension, lambda d: f"dimension '{d.competency}'"),
    ]
    return Enrichment(desk.profile(model), desk.taken, tuple(refused))


def check_can_be_enriched(profile: JobProfile) -> None:
    """Raises ProfileError unless `profile` was parsed from a description and nothing was added to it since."""
    if profile.description is None or profile.description.model:
        state = (
            "was added to by a language model before" if profile.description else "is of no job description"
        )
        raise ProfileError(f"profile '{profile.id}' {state}; parse the description and enrich what comes out")


class _Desk:
    """Where proposals are checked one after the other and put aside until the profile is made."""

    def __init__(
        self,
        profile: JobProfile,
        statements: Sequence[Statement],
        library: Sequence[Competency],
        rules: ParserSettings,
    ) -> None:
        self.taken = 0
        self._profile, self._rules = profile, rules
        self._statements = [(s, _folded(s.text)) for s in statements]
        self._used: set[str] = set()  # sentences that have brought something
        self._library = {c.id: c for c in library}
        self._present = {d.id: d for d in profile.dimensions}
        self._indicators: dict[str, list[Indicator]] = {key: [] for key in self._present}
        self._questions: dict[str, list[Question]] = {key: [] for key in self._present}
        self._dimensions: dict[str, Dimension] = {}

    def take(
        self, items: Sequence[Item], put: Callable[[Item], None], name: Callable[[Item], str]
    ) -> Iterator[Refusal]:
        for item in items:
            try:
                put(item)
            except _RefusedError as reason:
                yield Refusal(name(item), str(reason))
            else:
                self.taken += 1

    def indicator(self, item: ProposedIndicator) -> None:
        dimension, added = self._of(item.dimension, self._indicators)
        there = [*dimension.indicators, *added]
        if item.id in {i.id for i in there}:
            raise _RefusedError("its id is taken")
        names = {normalise(name) for i in there for name in (i.name.zh, i.name.en)}
        if {normalise(item.name.zh), normalise(item.name.en)} & names:
            raise _RefusedError("its name is taken")
        added.append(
            Indicator(
                id=item.id,
                name=Text(zh=item.name.zh, en=item.name.en),
                description=Text(zh=item.description.zh, en=item.description.en),
                keywords=Words(zh=item.keywords.zh, en=item.keywords.en),
                examples=Words(zh=item.examples.zh, en=item.examples.en),
                weight=MODEL_SHARE,
                source=self._asking(item.quote).text,
                origin="model",
            )
        )

    def question(self, item: ProposedQuestion) -> None:
        dimension, added = self._of(item.dimension, self._questions)
        asked = {normalise(t) for q in (*dimension.questions, *added) for t in (q.text.zh, q.text.en)}
        if {normalise(item.text.zh), normalise(item.text.en)} & asked:
            raise _RefusedError("it is asked already")
        text = Text(zh=item.text.zh, en=item.text.en)
        added.append(Question(kind=item.kind, text=text, origin="model"))

    def dimension(self, item: ProposedDimension) -> None:
        competency = self._library.get(item.competency)
        if competency is None:
            raise _RefusedError("it is not in the library")
        if competency.id in self._present or competency.id in self._dimensions:
            raise _RefusedError("the profile has it")
        most = self._rules.weights.max_dimensions
        if len(self._present) + len(self._dimensions) >= most:
            raise _RefusedError(f"the profile has {most} dimensions, which is the most")
        statement = self._asking(item.quote)
        seniority = self._rules.seniority
        expected = seniority.expected_level[self._profile.seniority or seniority.assumed]
        made = dimension_of(competency, self._rules.weights.floor, None, (), expected, {}).model_dump()
        source = Source(quote=statement.text, section=statement.part, by="meaning", demand=0)  # type: ignore[arg-type]  # it asks
        changes = {"reason": _REASON, "sources": (source,), "origin": "model"}
        self._dimensions[competency.id] = Dimension.model_validate(made | changes)

    def _of(self, key: str, added: dict[str, list[Added]]) -> tuple[Dimension, list[Added]]:
        """A dimension and what was put aside for it."""
        if key not in self._present:
            raise _RefusedError("the profile has no such dimension")
        if len(added[key]) >= MAX_ADDED:
            raise _RefusedError(f"a dimension takes {MAX_ADDED} at most")
        return self._present[key], added[key]

    def _asking(self, quote: str) -> Statement:
        """The first sentence that asks for something and holds `quote` as it is. It is used up: call this last."""
        wanted = _folded(_without_marks(quote))
        holding = [(s, folded) for s, folded in self._statements if _stands_in(wanted, folded)]
        if not holding:
            raise _RefusedError("its quote is not in a sentence of the description")
        asking = [(s, folded) for s, folded in holding if s.asks]
        if not asking:
            raise _RefusedError("its quote is from a sentence that asks for nothing")
        language = language_of(wanted)
        whole = any(wanted == _folded(_without_marks(s.text)) for s, _ in asking)
        if unit_count(wanted, language) < MIN_QUOTE[language] and not whole:
            raise _RefusedError("its quote is too short")
        for statement, folded in asking:
            if folded not in self._used:
                self._used.add(folded)
                return statement
        raise _RefusedError("its sentence has brought something already")

    def profile(self, model: str) -> JobProfile:
        """The profile with all that was put aside, validated as a whole."""
        shares = self._weights()
        data = self._profile.model_dump()
        data["dimensions"] = [
            _grown(d, shares[d.id], self._indicators.get(d.id, ()), self._questions.get(d.id, ()))
            for d in (*self._profile.dimensions, *self._dimensions.values())
        ]
        data["description"]["model"] = model
        return parse_profile(data, f"profile '{self._profile.id}' with what '{model}' added")

    def _weights(self) -> dict[str, float]:
        """New dimensions at the floor; the others give in proportion, and none goes below the floor."""
        old = {d.id: d.weight for d in self._profile.dimensions}
        if not self._dimensions:
            return old
        in_proportion = self._rules.weights.model_copy(update={"cap": 1.0})
        return weights(old | dict.fromkeys(self._dimensions, 0.0), in_proportion)


def _grown(
    dimension: Dimension, weight: float, indicators: Sequence[Indicator], questions: Sequence[Question]
) -> dict[str, Any]:
    each = round(min(0.5, MODEL_SHARE / max(1, len(indicators))), 3)
    weighed = [indicator.model_dump() | {"weight": each} for indicator in indicators]
    data = dimension.model_dump()
    return data | {
        "weight": weight,
        "indicators": [*data["indicators"], *weighed],
        "questions": [*data["questions"], *(q.model_dump() for q in questions)],
    }


def _folded(text: str) -> str:
    """Without differences of width, case and spacing, and without hidden characters."""
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return _BESIDE_CHINESE.sub("", " ".join(normalise(visible).split()))


def _stands_in(quote: str, sentence: str) -> bool:
    """Whether a quote stands in a sentence, and does not begin or end inside a word in Latin letters."""
    left = r"(?<![a-z0-9])" if quote[:1].isascii() else ""
    right = r"(?![a-z0-9])" if quote[-1:].isascii() else ""
    return bool(quote) and re.search(left + re.escape(quote) + right, sentence) is not None


def _without_marks(text: str) -> str:
    """A quote without the marks at its ends, for comparing sentences."""
    return re.sub(r"^\W+|\W+$", "", text)
