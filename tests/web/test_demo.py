"""The made-up company: there at once, with something on every page, and gone by one click."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models
from django.test import Client

from interview_analysis.pipeline.dev import demo as sample
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import observations_of
from interview_analysis.web.demo import company as made_up
from interview_analysis.web.hiring.models import Candidate, Job
from interview_analysis.web.interviews.models import Interview, Recording
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.privacy.trail import check
from interview_analysis.web.review.models import Scorecard
from tests.web.conftest import Company
from tests.web.recordings import write_wav

SignedIn = Callable[[User | None], Client]


@pytest.fixture
def filled(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a tone in place of the sample, whose making takes seconds and has tests of its own."""
    tone = write_wav(tmp_path / "tone.wav", seconds=1.0)
    monkeypatch.setattr(sample, "make_sample", lambda path: shutil.copy(tone, path))
    made_up.fill()
    assert made_up.add_recordings()


def test_every_page_has_something_on_it(filled: None, signed_in: SignedIn):
    assert (Job.objects.count(), Candidate.objects.count(), Interview.objects.count()) == (2, 3, 3)
    assert Recording.objects.count() == 2
    assert Analysis.objects.get().state == Analysis.State.WAITING
    assert Scorecard.objects.get().submitted_at is not None
    assert all(i.consent is not None for i in Interview.objects.all())
    recruiter = User.objects.get(email=made_up.RECRUITER)
    second = User.objects.get(email=made_up.SECOND_RATER)
    for url in ("/jobs/", "/candidates/", "/interviews/", "/analyses/"):
        assert "None yet" not in signed_in(recruiter).get(url).content.decode(), url
    assert signed_in(second).get("/interviews/").content.decode().count('class="badge warn"') == 1
    assert check().broken is None


def test_filling_twice_is_filling_once(filled: None):
    made_up.fill()
    made_up.add_recordings()
    assert (Job.objects.count(), Recording.objects.count(), Analysis.objects.count()) == (2, 2, 1)


def test_without_the_extra_it_has_no_recordings_and_says_so(db: None, monkeypatch: pytest.MonkeyPatch):
    from interview_analysis.errors import InterviewAnalysisError

    def missing(path: Path) -> None:
        raise InterviewAnalysisError("The demo needs the package skimage, which is missing.")

    monkeypatch.setattr(sample, "make_sample", missing)
    made_up.fill()
    assert not made_up.add_recordings()
    assert (Interview.objects.count(), Recording.objects.count()) == (3, 0)


def test_one_click_removes_it_all_and_nothing_else(
    company: Company,
    filled: None,
    signed_in: SignedIn,
    django_capture_on_commit_callbacks: Callable[..., object],
):
    client = signed_in(company.administrator)
    assert "Remove it" in client.get("/demo/").content.decode()
    kept = [settings.HOME.files / r.original for r in Recording.objects.filter(name=made_up.SAMPLE_NAME)]
    assert all(path.is_file() for path in kept)
    seen = observations_of(Interview.objects.latest("pk").application.candidate_id)
    seen.mkdir(parents=True)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert client.post("/demo/remove").status_code == 302
    assert made_up.people() == []
    assert not any(path.exists() for path in kept)
    assert not seen.exists()
    assert (Job.objects.get(), Candidate.objects.get()) == (company.job, company.candidate)
    assert (Interview.objects.get(), Recording.objects.get()) == (company.interview, company.recording)
    assert Entry.objects.filter(action="demo.removed").count() == 1
    assert check().broken is None
    assert "Remove it" not in client.get("/demo/").content.decode()


def test_who_took_part_elsewhere_is_shut_out_and_stays(company: Company, filled: None):
    rater = User.objects.get(email=made_up.FIRST_RATER)
    Scorecard.objects.create(interview=company.interview, rater=rater, profile=company.profile)
    made_up.remove(company.administrator)
    assert [(p.email, p.is_active) for p in made_up.people()] == [(made_up.FIRST_RATER, False)]
    assert isinstance(company.interview.scorecards.get(), models.Model)
