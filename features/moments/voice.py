"""What stands out in how someone speaks: rate, pauses, answers that come late, level, another voice.

With `Observations.conversation`, pauses and answers are those of the candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from interview_analysis.features.core.baseline import (
    MIN_SAMPLES,
    OUTLYING,
    Baseline,
    baseline,
    confidence,
    merged,
    unusually_long,
)
from interview_analysis.features.core.extractor import COVERAGE
from interview_analysis.features.core.turns import turns_are_heard
from interview_analysis.features.language.questions import Said, questions
from interview_analysis.features.voice.speech_units import MIN_PAUSE_S, rate_unit, silent_pauses
from interview_analysis.types import Conversation, Event, Interval, Observations, Transcript

if TYPE_CHECKING:
    import pandas as pd

RATE_CHANGE = 0.2  # 180 to 220 characters a minute is 22 %; differences of 5 % are just heard (Quené 2007)
RATE_FLOOR = 0.05  # of the median: the just noticeable difference
MIN_UNITS = 15.0  # words or characters of a window, or its rate is chance
LONG_PAUSE_S = 3.0  # pauses within answers are rarely over two seconds (Campione & Véronis 2002)
LATE_ANSWER_S = 2.0  # a second is about the longest silence that talk tolerates (Jefferson 1989); twice that
QUESTION_S = 1.0  # a shorter turn of another voice is a "mhm"
LATENCY_FLOOR_S = 0.2  # about the mean gap between turns across languages (Stivers et al. 2009)
LEVEL_DROP_DB = 6.0  # half the sound pressure; 1 dB is just heard
LEVEL_FLOOR_DB = 1.0
MIN_SPEECH_RATIO = 0.3  # of a window, for its level to count
OTHER_VOICE_S = 1.0
VOICE_GAP_S = 5.0


def moments(observations: Observations, timeline: pd.DataFrame) -> Iterator[Event]:
    """All of this file, in no order. `timeline` has the features of all extractors over sliding windows."""
    yield from rate_changes(observations, timeline)
    yield from level_drops(timeline)
    yield from long_pauses(observations)
    conversation = observations.conversation
    if conversation is not None:
        if turns_are_heard(observations):
            joints_s = () if observations.speech is None else observations.speech.joints_s
            yield from late_answers(conversation, joints_s)
        yield from other_voices(conversation)


def rate_changes(observations: Observations, timeline: pd.DataFrame) -> list[Event]:
    """``rate_rise`` and ``rate_drop``: windows whose articulation rate (pauses left out) differs by a fifth or more.

    The value is the rate furthest from the median of the windows, the baseline that median, both a minute. None where
    word times are interpolated, since rates are even within a passage.
    """
    transcript = observations.transcript
    unit = rate_unit(transcript.language) if transcript else None
    if transcript is None or unit is None or transcript.word_times != "recognised":
        return []
    heard = timeline[timeline["speech_rate.unit_count"] >= MIN_UNITS]
    rates = heard[f"speech_rate.articulation_rate_{unit}"].dropna()
    usual = baseline(rates.to_numpy(float), RATE_FLOOR * float(rates.median()), independent(rates))
    if usual is None:
        return []
    share = timeline[f"speech_rate.{COVERAGE}"]
    rise, drop = RATE_CHANGE * usual.median, -RATE_CHANGE * usual.median
    return [
        *window_runs("rate_rise", rates, usual, share, lambda change: change >= rise),
        *window_runs("rate_drop", rates, usual, share, lambda change: change <= drop),
    ]


def level_drops(timeline: pd.DataFrame) -> list[Event]:
    """``volume_drop``: windows whose speech is 6 dB or more below the speaker's usual level; values in dB."""
    share = timeline[f"intensity.{COVERAGE}"]
    level = timeline.loc[share >= MIN_SPEECH_RATIO, "intensity.intensity_shift_db"].dropna()
    usual = baseline(level.to_numpy(float), LEVEL_FLOOR_DB, independent(level))
    if usual is None:
        return []
    return window_runs("volume_drop", level, usual, share, lambda change: change <= -LEVEL_DROP_DB)


def long_pauses(observations: Observations) -> list[Event]:
    """``long_pause`` within the candidate's own speech; a silence in which someone else speaks is none."""
    if observations.speech is None:
        return []
    others = observations.conversation.others if observations.conversation else ()
    turns = [Interval(turn.start_s, turn.end_s) for turn in others]
    pauses = [
        Event("pause", pause.start_s, pause.end_s)
        for pause in silent_pauses(observations.speech, MIN_PAUSE_S)
        if all(pause.overlap_s(turn) == 0 for turn in turns)
    ]
    return unusually_long("long_pause", pauses, LONG_PAUSE_S, lambda _: 1.0)


def late_answers(conversation: Conversation, joints_s: Sequence[float] = ()) -> list[Event]:
    """``late_answer``: silence after a question that is long for this candidate, in seconds.

    A question is a turn of another voice of a second or more that the candidate's next turn follows. How long the silence
    was is not known across a joint (`SpeechActivity.joints_s`), where one recording ends or the sound is missing. The baseline is the
    median of all such silences, where an answer that comes early counts as it came: negative.
    """
    gaps: list[tuple[float, float]] = []
    turns = [(turn.start_s, turn.end_s, False) for turn in conversation.others]
    turns += [(own.start_s, own.end_s, True) for own in conversation.own]
    for before, after in pairwise(sorted(turns)):
        asked = not before[2] and after[2] and before[1] - before[0] >= QUESTION_S
        if asked and not any(before[1] <= joint_s <= after[0] for joint_s in joints_s):
            gaps.append((before[1], after[0]))
    lengths = np.array([after - before for before, after in gaps])
    usual = baseline(lengths, LATENCY_FLOOR_S)
    found = []
    for (start_s, end_s), length in zip(gaps, lengths.tolist(), strict=True):
        z = usual.deviations(length) if usual else float("nan")
        if length < LATE_ANSWER_S or z < OUTLYING:
            continue
        middle = usual.median if usual else float("nan")
        trust = confidence(1.0, len(gaps), z)
        found.append(Event("late_answer", start_s, end_s, length, confidence=trust, baseline=middle))
    return found


def other_voices(conversation: Conversation) -> list[Event]:
    """``another_voice``: voices beside the candidate's that are no interviewer's; seconds of speech.

    An interviewer is whoever else talks most, and every voice that puts a question. How often a voice speaks does not
    tell: one that prompts the candidate speaks before every answer. An interviewer who asks nothing is found, too, and
    who prompts in the words of a question (你就说说那个项目) is not, so this is a reason to listen and no more.
    """
    talk: dict[int, float] = {}
    for turn in conversation.others:
        talk[turn.voice] = talk.get(turn.voice, 0.0) + turn.end_s - turn.start_s
    if len(talk) < 2:
        return []
    expected = {max(sorted(talk), key=lambda voice: talk[voice])} | _asking(conversation.other_words)
    turns = [Event("turn", t.start_s, t.end_s) for t in conversation.others if t.voice not in expected]
    found = []
    for run in merged(turns, VOICE_GAP_S):
        spoken_s = sum(turn.end_s - turn.start_s for turn in run)
        if spoken_s >= OTHER_VOICE_S:
            end_s = max(turn.end_s for turn in run)
            # A second of speech is one sample of a voice: embeddings of less are chance.
            trust = confidence(1.0, spoken_s, float("nan"))
            found.append(Event("another_voice", run[0].start_s, end_s, spoken_s, confidence=trust))
    return found


def _asking(words: Transcript | None) -> set[int | None]:
    """The voices that put a question which stands on its own."""
    segments = words.segments if words is not None else ()
    said = [Said(segment.text, "interviewer") for segment in segments]
    return {segments[question.turn].voice for question in questions(said) if question.kind == "main"}


def independent(values: pd.Series) -> float:
    """How many windows side by side the overlapping windows of `values` are worth."""
    if len(values) < MIN_SAMPLES:
        return float(len(values))
    spans = np.array(values.index.to_list(), dtype=float)
    step_s, length_s = float(np.median(np.diff(spans[:, 0]))), float(np.median(spans[:, 1] - spans[:, 0]))
    return len(values) * min(1.0, step_s / length_s)


def window_runs(
    kind: str, values: pd.Series, usual: Baseline, coverage: pd.Series, beyond: Callable[[float], bool]
) -> list[Event]:
    """Touching windows whose change from the baseline is `beyond` and 2.5 deviations or more, as one event each."""
    windows = [
        Event(
            kind,
            float(start_s),
            float(end_s),
            value,
            baseline=usual.median,
            confidence=confidence(float(coverage[(start_s, end_s)]), usual.samples, usual.deviations(value)),
        )
        for (start_s, end_s), value in zip(values.index, values.to_numpy(float).tolist(), strict=True)
        if beyond(value - usual.median) and abs(usual.deviations(value)) >= OUTLYING
    ]
    found = []
    for run in merged(windows, 0.0):
        top = max(run, key=lambda event: abs(event.value - usual.median))
        trust = max(event.confidence for event in run)
        found.append(
            Event(kind, run[0].start_s, run[-1].end_s, top.value, confidence=trust, baseline=usual.median)
        )
    return found
