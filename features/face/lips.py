"""Whether the mouth in the picture moves with a voice.

The jaw of a person who speaks opens and closes a few times a second; that of a listener rests, whatever the rest
of the face does. At five frames a second the syllables are lost, but not how much the jaw moves in a stretch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.features.core.visual import step_s
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import FloatArray, Interval

PIECE_S = 2.0  # a few words; what is said within is one sample
MIN_PIECE_S = 1.0
# Movement that a quarter of the pieces reach. In pictures that were made small or blocky (to a third of the size, VP8 down
# to a fifth of what is usual) a talking jaw is flattened: 0.12 to 0.49 of four who talk, 0.002 to 0.09 of three who
# do not; medians overlap. In a picture in which a face of 30 pixels is all but lost, a talking one rests as well.
RESTING_PER_S = 0.1
MIN_RESTING_PIECES = 4
EDGE_S = 0.3  # lips open before the voice and close after it, and turns begin and end a tenth of a second off


@dataclass(frozen=True, slots=True)
class LipMatch:
    """How surely the mouth moves more while one voice speaks than while the others do.

    `area` is the share of pairs of pieces, one of the voice's speech and one of the others', of which the mouth
    moves more in the voice's (the area under the ROC curve). `confidence` is the probability that chance alone
    would give less: the normal approximation of the Mann-Whitney test, 0.5 where nothing is known.
    """

    area: float
    confidence: float
    pieces: int  # of the voice's own speech
    other_pieces: int


def lip_match(faces: FaceTrack, own: Sequence[Interval], others: Sequence[Interval]) -> LipMatch:
    """Compare the mouth's movement in stretches in which a voice speaks alone with that while others do.

    Movement is the mean absolute change of ``jawOpen`` per second, in pieces of 1 to 2 s.
    """
    return moves_more(jaw_movement(faces, own), jaw_movement(faces, others))


def moves_more(mine: FloatArray, theirs: FloatArray) -> LipMatch:
    """Compare the movement in pieces, shape (n,), with that in others, shape (m,)."""
    if not mine.size or not theirs.size:
        return LipMatch(float("nan"), 0.5, mine.size, theirs.size)
    apart = np.sign(mine[:, None] - theirs)
    area = float(apart.mean() + 1) / 2
    spread = math.sqrt((mine.size + theirs.size + 1) / (12 * mine.size * theirs.size))
    return LipMatch(area, (1 + math.erf((area - 0.5) / spread / math.sqrt(2))) / 2, mine.size, theirs.size)


def jaw_rests(faces: FaceTrack, speech: Sequence[Interval]) -> bool:
    """Whether the mouth hardly moves in three quarters of the pieces of `speech`; False where too little was seen."""
    return rests(jaw_movement(faces, speech))


def rests(movement: FloatArray) -> bool:
    """Whether a mouth that moves so in pieces of speech, shape (n,), rests; False for fewer than four."""
    return movement.size >= MIN_RESTING_PIECES and float(np.quantile(movement, 0.75)) < RESTING_PER_S


def jaw_movement(faces: FaceTrack, stretches: Sequence[Interval]) -> FloatArray:
    """Mean absolute change of ``jawOpen`` per second in each piece of 1 to 2 s of the stretches, shape (n,).

    Pieces of which less than a half was seen are left out.
    """
    return _by_piece(*_jaw_speed(faces), stretches)


def _jaw_speed(faces: FaceTrack) -> tuple[FloatArray, FloatArray]:
    """When the jaw was seen twice in a row, and how fast it moved then, shape (m,) each."""
    step, jaw = np.diff(faces.time_s), faces.blendshape("jawOpen")
    speed = np.abs(np.diff(jaw)) / np.where(step > 0, step, np.nan)
    seen = np.isfinite(speed) & (step <= 1.5 * step_s(faces.time_s))
    return (faces.time_s[1:] - step / 2)[seen], speed[seen]


def _by_piece(time_s: FloatArray, speed: FloatArray, stretches: Sequence[Interval]) -> FloatArray:
    """Mean speed in each piece of the stretches; pieces of which less than a half was seen are left out."""
    usual_s = step_s(time_s)
    means = []
    for stretch in stretches:
        inner = Interval(stretch.start_s + EDGE_S, stretch.end_s - EDGE_S)
        if inner.duration_s < MIN_PIECE_S:
            continue
        edges = np.linspace(inner.start_s, inner.end_s, max(1, round(inner.duration_s / PIECE_S)) + 1)
        for first, last in np.searchsorted(time_s, np.stack([edges[:-1], edges[1:]], axis=1)):
            wanted = (edges[1] - edges[0]) / usual_s
            if last - first >= max(2.0, wanted / 2):
                means.append(float(speed[first:last].mean()))
    return np.array(means)
