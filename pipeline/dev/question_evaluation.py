"""Recall and precision of the interview questions found in human transcripts.

    python -m interview_analysis.pipeline.dev.question_evaluation --data FOLDER

The folder is laid out like the MIT Interview dataset (Naim et al. 2015), whose interviews ask five known questions;
which turn asks which is told by their wording (learning/questions.py). Persons are split in two halves: the rules
were made on the first, "dev", and the other, "held out", was only measured. Nothing of what was said is printed.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from interview_analysis.errors import LearningError
from interview_analysis.features.language.questions import Said, questions
from interview_analysis.pipeline.common.tables import read_rows
from interview_analysis.pipeline.learning.questions import QUESTIONS, known_questions, turns

HALVES = ("dev", "held out")
_TRANSCRIPTS = "transcripts.csv"
_PUNCTUATION = re.compile(r"[^\w\s'’-]")


@dataclass(frozen=True, slots=True)
class Found:
    """Counts over some interviews. `asked` and `found` are by the number of the known question, 1 to 5.

    `false` are the main questions found in turns that ask none of the five, of `claimed` found in all.
    """

    interviews: int
    asked: Mapping[int, int]
    found: Mapping[int, int]
    claimed: int
    false: int

    @property
    def found_ratio(self) -> float:
        return sum(self.found.values()) / sum(self.asked.values())

    @property
    def false_ratio(self) -> float:
        return self.false / self.claimed if self.claimed else 0.0


def read_interviews(folder: Path) -> dict[str, list[Said]]:
    """The turns of each interview by its id. Raises LearningError where there are no transcripts."""
    path = folder / _TRANSCRIPTS
    if not path.is_file():
        raise LearningError(f"{folder} holds no {_TRANSCRIPTS}; give a folder laid out like the MIT dataset")
    rows, separator = read_rows(path, LearningError)
    return {row[0].upper(): turns(separator.join(row[1:])) for row in rows}


def halves(ids: Iterable[str]) -> dict[str, str]:
    """The half of each interview, both interviews of a person in the same: every other person by number is dev."""
    keys = list(ids)
    persons = sorted({int(key.lstrip("P")) for key in keys})
    return {key: HALVES[persons.index(int(key.lstrip("P"))) % 2] for key in keys}


def unpunctuated(said: Sequence[Said]) -> list[Said]:
    """The turns as a recogniser without punctuation or capitals gives them."""
    return [replace(turn, text=" ".join(_PUNCTUATION.sub(" ", turn.text).lower().split())) for turn in said]


def measure(interviews: Iterable[Sequence[Said]], *, punctuated: bool) -> Found:
    """Find the questions of interviews and hold them against the known ones."""
    asked: Counter[int] = Counter()
    found: Counter[int] = Counter()
    count = claimed = false = 0
    for said in interviews:
        turns_of = [index for index, turn in enumerate(said) if turn.role == "interviewer"]
        truth = known_questions(said, turns_of)
        heard = questions(said if punctuated else unpunctuated(said))
        main = [question.turn for question in heard if question.kind == "main"]
        asked.update(set(truth.values()))
        found.update({truth[turn] for turn in main if turn in truth})
        count, claimed, false = (
            count + 1,
            claimed + len(main),
            false + sum(turn not in truth for turn in main),
        )
    return Found(count, asked, found, claimed, false)


def evaluate(folder: Path) -> Iterator[tuple[str, bool, Found]]:
    """Half, whether with punctuation, and what was found, for each of the four."""
    interviews = read_interviews(folder)
    half_of = halves(interviews)
    for half in HALVES:
        of_half = [said for key, said in interviews.items() if half_of[key] == half]
        for punctuated in (True, False):
            yield half, punctuated, measure(of_half, punctuated=punctuated)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="folder with transcripts.csv")
    given = options.parse_args()
    numbers = range(1, len(QUESTIONS) + 1)
    click.echo(f"{'half':9}{'text':14}{'interviews':>11}{'asked':>7}{'found':>7}{'share':>8}{'false':>7}{'share':>8}"
               + "".join(f"{f'q{n}':>8}" for n in numbers))  # fmt: skip
    for half, punctuated, it in evaluate(given.data):
        text = "punctuated" if punctuated else "bare"
        click.echo(f"{half:9}{text:14}{it.interviews:>11}{sum(it.asked.values()):>7}{sum(it.found.values()):>7}"
                   f"{it.found_ratio:>8.3f}{it.false:>7}{it.false_ratio:>8.3f}"
                   + "".join(f"{f'{it.found[n]}/{it.asked[n]}':>8}" for n in numbers))  # fmt: skip


if __name__ == "__main__":
    main()
