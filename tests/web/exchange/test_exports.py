"""Tables of a job: with names for staff, without for data scientists, nothing that may not be seen, no formulas."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest
from django.test import Client

from interview_analysis.scoring.report.report import Abstention, Reason, Report
from interview_analysis.web.exchange.pseudonyms import pseudonym
from interview_analysis.web.hiring.models import Candidate, Job
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


@pytest.fixture
def result(company: Company) -> Report:
    return keep_result(company.analysis)


def exported(browser: Client, company: Company, name: str, kind: str = "csv") -> pd.DataFrame:
    answer = browser.get(f"/jobs/{company.job.pk}/exports/{name}.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    content = io.BytesIO(answer.content)
    return pd.read_csv(content, dtype={"interview_id": str}) if kind == "csv" else pd.read_parquet(content)


def test_staff_get_names_and_data_scientists_do_not(company: Company, result: Report, signed_in: SignedIn):
    scientist = company.people[Role.DATA_SCIENTIST]
    Candidate.objects.update(email="chen@example.com", phone="555 0199")
    for name in ("candidates", "interviews", "results"):
        for kind in ("csv", "parquet"):
            named = exported(signed_in(company.recruiter), company, name, kind)
            assert company.candidate.name in named["name"].tolist()
            url = f"/jobs/{company.job.pk}/exports/{name}.{kind}"
            plain = signed_in(scientist).get(url).content
            for personal in ("Chen", "陈雨", "chen@", "0199", "First interview"):
                assert personal.encode() not in plain
            assert len(exported(signed_in(scientist), company, name, kind)) == 1


def test_pseudonyms_stay_the_same_and_need_the_salt(company: Company, result: Report, signed_in: SignedIn):
    scientist = signed_in(company.people[Role.DATA_SCIENTIST])
    keys = {
        tuple(exported(scientist, company, name)["candidate_id"]) for name in ("candidates", "interviews", "results")
    }  # fmt: skip
    assert keys == {(pseudonym("candidate", company.candidate.pk),)}
    assert pseudonym("candidate", 1) != pseudonym("candidate", 2)
    assert pseudonym("candidate", 1)[1:] != pseudonym("interview", 1)[1:]


def test_a_score_that_abstained_is_empty_with_its_reason(
    company: Company, result: Report, signed_in: SignedIn
):
    silent = result.dimensions[0].model_copy(
        update={"score": None, "standard_error": None, "abstention": Abstention(reason=Reason.TOO_FEW_WORDS)}
    )
    keep_result(company.analysis, result.model_copy(update={"dimensions": (silent, *result.dimensions[1:])}))
    for kind in ("csv", "parquet"):
        row = exported(signed_in(company.recruiter), company, "results", kind).iloc[0]
        assert pd.isna(row[f"dimension.{silent.id}.score"])
        assert row[f"dimension.{silent.id}.abstained"] == "too_few_words"
        assert row["overall.score"] == pytest.approx(result.overall.score)
        assert row["overall.standard_error"] == pytest.approx(result.overall.standard_error)


def test_who_is_to_rate_blind_gets_no_result(company: Company, result: Report, signed_in: SignedIn):
    scientist = company.people[Role.DATA_SCIENTIST]
    for user in (company.recruiter, scientist):
        Assignment.objects.create(interview=company.interview, rater=user, assigned_by=company.recruiter)
        assert len(exported(signed_in(user), company, "results")) == 0
    rate(company.interview, company.recruiter, 3)
    assert len(exported(signed_in(company.recruiter), company, "results")) == 1
    Job.objects.update(machine_shown=Job.Shown.NEVER)
    assert len(exported(signed_in(company.recruiter), company, "results")) == 0


def test_formulas_are_defused(company: Company, signed_in: SignedIn):
    Candidate.objects.update(name='=HYPERLINK("http://x","y")', phone="+49 30 1234", email="@x.example")
    url = f"/jobs/{company.job.pk}/exports/candidates.csv"
    text = signed_in(company.recruiter).get(url).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ",=" not in text
    assert "'+49" in text


def test_a_result_whose_files_are_gone_says_so(company: Company, result: Report, signed_in: SignedIn):
    type(company.analysis).objects.update(report_sha256="0" * 64)
    row = exported(signed_in(company.recruiter), company, "results").iloc[0]
    assert "analyse the interview again" in row["fault"]
    assert pd.isna(row["overall.score"])


def test_a_job_without_anybody_gives_empty_tables(company: Company, signed_in: SignedIn):
    job = Job.objects.create(name="New", created_by=company.recruiter)
    for name in ("candidates", "interviews", "results"):
        for kind in ("csv", "parquet"):
            answer = signed_in(company.recruiter).get(f"/jobs/{job.pk}/exports/{name}.{kind}")
            read = pd.read_csv if kind == "csv" else pd.read_parquet
            assert len(read(io.BytesIO(answer.content))) == 0


def test_every_export_stands_in_the_trail(company: Company, result: Report, signed_in: SignedIn):
    exported(signed_in(company.people[Role.DATA_SCIENTIST]), company, "results")
    entry = Entry.objects.get(action="job.exported")
    assert entry.details == {"table": "results", "format": "csv", "rows": 1, "names": False}
    assert signed_in(company.recruiter).get(f"/jobs/{company.job.pk}/exports/results.xlsx").status_code == 404
    assert signed_in(company.recruiter).get(f"/jobs/{company.job.pk}/exports/people.csv").status_code == 404
