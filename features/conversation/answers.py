"""The answers of an interview: which stretch of the recording answers which question.

Stretches are known from where a recording begins and ends that was made for a question, or are found from what the
other voices of a conversation ask. Without either, the whole recording is one answer and nothing is cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from interview_analysis.features.core.turns import turns_are_heard
from interview_analysis.features.language.questions import Exchange, Said, exchanges, questions
from interview_analysis.features.language.sentences import text_of, words_in
from interview_analysis.types import Conversation, Interval, Observations, Transcript

Source = Literal["recording", "conversation", "written"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and the stretch in which it was answered; the stretch may hold others' voices as well.

    `question` is empty where it was not heard. `parts` are its sentences that ask something of their own. `asked` is
    when it was put, and `latency_s` the silence before the answer, 0 where the candidate began before the end; None and
    NaN where that is not known, as where one recording ends with the question and the next begins with the answer, or where
    turns are the passages of a transcript.
    """

    question: str
    parts: tuple[str, ...]
    interval: Interval
    source: Source
    asked: Interval | None = None
    latency_s: float = math.nan


@dataclass(frozen=True, slots=True)
class AskedStretch:
    """A stretch of the recording that was made for a question; the text is empty where nobody wrote it down.

    A `written` one holds an answer in writing.
    """

    question: str
    interval: Interval
    written: bool = False


def answers(observations: Observations, stretches: Sequence[AskedStretch] = ()) -> tuple[Answer, ...]:
    """The answers in their order; empty where the whole recording is to be taken as one.

    Stretches with a question, or in writing, go before what is found in the conversation: somebody wrote them down. Neighbours with
    the same question are one answer, unless one was said and the other written.
    """
    if any(stretch.question or stretch.written for stretch in stretches):
        return _of_stretches(stretches)
    if observations.conversation is None:
        return ()
    return _of_conversation(observations, observations.conversation)


def _of_stretches(stretches: Sequence[AskedStretch]) -> tuple[Answer, ...]:
    found = []
    for (question, written), group in groupby(
        stretches, key=lambda stretch: (stretch.question, stretch.written)
    ):
        parts = list(group)
        whole = Interval(parts[0].interval.start_s, parts[-1].interval.end_s)
        source: Source = "written" if written else "recording"
        found.append(Answer(question, (question,) if question else (), whole, source))
    return tuple(found)


def _of_conversation(observations: Observations, conversation: Conversation) -> tuple[Answer, ...]:
    duration_s = observations.facts.duration_s
    joints_s = observations.speech.joints_s if observations.speech is not None else ()
    turns = _turns(conversation, observations.transcript)
    asked = questions(turns)
    found = exchanges(turns, asked)
    if not any(exchange.question for exchange in found):
        return ()
    ends_s = [q.start_s for q in asked if q.kind != "follow_up"]
    cut = (_answer(exchange, conversation.own, ends_s, joints_s, duration_s, turns) for exchange in found)
    told = [answer for answer in cut if answer is not None]
    if turns_are_heard(observations):
        return tuple(told)
    return tuple(replace(answer, latency_s=math.nan) for answer in told)


def _answer(
    exchange: Exchange,
    own: Sequence[Interval],
    ends_s: Sequence[float],
    joints_s: Sequence[float],
    duration_s: float,
    turns: Sequence[Said],
) -> Answer | None:
    """From the candidate's first to the last word before the next question, or all that lies between where none was said;
    None where nothing can lie there.
    """
    question = exchange.question
    start_s = turns[exchange.turns[0]].start_s if question is None else question.end_s
    stop_s = min((end_s for end_s in ends_s if end_s >= start_s), default=duration_s)
    spoken = [turn for turn in own if turn.start_s < stop_s and turn.end_s > start_s]
    end_s = min(stop_s, max((turn.end_s for turn in spoken), default=stop_s))
    if not end_s > start_s:
        return None
    if question is None:
        return Answer("", (), Interval(start_s, end_s), "conversation")
    first_s = max(start_s, min((turn.start_s for turn in spoken), default=start_s))
    put = Interval(question.start_s, question.end_s)
    one_recording = not any(start_s <= joint_s <= first_s for joint_s in joints_s)
    latency_s = first_s - start_s if spoken and one_recording else math.nan
    return Answer(question.text, question.parts, Interval(first_s, end_s), "conversation", put, latency_s)


def _turns(conversation: Conversation, transcript: Transcript | None) -> list[Said]:
    """What both sides said, by time. Turns of one side without the other's between them are one."""
    sides = [("candidate", turn) for turn in conversation.own]
    sides += [("interviewer", Interval(turn.start_s, turn.end_s)) for turn in conversation.others]
    sides.sort(key=lambda side: (side[1].start_s, side[1].end_s))
    words = {"candidate": transcript, "interviewer": conversation.other_words}
    found: list[Said] = []
    for role, group in groupby(sides, key=lambda side: side[0]):
        intervals = [interval for _, interval in group]
        text = _text(words[role], intervals)
        end_s = max(interval.end_s for interval in intervals)
        found.append(
            Said(text, "candidate" if role == "candidate" else "interviewer", intervals[0].start_s, end_s)
        )
    return found


def _text(transcript: Transcript | None, intervals: Iterable[Interval]) -> str:
    if transcript is None:
        return ""
    wanted = {word for interval in intervals for word in words_in(transcript, interval)}
    return text_of(transcript, wanted.__contains__)
