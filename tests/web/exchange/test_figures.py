"""The figures of the champion, from a real MLflow store, and the agreement of raters by job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from interview_analysis.pipeline.learning.registry import Registry
from interview_analysis.web.exchange.figures import champions
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.review import consensus, scorecards
from tests.pipeline.learning.conftest import Trained, dataset, good, make_model, rated  # noqa: F401
from tests.web.conftest import Company
from tests.web.exchange.test_ratings import second  # noqa: F401
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: LazySettings) -> Iterator[str]:
    cache.clear()
    settings.MLFLOW_URI = f"sqlite:///{tmp_path / 'mlflow.db'}"
    yield settings.MLFLOW_URI
    cache.clear()


def test_without_a_champion_the_page_says_how_to_get_one(
    company: Company, signed_in: SignedIn, tmp_path: Path
):
    page = signed_in(company.people[Role.DATA_SCIENTIST]).get("/figures/champions").content.decode()
    assert "interview-analysis web export-ratings" in page
    assert not (tmp_path / "mlflow.db").exists(), "looking makes no store"


def test_the_champions_figures(company: Company, signed_in: SignedIn, store: str, good: Trained):  # noqa: F811
    registry = Registry(store)
    version = registry.log(good.scorer, good.cv, {})
    assert champions() == (), "a challenger is no champion"
    cache.clear()
    registry.crown(version, "better than none")
    (champion,) = champions()
    assert (champion.name, champion.number, champion.learner) == ("overall", "1", "ridge")
    assert champion.persons == str(good.scorer.persons)
    (target,) = champion.targets
    row = good.scorer.figures.set_index("learner").loc["ridge"]
    assert (target.name, target.r, target.low) == (
        "Overall",
        pytest.approx(row["r"]),
        pytest.approx(row["low"]),
    )
    assert dict(target.trust) == pytest.approx(
        {r["figure"]: r["value"] for r in good.scorer.trust.to_dict("records") if r["value"] == r["value"]}
    )
    page = signed_in(company.recruiter).get("/figures/champions").content.decode()
    assert f"{row['r']:.2f} [{row['low']:.2f}, {row['high']:.2f}]" in page
    assert "better than none" in page


def test_a_store_that_cannot_be_reached_is_said(
    company: Company, signed_in: SignedIn, settings: LazySettings, tmp_path: Path
):
    (tmp_path / "broken.db").write_bytes(b"no database" * 100)
    settings.MLFLOW_URI = f"sqlite:///{tmp_path / 'broken.db'}"
    page = signed_in(company.recruiter).get("/figures/champions")
    assert page.status_code == 200
    assert "cannot use MLflow" in page.content.decode()


def test_agreement_by_job(company: Company, second: object, signed_in: SignedIn):  # noqa: F811
    browser = signed_in(company.people[Role.DATA_SCIENTIST])
    assert "Nobody has rated yet" in browser.get("/figures/").content.decode()
    rate(company.interview, company.interviewer, 4)
    rate(company.interview, company.other, 4)
    assert "cannot be computed yet" in browser.get("/figures/").content.decode()
    for rater in (company.interviewer, company.other):
        rate(second, rater, 2)
    found = consensus.agreement_of(company.job)
    assert (found.alpha.value, found.candidates) == (pytest.approx(1.0), 2)
    page = browser.get("/figures/").content.decode()
    assert company.job.name in page
    assert "1.00" in page
    scorecards.amend(company.interview, company.other, "misheard")
    assert consensus.agreement_of(company.job).candidates == 1, "a change that is open closes the consensus"
    assert "cannot be computed yet" in browser.get("/figures/").content.decode(), "and the page knows"


def test_agreement_takes_few_queries_for_many_jobs(
    company: Company,
    second: object,  # noqa: F811
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[..., object],
):
    for rater in (company.interviewer, company.other):
        rate(second, rater, 2)
    jobs = [Job.objects.create(name=f"J{n}", created_by=company.recruiter) for n in range(10)]
    with django_assert_max_num_queries(6):
        assert set(consensus.agreements([company.job, *jobs])) == {j.pk for j in [company.job, *jobs]}
