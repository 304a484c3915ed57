"""The state report: stretches in which moments on several channels fall together, against the candidate's own baseline.

Moments on one channel come by themselves; that they come together on two or three within seconds is worth a look, unless
there are so many moments that they would meet by chance. How often that is, is measured on the recording itself: each
channel's moments are moved around the clock by a random time of their own, which keeps how many there are, how long they
last and how they bunch, and breaks what they have to do with each other (circular shifts, after Lotwick & Silverman
1982). Stretches are told where no more than `max_chance_share` of those as strong would be there by chance: what comes
out of the shifts over what is there, which holds the false discovery rate (Benjamini & Hochberg 1995). Cost is linear in
the number of moments.

What is named is behaviour. Whether a stretch may be called anything is the policy's (policy.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.features.core.baseline import merged
from interview_analysis.features.language.sentences import text_of
from interview_analysis.features.moments.moments import KINDS, unit_of
from interview_analysis.scoring.interview.state_text import description, suggestion
from interview_analysis.scoring.norms import StateRules
from interview_analysis.scoring.report.report import StatedPolicy, StateReport, Stretch, TimelineEvent
from interview_analysis.scoring.rubric.policy import Policy
from interview_analysis.types import Channel, Conversation, Event, FloatArray, Interval, Transcript

SHIFTS = 999  # of which a quarter is known to 0.016
SEED = 6
QUOTE_LENGTH = 160
QUOTE_MARGIN_S = 3.0  # a pause has no words of its own
Answers = Sequence[tuple[Interval, str]]


@dataclass(frozen=True, slots=True)
class _Group:
    """Moments that overlap or nearly do, with the sum of their confidences."""

    events: tuple[Event, ...]
    strength: float

    @property
    def span(self) -> Interval:
        return Interval(self.events[0].start_s, max(event.end_s for event in self.events))

    @property
    def channels(self) -> list[Channel]:
        return list(dict.fromkeys(KINDS[event.kind].channel for event in self.events))


def state_report(
    events: Sequence[Event],
    duration_s: float,
    transcript: Transcript | None,
    policy: Policy,
    rules: StateRules,
    *,
    conversation: Conversation | None = None,
    answers: Answers = (),
) -> StateReport:
    """The stretches of a recording, at most `rules.max_stretches`, by time.

    Parameters
    ----------
    events : of the feature tables; those that are moments of the candidate count.
    conversation : where it is known when others speak, chance is measured over the rest of the time.
    answers : the stretch of time of each answer, in order, with the question.
    """
    own = [event for event in events if event.kind in KINDS and KINDS[event.kind].own]
    groups = [group for group in _groups(own, rules.join_gap_s) if len(group.channels) > 1]
    chance = by_chance(own, duration_s, rules.join_gap_s, conversation) if groups else np.empty(0)
    shares = _chance_shares(groups, chance)
    told = sorted(zip(shares, groups, strict=True), key=lambda pair: (pair[0], -pair[1].strength))
    kept = [(share, group) for share, group in told if share <= rules.max_chance_share][: rules.max_stretches]
    kept.sort(key=lambda pair: pair[1].span.start_s)
    stretches = tuple(_stretch(group, share, transcript, policy, answers) for share, group in kept)
    return StateReport(policy=stated(policy), stretches=stretches)


def stated(policy: Policy) -> StatedPolicy:
    """What a report says of the policy that it was made under."""
    return StatedPolicy(
        id=policy.id,
        name=policy.name,
        about=policy.about,
        face_and_body=policy.face_and_body,
        caveat=policy.caveat,
    )


def by_chance(
    events: Sequence[Event], duration_s: float, gap_s: float, conversation: Conversation | None = None
) -> FloatArray:
    """Strengths of the stretches that come about when each channel is shifted by chance, of all 999 trials together."""
    channels = sorted({KINDS[event.kind].channel for event in events})
    edges = _candidate_clock(conversation, duration_s)
    start_s, end_s = (
        np.interp([getattr(event, name) for event in events], *edges) for name in ("start_s", "end_s")
    )
    whole_s = float(edges[1][-1])
    channel = np.array([channels.index(KINDS[event.kind].channel) for event in events])
    strength = np.array([event.confidence for event in events])
    shift_s = np.random.default_rng(SEED).uniform(0.0, whole_s, (SHIFTS, len(channels)))
    begins = (start_s + shift_s[:, channel]) % whole_s  # (SHIFTS, n)
    order = np.argsort(begins, axis=1, kind="stable")
    begins = np.take_along_axis(begins, order, axis=1)
    ends = begins + (end_s - start_s)[order]
    # What reaches over the end of the recording goes on at its beginning.
    over = np.concatenate([ends.max(axis=1, keepdims=True) - whole_s, ends[:, :-1]], axis=1)
    number = np.cumsum(begins > np.maximum.accumulate(over, axis=1) + gap_s, axis=1)
    in_trial = np.maximum(number[:, -1:], 1)
    first = np.concatenate([[0], np.cumsum(in_trial)])[:-1, None]
    group = (first + (number - 1) % in_trial).ravel()  # those before the first gap belong to the last group
    count = int(in_trial.sum())
    total = np.bincount(group, strength[order].ravel(), count)
    met = sum(
        (np.bincount(group, (channel == c)[order].ravel(), count) > 0).astype(int)
        for c in range(len(channels))
    )
    return np.sort(total[np.asarray(met) > 1])


def _chance_shares(groups: Sequence[_Group], chance: FloatArray) -> list[float]:
    """For each group the share of those as strong that chance explains, the lowest that a weaker one still has.

    One is added to what came out of the trials, as no number of them proves none.
    """
    strengths = np.array([group.strength for group in groups])
    order = np.argsort(-strengths, kind="stable")
    at_least = 1 + len(chance) - np.searchsorted(chance, strengths[order] - 1e-9)
    share = at_least / (1 + SHIFTS) / np.arange(1, len(groups) + 1)
    lowest = np.minimum.accumulate(share[::-1])[::-1]
    shares = np.empty(len(groups))
    shares[order] = np.minimum(lowest, 1.0)
    return [float(share) for share in shares]


def _candidate_clock(conversation: Conversation | None, duration_s: float) -> tuple[FloatArray, FloatArray]:
    """Moments of the recording, and the time by then in which nobody else spoke; to interpolate between."""
    others = [Event("turn", turn.start_s, turn.end_s) for turn in conversation.others] if conversation else []
    times, clock = [0.0], [0.0]
    for run in merged(others, 0.0):
        start_s, end_s = run[0].start_s, max(turn.end_s for turn in run)
        clock += [clock[-1] + max(0.0, start_s - times[-1])] * 2
        times += [start_s, end_s]
    clock.append(clock[-1] + max(0.0, duration_s - times[-1]))
    times.append(max(duration_s, times[-1]))
    if clock[-1] <= 0.0:
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    return np.array(times), np.array(clock)


def _groups(events: Sequence[Event], gap_s: float) -> list[_Group]:
    return [_Group(tuple(run), sum(event.confidence for event in run)) for run in merged(events, gap_s)]


def _stretch(
    group: _Group, share: float, transcript: Transcript | None, policy: Policy, answers: Answers
) -> Stretch:
    span = group.span
    language = transcript.language if transcript else None
    strongest: dict[str, Event] = {}
    for event in sorted(group.events, key=lambda event: -event.confidence):
        strongest.setdefault(event.kind, event)
    number, asked = _answer(span, answers)
    return Stretch(
        start_s=round(span.start_s, 3),
        end_s=round(span.end_s, 3),
        channels=tuple(group.channels),
        moments=tuple(timeline_event(event, language) for event in group.events),
        chance_share=round(share, 3),
        answer=number,
        asked=asked,
        text=description(sorted(strongest.values(), key=lambda e: (e.start_s, e.kind)), language, number),
        suggestion=suggestion({event.kind for event in group.events}),
        reading=policy.reading,
        quote=_quote(transcript, span),
    )


def timeline_event(event: Event, language: str | None) -> TimelineEvent:
    """An event as the report has it. `language` is that of the transcript."""
    moment = KINDS.get(event.kind)
    return TimelineEvent(
        kind=event.kind,
        start_s=round(event.start_s, 3),
        end_s=round(event.end_s, 3),
        value=_number(event.value),
        label=event.label,
        channel=moment.channel if moment else None,
        unit=unit_of(event.kind, language),
        baseline=_number(event.baseline),
        confidence=_number(event.confidence),
    )


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _answer(span: Interval, answers: Answers) -> tuple[int | None, str | None]:
    """Number, from 1, and question of the answer that most of `span` lies in."""
    shared = [(span.overlap_s(answer), -number, asked) for number, (answer, asked) in enumerate(answers, 1)]
    best = max(shared, default=(0.0, 0, ""))
    return (-best[1], best[2]) if best[0] > 0 else (None, None)


def _quote(transcript: Transcript | None, span: Interval) -> str | None:
    if transcript is None:
        return None
    near = Interval(span.start_s - QUOTE_MARGIN_S, span.end_s + QUOTE_MARGIN_S)
    text = text_of(transcript, lambda word: near.start_s <= (word.start_s + word.end_s) / 2 < near.end_s)
    return (text if len(text) <= QUOTE_LENGTH else text[:QUOTE_LENGTH].rstrip() + "…") or None
