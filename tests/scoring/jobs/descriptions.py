"""The labelled descriptions that the parser may be tuned on, and how far two profiles of a job lie apart."""

from __future__ import annotations

import random
from pathlib import Path

import yaml

from interview_analysis.scoring.jobs.evaluation import Label, parse_labels
from interview_analysis.scoring.jobs.headings import heading, lines
from interview_analysis.scoring.jobs.sections import Outline, Statement, outline
from interview_analysis.scoring.profile import JobProfile, Language

FOLDER = Path(__file__).resolve().parents[3] / "data" / "job_descriptions"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
LABELS: dict[Language, tuple[Label, ...]] = {
    language: parse_labels(
        yaml.safe_load((FOLDER / f"labels.{language}.yaml").read_text(encoding="utf-8")),
        f"labels.{language}.yaml",
    )
    for language in LANGUAGES
}
# Those that begin with "tune-" were added to tune on; reading them too would take minutes and show little more.
DEV = tuple(
    label.file
    for labels in LABELS.values()
    for label in labels
    if label.half == "dev" and not Path(label.file).name.startswith("tune-")
)
# A paraphrase is called by the file that it paraphrases: purchasing-specialist-suzhou.en.txt
PARAPHRASES = {
    file: f"paraphrases/{Path(file).stem}.{file[:2]}.txt"
    for file in DEV
    if (FOLDER / "paraphrases" / f"{Path(file).stem}.{file[:2]}.txt").is_file()
}
TRANSLATIONS = tuple(
    sorted(path.name.removesuffix(".en.txt") for path in FOLDER.glob("translations/dev-*.en.txt"))
)
REFUSED = tuple(sorted(path.name for path in FOLDER.glob("refused/dev-*.txt")))


def read(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")


def translation(name: str, language: Language) -> str:
    return read(f"translations/{name}.{language}.txt")


def everything() -> list[str]:
    """All texts that a profile is made of in these tests."""
    texts = [read(file) for file in (*DEV, *PARAPHRASES.values())]
    return texts + [translation(name, language) for name in TRANSLATIONS for language in LANGUAGES]


def sentences() -> list[str]:
    """What these texts and those that are refused ask for, sentence by sentence."""
    texts = [*everything(), *(read(f"refused/{file}") for file in REFUSED)]
    return sorted({s.text for text in texts for s in outline(text).statements if s.asks})


def lists(text: str) -> list[range]:
    """The runs of two or more lines that are bullet points, as ranges of line numbers."""
    runs: list[range] = []
    start = 0
    rows = text.split("\n")
    for number in range(len(rows) + 1):
        if number == len(rows) or not _is_bullet(rows[number]):
            if number - start > 1:
                runs.append(range(start, number))
            start = number + 1
    return runs


def _is_bullet(row: str) -> bool:
    pieces = lines(row)
    # A numbered heading ("一、岗位职责") stands above its list and is no point of it.
    return len(pieces) == 1 and pieces[0].listed and heading(pieces[0], ())[0] is None


def reordered(text: str, order: str) -> str:
    """`text` with the bullet points of each list "reversed", or shuffled with `order` as seed."""
    rows = text.split("\n")
    for run in lists(text):
        points = [rows[number] for number in run]
        if order == "reversed":
            points.reverse()
        else:
            random.Random(order).shuffle(points)
        rows[run.start : run.stop] = points
    return "\n".join(rows)


def weights_of(profile: JobProfile) -> dict[str, float]:
    return {dimension.id: dimension.weight for dimension in profile.dimensions}


def moves(one: JobProfile, other: JobProfile) -> dict[str, float]:
    """By how much each weight differs, the largest first; a dimension that only one has moved by its weight."""
    a, b = weights_of(one), weights_of(other)
    differences = {key: round(abs(a.get(key, 0.0) - b.get(key, 0.0)), 2) for key in {*a, *b}}
    return dict(sorted(differences.items(), key=lambda item: (-item[1], item[0])))


def moved(one: JobProfile, other: JobProfile, bound: float = 0.0) -> dict[str, float]:
    """The weights that differ by more than `bound`."""
    return {key: move for key, move in moves(one, other).items() if move > bound}


def asking(*texts: str, title: str = "", part: str = "must", language: Language = "en") -> Outline:
    """An outline of sentences that all stand in one section, at its beginning."""
    statements = tuple(Statement(text, part, 0.0, language) for text in texts)  # type: ignore[arg-type]
    return Outline(title, language, statements, frozenset())
