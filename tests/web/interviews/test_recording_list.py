"""A list says of whom and of which interview each recording is; it makes all of it or names every mistake."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from interview_analysis.web.hiring.models import Application, Candidate
from interview_analysis.web.interviews import recording_list
from interview_analysis.web.interviews.models import Interview, Recording
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Consent
from tests.web.conftest import Company

SignedIn = Callable[[User | None], Client]
HEAD = "file,candidate,email,job,interview,consent_on,consent_how,analysis,consent_note\n"
ADDRESS = "/interviews/import"


@pytest.fixture
def row(company: Company) -> Callable[..., str]:
    """A right row, with some cells changed."""
    usual = {
        "file": "one.mp4", "candidate": company.candidate.name, "email": company.candidate.email,
        "job": company.job.name, "interview": "Second talk", "consent_on": "2026-01-31", "consent_how": "written",
        "analysis": "yes", "consent_note": "drawer 3",
    }  # fmt: skip
    return lambda **changed: ",".join((usual | changed).values()) + "\n"


def sent(text: str, name: str = "list.csv") -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, text.encode("utf-8-sig"))}


def test_two_files_of_one_interview_and_one_of_another(
    company: Company, signed_in: SignedIn, row: Callable[..., str]
):
    before = Interview.objects.count()
    browser = signed_in(company.recruiter)
    text = (
        HEAD
        + row()
        + row(file="two.mp4")
        + row(file="三.mp4", interview="Third talk", consent_how="口头", analysis="否")
    )
    shown = browser.post(ADDRESS, sent(text))
    assert shown.status_code == 200
    assert Interview.objects.count() == before, "a preview makes nothing"
    for _ in range(2):  # pressed twice, and the same list again
        made = browser.post(ADDRESS, {"content": shown.context["content"], "make": "1"})
        second, third = Interview.objects.order_by("pk")[before:]
        assert made.context["targets"] == {
            "one.mp4": f"/interviews/{second.pk}/uploads", "two.mp4": f"/interviews/{second.pk}/uploads",
            "三.mp4": f"/interviews/{third.pk}/uploads",
        }  # fmt: skip
    assert (second.title, second.application) == ("Second talk", company.application)
    assert (second.consent.how, second.consent.recording, second.consent.analysis) == ("written", True, True)
    assert (second.consent.note, second.consent.given_on.isoformat()) == ("drawer 3", "2026-01-31")
    assert (third.consent.how, third.consent.analysis) == (Consent.How.SPOKEN, False)
    begun = browser.post(
        made.context["targets"]["one.mp4"], '{"name": "one.mp4", "size": 10}', "application/json"
    )
    assert begun.status_code == 200


def test_what_is_here_already_is_said(company: Company, signed_in: SignedIn, row: Callable[..., str]):
    name = Recording.objects.get().name
    text = HEAD + row(file=name, interview=company.interview.title) + row(interview=company.interview.title)
    plan = recording_list.read(text.encode(), "list.csv", company.recruiter)
    assert [(planned.interview, planned.is_here) for planned in plan.rows] == [
        (company.interview, True), (company.interview, False),
    ]  # fmt: skip
    assert "no recording yet" in signed_in(company.recruiter).post(ADDRESS, sent(text)).content.decode()


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"file": ""}, "file", "empty"),
        ({"job": "Astronaut"}, "job", "no job of this name"),
        ({"email": "nobody@example.com"}, "email", "no such candidate"),
        ({"email": "", "candidate": "Nobody"}, "candidate", "no such candidate"),
        ({"consent_on": "2999-01-01"}, "consent_on", "not come yet"),
        ({"consent_on": "yesterday"}, "consent_on", "valid date"),
        ({"consent_how": "by nod"}, "consent_how", "written"),
        ({"analysis": "maybe"}, "analysis", "yes"),
    ],
)
def test_each_mistake_has_its_row_and_column(
    company: Company,
    signed_in: SignedIn,
    row: Callable[..., str],
    changed: dict[str, str],
    column: str,
    words: str,
):
    plan = recording_list.read(
        (HEAD + row(file="fine.mp4") + row(**changed)).encode(), "list.csv", company.recruiter
    )
    (mistake,) = plan.mistakes
    assert (mistake.row, mistake.column) == (3, column)
    assert words in mistake.text
    page = signed_in(company.recruiter).post(ADDRESS, sent(HEAD + row(**changed)))
    assert page.status_code == 422
    assert "targets" not in page.context


def test_a_name_that_two_have_asks_for_the_e_mail(company: Company, row: Callable[..., str]):
    twin = Candidate.objects.create(
        name=company.candidate.name, keep_until=company.candidate.keep_until, created_by=company.recruiter
    )
    Application.objects.create(candidate=twin, job=company.job)
    plan = recording_list.read((HEAD + row(email="")).encode(), "list.csv", company.recruiter)
    assert "give the e-mail" in plan.mistakes[0].text


def test_a_file_twice_and_a_missing_column_are_mistakes(company: Company, row: Callable[..., str]):
    twice = recording_list.read((HEAD + row() + row()).encode(), "list.csv", company.recruiter)
    assert "Row 2 has this file as well" in twice.mistakes[0].text
    without = recording_list.read(b"file,candidate\na.mp4,Chen\n", "list.csv", company.recruiter)
    assert {mistake.column for mistake in without.mistakes} == {
        "job", "interview", "consent_on", "consent_how", "analysis",
    }  # fmt: skip


def test_names_are_escaped(company: Company, signed_in: SignedIn, row: Callable[..., str]):
    page = signed_in(company.recruiter).post(ADDRESS, sent(HEAD + row(file="<script>alert(1)</script>.mp4")))
    assert page.status_code == 200
    assert b"<script>alert(1)" not in page.content
    made = signed_in(company.recruiter).post(ADDRESS, {"content": page.context["content"], "make": "1"})
    assert b"<script>alert(1)" not in made.content
