"""The report of an analysis is missing or damaged on disk: every page says so in plain words, in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from interview_analysis.web.exchange.tokens import new_token
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.people.models import User
from interview_analysis.web.reports.models import Recommendation
from interview_analysis.web.review import consensus
from interview_analysis.web.review.models import Consensus
from interview_analysis.web.review.result import ResultDamagedError, _load, current_result
from interview_analysis.web.review.words import result_fault
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


PAGES = ("review", "report", "consensus", "recruitment", "feedback")
DAMAGE: dict[str, Callable[[Path], Any]] = {
    "removed": lambda path: path.unlink(),
    "folder removed": lambda path: shutil.rmtree(path.parent),
    "cut off": _cut,
    "changed": lambda path: path.write_bytes(path.read_bytes().replace(b"0.35", b"0.36")),
    "a folder": _make_folder,
    "transcript cut off": lambda path: _cut(path.with_name("transcript.json")),
}


@pytest.fixture
def rated(company: Company) -> Iterator[Company]:
    """All have rated and the final rating is entered, merged with the machine's."""
    Job.objects.update(merge=Job.Merge.PRECISION)
    keep_result(company.analysis)
    for rater, level in ((company.interviewer, 3), (company.other, 4)):
        rate(company.interview, rater, level)
    company.interview.refresh_from_db()
    levels: dict[str, int | None] = {d.id: 3 for d in profile_of(company.profile).dimensions}
    consensus.enter(company.interview, company.recruiter, levels, {}, "")
    _load.cache_clear()
    yield company
    _load.cache_clear()


def damage(company: Company, how: str) -> None:
    DAMAGE[how](settings.HOME.files / company.analysis.folder / "report.json")


@pytest.mark.parametrize(("language", "how"), [("en", "removed"), ("zh-hans", "transcript cut off")])
def test_every_page_says_so_and_keeps_what_people_entered(
    rated: Company, signed_in: SignedIn, language: str, how: str
):
    User.objects.update(language=language)
    client, at = signed_in(rated.recruiter), f"/interviews/{rated.interview.pk}"
    with translation.override(language):
        told = escape(result_fault())
    assert told not in client.get(f"{at}/consensus").content.decode()
    _load.cache_clear()
    damage(rated, how)
    found = {}
    for path in (*(f"{at}/{page}" for page in PAGES), f"/jobs/{rated.job.pk}/compare"):
        answer = client.get(path)
        found[path] = (answer.status_code, told in answer.content.decode())
        assert str(settings.HOME.folder) not in answer.content.decode()
    report = found.pop(f"{at}/report")
    assert report == (409, True)
    assert set(found.values()) == {(200, True)}, found
    assert rated.other.name in client.get(f"{at}/consensus").content.decode()


def test_people_go_on_without_the_machine(rated: Company, signed_in: SignedIn):
    damage(rated, "removed")
    client, at = signed_in(rated.recruiter), f"/interviews/{rated.interview.pk}"
    ids = [d.id for d in profile_of(rated.profile).dimensions]
    assert client.post(f"{at}/consensus", {f"level-{i}": "4" for i in ids}).status_code == 302
    said = {"what": Recommendation.What.NEXT, "reason": "They said it well."}
    assert client.post(f"{at}/recruitment", said).status_code == 302
    assert set(Consensus.objects.get().levels.values()) == {4}
    assert Recommendation.objects.get().what == Recommendation.What.NEXT


def test_the_pdf_is_made_without_the_machine(rated: Company, signed_in: SignedIn):
    damage(rated, "removed")
    answer = signed_in(rated.recruiter).get(f"/interviews/{rated.interview.pk}/recruitment.pdf")
    made = (answer.status_code, answer["Content-Type"])
    assert made in ((200, "application/pdf"), (302, "text/html; charset=utf-8"))  # without libpango


@pytest.mark.parametrize("how", DAMAGE)
def test_each_damage_is_known_for_one(rated: Company, how: str):
    damage(rated, how)
    with pytest.raises(ResultDamagedError):
        current_result(rated.interview)


def test_a_program_is_told_409_in_its_language(rated: Company, signed_in: SignedIn):
    damage(rated, "cut off")
    _, text = new_token(rated.recruiter, "test")
    for language in ("en", "zh-hans"):
        headers = {"Authorization": f"Bearer {text}", "Accept-Language": language}
        answer = Client().get(f"/api/interviews/{rated.interview.pk}/result", headers=headers)
        with translation.override(language):
            assert (answer.status_code, answer.json()) == (409, {"detail": result_fault()})
    exported = signed_in(rated.recruiter).get(f"/jobs/{rated.job.pk}/exports/results.csv")
    assert exported.status_code == 200
    assert "missing or damaged" in exported.content.decode("utf-8-sig")
