"""Who speaks when: windows of speech are clustered by voice, and each moment goes to the voice it sounds like.

Bottom-up clustering finds how many voices there are and what each sounds like; a Viterbi pass over cells of 0.1 s
then decides where one gives way to another. Work and memory grow with the length of the speech alone: a long
recording is clustered on a sample of its windows, evenly spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.speaker import (
    DIMENSIONS,
    RATE_HZ,
    WINDOW_S,
    SpeakerEncoder,
    read,
    unit,
    windows_of,
)
from interview_analysis.types import AudioSource, FloatArray, Interval, SpeechActivity, Turn, Voices

CELL_S = 0.1
BREAK_S = 0.5  # a shorter pause does not end a turn
_HOP_S = 0.4
_BRIDGE_S = 0.3  # windows reach over shorter pauses: a voice is told better from more of it
_MIN_WINDOW_S = 0.8  # a shorter window is not clustered: half of what the network expects
_SAMPLED_WINDOWS = 1500  # clustering compares each with each
_REFINEMENTS = 2
_OWN_SHARE = 0.95  # of a window that is one voice's, for the window to tell what that voice sounds like
_EDGE_WEIGHT = 0.02  # of a window for the cells at its edges, 1 in its middle
# In units of the Viterbi pass, of which a difference in cosine similarity of 0.05 a cell is one: a change within
# speech has to be borne out by about 0.3 s that clearly sound like somebody else, a change at a pause by 0.1 s.
_CERTAINTY, _CHANGE_COST, _PAUSE_CHANGE_COST = 20.0, 6.0, 2.0
_COMPARED_WINDOWS = 300  # of each voice, evenly spread
_LEAST_PAIRS = 12  # of windows, each of which counts twice within a voice
_BATCH = 32


@dataclass(frozen=True, slots=True)
class DiarizationSettings:
    """When two stretches of speech are one voice.

    `count` is the number of voices where it is known; None estimates it, up to `max_voices`. Clustering stops where
    the mean cosine similarity of the windows of the two nearest clusters falls below `stop_similarity`. Then voices are
    one whose means are as similar as `merge_similarity` and whose windows are less alike across than within by less than
    `least_gap`. The latter holds voices against their own spread, since two women who speak Mandarin are closer to each
    other for this network than one lively speaker is to himself. Who speaks for less than `min_voice_s` is no voice of
    their own.

    Of eight people the means of two were at most 0.745 alike, and those of one person's clusters at least 0.77. Among
    20 people of the recordings that the project develops with, the two halves of one person, split to be as different as
    can be, were up to 0.09 apart, and two people 0.104 or more.
    """

    count: int | None = None
    stop_similarity: float = 0.66
    least_gap: float = 0.097
    merge_similarity: float = 0.76
    min_voice_s: float = 2.0
    max_voices: int = 6


@dataclass(frozen=True, slots=True)
class SpokenWindows:
    """Windows of speech and the voice in each, shape (n, d), each of unit length."""

    windows: tuple[Interval, ...]
    vectors: NDArray[np.float32]


def diarize(
    audio: AudioSource,
    speech: SpeechActivity,
    encoder: SpeakerEncoder,
    settings: DiarizationSettings | None = None,
) -> Voices:
    """Who speaks when, in a recording that is complete. Without speech there are no voices.

    Where two speak at once, the one who is heard better has the moment: overlap is not marked. Windows of
    0.6 s that sound like neither of two voices marked next to none of it on people nobody tuned for.
    """
    return voices_of(listen(audio, speech, encoder), speech, settings or DiarizationSettings())


def listen(audio: AudioSource, speech: SpeechActivity, encoder: SpeakerEncoder) -> SpokenWindows:
    """The voice in each window of speech. A stretch that is shorter than a window is repeated to fill it."""
    windows = [
        window for stretch in _bridged(speech.regions, _BRIDGE_S) for window in windows_of(stretch, _HOP_S)
    ]
    vectors = np.empty((len(windows), DIMENSIONS), dtype=np.float32)
    for start in range(0, len(windows), _BATCH):
        batch = [
            np.resize(read(audio, w), round(WINDOW_S * RATE_HZ)) for w in windows[start : start + _BATCH]
        ]
        vectors[start : start + _BATCH] = encoder.embed(np.stack(batch))
    (audible,) = np.nonzero(np.isfinite(vectors).all(axis=1))
    return SpokenWindows(tuple(windows[i] for i in audible), vectors[audible])


def voices_of(heard: SpokenWindows, speech: SpeechActivity, settings: DiarizationSettings) -> Voices:
    """The voices in windows of speech, and their turns in all of the speech."""
    if not heard.windows:
        return Voices((), np.empty((0, DIMENSIONS)), "clusters")
    cells = _cells(speech)
    voices = _refined(heard, cells, _clustered(heard, settings), settings)
    while (merged := _merged(heard, cells, voices, settings)) is not None:
        voices = _refined(heard, cells, merged, settings)
    turns = _turns(cells, _decoded(heard, cells, voices))
    order = list(dict.fromkeys(turn.voice for turn in turns))
    numbered = tuple(Turn(order.index(turn.voice), turn.start_s, turn.end_s) for turn in turns)
    return Voices(numbered, own_vectors(heard, numbered, range(len(order))), "clusters")


def own_vectors(heard: SpokenWindows, turns: Sequence[Turn], voices: Sequence[int]) -> FloatArray:
    """What each of `voices` sounds like where nobody else speaks, shape (voices, d); NaN where that is nowhere."""
    totals = np.zeros((len(voices), heard.vectors.shape[1]))
    for row, voice in enumerate(voices):
        totals[row] = np.where(_alone(heard, turns, voice), _lengths(heard), 0.0) @ heard.vectors
    return np.array([unit(total) for total in totals]).reshape(totals.shape)


def _alone(heard: SpokenWindows, turns: Sequence[Turn], voice: int) -> NDArray[np.bool_]:
    """Windows in which one voice speaks and nobody else, shape (n,)."""
    own = _spoken_shares(heard.windows, [turn for turn in turns if turn.voice == voice])
    others = _spoken_shares(heard.windows, [turn for turn in turns if turn.voice != voice])
    return np.asarray((own >= _OWN_SHARE) & (others <= 1 - _OWN_SHARE))


def _spoken_shares(windows: Sequence[Interval], turns: Sequence[Turn]) -> FloatArray:
    """The share of each window that lies within turns of one voice, which are apart from each other."""
    edges = np.array([edge for turn in turns for edge in (turn.start_s, turn.end_s)] or [0.0, 0.0])
    spoken_s = np.cumsum(np.r_[0.0, np.diff(edges) * (np.arange(len(edges) - 1) % 2 == 0)])
    starts, ends = (np.array([getattr(w, side) for w in windows]) for side in ("start_s", "end_s"))
    within = np.interp(ends, edges, spoken_s) - np.interp(starts, edges, spoken_s)
    shares: FloatArray = within / np.maximum(ends - starts, 1e-9)
    return shares


def _lengths(heard: SpokenWindows) -> FloatArray:
    return np.array([window.duration_s for window in heard.windows])


def _bridged(regions: Sequence[Interval], gap_s: float) -> list[Interval]:
    found: list[Interval] = []
    for region in regions:
        if found and region.start_s - found[-1].end_s < gap_s:
            found[-1] = Interval(found[-1].start_s, region.end_s)
        else:
            found.append(region)
    return found


def _clustered(heard: SpokenWindows, settings: DiarizationSettings) -> FloatArray:
    """What each cluster sounds like, shape (clusters, d)."""
    lengths = _lengths(heard)
    (usable,) = np.nonzero(lengths >= min(_MIN_WINDOW_S, lengths.max()))
    step = max(1.0, len(usable) / _SAMPLED_WINDOWS)
    vectors = heard.vectors[usable[np.arange(0, len(usable), step).astype(int)]]
    groups = _groups(vectors, settings.stop_similarity, settings.count)
    windows_needed = settings.min_voice_s / (_HOP_S * step)
    held = [group for group in groups if len(group) >= windows_needed]
    if len(held) < (settings.count or 1):
        held = groups[: settings.count or 1]
    return np.array([unit(group.sum(axis=0)) for group in held])


def _groups(
    vectors: NDArray[np.float32], stop_similarity: float, count: int | None
) -> list[NDArray[np.float32]]:
    """Clusters of vectors, the largest first."""
    from sklearn.cluster import AgglomerativeClustering

    if len(vectors) == 1:
        return [vectors]
    # A known number of voices is reached from above, so that a cough does not count as one of them.
    limits = {"distance_threshold": 1 - stop_similarity} if count is None else {}
    clusters = None if count is None else min(len(vectors), 4 * count)
    labels = AgglomerativeClustering(
        n_clusters=clusters, metric="cosine", linkage="average", **limits
    ).fit_predict(vectors)
    return sorted((vectors[labels == label] for label in np.unique(labels)), key=len, reverse=True)


def _refined(
    heard: SpokenWindows, cells: FloatArray, voices: FloatArray, settings: DiarizationSettings
) -> FloatArray:
    """The voices as they sound where nobody else is near, without those who speak for too little."""
    for _ in range(_REFINEMENTS):
        path = _decoded(heard, cells, voices)
        spoken_s = np.bincount(path, minlength=len(voices)) * CELL_S
        least_s = min(settings.min_voice_s, spoken_s.max())
        refined = own_vectors(heard, _turns(cells, path), np.flatnonzero(spoken_s >= least_s).tolist())
        refined = refined[np.isfinite(refined).all(axis=1)]
        voices = refined if len(refined) else voices
    return voices


def _merged(
    heard: SpokenWindows, cells: FloatArray, voices: FloatArray, settings: DiarizationSettings
) -> FloatArray | None:
    """The voices with the two nearest as one; None where they are apart."""
    if len(voices) < 2:
        return None
    turns = _turns(cells, _decoded(heard, cells, voices))
    own = [np.flatnonzero(_alone(heard, turns, voice)) for voice in range(len(voices))]
    pairs = list(combinations(range(len(voices)), 2))
    alike = np.array([float(voices[i] @ voices[j]) for i, j in pairs])
    if settings.count is None and len(voices) <= settings.max_voices:
        far = np.array([_gap(heard, own[i], own[j]) >= settings.least_gap for i, j in pairs])
        alike[far | (alike < settings.merge_similarity)] = -1.0
        apart = not (alike > -1.0).any()
    else:
        apart = len(voices) <= (settings.count or settings.max_voices)
    if apart:
        return None
    i, j = pairs[int(np.argmax(alike))]
    return np.vstack([np.delete(voices, (i, j), axis=0), unit(voices[i] + voices[j])])


def _gap(heard: SpokenWindows, first: NDArray[np.intp], second: NDArray[np.intp]) -> float:
    """How much less alike the windows of two voices are than those of one of them, the more varied of the two.

    The mean cosine similarity of pairs of windows that share no time; NaN where either voice has too few of them.
    """
    first, second = (rows[:: 1 + len(rows) // _COMPARED_WINDOWS] for rows in (first, second))
    within, across = [_alike(heard, rows, rows) for rows in (first, second)], _alike(heard, first, second)
    return min(within) - across


def _alike(heard: SpokenWindows, first: NDArray[np.intp], second: NDArray[np.intp]) -> float:
    starts = np.array([window.start_s for window in heard.windows])
    apart = np.abs(starts[first][:, None] - starts[second]) >= WINDOW_S
    if apart.sum() < _LEAST_PAIRS:
        return float("nan")
    return float((heard.vectors[first] @ heard.vectors[second].T)[apart].mean())


def _cells(speech: SpeechActivity) -> FloatArray:
    """Speech in cells of at most `CELL_S`, shape (n, 2): start and end."""
    cells = []
    for region in speech.regions:
        edges = np.linspace(
            region.start_s, region.end_s, 1 + max(1, int(np.ceil(region.duration_s / CELL_S - 1e-6)))
        )
        cells.append(np.column_stack([edges[:-1], edges[1:]]))
    return np.concatenate(cells)


def _decoded(heard: SpokenWindows, cells: FloatArray, voices: FloatArray) -> NDArray[np.int_]:
    """The voice of each cell, shape (n,)."""
    middles = cells.mean(axis=1)
    scores, weights = np.zeros((len(cells), len(voices))), np.zeros(len(cells))
    for window, alike in zip(heard.windows, heard.vectors @ voices.T, strict=True):
        first, stop = np.searchsorted(middles, [window.start_s, window.end_s])
        away = np.abs(middles[first:stop] - (window.start_s + window.end_s) / 2)
        weight = np.maximum(_EDGE_WEIGHT, 1 - away / (WINDOW_S / 2)) * min(1.0, window.duration_s / WINDOW_S)
        scores[first:stop] += weight[:, None] * alike
        weights[first:stop] += weight
    scores /= np.maximum(weights, 1e-9)[:, None]
    paused = np.r_[True, cells[1:, 0] - cells[:-1, 1] > CELL_S / 2]
    return _viterbi(_CERTAINTY * scores, np.where(paused, _PAUSE_CHANGE_COST, _CHANGE_COST))


def _viterbi(scores: FloatArray, change_costs: FloatArray) -> NDArray[np.int_]:
    """The path through `scores`, shape (n, k), of the largest sum, less the cost of each change, shape (n,)."""
    count, voices = scores.shape
    best, back = scores[0].copy(), np.zeros((count, voices), dtype=int)
    for cell in range(1, count):
        top = int(np.argmax(best))
        changed = best[top] - change_costs[cell]
        stays = best >= changed
        back[cell] = np.where(stays, np.arange(voices), top)
        best = np.where(stays, best, changed) + scores[cell]
    path = np.empty(count, dtype=int)
    path[-1] = int(np.argmax(best))
    for cell in range(count - 1, 0, -1):
        path[cell - 1] = back[cell, path[cell]]
    return path


def _turns(cells: FloatArray, path: NDArray[np.int_]) -> list[Turn]:
    turns: list[Turn] = []
    for (start_s, end_s), voice in zip(cells.tolist(), path.tolist(), strict=True):
        if turns and turns[-1].voice == voice and start_s - turns[-1].end_s < BREAK_S:
            turns[-1] = Turn(voice, turns[-1].start_s, end_s)
        else:
            turns.append(Turn(voice, start_s, end_s))
    return turns
