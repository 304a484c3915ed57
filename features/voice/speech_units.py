"""Units of speech rate, silent pauses and the frames that hold speech: what the voice extractors share."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.core.memory import once
from interview_analysis.features.core.turns import united
from interview_analysis.features.language.sentences import words_touching
from interview_analysis.types import (
    AcousticTrack,
    FloatArray,
    Interval,
    Observations,
    SpeechActivity,
    Transcript,
    Word,
)

MIN_PAUSE_S = 0.25  # Goldman-Eisler (1968): shorter silences belong to articulation
_FRAME_S = 0.01

_CJK = r"㐀-䶿一-鿿豈-﫿〇"
_ZH_PIECE = re.compile(
    rf"(?P<character>[{_CJK}])|(?P<latin>[^\W\d_{_CJK}]+)(?P<short>['’](?:s|t|m|re|ve|ll|d)\b)?|(?P<digit>\d)|(?P<percent>[%％])|(?P<point>(?<=\d)\.(?=\d))"
)
_EN_PIECE = re.compile(r"(?P<number>\d[\d.,]*)|(?P<symbol>[%$€£&+])|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)")
_VOWELS = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+")
_HEARD_NOT = re.compile(
    r"[^aeiouyr\W]n['’]t$"
)  # "didn't" has a syllable more than "did", "don't" none more than "do"
_SPELLED_LETTERS = 5  # an abbreviation in capitals up to this long is read letter by letter
_PERCENT_CHARACTERS = 3  # 百分之


def spans_are_known(observations: Observations) -> bool:
    """Whether it is known how long the words of a stretch took; of a transcript that was handed in not without the sound."""
    times = observations.transcript.word_times if observations.transcript is not None else "estimated"
    return times == "recognised" or (times == "interpolated" and observations.speech is not None)


def rate_unit(language: str) -> str | None:
    """``"wpm"`` for English, ``"cpm"`` for Chinese, None for a language whose rate is not measured."""
    return {"en": "wpm", "zh": "cpm", "yue": "cpm"}.get(language)


@lru_cache(maxsize=65536)
def count_units(text: str, language: str) -> int:
    """How many units of speech rate a piece of transcript stands for.

    Chinese: a character is one; a digit is one and so is a decimal point (点); a percent sign is three
    (百分之); a Latin word counts its syllables (groups of vowels, at least one), an abbreviation in
    capitals of up to five letters its letters, and what is drawn together ("it's") nothing more but "n't" behind a consonant. English: a word is one, contractions and hyphenated words
    included; a number counts its digits other than zero, at least one ("2023" is three words, "100" is one:
    an estimate); a symbol is one.
    """
    if language in ("zh", "yue"):
        return sum(_chinese(match) for match in _ZH_PIECE.finditer(text))
    return sum(_english(match) for match in _EN_PIECE.finditer(text))


def _chinese(match: re.Match[str]) -> int:
    if match["percent"]:
        return _PERCENT_CHARACTERS
    latin = match["latin"]
    if not latin:
        return 1
    if latin.isupper() and len(latin) <= _SPELLED_LETTERS:
        return len(latin)
    return syllables(latin) + bool(match["short"] and _HEARD_NOT.search(match[0].casefold()))


def _english(match: re.Match[str]) -> int:
    if match.lastgroup == "number":
        return max(1, sum(c not in "0.," for c in match[0]))
    return 1


def syllables(word: str) -> int:
    """Syllables of a Latin word by its groups of vowels, without a silent final e; at least 1."""
    folded = word.casefold()
    count = len(_VOWELS.findall(folded))
    if count > 1 and folded.endswith("e") and not folded.endswith(("le", "ee")):
        count -= 1
    return max(1, count)


def spoken_syllables(text: str) -> int:
    """Syllables of a piece of transcript in either language, 0 for punctuation; digits count one each."""
    return count_units(text, "zh")


def units_in(words: Sequence[Word], language: str, window: Interval) -> float:
    """Units spoken inside `window`; a word across its edge counts by the share of it that is inside."""
    total = 0.0
    for word in words:
        if word.end_s < window.start_s or word.start_s > window.end_s:
            continue
        duration = word.end_s - word.start_s
        inside = min(word.end_s, window.end_s) - max(word.start_s, window.start_s)
        share = inside / duration if duration > 0 else float(window.start_s <= word.start_s < window.end_s)
        total += share * count_units(word.text, language)
    return total


def speaking_span(transcript: Transcript, window: Interval) -> Interval | None:
    """From the first to the last spoken word of `window`, cut to it; None without words in it."""
    near = (w for w in words_touching(transcript, window) if count_units(w.text, transcript.language))
    inside = [w for w in near if w.end_s > window.start_s and w.start_s < window.end_s]
    if not inside:
        return None
    return Interval(max(window.start_s, inside[0].start_s), min(window.end_s, max(w.end_s for w in inside)))


def silent_pauses(speech: SpeechActivity, min_s: float = MIN_PAUSE_S) -> tuple[Interval, ...]:
    """Gaps of at least `min_s` between regions of speech of one recording, in which nobody else speaks."""
    return tuple(gap for gap in _own_gaps(speech) if gap.duration_s >= min_s - 1e-9)


def joint_silences(speech: SpeechActivity | None) -> tuple[Interval, ...]:
    """Gaps between regions of speech in which a recording ends or somebody else speaks.

    They are nobody's pause, and no speaking time: neither the other's words, nor the time before an answer.
    """
    if speech is None or not (speech.joints_s or speech.others_s):
        return ()
    return tuple(gap for gap in _gaps(speech) if _is_nobodys(gap, speech))


@once
def _own_gaps(speech: SpeechActivity) -> tuple[Interval, ...]:
    return tuple(gap for gap in _gaps(speech) if not _is_nobodys(gap, speech))


def _gaps(speech: SpeechActivity) -> Iterator[Interval]:
    return (Interval(a.end_s, b.start_s) for a, b in pairwise(speech.regions))


def _is_nobodys(gap: Interval, speech: SpeechActivity) -> bool:
    return any(_within(gap, moments_s) for moments_s in (speech.joints_s, speech.others_s))


def _within(gap: Interval, moments_s: Sequence[float]) -> bool:
    """Whether one of the moments, in order, lies in the gap."""
    return bisect_left(moments_s, gap.start_s) < bisect_right(moments_s, gap.end_s)


def overlap_s(pieces: Sequence[Interval], window: Interval) -> float:
    """Seconds of `window` that `pieces` (apart from each other) cover."""
    return sum(piece.overlap_s(window) for piece in pieces)


def coverage(observed_s: float, window: Interval) -> float:
    """Share of `window` that was observed, 0 for an empty window."""
    return min(1.0, observed_s / window.duration_s) if window.duration_s > 0 else 0.0


def inside(time_s: FloatArray, pieces: Sequence[Interval]) -> NDArray[np.bool_]:
    """Which of the sorted times lie in any of the sorted, disjoint `pieces`, shape (n,)."""
    if not pieces:
        return np.zeros(time_s.shape, dtype=bool)
    starts = np.array([piece.start_s for piece in pieces])
    ends = np.array([piece.end_s for piece in pieces])
    index = np.searchsorted(starts, time_s, side="right") - 1
    found: NDArray[np.bool_] = (index >= 0) & (time_s < ends[np.maximum(index, 0)])
    return found


def speech_frames(track: AcousticTrack, speech: SpeechActivity | None, window: Interval) -> NDArray[np.bool_]:
    """Frames of `window` that hold speech, shape (n,); all of the window's without a speech detector."""
    frames = np.zeros(track.time_s.shape, dtype=bool)
    within = frames_in(track, window)
    frames[within] = True if speech is None else inside(track.time_s[within], speech.regions)
    return frames


@once
def heard_frames(observations: Observations) -> NDArray[np.bool_]:
    """Frames of the recording's acoustics, which it must have, that hold speech of one voice, shape (n,)."""
    track, conversation = observations.acoustics, observations.conversation
    assert track is not None
    frames = speech_frames(track, observations.speech, Interval(float("-inf"), float("inf")))
    if conversation is not None and conversation.others:
        frames &= ~inside(track.time_s, united(conversation.others))
    return frames


def frames_in(track: AcousticTrack, window: Interval) -> slice:
    """Where the frames of ``[start_s, end_s)`` lie."""
    return slice(*np.searchsorted(track.time_s, (window.start_s, window.end_s)))


def frames_s(frames: NDArray[np.bool_]) -> float:
    """Seconds that the marked frames stand for."""
    return float(np.count_nonzero(frames)) * _FRAME_S


def runs(frames: NDArray[np.bool_], time_s: FloatArray) -> list[tuple[int, int]]:
    """Stretches of marked frames without a gap in their times, as first index and index after the last."""
    marked = np.flatnonzero(frames)
    if not marked.size:
        return []
    apart = (np.diff(marked) > 1) | (np.diff(time_s[marked]) > 1.5 * _FRAME_S)
    return [(int(run[0]), int(run[-1]) + 1) for run in np.split(marked, np.flatnonzero(apart) + 1)]
