"""Scorecards: drafts keep everything, submitting locks, a change is a new version with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import Report
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.review import scorecards
from interview_analysis.web.review.models import Mark, Scorecard
from tests.web.conftest import Company
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


def put(company: Company, client: Client, content: object) -> tuple[int, dict[str, Any]]:
    answer = client.put(
        f"/interviews/{company.interview.pk}/scorecard", json.dumps(content), "application/json"
    )
    return answer.status_code, answer.json()


def test_a_draft_is_kept_piece_by_piece(company: Company, signed_in: SignedIn, profile: JobProfile):
    client = signed_in(company.interviewer)
    first = profile.dimensions[0].id
    quote = {"start_s": 1.5, "end_s": 3.0, "text": "I asked twenty users <b>"}
    status, told = put(company, client, {"ratings": {first: {"note": "half a"}}})
    assert (status, len(told["unrated"])) == (200, 3)
    put(company, client, {"ratings": {first: {"level": 4, "note": "half a sentence", "quotes": [quote]}}})
    status, told = put(company, client, {"remark": "good"})
    assert told["unrated"] == [d.id for d in profile.dimensions[1:]]
    card = client.get(f"/interviews/{company.interview.pk}/scorecard").json()
    assert card["remark"] == "good"
    assert card["ratings"][first] == {
        "level": 4,
        "observed": True,
        "note": "half a sentence",
        "quotes": [quote],
    }
    page = client.get(f"/interviews/{company.interview.pk}/review").content.decode()
    assert "half a sentence" in page
    assert "twenty users <b>" not in page


def test_not_observed_is_a_rating_and_takes_the_level_back(
    company: Company, signed_in: SignedIn, profile: JobProfile
):
    client, first = signed_in(company.interviewer), profile.dimensions[0].id
    put(company, client, {"ratings": {first: {"level": 4}}})
    put(company, client, {"ratings": {first: {"observed": False}}})
    card = client.get(f"/interviews/{company.interview.pk}/scorecard").json()
    assert card["ratings"][first]["level"] is None
    assert first not in scorecards.unrated(Scorecard.objects.get(), profile)


@pytest.mark.parametrize(
    "content",
    [
        {"ratings": {"no_such": {"level": 3}}},
        {"ratings": {"requirements_analysis": {"level": 6}}},
        {"ratings": {"requirements_analysis": {"level": "high"}}},
        {"ratings": {"requirements_analysis": {"level": 3, "quotes": [{"text": "x"}]}}},
        {"ratings": [1, 2]},
        [1],
    ],
)
def test_what_is_no_rating_is_refused(company: Company, signed_in: SignedIn, content: object):
    status, told = put(company, signed_in(company.interviewer), content)
    assert status in (400, 422)
    assert told["error"]


def test_submitting_takes_all_dimensions_and_locks(
    company: Company, signed_in: SignedIn, profile: JobProfile
):
    client, url = signed_in(company.interviewer), f"/interviews/{company.interview.pk}/scorecard"
    put(company, client, {"ratings": {profile.dimensions[0].id: {"level": 4}}})
    early = client.post(f"{url}/submit")
    assert (early.status_code, early.json()["code"]) == (422, "unrated")
    put(company, client, {"ratings": {d.id: {"level": 4} for d in profile.dimensions}})
    assert client.post(f"{url}/submit").json() == {"submitted": True}
    assert client.post(f"{url}/submit").json() == {"submitted": True}, "a double click changes nothing"
    assert Entry.objects.filter(action="scorecard.submitted").count() == 1
    status, told = put(company, client, {"remark": "later"})
    assert (status, told["code"]) == (409, "submitted")
    assert Scorecard.objects.get().remark == ""


def test_a_change_is_a_new_version_with_a_reason(company: Company, signed_in: SignedIn, profile: JobProfile):
    rate(company.interview, company.interviewer, 4, "first")
    client, url = signed_in(company.interviewer), f"/interviews/{company.interview.pk}/scorecard/change"
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "I misheard the figure"}).status_code == 302
    old, new = Scorecard.objects.filter(rater=company.interviewer).order_by("version")
    assert (old.version, new.version, new.reason) == (1, 2, "I misheard the figure")
    assert old.submitted_at is not None
    assert new.submitted_at is None
    assert [r.note for r in new.ratings.all()] == ["first"] * len(profile.dimensions)
    put(company, client, {"ratings": {profile.dimensions[0].id: {"level": 2}}})
    assert old.ratings.get(dimension=profile.dimensions[0].id).level == 4, "the old one stays"


@pytest.mark.parametrize("what", ["recording", "rubric", "result"])
def test_it_goes_stale_when_what_it_rests_on_changes(
    company: Company, signed_in: SignedIn, result: Report, what: str
):
    card = rate(company.interview, company.interviewer, 4)
    assert not scorecards.is_stale(card)
    if what == "recording":
        company.interview.recordings.update(sha256="9" * 64)
    if what == "rubric":
        company.job.profiles.create(
            number=2, yaml=company.profile.yaml, sha256="8" * 64, created_by=company.recruiter
        )
    if what == "result":
        company.interview.analyses.update(report_sha256="7" * 64)
    assert scorecards.is_stale(Scorecard.objects.get())
    page = signed_in(company.interviewer).get(f"/interviews/{company.interview.pk}/review").content.decode()
    assert "has changed" in page


def test_only_raters_rate(company: Company, signed_in: SignedIn):
    for user in (company.recruiter, company.administrator, company.outsider):
        answer = signed_in(user).put(
            f"/interviews/{company.interview.pk}/scorecard", "{}", "application/json"
        )
        assert answer.status_code == 404
    assert not Scorecard.objects.exists()


def test_notes_at_a_moment_are_one_s_own(company: Company, signed_in: SignedIn):
    client, url = signed_in(company.interviewer), f"/interviews/{company.interview.pk}/marks"

    def post(**content: object) -> int:
        return client.post(url, json.dumps(content), "application/json").status_code

    assert post(recording=company.recording.pk, at_s=12.5, text="laughs") == 201
    assert post(recording=company.recording.pk, at_s=1e6, text="never") == 422
    assert post(recording=company.recording.pk, at_s=3, text=" ") == 422
    assert post(recording=99999, at_s=3, text="x") == 400
    mark = Mark.objects.get()
    assert "laughs" in client.get(f"/interviews/{company.interview.pk}/review").content.decode()
    other = signed_in(company.other)
    assert "laughs" not in other.get(f"/interviews/{company.interview.pk}/review").content.decode()
    assert other.post(f"/marks/{mark.pk}/remove").status_code == 404
    assert client.post(f"/marks/{mark.pk}/remove").status_code == 204
