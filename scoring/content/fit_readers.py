"""The readers that a model is fitted with: one that was taught on all answers, and what others make of those that they had
not seen."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from interview_analysis.models.text.packed import PackedEncoder
from interview_analysis.models.torch_threads import threads
from interview_analysis.scoring.content.examples import STORY, Against, Known, held_against
from interview_analysis.scoring.content.fit_reader import Training, fit_reader
from interview_analysis.scoring.content.prepare import FOLDS, Report, Row, folds_of, with_words_to_the_scorer
from interview_analysis.scoring.content.reader import Reader, Readout
from interview_analysis.scoring.jobs.library import Competency

_FINE = 1000  # steps of progress
_AT_ONCE = 32  # rows that are read together


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a reader that had not seen it makes of a row, and the logits that the row answers the questions that it is held
    against. `said` is a hash of what was read."""

    own: Readout
    answers_others: tuple[float, ...]
    said: str


class KeptReaders(Protocol):
    """What was learned from the same answers in the same way before, so that a fit that was stopped goes on, and what is
    fitted on top of it is fitted anew in a minute."""

    def reader(self) -> Reader | None:
        """The one that was taught on all."""
        ...

    def keep_reader(self, reader: Reader) -> None: ...

    def unseen(self, fold: int) -> Mapping[int, Unseen] | None:
        """By the numbers of the rows of a fold."""
        ...

    def keep_unseen(self, fold: int, found: Mapping[int, Unseen]) -> None: ...


def taught_readers(
    known: Sequence[Known],
    rows: Sequence[Row],
    library: Sequence[Competency],
    base: PackedEncoder,
    training: Training,
    kept: KeptReaders,
    on_progress: Report,
) -> tuple[Reader, list[Unseen], list[tuple[Against, ...]]]:
    """The reader that was taught on all, for each row what one that had not seen its group makes of it, and what it was held
    against.

    They learn side by side, each on one processor, and do not depend on each other.
    """
    taught_on, folds = [*known, *with_words_to_the_scorer(known)], folds_of(known)
    others = held_against([row.known for row in rows])
    done, stopped = dict.fromkeys(range(FOLDS + 1), 0.0), Event()

    def progress(number: int, share: float) -> None:
        done[number] = share
        on_progress("reader", int(_FINE * sum(done.values())), _FINE * len(done))

    def stop_where_asked() -> None:
        if stopped.is_set():
            raise CancelledError

    def on_step(number: int, step: int, steps: int) -> None:
        stop_where_asked()
        progress(number, step / steps)

    def of_unseen(fold: int) -> Mapping[int, Unseen]:
        own = [i for i, row in enumerate(rows) if row.fold == fold]
        found = kept.unseen(fold) if own else {}
        if found is None or any(i not in found or found[i].said != _said(rows[i], others[i]) for i in own):
            seen = [k for k in taught_on if k.kind == STORY or folds[k.group] != fold]
            taught = fit_reader(seen, library, base, training, lambda *step: on_step(fold, *step))
            with threads(1):
                found = {}
                for some in (own[i : i + _AT_ONCE] for i in range(0, len(own), _AT_ONCE)):
                    found |= _read([(i, rows[i], others[i]) for i in some], taught.quick)
                    stop_where_asked()
            kept.keep_unseen(fold, found)
        progress(fold, 1.0)
        return found

    def on_all() -> Reader:
        reader = kept.reader()
        if reader is None:
            reader = fit_reader(
                taught_on, library, base, training, lambda *step: on_step(FOLDS, *step)
            ).reader
            kept.keep_reader(reader)
        progress(FOLDS, 1.0)
        return reader

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            longest = pool.submit(on_all)
            by_row = {i: one for found in pool.map(of_unseen, range(FOLDS)) for i, one in found.items()}
            reader = longest.result()
        except BaseException:
            stopped.set()
            raise
    return reader, [by_row[i] for i in range(len(rows))], others


def _read(some: Sequence[tuple[int, Row, Sequence[Against]]], reader: Reader) -> dict[int, Unseen]:
    """By the numbers of the rows; each is read with its own question and with those that it is held against."""
    asked = []
    for _, row, others in some:
        language, clauses = row.known.lang, [clause.text for clause in row.spoken.clauses]
        asked.append((row.known.question, clauses, language))
        asked += [
            (other.question, [*([other.question] if other.bent else []), *clauses], language)
            for other in others
        ]
    read = iter(reader.read_all(asked))
    return {
        number: Unseen(next(read), tuple(next(read).answers for _ in others), _said(row, others))
        for number, row, others in some
    }


def _said(row: Row, others: Sequence[Against]) -> str:
    """A hash of the clauses and of all questions: clauses that are cut elsewhere are read anew."""
    asked = [(other.question, other.bent) for other in others]
    said = (row.known.question, asked, [clause.text for clause in row.spoken.clauses])
    return hashlib.sha256(repr(said).encode()).hexdigest()
