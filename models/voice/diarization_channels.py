"""Who speaks when in a recording that has each voice on a channel of its own: whoever's channel is loud speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.voice.diarization import BREAK_S
from interview_analysis.models.voice.speaker import SpeakerEncoder
from interview_analysis.types import AudioSource, FloatArray, Interval, SpeechActivity, Turn, Voices

LEVEL_STEP_S = 0.01
_SMOOTH_STEPS = 10  # 0.1 s: shorter than a syllable, longer than a period of the voice
_APART_DB = 12.0  # a voice that leaks from one channel into another is quieter there than this
_FLOOR_DB = 30.0  # below a channel's loud speech, nobody speaks on it: about the range of speech levels
_CLEAR_SHARE = 0.8  # of the speech, the rest being overlap and edges
# Correlation of the levels of two channels. Recordings of 4 people laid over each other have 0.3 at most; one person
# and a track on which the others speak in turn as well, 0.9 and more.
_LIKE = 0.5
_MIN_VOICE_S = 2.0
_MIN_TURN_S = 0.2  # anything shorter is a click or a breath


@dataclass(frozen=True, slots=True)
class ChannelTurns:
    """Who speaks when, with the channel of each voice, from 0, and where it speaks without the others."""

    turns: tuple[Turn, ...]  # by start
    channels: tuple[int, ...]
    alone: tuple[tuple[Interval, ...], ...]


def channel_voices(
    levels: FloatArray | None,
    audio: AudioSource,
    speech: SpeechActivity,
    encoder: SpeakerEncoder,
    *,
    tracks: bool = False,
) -> Voices | None:
    """The voices by channel, or None where channels do not tell them apart, see `channel_turns`."""
    told = channel_turns(levels, speech, tracks=tracks)
    if told is None:
        return None
    vectors = [encoder.embed_voice(audio, list(alone)) for alone in told.alone]
    return Voices(told.turns, np.array(vectors), "channels", told.channels)


def channel_turns(
    levels: FloatArray | None, speech: SpeechActivity, *, tracks: bool = False
) -> ChannelTurns | None:
    """The turns of each channel with a voice, or None where channels do not tell voices apart.

    `levels` are mean squares every 10 ms, shape (n, channels). They tell voices apart where nearly all speech is
    clear of the other channels and at least two channels have some; plain stereo, an empty channel and mono have
    not. Turns of two channels overlap where both speak. Channels that are audio `tracks` were recorded one by one: there it
    is enough that none is like another, however much people speak at once.
    """
    if levels is None or levels.shape[1] < 2 or not speech.regions:
        return None
    spoken = _spoken(len(levels), speech.regions)
    found = _active(levels, spoken, tracks)
    if found is None:
        return None
    active, channels = found
    turns = sorted(
        (
            Turn(channel, stretch.start_s, stretch.end_s)
            for channel in range(active.shape[1])
            for stretch in _stretches(active[:, channel])
        ),
        key=lambda turn: (turn.start_s, turn.voice),
    )
    order = list(dict.fromkeys(turn.voice for turn in turns))
    numbered = tuple(Turn(order.index(turn.voice), turn.start_s, turn.end_s) for turn in turns)
    alone = active & (active.sum(axis=1, keepdims=True) == 1)
    stretches = tuple(tuple(_stretches(alone[:, place])) for place in order)
    return ChannelTurns(numbered, tuple(channels[place] for place in order), stretches)


def _spoken(count: int, regions: Sequence[Interval]) -> NDArray[np.bool_]:
    spoken = np.zeros(count, dtype=bool)
    for region in regions:
        spoken[round(region.start_s / LEVEL_STEP_S) : round(region.end_s / LEVEL_STEP_S)] = True
    return spoken


def _active(
    levels: FloatArray, spoken: NDArray[np.bool_], tracks: bool
) -> tuple[NDArray[np.bool_], tuple[int, ...]] | None:
    """Which channels speak in each step, shape (n, k), and which channels those are; None where it cannot be told.

    Channels without a voice are left out.
    """
    from scipy.ndimage import uniform_filter1d

    smooth = uniform_filter1d(np.asarray(levels, dtype=np.float64), _SMOOTH_STEPS, axis=0)
    level_db = 10 * np.log10(np.maximum(smooth, 1e-12))
    if not spoken.any():
        return None
    loudest = level_db.max(axis=1, keepdims=True)
    clear = np.sort(level_db, axis=1)
    dominated = spoken & (clear[:, -1] - clear[:, -2] >= _APART_DB)
    if dominated.sum() < _CLEAR_SHARE * spoken.sum() and not (tracks and _unlike(level_db[spoken])):
        return None
    leading = level_db.argmax(axis=1)
    own_s = np.bincount(leading[dominated], minlength=levels.shape[1]) * LEVEL_STEP_S
    (held,) = np.nonzero(own_s >= _MIN_VOICE_S)
    if len(held) < 2:
        return None
    peaks_db = np.array([np.percentile(level_db[dominated & (leading == c), c], 95) for c in held])
    near = (level_db[:, held] >= loudest - _APART_DB) & (level_db[:, held] >= peaks_db - _FLOOR_DB)
    active: NDArray[np.bool_] = near & spoken[:, None]
    return active, tuple(int(channel) for channel in held)


def _unlike(level_db: NDArray[np.float64]) -> bool:
    """Whether no channel of the speech, shape (n, channels), follows another while that one is loud; silent ones are left out.

    A track with everybody on it follows each of the others.
    """
    heard = level_db[:, level_db.std(axis=0) > 0].T
    for channel in heard:
        loud = heard[:, channel >= np.percentile(channel, 95) - _FLOOR_DB]
        with np.errstate(invalid="ignore"):  # one that does not change meanwhile is like none
            alike = np.corrcoef(loud) >= _LIKE
        if (alike & ~np.eye(len(heard), dtype=bool)).any():
            return False
    return len(heard) > 1


def _stretches(active: NDArray[np.bool_]) -> list[Interval]:
    """Runs of True, joined over pauses shorter than a break."""
    edges = np.flatnonzero(np.diff(np.r_[False, active, False])).reshape(-1, 2) * LEVEL_STEP_S
    runs = [Interval(float(start_s), float(end_s)) for start_s, end_s in edges]
    joined: list[Interval] = []
    for run in (run for run in runs if run.duration_s >= _MIN_TURN_S / 2):
        if joined and run.start_s - joined[-1].end_s < BREAK_S:
            joined[-1] = Interval(joined[-1].start_s, run.end_s)
        else:
            joined.append(run)
    return [run for run in joined if run.duration_s >= _MIN_TURN_S]
