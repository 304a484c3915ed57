"""Filled pauses: those that the transcript has, and an acoustic estimate of those that it leaves out.

Whisper drops most "um" and "uh", so the transcript's count is a lower bound. The acoustic estimate looks
for speech that no word accounts for. A recogniser stretches a word over what it leaves out before it, so a
word accounts for no more than its syllables' worth of time up to its end, not for all of its interval. The
estimate is rough: on two hesitant clips with words aligned by hand it finds 5 of 8 filled pauses, with 3
drawn-out words for false ones, fewer with Whisper's own times; on four minutes of read speech it reports
next to none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.language.stretches import spoken_in_main_language
from interview_analysis.features.voice.speech_units import (
    coverage,
    joint_silences,
    overlap_s,
    runs,
    spans_are_known,
    speaking_span,
    speech_frames,
    spoken_syllables,
)
from interview_analysis.types import Event, Interval, Observations, Transcript, Word

MIN_SPAN_S = 3.0
MIN_GAP_S = 0.25  # between words: as good as a comma
MIN_VOICED_S = 0.2
MAX_UNCOVERED_S = 1.5  # longer is speech that the recogniser missed or another voice, not a filled pause
MAX_F0_SD_ST = 2.0  # a filled pause is level (Shriberg 2001)
WORD_BASE_S, SYLLABLE_S, WORD_MARGIN_S = 0.1, 0.2, 0.1
_FRAME_S = 0.01
_AROUND_S = 2 * MAX_UNCOVERED_S

_LANGUAGES = ("en", "zh")
_EN_FILLER = re.compile(r"u+h+m*|u+m+|e+r+m*|e+h+m+|a+h+m+|h+m+|m{2,}")
_ZH_FILLER = re.compile(r"[嗯呃]+|[额啊诶欸唔]+")
_EN_MARKERS = (("you", "know"), ("i", "mean"), ("like",))
_ZH_MARKERS = (("那", "个"), ("就", "是"), ("就", "是", "说"))
_TO_SIMPLIFIED = str.maketrans("額個說誒", "额个说诶")
_FINAL_MARKS = frozenset("。！？.!?")
_CORE = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_LEXICAL = "a lower bound, since the recogniser leaves most of them out; English and Chinese"
_ACOUSTIC = (
    "stretches of up to 1.5 s of speech with at least 0.2 s of level voice that no word of the transcript "
    "accounts for, an estimate of the filled pauses that the recogniser left out"
)
_SOURCE = "Clark & Fox Tree 2002; Shriberg 2001"

SPECS = (
    FeatureSpec(
        "filled_pause_count",
        "1",
        f"um, uh, er, hmm; 嗯, 呃, or 额, 啊 standing alone; {_LEXICAL}",
        0,
        source=_SOURCE,
    ),
    FeatureSpec(
        "filled_pause_per_min",
        "1/min",
        f"the same per minute of speaking time; {_LEXICAL}",
        0,
        source=_SOURCE,
    ),
    FeatureSpec(
        "discourse_marker_count",
        "1",
        "you know, I mean, like; 那个, 就是, 就是说, set off by commas or pauses; they may carry meaning",
        0,
        source="Schiffrin 1987",
    ),
    FeatureSpec(
        "discourse_marker_per_min",
        "1/min",
        "the same per minute of speaking time",
        0,
        source="Schiffrin 1987",
    ),
    FeatureSpec("uncovered_voiced_s", "s", f"voiced time in {_ACOUSTIC}", 0, source=_SOURCE),
    FeatureSpec(
        "uncovered_voiced_per_min", "1/min", f"per minute of speaking time, {_ACOUSTIC}", 0, source=_SOURCE
    ),
    FeatureSpec(
        "filler_per_min",
        "1/min",
        "filled pauses of the transcript and uncovered stretches together, per minute of speaking time",
        0,
        source=_SOURCE,
    ),
)


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """Counts of what begins in `window`. Speaking time is from its first word to its last."""
    observations = spoken_in_main_language(observations)
    transcript = observations.transcript
    span = speaking_span(transcript, window) if transcript is not None else None
    if transcript is None or span is None:
        return {COVERAGE: 0.0}
    speaking_s = span.duration_s - overlap_s(joint_silences(observations.speech), span)
    values = {COVERAGE: coverage(speaking_s, window)}
    minutes = speaking_s / 60.0 if spans_are_known(observations) else float("nan")
    if speaking_s < MIN_SPAN_S:
        return values
    total = 0
    if transcript.language in _LANGUAGES:
        fillers = _within(filled_pauses(transcript), window)
        markers = _within(discourse_markers(transcript), window)
        total = len(fillers)
        values["filled_pause_count"] = total
        values["discourse_marker_count"] = len(markers)
        values["filled_pause_per_min"] = len(fillers) / minutes
        values["discourse_marker_per_min"] = len(markers) / minutes
    if _may_lack_fillers(observations):
        around = Interval(window.start_s - _AROUND_S, window.end_s + _AROUND_S)
        stretches = _within(uncovered_voice(observations, around), window)
        values["uncovered_voiced_s"] = sum(event.value for event in stretches)
        values["uncovered_voiced_per_min"] = len(stretches) / minutes
        if transcript.language in _LANGUAGES:
            values["filler_per_min"] = (total + len(stretches)) / minutes
    return values


def events(observations: Observations) -> tuple[Event, ...]:
    """Every "filler", labelled with its words or not at all if acoustic, and every "discourse_marker"."""
    observations = spoken_in_main_language(observations)
    transcript = observations.transcript
    if transcript is None:
        return ()
    found: list[Event] = []
    if transcript.language in _LANGUAGES:
        found += [*filled_pauses(transcript), *discourse_markers(transcript)]
    if _may_lack_fillers(observations) and transcript.words:
        found += uncovered_voice(observations, Interval(float("-inf"), float("inf")))
    return tuple(sorted(found, key=lambda event: (event.start_s, event.end_s)))


def _may_lack_fillers(observations: Observations) -> bool:
    """Whether it can be told in the sound where no word is: the words' own times are known."""
    transcript = observations.transcript
    heard = observations.acoustics is not None and observations.speech is not None
    return heard and transcript is not None and transcript.word_times == "recognised"


def _within(found: Sequence[Event], window: Interval) -> list[Event]:
    return [event for event in found if window.start_s <= event.start_s < window.end_s]


@dataclass(frozen=True, slots=True)
class _Token:
    """An English word or a Chinese character; `mark` is the punctuation after it."""

    text: str
    start_s: float
    end_s: float
    mark: str = ""


@once
def filled_pauses(transcript: Transcript) -> tuple[Event, ...]:
    """Filled pauses that are words of the transcript; the value is the length in seconds."""
    tokens = _tokens(transcript)
    if transcript.language == "en":
        return tuple(_event("filler", [token]) for token in tokens if _EN_FILLER.fullmatch(token.text))
    text = "".join(token.text[0] for token in tokens)
    found = []
    for match in _ZH_FILLER.finditer(text):
        first, last = match.span()
        if match[0][0] in "嗯呃" or (_set_off(tokens, first - 1) and _set_off(tokens, last - 1)):
            found.append(_event("filler", tokens[first:last]))
    return tuple(found)


@once
def discourse_markers(transcript: Transcript) -> tuple[Event, ...]:
    """Discourse markers with a comma or a pause on either side, and no full stop after them."""
    tokens = _tokens(transcript)
    phrases = _EN_MARKERS if transcript.language == "en" else _ZH_MARKERS
    texts = tuple(token.text for token in tokens)
    found = []
    for phrase in phrases:
        for first in range(len(texts) - len(phrase) + 1):
            last = first + len(phrase)
            alone = _set_off(tokens, first - 1) and _set_off(tokens, last - 1)
            if texts[first:last] == phrase and alone and tokens[last - 1].mark not in _FINAL_MARKS:
                found.append(_event("discourse_marker", tokens[first:last]))
    return tuple(sorted(found, key=lambda event: event.start_s))


def _event(kind: str, tokens: Sequence[_Token]) -> Event:
    start, end = tokens[0].start_s, tokens[-1].end_s
    joint = "" if len(tokens[0].text) == 1 and not tokens[0].text.isascii() else " "
    return Event(kind, start, end, end - start, joint.join(token.text for token in tokens))


def _set_off(tokens: Sequence[_Token], index: int) -> bool:
    """Whether punctuation, a pause or the end of the transcript follows token `index` (-1: nothing)."""
    if index < 0 or index == len(tokens) - 1:
        return True
    return bool(tokens[index].mark) or tokens[index + 1].start_s - tokens[index].end_s >= MIN_GAP_S


def _tokens(transcript: Transcript) -> list[_Token]:
    tokens: list[_Token] = []
    for word in transcript.words:
        if transcript.language == "en":
            core = _CORE.search(word.text.casefold().replace("’", "'"))
            mark = word.text.strip()[-1:]
            if core:
                tokens.append(_Token(core[0], word.start_s, word.end_s, "" if mark.isalnum() else mark))
        else:
            _add_characters(tokens, word)
    return tokens


def _add_characters(tokens: list[_Token], word: Word) -> None:
    """Append a Chinese word's characters, its time shared among them; punctuation marks the one before."""
    text = word.text.strip().translate(_TO_SIMPLIFIED)
    count = sum(c.isalnum() for c in text)
    done = 0
    for character in text:
        if character.isalnum():
            step = (word.end_s - word.start_s) / count
            tokens.append(_Token(character, word.start_s + done * step, word.start_s + (done + 1) * step))
            done += 1
        elif tokens and not character.isspace():
            last = tokens[-1]
            tokens[-1] = _Token(last.text, last.start_s, last.end_s, character)


def uncovered_voice(observations: Observations, window: Interval) -> list[Event]:
    """Stretches of speech in `window` that no word accounts for; the value is their voiced time in seconds.

    A stretch is speech by the detector, up to 1.5 s, with at least 0.2 s voiced whose F0 varies by no more
    than two semitones (standard deviation). Needs a transcript, speech activity and acoustics.
    """
    track, transcript = observations.acoustics, observations.transcript
    if track is None or transcript is None:
        return []
    free = speech_frames(track, observations.speech, window)
    for start_s, end_s in _accounted_for(transcript, window):
        free[slice(*np.searchsorted(track.time_s, (start_s, end_s)))] = False
    found = []
    for first, last in runs(free, track.time_s):
        f0 = track.f0_hz[first:last]
        f0 = f0[np.isfinite(f0)]
        voiced_s = f0.size * _FRAME_S
        if voiced_s < MIN_VOICED_S - 1e-9 or (last - first) * _FRAME_S > MAX_UNCOVERED_S:
            continue
        if float(np.std(12.0 * np.log2(f0))) <= MAX_F0_SD_ST:
            start_s, end_s = track.time_s[[first, last - 1]] + (-_FRAME_S / 2, _FRAME_S / 2)
            found.append(Event("filler", float(start_s), float(end_s), voiced_s))
    return found


def _accounted_for(transcript: Transcript, window: Interval) -> list[tuple[float, float]]:
    """The time that each word near `window` accounts for; all of its interval for a filled pause."""
    heard = [(event.start_s, event.end_s) for event in _lexical(transcript)]
    for word in transcript.words:
        if word.end_s < window.start_s - 1.0 or word.start_s > window.end_s + 1.0:
            continue
        syllables = spoken_syllables(word.text)
        if syllables:
            start = max(word.start_s, word.end_s - WORD_BASE_S - SYLLABLE_S * syllables)
            heard.append((start - WORD_MARGIN_S, word.end_s + WORD_MARGIN_S))
    return heard


def _lexical(transcript: Transcript) -> tuple[Event, ...]:
    return filled_pauses(transcript) if transcript.language in _LANGUAGES else ()


EXTRACTOR = Extractor("fillers", 4, "voice", SPECS, compute, events)
