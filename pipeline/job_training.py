"""`make head`: fit what the parser of job descriptions has learned, after its library or its labels were edited.

The heads learn from the library's and the labelled sentences. The relevance model learns from the labelled
descriptions of the half `dev`, each read with a head that has not seen its sentences, so that it meets the
evidence as it is on a description that nobody has labelled.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import yaml

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.config import load_run_config, read_yaml
from interview_analysis.pipeline.console import Console
from interview_analysis.pipeline.job_head import new_meaning, pooled, save_head
from interview_analysis.pipeline.job_parser import (
    load_known,
    load_labelled,
    load_library,
    load_parser_settings,
    load_skills,
)
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.jobs.demand import demands
from interview_analysis.scoring.jobs.evaluation import Label, parse_labels
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.matching import Match, Matcher
from interview_analysis.scoring.jobs.meaning_head import LANGUAGES, fit_meaning
from interview_analysis.scoring.jobs.relevance import Relevance, features_of
from interview_analysis.scoring.jobs.sections import Outline, outline
from interview_analysis.scoring.jobs.settings import ParserSettings

FOLDS = 5
ESSENTIAL = 2.0  # an essential dimension counts twice an acceptable one
STRENGTH = 0.3  # inverse regularisation
HEADER = """\
# How the evidence for a competency adds up to the chance that a reader would name it, in log odds; see
# scoring/jobs/relevance.py for the features. Fitted by `make head` on the descriptions for tuning.
"""
Read = tuple[Label, Outline, tuple[Match, ...]]


def read_descriptions(
    folder: Path, library: Sequence[Competency], models: LoadedModels, settings: ParserSettings
) -> list[Read]:
    """The labelled descriptions of the half `dev` with their matches, each by a head that does not know it."""
    labels = [
        label
        for language in LANGUAGES
        for label in parse_labels(read_yaml(folder / f"labels.{language}.yaml", ConfigError), language)
        if label.half == "dev"
    ]
    outlines = [outline((folder / label.file).read_text(encoding="utf-8")) for label in labels]
    labelled = load_labelled(library)
    skills = load_skills(library)
    matches: dict[int, tuple[Match, ...]] = {}
    for fold in range(FOLDS):
        held = {s.text for i, read in enumerate(outlines) if i % FOLDS == fold for s in read.statements}
        others = {lang: [s for s in items if s.text not in held] for lang, items in labelled.items()}
        seen = load_known(library, others)
        head = pooled(fit_meaning(seen, models.encoder), seen, settings.demand)
        matcher = Matcher(library, skills, head, models.encoder, settings.demand)
        for index in range(fold, len(outlines), FOLDS):
            matches[index] = matcher.read(outlines[index]).matches
    return [(label, outlines[i], matches[i]) for i, label in enumerate(labels)]


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
        models = LoadedModels(load_run_config())
        head = new_meaning(known, models.encoder, stages.update)
    save_head(head, known, models.encoder, given.configs / "job_head.npz")
    with console.progress("relevance"):
        reads = read_descriptions(given.folder, library, models, settings)
        relevance = fit_relevance(reads, library, settings)
    text: Any = yaml.safe_dump(relevance.model_dump(), sort_keys=False)
    (given.configs / "job_relevance.yaml").write_text(HEADER + text, encoding="utf-8")
    sentences = sum(len(pairs) for pairs in known.values())
    click.echo(f"{sentences} sentences, {len(reads)} descriptions; written to {given.configs}")


if __name__ == "__main__":
    main()
