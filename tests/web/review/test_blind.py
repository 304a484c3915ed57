"""Blind until submitted: on every page, in its data, in every order and count."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from interview_analysis.scoring.report.report import Report
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.review.blind import machine_visible, visible_scorecards
from interview_analysis.web.review.models import Scorecard
from tests.web.conftest import Company
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]
SECRET = "a remark that nobody else may read yet"


def review(company: Company, client: Client) -> str:
    page = client.get(f"/interviews/{company.interview.pk}/review")
    assert page.status_code == 200
    return page.content.decode()


def test_a_rater_sees_nothing_of_the_machine_before_submitting(
    company: Company, signed_in: SignedIn, result: Report
):
    client = signed_in(company.interviewer)
    page = review(company, client)
    assert 'id="machine"' not in page
    assert str(round(result.overall.score or 0)) + " ±" not in page
    for evidence in (e for d in result.dimensions for e in d.evidence if e.kind == "meaning"):
        assert evidence.name.en not in page
    for state in result.state.stretches:
        assert state.text.en not in page
    assert client.get(f"/interviews/{company.interview.pk}/report").status_code == 404
    assert "shown once you have submitted" in page
    rate(company.interview, company.interviewer, 3)
    page = review(company, client)
    assert 'id="machine"' in page
    assert f"{result.overall.score:.0f} ±" in page
    assert client.get(f"/interviews/{company.interview.pk}/report").status_code == 200


def test_the_transcript_and_chapters_are_there_from_the_start(
    company: Company, signed_in: SignedIn, result: Report
):
    page = review(company, signed_in(company.interviewer))
    assert '"words"' in page
    assert "probability" not in page


def test_raters_do_not_see_each_other_before_submitting(
    company: Company, signed_in: SignedIn, result: Report
):
    rate(company.interview, company.other, 5, SECRET)
    client = signed_in(company.interviewer)
    assert SECRET not in review(company, client)
    assert SECRET not in client.get("/interviews/").content.decode()
    assert visible_scorecards(company.interviewer, company.interview) == []
    assert not Scorecard.objects.visible_to(company.interviewer).exists()
    rate(company.interview, company.interviewer, 3)
    assert SECRET in review(company, client)


def test_a_recruiter_who_rates_is_as_blind_as_anybody(company: Company, signed_in: SignedIn, result: Report):
    rate(company.interview, company.other, 5, SECRET)
    client = signed_in(company.recruiter)
    assert SECRET in review(company, client), "a recruiter who does not rate sees it"
    Assignment.objects.create(
        interview=company.interview, rater=company.recruiter, assigned_by=company.administrator
    )
    page = review(company, client)
    assert SECRET not in page
    assert 'id="machine"' not in page
    assert client.get(f"/interviews/{company.interview.pk}/report").status_code == 404
    rate(company.interview, company.recruiter, 2)
    assert SECRET in review(company, client)


def test_a_draft_is_its_author_s_alone(company: Company, signed_in: SignedIn):
    rate(company.interview, company.other, 5, SECRET, submit=False)
    rate(company.interview, company.interviewer, 3)
    for user in (company.interviewer, company.recruiter, company.administrator):
        assert SECRET not in review(company, signed_in(user))
    assert SECRET in review(company, signed_in(company.other))


@pytest.mark.parametrize(
    ("shown", "before", "after"),
    [(Job.Shown.NEVER, False, False), (Job.Shown.AFTER, False, True), (Job.Shown.ALWAYS, True, True)],
)
def test_a_job_may_set_when(
    company: Company, signed_in: SignedIn, result: Report, shown: Job.Shown, before: bool, after: bool
):
    Job.objects.update(machine_shown=shown, others_shown=shown)
    company.interview.refresh_from_db()
    rate(company.interview, company.other, 5, SECRET)
    client = signed_in(company.interviewer)

    def seen() -> tuple[bool, bool]:
        page = review(company, client)
        return 'id="machine"' in page, SECRET in page

    assert seen() == (before, before)
    rate(company.interview, company.interviewer, 3)
    assert seen() == (after, after)


def test_what_was_seen_first_is_written_down(company: Company, signed_in: SignedIn, result: Report):
    Job.objects.update(machine_shown=Job.Shown.ALWAYS)
    rate(company.interview, company.interviewer, 3, submit=False)
    review(company, signed_in(company.interviewer))
    card = Scorecard.objects.get(rater=company.interviewer)
    assert card.machine_seen_at is not None
    assert Entry.objects.get(action="result.seen").details == {"before_rating": True}


def test_strangers_find_nothing(company: Company, signed_in: SignedIn, result: Report):
    for user in (company.outsider, None):
        for path in ("review", "report", "scorecard"):
            status = signed_in(user).get(f"/interviews/{company.interview.pk}/{path}").status_code
            assert status == (302 if user is None else 404)
    assert not machine_visible(company.outsider, company.interview)


def test_a_report_that_was_changed_on_disk_is_not_shown(
    company: Company, signed_in: SignedIn, result: Report
):
    from django.conf import settings

    path = settings.HOME.files / company.analysis.folder / "report.json"
    path.write_text(path.read_text(encoding="utf-8").replace("0.35", "0.36"), encoding="utf-8")
    from interview_analysis.web.review.result import _load

    _load.cache_clear()
    page = review(company, signed_in(company.recruiter))
    assert "missing or damaged" in page
    assert 'id="machine"' not in page
