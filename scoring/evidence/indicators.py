"""Evidence for the indicators of a job profile in what was said.

An indicator is found by a keyword or by meaning in a sentence, and its strength is

- ``demonstrated``: the sentence, or one next to it, tells of a doing of the speaker or of an outcome,
- ``mentioned``: it stands in a real sentence,
- ``listed``: it stands in a bare list of keywords,
- ``absent``: nothing was found, or the speaker denies it ("I have never done user research").

Only the strongest hit of an indicator counts, so saying a thing twice gains nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from interview_analysis.features.language.sentences import join_words, sentences
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.evidence import meaning
from interview_analysis.scoring.evidence.literal import KeywordMatcher, KeywordSpan
from interview_analysis.scoring.evidence.passages import (
    Passage,
    denied,
    listed_passages,
    passages,
    supporters,
)
from interview_analysis.scoring.profile import Indicator, JobProfile
from interview_analysis.types import Interval, Sentence, Transcript

Strength = Literal["absent", "listed", "mentioned", "demonstrated"]
Key = tuple[str, str]  # dimension id, indicator id
_PUNCTUATION = " .,!?;:。,、!?;:…\"'()()“”"


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """How hits are found and ranked; `evidence` in configs/norms.yaml gives the values, each with its reason.

    Credits are shares of an indicator, 0 to 1. Density is the share of words (characters in Chinese) that belong to
    keywords. `z_floor` and `margin_z` are in standard deviations of neutral speech.
    """

    credit_listed: float
    credit_mentioned: float
    credit_demonstrated: float
    meaning_factor: float
    z_floor: float
    margin_z: float
    false_hit_rate: float
    bare_density: float
    list_density_en: float
    list_density_zh: float
    list_min_keywords: int
    adjacent_gap_s: float
    stuffing_min_keywords: int
    stuffing_listed_ratio: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where an indicator was found. `similarity_z` is NaN for keywords.

    `support` are the indices of the sentences that demonstrate it.
    """

    kind: Literal["keyword", "meaning"]
    keyword: str
    sentence: int  # index into ContentEvidence.sentences
    quote: str
    match: str
    start_s: float
    end_s: float
    similarity_z: float
    listed: bool
    support: tuple[int, ...]

    @property
    def strength(self) -> Strength:
        if self.listed:
            return "listed"
        return "demonstrated" if self.support else "mentioned"


@dataclass(frozen=True, slots=True)
class IndicatorEvidence:
    """What was found for one indicator. `hits` are strongest first, `denied` are hits that the speaker took back."""

    dimension_id: str
    indicator_id: str
    weight: float
    strength: Strength
    credit: float
    hits: tuple[Hit, ...]
    denied: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Stuffing:
    """Keywords recited instead of used. Ratios are NaN without any keyword hit."""

    flagged: bool
    keyword_count: int  # distinct keywords said
    listed_ratio: float  # share of them that stand only in bare lists
    density_ratio: float  # share of the text that is keywords


@dataclass(frozen=True, slots=True)
class ContentEvidence:
    """All evidence of one transcript for one profile; `indicators` in the order of the profile."""

    sentences: tuple[Sentence, ...]
    indicators: tuple[IndicatorEvidence, ...]
    stuffing: Stuffing
    declined_ratio: float  # share of sentences that decline to answer, NaN without sentences
    settings: EvidenceSettings

    def of(self, dimension_id: str) -> tuple[IndicatorEvidence, ...]:
        """The indicators of one dimension."""
        return tuple(i for i in self.indicators if i.dimension_id == dimension_id)


def find_evidence(
    profile: JobProfile,
    transcript: Transcript,
    encoder: SentenceEncoder | None,
    background: Sequence[str],
    settings: EvidenceSettings,
) -> ContentEvidence:
    """Look for every indicator of `profile` in `transcript`.

    `background` are neutral sentences in the transcript's language (`features.lexicons.background`); without
    them or without an `encoder` only keywords are looked for. The result does not depend on the order of
    dimensions or indicators.
    """
    language = transcript.language
    units = sentences(transcript)
    wanted = {(d.id, i.id): i for d in profile.dimensions for i in d.indicators}
    matcher = KeywordMatcher({key: (*i.keywords.zh, *i.keywords.en) for key, i in wanted.items()})
    spoken = passages(units, language, matcher)
    listed = listed_passages(spoken, language, settings)
    support = [supporters(spoken, i, listed, settings.adjacent_gap_s) for i in range(len(spoken))]
    found: dict[Key, list[Hit]] = {key: [] for key in wanted}
    refused: dict[Key, list[Hit]] = {key: [] for key in wanted}
    for index, passage in enumerate(spoken):
        for span in passage.spans:
            hit = _keyword_hit(passage, span, index, index in listed, support[index], language)
            (refused if denied(spoken, index, span, language) else found)[span.owner].append(hit)
    for key, hit in _meaning_hits(wanted, spoken, support, language, encoder, background, settings):
        found[key].append(hit)
    results = tuple(_indicator(key, wanted[key].weight, found[key], refused[key], settings) for key in wanted)
    declined = sum(passage.declined for passage in spoken) / len(spoken) if spoken else math.nan
    return ContentEvidence(units, results, _stuffing(spoken, listed, settings), declined, settings)


def in_every_language(
    profile: JobProfile,
    transcript: Transcript,
    encoder: SentenceEncoder | None,
    backgrounds: Mapping[str, Sequence[str]],
    settings: EvidenceSettings,
) -> ContentEvidence | None:
    """The evidence in what is said in the languages of `backgrounds`, each found by its own lists, together.

    What is said in another language is left out. None where that is all.
    """
    found = [
        find_evidence(profile, spoken, encoder, backgrounds[spoken.language], settings)
        for spoken in transcript.by_language()
        if spoken.words and spoken.language in backgrounds
    ]
    return _together(found) if found else None


def _together(found: Sequence[ContentEvidence]) -> ContentEvidence:
    """The evidence of one profile in several transcripts; stuffing is that of the worst."""
    if len(found) == 1:
        return found[0]
    settings = found[0].settings
    counts = [len(one.sentences) for one in found]
    starts = [sum(counts[:number]) for number in range(len(found))]

    def moved(hits: Sequence[Hit], start: int) -> list[Hit]:
        return [
            replace(hit, sentence=hit.sentence + start, support=tuple(i + start for i in hit.support))
            for hit in hits
        ]

    indicators = tuple(
        _indicator(
            (same[0].dimension_id, same[0].indicator_id),
            same[0].weight,
            [hit for one, start in zip(same, starts, strict=True) for hit in moved(one.hits, start)],
            [hit for one, start in zip(same, starts, strict=True) for hit in moved(one.denied, start)],
            settings,
        )
        for same in zip(*(one.indicators for one in found), strict=True)
    )
    told = [(one.declined_ratio, count) for one, count in zip(found, counts, strict=True) if count]
    declined = sum(r * n for r, n in told) / sum(n for _, n in told) if told else math.nan
    stuffing = max((one.stuffing for one in found), key=lambda s: (s.flagged, s.keyword_count))
    return ContentEvidence(
        tuple(sentence for one in found for sentence in one.sentences),
        indicators,
        stuffing,
        declined,
        settings,
    )


def within(evidence: ContentEvidence, profile: JobProfile, window: Interval) -> ContentEvidence:
    """The evidence that begins in `window`: what was found in a part of the transcript, as it was found in the whole.

    The share of sentences that decline is not known of a part and NaN.
    """
    wanted = {(d.id, i.id): i.weight for d in profile.dimensions for i in d.indicators}

    def inside(hits: Sequence[Hit]) -> list[Hit]:
        return [hit for hit in hits if window.start_s <= hit.start_s < window.end_s]

    parts = tuple(
        _indicator(key, wanted[key], inside(part.hits), inside(part.denied), evidence.settings)
        for part in evidence.indicators
        if (key := (part.dimension_id, part.indicator_id)) in wanted
    )
    return ContentEvidence(evidence.sentences, parts, evidence.stuffing, math.nan, evidence.settings)


def reference_texts(profile: JobProfile, language: str) -> tuple[str, ...]:
    """The descriptions and examples that transcripts in `language` are held against; they may be encoded ahead."""
    indicators = (i for d in profile.dimensions for i in d.indicators)
    return tuple(text for indicator in indicators for text in _descriptions(indicator, language))


def _credit(hit: Hit, settings: EvidenceSettings) -> float:
    value = {
        "listed": settings.credit_listed,
        "mentioned": settings.credit_mentioned,
        "demonstrated": settings.credit_demonstrated,
    }[hit.strength]
    return value * (settings.meaning_factor if hit.kind == "meaning" else 1.0)


def _keyword_hit(
    passage: Passage,
    span: KeywordSpan[Key],
    index: int,
    listed: bool,
    support: tuple[int, ...],
    language: str,
) -> Hit:
    first, last = passage.located.words(span.start, span.end)
    words = passage.sentence.words[first : last + 1]
    quote, match = passage.sentence.text, join_words(words, language).strip(_PUNCTUATION)
    start_s, end_s = words[0].start_s, words[-1].end_s
    return Hit("keyword", span.keyword, index, quote, match, start_s, end_s, math.nan, listed, support)


def _meaning_hits(
    wanted: dict[Key, Indicator],
    spoken: Sequence[Passage],
    support: Sequence[tuple[int, ...]],
    language: str,
    encoder: SentenceEncoder | None,
    background: Sequence[str],
    settings: EvidenceSettings,
) -> Iterable[tuple[Key, Hit]]:
    # A keyword settles what its sentence is about, and what is declined or denied speaks for nothing.
    tried = [i for i, p in enumerate(spoken) if not (p.spans or p.declined or p.denies)]
    if encoder is None or not tried:
        return
    texts = {key: _descriptions(indicator, language) for key, indicator in wanted.items()}
    model = meaning.fit(texts, encoder, background)
    if model is None:
        return
    similarities = model.similarities(encoder.encode([spoken[i].sentence.text for i in tried]))
    distinct = len({spoken[i].located.text for i in tried})
    limit = meaning.threshold(distinct, settings.z_floor, settings.false_hit_rate)
    for row, column in zip(*meaning.hits(similarities, limit, settings.margin_z).nonzero(), strict=True):
        index, sentence = tried[row], spoken[tried[row]].sentence
        z = float(similarities[row, column])
        hit = Hit(
            "meaning",
            "",
            index,
            sentence.text,
            sentence.text,
            sentence.start_s,
            sentence.end_s,
            z,
            False,
            support[index],
        )
        yield model.keys[column], hit


def _descriptions(indicator: Indicator, language: str) -> list[str]:
    description = indicator.description.zh if language == "zh" else indicator.description.en
    return [text for text in (description, *indicator.examples.get(language)) if text]


def _indicator(
    key: Key, weight: float, hits: Sequence[Hit], refused: Sequence[Hit], settings: EvidenceSettings
) -> IndicatorEvidence:
    ranked = sorted(hits, key=lambda h: (-_credit(h, settings), h.kind, h.start_s, h.end_s, h.keyword))
    strength: Strength = ranked[0].strength if ranked else "absent"
    earned = _credit(ranked[0], settings) if ranked else 0.0
    in_time = sorted(refused, key=lambda h: (h.start_s, h.end_s, h.keyword))
    return IndicatorEvidence(*key, weight, strength, earned, tuple(ranked), tuple(in_time))


def _stuffing(spoken: Sequence[Passage], listed: frozenset[int], settings: EvidenceSettings) -> Stuffing:
    used = {s.keyword for i, p in enumerate(spoken) if i not in listed for s in p.spans}
    recited = {s.keyword for i in listed for s in spoken[i].spans} - used
    total = sum(p.length for p in spoken)
    count = len(used) + len(recited)
    if not count or not total:
        return Stuffing(False, 0, math.nan, math.nan)
    ratio = len(recited) / count
    flagged = len(recited) >= settings.stuffing_min_keywords and ratio >= settings.stuffing_listed_ratio
    return Stuffing(flagged, count, ratio, sum(p.keyword_length for p in spoken) / total)
