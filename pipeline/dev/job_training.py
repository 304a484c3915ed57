"""`make head`: fit what the parser of job descriptions has learned, after its library or its labels were edited.

The heads learn from the library's and the labelled sentences. The relevance model learns from the labelled
descriptions of the half `dev`, each read with a head that has not seen its sentences, so that it meets the
evidence as it is on a description that nobody has labelled. A cross-check prints how well each is parsed where
neither has seen it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import yaml

from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.job.evaluation import Evaluation, as_table, evaluate, read_labels
from interview_analysis.pipeline.job.head import new_meaning, pooled, save_head
from interview_analysis.pipeline.job.parser import (
    load_job_parser,
    load_known,
    load_labelled,
    load_library,
    load_parser_settings,
)
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.jobs.demand import demands
from interview_analysis.scoring.jobs.evaluation import Label
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.matching import Match
from interview_analysis.scoring.jobs.meaning_head import LANGUAGES, Labelled, fit_meaning
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.relevance import Relevance, features_of
from interview_analysis.scoring.jobs.sections import Outline, outline
from interview_analysis.scoring.jobs.settings import ParserSettings
from interview_analysis.scoring.profile import Language

FOLDS = 5
ESSENTIAL = 2.0  # an essential dimension counts twice an acceptable one
STRENGTH = 0.3  # inverse regularisation
HEADER = """\
# How the evidence for a competency adds up to the chance that a reader would name it, in log odds; see
# scoring/jobs/relevance.py for the features. Fitted by `make head` on the descriptions for tuning.
"""
Read = tuple[Label, Outline, tuple[Match, ...]]


def without(labelled: Labelled, outlines: Sequence[Outline]) -> Labelled:
    """The labelled sentences that none of these descriptions holds."""
    held = {statement.text for read in outlines for statement in read.statements}
    return {lang: [s for s in sentences if s.text not in held] for lang, sentences in labelled.items()}


def fold_parsers(
    outlines: Sequence[Outline], library: Sequence[Competency], encoder: RememberingEncoder
) -> list[JobParser]:
    """For each fold of descriptions a parser whose heads have not seen their sentences."""
    words_only, labelled = load_job_parser(None), load_labelled(library)
    parsers = []
    for fold in range(FOLDS):
        seen = load_known(library, without(labelled, outlines[fold::FOLDS]))
        head = pooled(fit_meaning(seen, encoder), seen, words_only.settings.demand)
        parsers.append(replace(words_only, head=head, encoder=encoder))
    return parsers


def fit_relevance(
    reads: Sequence[Read], library: Sequence[Competency], settings: ParserSettings
) -> Relevance:
    """Learn what evidence makes a competency essential or acceptable to the one who labelled."""
    from sklearn.linear_model import LogisticRegression

    trades = {c.id for c in library if c.kind == "professional"}
    rows: list[Mapping[str, float]] = []
    owners: list[str] = []
    grades: list[float] = []
    for label, read, matches in reads:
        unknown = Relevance(intercept=0.0, coefficients={})
        for key, demand in demands(read, matches, settings.demand, trades, unknown).items():
            rows.append(features_of(demand.matches, demand.total, key in trades))
            owners.append(key)
            grades.append(ESSENTIAL if key in label.essential else float(key in label.acceptable))
    names = list(rows[0])
    ids = [competency.id for competency in library]
    table = np.array(
        [
            [*(row[name] for name in names), *(key == owner for key in ids)]
            for row, owner in zip(rows, owners, strict=True)
        ],
        dtype=float,
    )
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    model.fit(table, np.array(grades) > 0, sample_weight=np.maximum(grades, 1.0))
    fitted = {name: round(float(v), 3) for name, v in zip([*names, *ids], model.coef_[0], strict=True)}
    return Relevance(
        intercept=round(float(model.intercept_[0]), 3),
        coefficients={name: fitted[name] for name in names},
        competencies={key: fitted[key] for key in ids if fitted[key]},
    )


def unseeing(
    parsers: Sequence[JobParser], reads: Sequence[Read], library: Sequence[Competency]
) -> list[JobParser]:
    """The parsers of `fold_parsers`, each with a relevance model that has not seen its fold either."""
    others = [[read for i, read in enumerate(reads) if i % FOLDS != fold] for fold in range(FOLDS)]
    return [
        replace(parser, relevance=fit_relevance(seen, library, parser.settings))
        for parser, seen in zip(parsers, others, strict=True)
    ]


def cross_check(
    folder: Path, labels: Sequence[tuple[Language, Label]], parsers: Sequence[JobParser]
) -> Evaluation:
    """Hold descriptions of `folder` against their labels, each as the parser of its fold reads it."""
    checked = evaluate(folder, [(*item, parsers[index % FOLDS]) for index, item in enumerate(labels)])
    return replace(
        checked, groups={key: group for key, group in checked.groups.items() if group.descriptions}
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--folder", type=Path, default=Path("data/job_descriptions"), help="labelled descriptions"
    )
    options.add_argument(
        "--configs", type=Path, default=Path("configs"), help="where the results are written"
    )
    given = options.parse_args()
    library, settings = load_library(), load_parser_settings()
    known = load_known(library, load_labelled(library))
    console = Console()
    with console.stages() as stages:
        encoder = LoadedModels(load_run_config()).encoder
        head = new_meaning(known, encoder, stages.update)
    save_head(head, known, encoder, given.configs / "job_head.npz")
    labels = [
        (lang, label)
        for lang in LANGUAGES
        for label in read_labels(given.folder, lang)
        if label.half == "dev"
    ]
    with console.progress("relevance"):
        outlines = [outline((given.folder / label.file).read_text(encoding="utf-8")) for _, label in labels]
        parsers = fold_parsers(outlines, library, encoder)
        reads = [
            (label, read, parsers[index % FOLDS].matcher.read(read).matches)
            for index, ((_, label), read) in enumerate(zip(labels, outlines, strict=True))
        ]
        relevance = fit_relevance(reads, library, settings)
    text: Any = yaml.safe_dump(relevance.model_dump(), sort_keys=False)
    (given.configs / "job_relevance.yaml").write_text(HEADER + text, encoding="utf-8")
    sentences = sum(len(pairs) for pairs in known.values())
    click.echo(f"{sentences} sentences, {len(reads)} descriptions; written to {given.configs}")
    with console.progress("cross-check"):
        checked = cross_check(given.folder, labels, unseeing(parsers, reads, library))
    click.echo("Each description for tuning as heads and a relevance model that have not seen it read it:")
    click.echo(as_table(checked, details=False))


if __name__ == "__main__":
    main()
