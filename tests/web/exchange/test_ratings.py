"""The loop closes: scorecards become the table of ratings that the pipeline learns from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.utils import timezone

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.learning.config import load_train_config
from interview_analysis.pipeline.learning.sources import load_data
from interview_analysis.scoring.learning.measured import channel_columns
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.commands import web
from interview_analysis.web.exchange.pseudonyms import pseudonym
from interview_analysis.web.exchange.ratings import export_ratings
from interview_analysis.web.hiring.models import Application, Candidate
from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.privacy.models import Consent, Entry
from interview_analysis.web.review import scorecards
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate

FEATURES = list(channel_columns())[:4]


@pytest.fixture
def second(company: Company) -> Interview:
    """A second candidate's interview, which both raters rate as well, with a result."""
    person = Candidate.objects.create(
        name="Second", keep_until=date(2027, 6, 1), created_by=company.recruiter
    )
    consent = Consent.objects.create(
        candidate=person, given_on=date(2026, 11, 1), how=Consent.How.WRITTEN, entered_by=company.recruiter
    )
    application = Application.objects.create(candidate=person, job=company.job)
    made = Interview.objects.create(
        application=application, title="x", consent=consent, created_by=company.recruiter
    )
    for rater in (company.interviewer, company.other):
        Assignment.objects.create(interview=made, rater=rater, assigned_by=company.recruiter)
    Analysis.objects.create(interview=made, profile=company.profile, requested_by=company.recruiter)
    return made


def measured(interview: Interview, value: float) -> None:
    analysis = interview.analyses.get()
    keep_result(analysis)
    folder = settings.HOME.files / f"analysis-{analysis.key.hex}" / "features"
    folder.mkdir()
    table = pd.DataFrame({"time_s": [0.0], **{name: [value] for name in FEATURES}})
    table.to_parquet(folder / "recording.parquet", index=False)


def not_observed(interview: Interview, rater: object, level: int) -> str:
    card = rate(interview, rater, level, submit=False)
    dimension = card.ratings.order_by("pk")[0].dimension
    scorecards.save(card, {"ratings": {dimension: {"observed": False}}})
    scorecards.submit(card)
    return dimension


def test_the_pipelines_reader_takes_ratings_and_measures(company: Company, second: Interview, tmp_path: Path):
    measured(company.interview, 1.5)
    measured(second, 2.5)
    dimension = not_observed(company.interview, company.interviewer, 4)
    rate(company.interview, company.other, 2)
    rate(second, company.other, 5)
    export_ratings(tmp_path / "ratings")
    learn = load_train_config(tmp_path / "ratings" / "train.yaml")
    assert (learn.targets, learn.scale) == ((), (1, 5))
    data = load_data(tmp_path / "ratings")
    first, other = (pseudonym("interview", i.pk) for i in (company.interview, second))
    assert data.ratings.loc[first, dimension] == 2, "what was not observed does not count, and never as 0"
    rest = [name for name in data.ratings.columns if name != dimension]
    assert data.ratings.loc[first, rest].tolist() == [3.0] * len(rest)
    assert data.ratings.loc[other].tolist() == [5.0] * (len(rest) + 1)
    assert data.raters is not None
    raters = data.raters[dimension]
    assert np.isnan(raters[first, pseudonym("rater", company.interviewer.pk)])
    assert raters[first, pseudonym("rater", company.other.pk)] == 2
    assert data.interviews.loc[first, "person"] == pseudonym("candidate", company.candidate.pk)
    assert data.features.loc[(first, 0)].dropna().unique().tolist() == [1.5]
    assert data.notes == ()


def test_a_table_alone_rates_the_interviews_of_a_batch(company: Company, tmp_path: Path):
    rate(company.interview, company.other, 2)
    run = tmp_path / "run"
    run.mkdir()
    key = pseudonym("interview", company.interview.pk)
    pd.DataFrame({"interview_id": [key], **{n: [1.0] for n in FEATURES}}).to_parquet(run / "features.parquet")
    for name in ("ratings.csv", "ratings.parquet"):
        export_ratings(tmp_path / name)
        assert load_data(run, ratings=tmp_path / name).ratings.loc[key].unique().tolist() == [2.0]


def test_only_submitted_scorecards_and_their_latest_version_count(
    company: Company, second: Interview, tmp_path: Path
):
    rate(company.interview, company.interviewer, 4, submit=False)
    rate(company.interview, company.other, 2)
    again = scorecards.amend(company.interview, company.other, "misheard")
    dimensions = [r.dimension for r in again.ratings.all()]
    scorecards.save(again, {"ratings": {d: {"level": 3} for d in dimensions}})
    export_ratings(tmp_path / "r.csv")
    assert pd.read_csv(tmp_path / "r.csv")[dimensions].to_numpy().tolist() == [[2] * len(dimensions)]
    scorecards.submit(again)
    export_ratings(tmp_path / "r.csv")
    assert pd.read_csv(tmp_path / "r.csv")[dimensions].to_numpy().tolist() == [[3] * len(dimensions)]


def test_interviews_whose_consent_was_withdrawn_are_left_out(company: Company, tmp_path: Path):
    rate(company.interview, company.other, 2)
    Consent.objects.update(withdrawn_at=timezone.now())
    export_ratings(tmp_path / "r.csv")
    assert len(pd.read_csv(tmp_path / "r.csv")) == 0


def test_what_is_written_is_for_its_owner_and_stands_in_the_trail(company: Company, tmp_path: Path):
    rate(company.interview, company.other, 2)
    export_ratings(tmp_path / "out")
    assert (tmp_path / "out" / "ratings.csv").stat().st_mode & 0o777 == 0o600
    entry = Entry.objects.get(action="ratings.exported")
    assert entry.details == {"rows": 1, "names": False}


def test_a_place_that_cannot_be_written(company: Company, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="choose another place"):
        export_ratings(tmp_path / "file" / "r.csv")


def test_the_command(company: Company, tmp_path: Path):
    rate(company.interview, company.other, 2)
    plain = CliRunner().invoke(web, ["export-ratings", str(tmp_path / "r.csv")])
    assert plain.exit_code == 0, plain.output
    assert "1 scorecards of 1 interviews" in plain.output
    text = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    assert text.startswith("interview_id,rater,person,")
    assert "other" not in text
    assert "Chen" not in text
    named = CliRunner().invoke(web, ["export-ratings", str(tmp_path / "n.csv"), "--names"])
    assert named.exit_code == 0, named.output
    row = pd.read_csv(tmp_path / "n.csv").iloc[0]
    assert row["person"].startswith("Chen Yu 陈雨")
    assert row["rater"].startswith("other")
