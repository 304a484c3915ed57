"""How the candidate takes turns with the other voices. Reported, not scored; not measured with one voice.

A turn that takes the floor is a voice's speech, together with its pauses, until another voice takes the floor. What is
shorter than a second takes none ("mm-hm"), and neither does what begins and ends while another goes on. The interval
from one floor turn to the next of another voice is a gap where it is positive, an overlap where it is negative.
Where turns are the passages of a transcript, gaps and overlaps are how it was cut, and are not measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.turns import BACK_CHANNEL_S, common, turns_are_heard, united
from interview_analysis.features.core.visual import started_in
from interview_analysis.features.voice.speech_units import coverage, overlap_s
from interview_analysis.types import Event, Interval, Observations, Turn

CANDIDATE = 0  # in the turns of `floor_turns`; every other voice has another number
KINDS = ("candidate_turn", "response", "interruption", "interrupted")
MIN_INTERRUPTION_S = 0.2  # overlaps up to this are ordinary turn taking, and turns begin and end 0.1 s off
YIELD_S = 1.0  # the one who is interrupted stops within this

_GAPS = "Heldner & Edlund 2010; Sacks, Schegloff & Jefferson 1974"
_TURN = "speech with its pauses until another voice takes the floor, 1 s or longer"
_INTERRUPTION = "begins inside the {whose} turn, 0.2 to 1 s before the latter ends, and goes on after it; per minute of the window"

SPECS = (
    FeatureSpec(
        "response_latency_median_s",
        "s",
        "median time from the end of another's turn to the candidate's; negative where they overlap",
        source=_GAPS,
    ),
    FeatureSpec("response_count", "1", "turns of the candidate that follow another's", 0, source=_GAPS),
    FeatureSpec("turn_mean_s", "s", f"mean length of the candidate's turns ({_TURN})", 0, source=_GAPS),
    FeatureSpec("turn_per_min", "1/min", f"turns of the candidate ({_TURN}) per minute of the window", 0),
    FeatureSpec(
        "interruption_per_min",
        "1/min",
        f"candidate's turn that {_INTERRUPTION.format(whose='another’s')}",
        0,
        source="Heldner & Edlund 2010 (between-speaker overlap)",
    ),
    FeatureSpec(
        "interrupted_per_min",
        "1/min",
        f"another's turn that {_INTERRUPTION.format(whose='candidate’s')}",
        0,
        source="Heldner & Edlund 2010 (between-speaker overlap)",
    ),
    FeatureSpec(
        "overlap_ratio", "1", "share of the time with speech in which the candidate and another speak", 0, 1
    ),
    FeatureSpec("talk_share_ratio", "1", "candidate's share of the time that all voices speak", 0, 1),
)


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Turns that begin in `window`, and shares of its time; coverage is the share of it with speech of anybody."""
    conversation = observations.conversation
    if conversation is None or not conversation.others or not conversation.own:
        return {COVERAGE: 0.0}
    own, others = united(conversation.own), united(conversation.others)
    own_s, others_s = overlap_s(own, window), overlap_s(others, window)
    both_s = overlap_s(tuple(common(own, others)), window)
    spoken_s = own_s + others_s - both_s
    if spoken_s <= 0:
        return {COVERAGE: 0.0}
    per_min = 60.0 / window.duration_s
    found = {
        kind: started_in([e for e in _all_events(observations) if e.kind == kind], window) for kind in KINDS
    }
    latencies = [event.value for event in found["response"]]
    lengths = [event.value for event in found["candidate_turn"]]
    values = {
        "turn_per_min": len(lengths) * per_min,
        "talk_share_ratio": own_s / (own_s + others_s),
        COVERAGE: coverage(spoken_s, window),
    }
    if turns_are_heard(observations):
        values |= {
            "response_count": float(len(latencies)),
            "interruption_per_min": len(found["interruption"]) * per_min,
            "interrupted_per_min": len(found["interrupted"]) * per_min,
            "overlap_ratio": both_s / spoken_s,
        }
    if latencies:
        values["response_latency_median_s"] = float(np.median(latencies))
    if lengths:
        values["turn_mean_s"] = float(np.mean(lengths))
    return values


def events(observations: Observations) -> tuple[Event, ...]:
    """Each "response" (value: latency in s) from the end of the question on, and every interruption (overlap in s)."""
    return tuple(event for event in _all_events(observations) if event.kind != "candidate_turn")


@once
def _all_events(observations: Observations) -> tuple[Event, ...]:
    conversation = observations.conversation
    if conversation is None or not conversation.others:
        return ()
    joints_s = observations.speech.joints_s if observations.speech is not None else ()
    turns = floor_turns(conversation.own, conversation.others, joints_s)
    found = [
        Event("candidate_turn", turn.start_s, turn.end_s, turn.end_s - turn.start_s)
        for turn in turns
        if turn.voice == CANDIDATE
    ]
    for before, after in pairwise(turns) if turns_are_heard(observations) else ():
        if before.voice != after.voice and not _joint_between(before, after, joints_s):
            found += _transition(before, after)
    return tuple(sorted(found, key=lambda event: (event.start_s, event.end_s, event.kind)))


def _transition(before: Turn, after: Turn) -> Iterator[Event]:
    gap_s = after.start_s - before.end_s
    edges = sorted((before.end_s, after.start_s))
    if after.voice == CANDIDATE:
        yield Event("response", edges[0], edges[1], gap_s)
    if MIN_INTERRUPTION_S <= -gap_s <= YIELD_S:
        if after.voice == CANDIDATE:
            yield Event("interruption", after.start_s, before.end_s, -gap_s)
        elif before.voice == CANDIDATE:
            yield Event("interrupted", after.start_s, before.end_s, -gap_s)


def floor_turns(
    own: Sequence[Interval], others: Sequence[Turn], joints_s: Sequence[float]
) -> tuple[Turn, ...]:
    """The turns that take the floor, by start; the candidate's voice is `CANDIDATE`, the others are numbered from 1."""
    spoken = [Turn(CANDIDATE, piece.start_s, piece.end_s) for piece in own]
    spoken += [Turn(1 + turn.voice, turn.start_s, turn.end_s) for turn in others]
    spoken.sort(key=lambda turn: (turn.start_s, turn.end_s))
    long = [
        turn for turn in _joined(_not_within(spoken), joints_s) if turn.end_s - turn.start_s >= BACK_CHANNEL_S
    ]
    return _joined(long, joints_s)


def _not_within(turns: Sequence[Turn]) -> list[Turn]:
    """The turns, by start, without those that begin and end while another voice goes on."""
    latest: dict[int, float] = {}
    found = []
    for turn in turns:
        if all(voice == turn.voice or end_s < turn.end_s for voice, end_s in latest.items()):
            found.append(turn)
        latest[turn.voice] = max(latest.get(turn.voice, 0.0), turn.end_s)
    return found


def _joined(turns: Sequence[Turn], joints_s: Sequence[float]) -> tuple[Turn, ...]:
    """The turns with neighbours of one voice made one, except across the joint of two recordings."""
    found: list[Turn] = []
    for turn in turns:
        last = found[-1] if found else None
        if last is not None and last.voice == turn.voice and not _joint_between(last, turn, joints_s):
            found[-1] = Turn(turn.voice, last.start_s, max(last.end_s, turn.end_s))
        else:
            found.append(turn)
    return tuple(found)


def _joint_between(before: Turn, after: Turn, joints_s: Sequence[float]) -> bool:
    return any(before.end_s <= joint_s <= after.start_s for joint_s in joints_s)


EXTRACTOR = Extractor("turn_taking", 1, "voice", SPECS, compute, events)
