"""How far who-speaks-when is from the truth: the diarization error rate, and RTTM, the format of such truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.types import Interval, Turn

COLLAR_S = 0.25  # on either side of each true boundary, as NIST's Rich Transcription evaluations have it


@dataclass(frozen=True, slots=True)
class DiarizationError:
    """Seconds of voice: a moment at which two speak counts twice. `mapping` is true voice to found voice.

    Of the seconds in which several speak, `overlap_s` are true, `overlap_claimed_s` found, and `overlap_shared_s` both.
    """

    total_s: float
    missed_s: float
    false_alarm_s: float
    confused_s: float
    mapping: dict[int, int]
    overlap_s: float
    overlap_claimed_s: float
    overlap_shared_s: float

    @property
    def rate(self) -> float:
        """The diarization error rate; NaN where the truth has no voice."""
        wrong_s = self.missed_s + self.false_alarm_s + self.confused_s
        return wrong_s / self.total_s if self.total_s else float("nan")


def diarization_error(
    truth: Sequence[Turn],
    found: Sequence[Turn],
    *,
    collar_s: float = COLLAR_S,
    within: Interval | None = None,
) -> DiarizationError:
    """The error of `found` against `truth`, overlap counted, with the mapping of voices that serves it best.

    Nothing counts within `collar_s` of a true boundary, nor outside of `within`.
    """
    edges = {0.0}
    for turn in (*truth, *found):
        edges |= {turn.start_s, turn.end_s}
    bounds = [edge for turn in truth for edge in (turn.start_s, turn.end_s)]
    for bound in bounds:
        edges |= {bound - collar_s, bound + collar_s}
    if within is not None:
        edges |= {within.start_s, within.end_s}
    times = np.array(sorted(edges))
    middles, lengths = (times[:-1] + times[1:]) / 2, np.diff(times)
    counted = np.ones(len(middles), dtype=bool)
    for bound in bounds:
        counted &= np.abs(middles - bound) > collar_s
    if within is not None:
        counted &= (middles > within.start_s) & (middles < within.end_s)
    true, heard = (_activity(turns, middles[counted]) for turns in (truth, found))
    return _error(true, heard, lengths[counted])


def _activity(turns: Sequence[Turn], times_s: np.ndarray) -> dict[int, np.ndarray]:
    active: dict[int, np.ndarray] = {}
    for turn in turns:
        inside = (times_s > turn.start_s) & (times_s < turn.end_s)
        active[turn.voice] = active.get(turn.voice, np.zeros(len(times_s), dtype=bool)) | inside
    return dict(sorted(active.items()))


def _error(
    true: dict[int, np.ndarray], heard: dict[int, np.ndarray], lengths_s: np.ndarray
) -> DiarizationError:
    from scipy.optimize import linear_sum_assignment

    shared = np.array(
        [[float(lengths_s[a & b].sum()) for b in heard.values()] for a in true.values()]
    ).reshape(len(true), len(heard))
    rows, columns = linear_sum_assignment(shared, maximize=True)
    pairs = [(r, c) for r, c in zip(rows, columns, strict=True) if shared[r, c] > 0]
    speaking = sum((a.astype(int) for a in true.values()), np.zeros(len(lengths_s), dtype=int))
    claimed = sum((b.astype(int) for b in heard.values()), np.zeros(len(lengths_s), dtype=int))
    right_s = float(sum(shared[pair] for pair in pairs))
    names, others = list(true), list(heard)
    return DiarizationError(
        total_s=float((speaking * lengths_s).sum()),
        missed_s=float((np.maximum(0, speaking - claimed) * lengths_s).sum()),
        false_alarm_s=float((np.maximum(0, claimed - speaking) * lengths_s).sum()),
        confused_s=float((np.minimum(speaking, claimed) * lengths_s).sum()) - right_s,
        mapping={names[r]: others[c] for r, c in pairs},
        overlap_s=float(lengths_s[speaking > 1].sum()),
        overlap_claimed_s=float(lengths_s[claimed > 1].sum()),
        overlap_shared_s=float(lengths_s[(speaking > 1) & (claimed > 1)].sum()),
    )


def read_rttm(path: Path) -> tuple[Turn, ...]:
    """The turns of an RTTM file, voices numbered in the order in which they first speak. Raises InterviewAnalysisError."""
    rows: list[tuple[float, float, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            start_s, duration_s = float(fields[3]), float(fields[4])
            rows.append((start_s, start_s + duration_s, fields[7]))
        except (IndexError, ValueError) as error:
            raise InterviewAnalysisError(
                f"line {number} of {path} is no RTTM: expected 'SPEAKER file channel start duration <NA> <NA> name', "
                f"got '{line[:80]}'"
            ) from error
    rows.sort()
    voices = {name: voice for voice, name in enumerate(dict.fromkeys(name for _, _, name in rows))}
    return tuple(Turn(voices[name], start_s, end_s) for start_s, end_s, name in rows)


def write_rttm(turns: Sequence[Turn], path: Path) -> None:
    """Write turns as RTTM; the recording is named by the file."""
    lines = [
        f"SPEAKER {path.stem} 1 {turn.start_s:.3f} {turn.end_s - turn.start_s:.3f} <NA> <NA> voice{turn.voice} "
        "<NA> <NA>"
        for turn in turns
    ]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
