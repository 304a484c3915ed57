"""From what was observed of a practised answer to what is told about it. Nothing is opened, nothing is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interview_analysis.features.language.lexicons import LANGUAGES
from interview_analysis.features.language.sentences import unit_count
from interview_analysis.features.language.stretches import in_main_language
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.coaching.delivery import about_hedges, about_pace, about_time
from interview_analysis.scoring.coaching.findings import (
    LANGUAGE,
    NOTHING_SAID,
    TOO_LITTLE,
    Coached,
    Finding,
    Quote,
    Said,
)
from interview_analysis.scoring.coaching.motive import about_values
from interview_analysis.scoring.coaching.parts import about_parts, failed_gates, parts_heard
from interview_analysis.scoring.coaching.picture import about_picture, about_sound
from interview_analysis.scoring.content.model import ContentModel, read, spoken
from interview_analysis.scoring.content.scored import unanswered
from interview_analysis.scoring.norms import Norms
from interview_analysis.types import Observations, Transcript

Kind = Literal["past", "situational", "motive"]
MOST = 4  # findings about the content: more at once helps nobody


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was practised: about something done, what one would do, or why this company.

    `values` are what the company stands for, in the language of the question; none where it named none.
    """

    text: str
    kind: Kind
    answer_s: float
    values: tuple[str, ...] = ()


def coach(
    seen: Observations, asked: Asked, norms: Norms, model: ContentModel, encoder: SentenceEncoder
) -> Coached:
    """What can be told of an answer; where there is too little to go by, that is told instead."""
    facts: dict[str, float] = {}
    unsaid: list[str] = []
    shown = about_picture(seen, norms, facts, unsaid)
    transcript = in_main_language(seen.transcript) if seen.transcript and seen.transcript.words else None
    used_s = seen.facts.duration_s
    reason = _too_little(transcript, seen, norms)
    if transcript is None or reason:
        unsaid.insert(0, reason)
        about_time(used_s, asked.answer_s, incomplete=False, facts=facts)
        known = transcript is not None and transcript.language in LANGUAGES
        return Coached(
            language=transcript.language if transcript else "",
            sentences=Said(transcript).quotes() if transcript and known else (),
            findings=(*shown, *about_sound(seen)), unsaid=tuple(unsaid), facts=facts,
        )  # fmt: skip
    said = Said(transcript)
    content, parts = _content(transcript, said, asked, norms, model, encoder)
    findings = (
        *content[:MOST],
        *about_hedges(seen, said),
        *about_pace(seen, norms, facts),
        *about_time(used_s, asked.answer_s, incomplete=bool(content), facts=facts),
        *shown,
        *about_sound(seen),
    )
    return Coached(
        language=transcript.language, sentences=said.quotes(), parts=parts, findings=findings,
        unsaid=tuple(unsaid), facts=facts,
    )  # fmt: skip


def _too_little(transcript: Transcript | None, seen: Observations, norms: Norms) -> str:
    """Why nothing is said of the content; empty where there is enough of it."""
    if transcript is None:
        return NOTHING_SAID
    if transcript.language not in LANGUAGES:
        return LANGUAGE
    least = norms.limits.min_characters if transcript.language == "zh" else norms.limits.min_words
    length = sum(unit_count(sentence.text, transcript.language) for sentence in Said(transcript).sentences)
    spoken_s = sum(region.duration_s for region in seen.speech.regions) if seen.speech else 0.0
    return TOO_LITTLE if length < least or spoken_s < norms.limits.min_speech_s else ""


def _content(
    transcript: Transcript,
    said: Said,
    asked: Asked,
    norms: Norms,
    model: ContentModel,
    encoder: SentenceEncoder,
) -> tuple[list[Finding], dict[str, tuple[Quote, ...]]]:
    clauses = spoken(transcript, encoder)
    reading = read(model, clauses, asked.text)
    if reading is None:
        return [], {}
    parts = parts_heard(reading, said)
    if asked.kind == "motive":
        return about_values(asked.values, clauses, encoder, norms.evidence), {}
    if unanswered(reading):
        return [Finding(kind="takes_up")], parts
    if asked.kind == "situational":
        return [], {}
    failed = [Finding(kind=name) for name in failed_gates(reading.gates)]
    return failed + about_parts(parts, said), parts
