"""Which voice said each word."""

from __future__ import annotations

from bisect import bisect_left

from interview_analysis.types import Interval, Transcript, Turn, Voices, Word

NEAR_S = 0.5  # a recogniser's word times are rarely further off than this


def words_by_voice(transcript: Transcript, voices: Voices) -> tuple[int | None, ...]:
    """The voice of each of `transcript.words`: the one whose turns share most time with it.

    A word that lies between turns goes to the nearest one within `NEAR_S`, else to nobody (None). Where two voices
    share equally much of it, as where they talk at once, it goes to the one whose turn began earlier.
    """
    turns = voices.turns
    starts_s = [turn.start_s for turn in turns]
    longest_s = max((turn.end_s - turn.start_s for turn in turns), default=0.0)
    found = []
    for word in transcript.words:
        first = bisect_left(starts_s, word.start_s - NEAR_S - longest_s)
        stop = bisect_left(starts_s, word.end_s + NEAR_S, lo=first)
        found.append(_voice_of(word, turns[first:stop]))
    return tuple(found)


def _voice_of(word: Word, turns: tuple[Turn, ...]) -> int | None:
    span = Interval(word.start_s, word.end_s)
    shared_s: dict[int, float] = {}
    nearest: tuple[float, int] | None = None
    for turn in turns:
        overlap_s = span.overlap_s(Interval(turn.start_s, turn.end_s))
        if overlap_s > 0:
            shared_s[turn.voice] = shared_s.get(turn.voice, 0.0) + overlap_s
        away_s = max(turn.start_s - word.end_s, word.start_s - turn.end_s)
        if nearest is None or away_s < nearest[0]:
            nearest = (away_s, turn.voice)
    if shared_s:
        return max(shared_s, key=lambda voice: shared_s[voice])
    return nearest[1] if nearest is not None and nearest[0] <= NEAR_S else None
