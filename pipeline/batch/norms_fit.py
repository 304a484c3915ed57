"""The population of batch runs as norms see it, and a norms file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import yaml
from pydantic import ValidationError

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.batch.manifest.manifest import read_manifest
from interview_analysis.pipeline.batch.results import Row
from interview_analysis.pipeline.batch.run import read_rows
from interview_analysis.pipeline.outputs import REPORT_FILE
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import Language
from interview_analysis.scoring.report.report import Evidence, Report
from interview_analysis.scoring.rubric.measures import CONTENT_FEATURE
from interview_analysis.scoring.rubric.norms_fit import LANGUAGE_NAMES, Population


def populations_of(runs: Sequence[Folder]) -> dict[Language, Population]:
    """The scored interviews of `runs` by language, with the features of each and the levels of what was said.

    Raises ManifestError and OutputError for a folder that holds no run, and ConfigError downstream for too few persons.
    """
    found: dict[Language, list[tuple[Row, list[float]]]] = {}
    for run in runs:
        for row in read_rows(run, read_manifest(run).interviews):
            if row.status == "scored" and row.language in LANGUAGE_NAMES:
                language: Language = "zh" if row.language == "zh" else "en"
                found.setdefault(language, []).append((row, list(_levels(run, row))))
    return {language: _population(members) for language, members in found.items()}


def _population(members: Sequence[tuple[Row, Sequence[float]]]) -> Population:
    frame = pd.DataFrame([row.features for row, _ in members], dtype="float64")
    values = {str(name): frame[name].to_numpy() for name in frame}
    shown = np.array([value for _, of_one in members for value in of_one])
    persons = len({row.candidate_id for row, _ in members})
    return Population(persons, len(members), {**values, CONTENT_FEATURE: shown})


def _levels(run: Folder, row: Row) -> Iterator[float]:
    """The level of what the interview says about each dimension, as its report has it."""
    name = str(PurePosixPath(row.report).with_name(REPORT_FILE))
    try:
        report = Report.model_validate_json(run.read_bytes(name))
    except ValidationError as error:
        raise OutputError(f"{run.path(name)} is of another version; run the batch again") from error
    for dimension in report.dimensions:
        yield from _mean_levels(dimension.evidence)


def _mean_levels(evidence: Iterable[Evidence]) -> Iterator[float]:
    for item in evidence:
        if item.kind == "measure" and item.id == CONTENT_FEATURE and item.value is not None:
            yield item.value


def write_norms(norms: Norms, out: Path) -> None:
    """Write norms as YAML that `load_norms` reads. Raises OutputError when `out` cannot be written."""
    text = yaml.safe_dump(norms.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=110)
    head = "# Norms of a population, made by `interview-analysis norms fit`. See configs/norms.yaml for what each key does.\n"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(head + text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {out}: {error.strerror}; choose another file with --out") from error
