"""The labelled descriptions of a folder, held against what the parser makes of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console as RichConsole
from rich.table import Table

from interview_analysis.errors import ConfigError, ProfileError
from interview_analysis.pipeline.common.config import read_yaml
from interview_analysis.pipeline.job.files import parse_file
from interview_analysis.scoring.jobs.evaluation import (
    Agreement,
    Comparison,
    Label,
    agreement,
    compare,
    parse_labels,
)
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.profile import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")
HALVES = ("dev", "heldout")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`groups` by language and half; `refused` are labelled descriptions that the parser took for none, with why."""

    groups: dict[tuple[Language, str], Agreement]
    comparisons: tuple[Comparison, ...]
    refused: dict[str, str]


def read_labels(folder: Path, language: Language) -> tuple[Label, ...]:
    """The labels of one language in `folder`. Raises ConfigError when there are none, or one has no description."""
    labels = folder / f"labels.{language}.yaml"
    if not labels.is_file():
        raise ConfigError(f"{folder} holds no {labels.name}; give the folder of the labelled descriptions")
    found = parse_labels(read_yaml(labels, ConfigError), str(labels))
    for label in found:
        if not (folder / label.file).is_file():
            raise ConfigError(f"{labels}: there is no {folder / label.file}; correct 'file' or add it")
    return found


def evaluate_folder(
    folder: Path, parser: JobParser, on_step: Callable[[], None] = lambda: None
) -> Evaluation:
    """Parse every labelled description of `folder`. Raises ConfigError for what is wrong with its labels."""
    labels = [(language, label) for language in LANGUAGES for label in read_labels(folder, language)]
    return evaluate(folder, [(language, label, parser) for language, label in labels], on_step)


def evaluate(
    folder: Path,
    labelled: Iterable[tuple[Language, Label, JobParser]],
    on_step: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Hold descriptions of `folder`, each read by the parser beside it, against their labels.

    A refused one counts as a profile without dimensions.
    """
    found: list[Comparison] = []
    refused: dict[str, str] = {}
    for language, label, parser in labelled:
        try:
            profile = parse_file(folder / label.file, parser)
        except ProfileError as error:
            refused[label.file] = str(error)
            profile = None
        found.append(compare(label, profile, language))
        on_step()
    groups = {
        (language, half): agreement([c for c in found if c.language == language and c.label.half == half])
        for language in LANGUAGES
        for half in HALVES
    }
    return Evaluation(groups, tuple(found), refused)


def as_table(result: Evaluation, details: bool) -> str:
    """Figures per language and part (dev or held out); with `details` what was missed and wrong in each description."""
    table = Table()
    for head in (
        "language",
        "half",
        "descriptions",
        "recall",
        "precision",
        "top-1",
        "rank correlation",
        "seniority",
    ):
        table.add_column(head, justify="left" if head in ("language", "half") else "right")
    for (language, half), a in result.groups.items():
        figures = (a.recall, a.precision, a.top_agreement, a.rank_correlation, a.seniority_agreement)
        table.add_row(language, half, str(a.descriptions), *(_figure(figure) for figure in figures))
    console = RichConsole(width=120, highlight=False)
    with console.capture() as capture:
        console.print(table)
    lines = [capture.get().rstrip("\n")]
    if details:
        lines += [line for c in result.comparisons for line in _details(c, result.refused)]
    return "\n".join(lines)


def as_json(result: Evaluation) -> str:
    rows = [
        {
            "language": language,
            "half": half,
            **{k: None if math.isnan(v) else v for k, v in asdict(a).items()},
        }
        for (language, half), a in result.groups.items()
    ]
    return json.dumps({"groups": rows, "refused": result.refused}, ensure_ascii=False, indent=1)


def _details(comparison: Comparison, refused: dict[str, str]) -> list[str]:
    file = comparison.label.file
    if file in refused:
        return [f"{file}: refused: {refused[file]}"]
    parts = [
        f"missed {', '.join(comparison.missed)}" if comparison.missed else "",
        f"wrong {', '.join(comparison.wrong)}" if comparison.wrong else "",
        "" if comparison.top_agrees else f"top is not {comparison.label.essential[0]}",
        "" if comparison.seniority_agrees else f"seniority is not {comparison.label.seniority}",
    ]
    said = "; ".join(part for part in parts if part)
    return [f"{file}: {said}"] if said else []


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"
