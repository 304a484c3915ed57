"""Candidates from a CSV file: a preview first, every mistake with row and column, all or nothing, nobody twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from interview_analysis.web.hiring import candidate_import
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import Company

SignedIn = Callable[[User | None], Client]
UNTIL = (date.today() + timedelta(days=90)).isoformat()


@pytest.fixture
def recruiter(company: Company, signed_in: SignedIn) -> Client:
    return signed_in(company.recruiter)


def posted(browser: Client, content: str | bytes, name: str = "list.csv", **more: object) -> tuple[int, str]:
    data = content.encode() if isinstance(content, str) else content
    answer = browser.post("/candidates/import", {"file": SimpleUploadedFile(name, data), **more})
    return answer.status_code, answer.content.decode()


def confirmed(browser: Client, page: str) -> str:
    """Send what the preview sends."""
    fields = dict(re.findall(r'<input type="hidden" name="(content|job)" value="([^"]*)"', page))
    return browser.post("/candidates/import", fields | {"make": "1"}, follow=True).content.decode()


def test_a_preview_makes_nothing_and_the_second_step_all(company: Company, recruiter: Client):
    status, page = posted(
        recruiter,
        f"name,email,phone,language,job,keep_until\nAda,ada@example.com,555,en,product MANAGER,{UNTIL}\n王芳,,,中文,,\n",
    )
    assert status == 200
    assert "2 new candidates from 2 rows" in page
    assert Candidate.objects.count() == 1
    assert "Made: 2 candidates, 1 applications." in confirmed(recruiter, page)
    ada, wang = Candidate.objects.order_by("pk")[1:]
    assert (ada.name, ada.email, ada.phone, ada.language) == ("Ada", "ada@example.com", "555", "en")
    assert ada.keep_until.isoformat() == UNTIL
    assert [a.job for a in ada.applications.all()] == [company.job]
    assert ada.applications.get().stage == company.job.stages.first()
    assert (wang.name, wang.language, wang.keep_until) == (
        "王芳",
        "zh-hans",
        date.today() + timedelta(days=180),
    )
    assert not wang.applications.exists()
    actions = [e.action for e in Entry.objects.order_by("number")]
    assert actions == ["candidate.made", "application.made", "candidate.made", "candidates.imported"]
    assert "Ada" not in str([e.details for e in Entry.objects.all()])


@pytest.mark.parametrize(
    "content",
    [
        "姓名;邮箱;职位\n王芳;wang@example.com;Product manager\n".encode("gb18030"),
        "姓名\t邮箱\t职位\n王芳\twang@example.com\tProduct manager\n".encode("utf-16"),
        "\ufeff姓名,邮箱,岗位\r\n王芳,wang@example.com,Product manager\r\n".encode(),
    ],
    ids=["gb18030", "utf-16", "utf-8 of Excel"],
)
def test_chinese_headings_encodings_and_separators(company: Company, recruiter: Client, content: bytes):
    status, page = posted(recruiter, content)
    assert status == 200
    confirmed(recruiter, page)
    assert Candidate.objects.get(email="wang@example.com").name == "王芳"
    assert Application.objects.filter(candidate__name="王芳", job=company.job).exists()


def mistakes(user: User, content: str) -> list[tuple[int | None, str]]:
    plan = candidate_import.read(content.encode(), "x.csv", None, user)
    return [(m.row, m.column) for m in plan.mistakes]


def test_every_mistake_is_named_with_row_and_column(company: Company, recruiter: Client):
    Job.objects.create(name="Twice", created_by=company.recruiter)
    Job.objects.create(name="Twice", created_by=company.recruiter)
    Job.objects.create(name="Closed", open=False, created_by=company.recruiter)
    content = (
        "name,email,language,job,keep_until\n"
        "Good,good@example.com,en,Product manager,\n"
        ",no-name@example.com,,,\n"
        "Bad mail,nobody at home,,,\n"
        "\n"
        "Bad language,,klingon,,\n"
        "No job,,,Astronaut,\n"
        "Two jobs,,,Twice,\n"
        "Closed job,,,Closed,\n"
        "Past,,,,2020-01-01\n"
        "No day,,,,soon\n"
        f"{'x' * 151},,,,\n"
    )
    assert mistakes(company.recruiter, content) == [
        (3, "name"), (4, "email"), (6, "language"), (7, "job"), (8, "job"), (9, "job"), (10, "keep_until"),
        (11, "keep_until"), (12, "name"),
    ]  # fmt: skip
    status, page = posted(recruiter, content)
    assert status == 422
    assert "9 mistakes; nothing was made" in page
    assert "&#x27;nobody at home&#x27;" in page
    assert 'name="make"' not in page
    assert Candidate.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name,salary\nA,1\n", [(1, "salary")]),
        ("email\na@example.com\n", [(None, "name")]),
        ("name,姓名\nA,B\n", [(1, "姓名")]),
        ("name,name\nA,B\n", [(1, "name")]),
        ("name\nA,B\n", [(2, "")]),
        ('name\n"A\n', [(2, "")]),
        ("", [(None, "")]),
        ("name\n", [(None, "")]),
    ],
)
def test_files_that_are_no_such_table(company: Company, content: str, expected: list[tuple[int | None, str]]):
    assert mistakes(company.recruiter, content) == expected


def test_wrong_files_are_said_in_words(company: Company, recruiter: Client):
    assert "Expected a .csv file" in posted(recruiter, b"PK\x03\x04", "list.xlsx")[1]
    assert "encoding" in posted(recruiter, b"name\n\x00\xff\xfe\n")[1]
    assert "larger than 2 MB" in posted(recruiter, b"name\n" + b"x" * (2 * 2**20))[1]
    assert "more than 2000 rows" in posted(recruiter, "name\n" + "x\n" * 2001)[1]
    assert "Choose a file" in recruiter.post("/candidates/import", {"content": "%%%"}).content.decode()


def test_who_is_there_already_by_e_mail_is_told_and_not_made_twice(company: Company, recruiter: Client):
    Candidate.objects.update(email="Chen@example.com")
    other = Job.objects.create(name="Other", created_by=company.recruiter)
    status, page = posted(
        recruiter,
        "name,email,job\nChen Again,chen@EXAMPLE.com,Other\nAda,ada@example.com,Other\nAda B,ADA@example.com,Product manager\n",
    )
    assert status == 200
    assert "1 new candidates from 3 rows" in page
    assert "Chen Yu 陈雨 has this e-mail" in page
    assert "the same e-mail as in row 3" in page
    confirmed(recruiter, page)
    assert [c.name for c in Candidate.objects.order_by("pk")] == ["Chen Yu 陈雨", "Ada"]
    ada = Candidate.objects.get(name="Ada")
    assert {a.job for a in ada.applications.all()} == {other, company.job}
    assert {a.job for a in company.candidate.applications.all()} == {other, company.job}


def test_a_second_click_makes_nothing_again(company: Company, recruiter: Client):
    _, page = posted(recruiter, "name\nAda\n", job=company.job.pk)
    confirmed(recruiter, page)
    assert "imported before" in confirmed(recruiter, page)
    assert Candidate.objects.filter(name="Ada").count() == 1
    assert Application.objects.filter(candidate__name="Ada", job=company.job).count() == 1


def test_a_file_that_became_wrong_in_between_makes_nothing(company: Company, recruiter: Client):
    _, page = posted(recruiter, "name,job\nAda,Product manager\nBo,Product manager\n")
    Job.objects.update(open=False)
    assert "mistakes; nothing was made" in confirmed(recruiter, page)
    assert Candidate.objects.count() == 1


def test_names_are_escaped(company: Company, recruiter: Client):
    _, page = posted(recruiter, "name\n<script>alert(1)</script>\n")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
