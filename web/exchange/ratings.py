"""The company's own scorecards as what `interview-analysis learn train` learns from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.batch.results import csv_bytes
from interview_analysis.pipeline.learning.ratings import RATINGS
from interview_analysis.pipeline.learning.runs import FEATURES
from interview_analysis.pipeline.outputs import FEATURES_FOLDER
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.exchange.pseudonyms import pseudonym
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review.models import Scorecard
from interview_analysis.web.site import store

_KEYS = ["interview_id", "rater", "person"]
_TABLES = (".csv", ".parquet")
CONFIG = "train.yaml"
_SETTINGS = """\
# What differs from the defaults of `interview-analysis learn train` for levels of 1 to 5: all dimensions are learned.
targets: []
scale: [1, 5]
"""


@dataclass(frozen=True, slots=True)
class Exported:
    scorecards: int
    interviews: int
    measured: int | None  # interviews whose measures were written; None where the ratings alone were


@transaction.atomic
def export_ratings(out: Path, *, names: bool = False) -> Exported:
    """Write the ratings to `out`: a .csv or .parquet file, else a folder that gets the measured features and settings as well.

    The folder is what `train --data` takes; the file is what its setting `ratings` takes. People and interviews are pseudonyms, unless
    `names`. Raises OutputError where nothing can be written.
    """
    cards = _cards()
    ratings = ratings_table(cards, names=names)
    features = None
    try:
        if out.suffix.lower() in _TABLES:
            _write(ratings, out)
        else:
            out.mkdir(parents=True, exist_ok=True)
            features = features_table(cards, names=names)
            _write(features, out / FEATURES)
            _write(ratings, out / RATINGS)
            (out / CONFIG).write_text(_SETTINGS, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write to {out}: {error.strerror or error}; choose another place"
        ) from error
    for job in Job.objects.filter(applications__interviews__scorecards__in=cards.values("pk")).distinct():
        count = cards.filter(interview__application__job=job).count()
        record(None, "ratings.exported", job, rows=count, names=names)
    interviews = ratings["interview_id"].nunique()
    return Exported(len(ratings), interviews, None if features is None else len(features))


def _cards() -> QuerySet[Scorecard]:
    """The latest submitted scorecards, of interviews whose candidate consents to an analysis."""
    consented = {"interview__consent__analysis": True, "interview__consent__withdrawn_at": None}
    found = Scorecard.objects.latest_submitted().filter(**consented)
    return (
        found.select_related("interview__application__candidate", "rater")
        .prefetch_related("ratings")
        .order_by("interview", "rater")
    )


def ratings_table(cards: QuerySet[Scorecard], *, names: bool) -> pd.DataFrame:
    """A row a scorecard: interview_id, rater, person, and a level 1 to 5 for each dimension; missing where it was not observed."""
    rows = []
    for card in cards:
        person, rater = card.interview.application.candidate, card.rater
        row: dict[str, object] = {
            "interview_id": _interview(card.interview_id, names=names),
            "rater": f"{rater.name} ({rater.pk})" if names else pseudonym("rater", rater.pk),
            "person": f"{person.name} ({person.pk})" if names else pseudonym("candidate", person.pk),
        }
        rows.append(row | {rating.dimension: rating.level for rating in card.ratings.all()})
    dimensions = sorted({key for row in rows for key in row} - set(_KEYS))
    table = pd.DataFrame(rows, columns=[*_KEYS, *dimensions])
    return table.astype({**dict.fromkeys(_KEYS, "str"), **dict.fromkeys(dimensions, "Int64")})


def features_table(cards: QuerySet[Scorecard], *, names: bool) -> pd.DataFrame:
    """What was measured in each rated interview that was analysed, by the names of a batch's features.parquet."""
    done = Analysis.objects.filter(
        interview__in=cards.values("interview"), current=True, state=Analysis.State.DONE
    )
    tables = list(_measured(done, names=names))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"interview_id": []}, dtype="str")


def _measured(done: QuerySet[Analysis], *, names: bool) -> Iterator[pd.DataFrame]:
    for analysis in done.order_by("interview"):
        path = settings.HOME.files / analysis.folder / FEATURES_FOLDER / "recording.parquet"
        if not store.exists(path):
            continue
        try:
            with store.local(path) as read:
                table = pd.read_parquet(read)
        except (OSError, ValueError) as error:
            raise OutputError(
                f"the measures of interview {analysis.interview_id} cannot be read ({path}: {error}); analyse it again"
            ) from error
        features = table[[name for name in table.columns if "." in str(name)]]  # not the index
        features.insert(0, "interview_id", _interview(analysis.interview_id, names=names))
        yield features


def _interview(number: int, *, names: bool) -> str:
    return str(number) if names else pseudonym("interview", number)


def _write(table: pd.DataFrame, path: Path) -> None:
    """Aside, then in place; readable by its owner alone."""
    aside = path.with_name(f".{path.name}.partial")
    content = csv_bytes(table) if path.suffix.lower() == ".csv" else table.to_parquet(index=False)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    aside.replace(path)
