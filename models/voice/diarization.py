"""Who speaks when, and where two speak at once.

A network that hears ten seconds at a time cuts speech where one person gives way to another and says where two speak
at once (models/voice/segmentation.py); what each piece sounds like is an embedding (models/voice/speaker.py). Bottom-up clustering of the
pieces finds how many voices there are, and a Viterbi pass gives each piece to one: the segmenter proposes where voices
change, the embeddings decide. That is the scheme of Bredin 2023, "pyannote.audio 2.1 speaker diarization pipeline",
with pieces in the place of whole local speakers, because alike voices are one for the segmenter now and then. Work and
memory grow with the length of the speech alone: a long recording is clustered on a sample of its pieces, evenly spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.voice.segmentation import LocalSpeech, SpeakerSegmenter, local_speech
from interview_analysis.models.voice.speaker import DIMENSIONS, SpeakerEncoder, read, unit
from interview_analysis.types import AudioSource, FloatArray, Interval, SpeechActivity, Turn, Voices

BREAK_S = 0.5  # a shorter pause does not end a turn
_STOP_SHARE = (
    0.7  # of `same_voice`, at which clustering stops: single pieces are less alike than means of many
)
_PIECE_S = 3.0  # a longer stretch is cut: the segmenter may have missed a change
_HEARD_S = 1.5  # in the middle of a piece; more costs more than it tells
_MIN_PIECE_S = 0.3  # a shorter one says nothing of the voice, and goes with its neighbours
_CLUSTERED_S = 1.0  # a shorter one is not clustered
_BRIDGE_S = 0.3  # a piece reaches over shorter pauses: a voice is told better from more of it
_SAMPLED_PIECES = 2000  # clustering compares each with each
_REFINEMENTS = 2
# Of the Viterbi pass, for each second of a piece and each unit of cosine similarity. A second that clearly is another's
# (0.6) bears out a change within speech that is one voice for the segmenter; where it heard a change, none is needed.
_CERTAINTY = 10.0
_CHANGE_COST, _PAUSE_CHANGE_COST = 4.0, 1.5


@dataclass(frozen=True, slots=True)
class DiarizationSettings:
    """When two stretches of speech are one voice.

    `count` is the number of voices where it is known; None estimates it, up to `max_voices`. Voices whose means have a
    cosine similarity of `same_voice` or more are one. Speakers with less than `min_voice_s` of speech are merged into the nearest voice.

    Cosine similarity among the 20 speakers of the development recordings: within one speaker 0.68 in the worst case (two
    halves split to be as different as possible), between two speakers 0.49 at most; two women on one telephone line 0.50.
    """

    count: int | None = None
    same_voice: float = 0.52
    min_voice_s: float = 2.5
    max_voices: int = 6


@dataclass(frozen=True, slots=True)
class HeardPieces:
    """Pieces of speech of one person each by start, what they sound like, and where several people speak at once.

    `vectors` have shape (n, d) and unit length, NaN where a piece is too short to tell.
    """

    pieces: tuple[LocalSpeech, ...]
    vectors: NDArray[np.float32]
    overlaps: tuple[LocalSpeech, ...] = ()

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which pieces are long enough to tell, shape (n,)."""
        return np.isfinite(self.vectors[:, 0])

    @property
    def durations_s(self) -> FloatArray:
        return np.array([piece.duration_s for piece in self.pieces])


def diarize(
    audio: AudioSource,
    speech: SpeechActivity,
    segmenter: SpeakerSegmenter,
    encoder: SpeakerEncoder,
    settings: DiarizationSettings | None = None,
) -> Voices:
    """Who speaks when, in a recording that is complete. Turns overlap where two speak at once.

    Without speech there are no voices.
    """
    return voices_of(listen(audio, speech, segmenter, encoder), settings or DiarizationSettings())


def listen(
    audio: AudioSource, speech: SpeechActivity, segmenter: SpeakerSegmenter, encoder: SpeakerEncoder
) -> HeardPieces:
    """Cut speech into pieces of one person each, and hear what they sound like."""
    stretches = tuple(local_speech(audio, speech, segmenter))
    pieces = tuple(cut(stretch for stretch in stretches if not stretch.others))
    vectors = np.full((len(pieces), DIMENSIONS), np.nan, dtype=np.float32)
    for row, piece in enumerate(pieces):
        if piece.duration_s >= _MIN_PIECE_S:
            beside_s = max(0.0, piece.duration_s - _HEARD_S) / 2
            middle = Interval(piece.start_s + beside_s, piece.end_s - beside_s)
            vectors[row] = encoder.embed(read(audio, middle))
    return HeardPieces(pieces, vectors, tuple(stretch for stretch in stretches if stretch.others))


def cut(stretches: Iterable[LocalSpeech]) -> Iterator[LocalSpeech]:
    """One person's stretches joined over short pauses, in pieces of at most `_PIECE_S`."""
    joined: list[LocalSpeech] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last and last.local == stretch.local and stretch.start_s - last.end_s < _BRIDGE_S:
            joined[-1] = replace(last, end_s=stretch.end_s)
        else:
            joined.append(stretch)
    for stretch in joined:
        count = max(1, int(np.ceil(stretch.duration_s / _PIECE_S)))
        for start_s, end_s in pairwise(np.linspace(stretch.start_s, stretch.end_s, count + 1).tolist()):
            yield replace(stretch, start_s=start_s, end_s=end_s)


def voices_of(heard: HeardPieces, settings: DiarizationSettings) -> Voices:
    """The voices in pieces of speech, and their turns."""
    if not heard.known.any():
        return Voices((), np.empty((0, DIMENSIONS)), "clusters")
    voices = _clustered(heard, settings)
    for _ in range(_REFINEMENTS):
        voices = _merged(_refined(heard, voices, settings), settings)
    path = _decoded(heard, voices)
    turns = _turns(_spoken(heard, path))
    order = list(dict.fromkeys(turn.voice for turn in turns))
    numbered = tuple(Turn(order.index(turn.voice), turn.start_s, turn.end_s) for turn in turns)
    return Voices(numbered, _means(heard, path, len(voices))[order], "clusters")


def _clustered(heard: HeardPieces, settings: DiarizationSettings) -> FloatArray:
    """What each cluster of pieces sounds like, shape (clusters, d)."""
    lengths = heard.durations_s
    (usable,) = np.nonzero(heard.known & (lengths >= min(_CLUSTERED_S, lengths[heard.known].max())))
    step = max(1.0, len(usable) / _SAMPLED_PIECES)
    rows = usable[np.arange(0, len(usable), step).astype(int)]
    # A known number of voices is reached from above, so that a cough does not count as one of them.
    for limits in (
        {"criterion": "distance", "t": 1 - _STOP_SHARE * settings.same_voice},
        {"criterion": "maxclust", "t": min(len(rows), 4 * (settings.count or 1))},
    ):
        groups = [rows[group] for group in _groups(heard.vectors[rows], limits)]
        lasting = [group for group in groups if lengths[group].sum() * step >= settings.min_voice_s]
        if len(lasting) >= (settings.count or 1):
            break
    else:
        lasting = sorted(groups, key=lambda group: -lengths[group].sum())[: settings.count or 1]
    return _merged(np.array([_mean(heard, group) for group in lasting]), settings)


def _groups(vectors: NDArray[np.float32], limits: Mapping[str, Any]) -> list[NDArray[np.intp]]:
    """The rows of each cluster of vectors."""
    if len(vectors) == 1:
        return [np.array([0])]
    from scipy.cluster.hierarchy import fcluster, linkage

    labels = fcluster(linkage(vectors, method="average", metric="cosine"), **limits)
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _mean(heard: HeardPieces, rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """What pieces sound like together, the longer ones more, shape (d,)."""
    return unit(heard.durations_s[rows] @ heard.vectors[rows])


def _merged(voices: FloatArray, settings: DiarizationSettings) -> FloatArray:
    """The voices without those that are one."""
    while len(voices) > 1:
        alike = voices @ voices.T - 2 * np.eye(len(voices))
        i, j = np.unravel_index(int(alike.argmax()), alike.shape)
        apart = alike[i, j] < settings.same_voice and len(voices) <= settings.max_voices
        if len(voices) <= settings.count if settings.count else apart:
            break
        voices = np.vstack([np.delete(voices, (i, j), axis=0), unit(voices[i] + voices[j])])
    return voices


def _refined(heard: HeardPieces, voices: FloatArray, settings: DiarizationSettings) -> FloatArray:
    """The voices as their pieces sound, without those who speak for too little."""
    path = _decoded(heard, voices)
    spoken_s = np.bincount(path, heard.durations_s, minlength=len(voices))
    means = _means(heard, path, len(voices))
    held = (spoken_s >= min(settings.min_voice_s, spoken_s.max())) & np.isfinite(means).all(axis=1)
    return means[held] if held.any() else voices


def _means(heard: HeardPieces, path: NDArray[np.int_], count: int) -> FloatArray:
    """What each voice sounds like, shape (voices, d); NaN for one that no piece tells of."""
    return np.array([_mean(heard, np.flatnonzero(heard.known & (path == voice))) for voice in range(count)])


def _decoded(heard: HeardPieces, voices: FloatArray) -> NDArray[np.int_]:
    """The voice of each piece, shape (n,)."""
    alike = np.where(heard.known[:, None], np.nan_to_num(heard.vectors) @ voices.T, 0.0)
    costs = np.full(len(heard.pieces), _PAUSE_CHANGE_COST)
    for row, (last, piece) in enumerate(pairwise(heard.pieces), start=1):
        if last.window == piece.window and last.local != piece.local:
            costs[row] = 0.0
        elif piece.start_s - last.end_s < 1e-3:
            costs[row] = _CHANGE_COST
    return _viterbi(_CERTAINTY * heard.durations_s[:, None] * alike, costs)


def _viterbi(scores: FloatArray, change_costs: FloatArray) -> NDArray[np.int_]:
    """The path through `scores`, shape (n, k), of the largest sum, less the cost of each change, shape (n,)."""
    count, voices = scores.shape
    best, back = scores[0].copy(), np.zeros((count, voices), dtype=int)
    for row in range(1, count):
        top = int(np.argmax(best))
        changed = best[top] - change_costs[row]
        stays = best >= changed
        back[row] = np.where(stays, np.arange(voices), top)
        best = np.where(stays, best, changed) + scores[row]
    path = np.empty(count, dtype=int)
    path[-1] = int(np.argmax(best))
    for row in range(count - 1, 0, -1):
        path[row - 1] = back[row, path[row]]
    return path


def _spoken(heard: HeardPieces, path: NDArray[np.int_]) -> list[Turn]:
    """Who speaks when, by start. People who overlap, or speak for too short to tell, have the voice of their own piece that
    is nearest in time; who has none there is the nearest voice that is nobody else's in those ten seconds."""
    known = [(heard.pieces[row], int(path[row])) for row in np.flatnonzero(heard.known)]
    spoken = [Turn(voice, piece.start_s, piece.end_s) for piece, voice in known]
    in_window: dict[int, set[int]] = {}
    for piece, voice in known:
        in_window.setdefault(piece.window, set()).add(voice)
    starts_s = np.array([piece.start_s for piece, _ in known])
    for stretch in (*(heard.pieces[row] for row in np.flatnonzero(~heard.known)), *heard.overlaps):
        near = [known[row] for row in np.argsort(np.abs(starts_s - stretch.start_s), kind="stable")]
        speaking: list[int] = []
        for local in (stretch.local, *stretch.others):
            own = (voice for piece, voice in near if piece.local == local)
            taken = in_window.get(stretch.window, set()).union(speaking)
            others = (voice for _, voice in near if voice not in taken)
            speaking += [voice for voice in [next(own, next(others, None))] if voice is not None]
        spoken += [Turn(v, stretch.start_s, stretch.end_s) for v in set(speaking) or {near[0][1]}]
    return sorted(spoken, key=lambda turn: (turn.start_s, turn.voice))


def _turns(spoken: Sequence[Turn]) -> list[Turn]:
    """What one voice says without another coming between, or a long pause, is a turn; by start."""
    turns: list[Turn] = []
    current: dict[int, int] = {}  # the place of each voice's last turn
    for piece in spoken:
        place = current.get(piece.voice)
        if place is not None and piece.start_s - turns[place].end_s < BREAK_S:
            between = (t for t in turns[place + 1 :] if turns[place].end_s <= t.start_s < piece.start_s)
            if not any(between):
                turns[place] = replace(turns[place], end_s=max(turns[place].end_s, piece.end_s))
                continue
        current[piece.voice] = len(turns)
        turns.append(piece)
    return turns
