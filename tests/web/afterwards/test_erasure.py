"""Withdrawing: everything that can go is gone, what stays is named, and the trail still holds."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import reverse

from interview_analysis.web.afterwards import requests
from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import observations_of
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Application, Candidate, Note
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.privacy import erasure, trail
from interview_analysis.web.privacy.erasure import erase
from interview_analysis.web.privacy.models import Erasure
from tests.web.afterwards.conftest import VOICE
from tests.web.conftest import Company
from tests.web.review.conftest import rate

SECRETS = ("Chen Yu", "陈雨", "chen.yu@example.com", "13800001111", "likes hiking")


@pytest.fixture
def known(company: Company, answered: Invitation) -> Candidate:
    """A candidate of whom every room holds something."""
    person = company.candidate
    person.email, person.phone = "chen.yu@example.com", "13800001111"
    person.resume, person.resume_name = "resume-1.pdf", "Chen Yu.pdf"
    person.save()
    (settings.HOME.files / "resume-1.pdf").write_bytes("Chen Yu 陈雨".encode())
    Note.objects.create(
        application=company.application, author=company.recruiter, text="Chen Yu likes hiking"
    )
    rate(company.interview, company.interviewer, 4, "Chen Yu likes hiking")
    requests.ask(answered.interview, "look", "Chen Yu asks")
    return person


def everywhere() -> Iterator[tuple[str, str]]:
    """Every row of every table, and every file of the home, as text."""
    for model in apps.get_models():
        for row in model._default_manager.values():
            yield model.__name__, json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
    home: Path = settings.HOME.folder
    for path in home.rglob("*"):
        if path.is_file() and not path.name.startswith("web.sqlite3"):
            yield str(path.relative_to(home)), path.read_bytes().decode(errors="replace") + path.name


def found_of(words: tuple[str, ...]) -> list[str]:
    return sorted({f"{place}: {word}" for place, text in everywhere() for word in words if word in text})


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_whoever_withdraws(known: Candidate, device: Client):
    words = (*SECRETS, VOICE.decode())
    assert found_of(words) != []  # the search does find
    before = trail.check().entries
    asked = device.post(reverse("afterwards:withdraw"), {"sure": "yes"})
    assert found_of(words) == []
    receipt = device.get(asked.headers["Location"])
    assert asked.cookies[settings.LANGUAGE_COOKIE_NAME].value == receipt.headers["Content-Language"]
    assert receipt.status_code == 200
    erased = Erasure.objects.get(candidate=known.pk)
    assert erased.files == []
    assert erased.files_found >= 5
    assert erased.found["recordings"] == 2
    assert set(erased.left.values()) == {0}
    checked = trail.check()
    assert checked.broken is None
    assert checked.entries == before + 2
    assert Candidate.objects.count() == Interview.objects.count() == Application.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_link_and_the_open_page_end_with_the_data(known: Candidate, answered: Invitation, device: Client):
    link = link_of(answered)
    device.post(reverse("afterwards:withdraw"), {"sure": "yes"})
    assert device.get(reverse("candidate:home")).status_code == 404
    assert Client().get(link).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_nothing_goes_before_the_box_is_ticked(known: Candidate, device: Client):
    page = device.post(reverse("afterwards:withdraw"))
    assert b"Nothing has been deleted" in page.content
    assert Candidate.objects.filter(pk=known.pk).exists()
    assert (settings.HOME.files / "alone.webm").exists()


@pytest.mark.django_db(transaction=True)
def test_others_keep_what_is_theirs(known: Candidate, company: Company):
    other = Candidate.objects.create(name="Li Na", keep_until=known.keep_until, created_by=company.recruiter)
    application = Application.objects.create(
        candidate=other, job=company.job, stage=company.application.stage
    )
    Note.objects.create(application=application, author=company.recruiter, text="a calm person")
    erase(known.pk, Erasure.Why.ASKED, company.recruiter)
    assert Candidate.objects.get().name == "Li Na"
    assert Note.objects.get().text == "a calm person"


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_was_interrupted_is_finished_later(known: Candidate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        erasure.store, "deleted", lambda path: False
    )  # as a process that is killed here leaves it
    made = erase(known.pk, Erasure.Why.ASKED)
    monkeypatch.undo()
    assert (settings.HOME.files / "alone.webm").exists()
    erasure.remove_left()
    made.refresh_from_db()
    assert made.files == []
    assert not (settings.HOME.files / "alone.webm").exists()
    assert erase(known.pk, Erasure.Why.ASKED) == made


@pytest.mark.django_db(transaction=True)
def test_people_only_stops_the_machine_and_drops_what_it_found(
    known: Candidate, company: Company, answered: Invitation, device: Client
):
    folder = settings.HOME.files / Analysis.objects.get(interview=answered.interview).folder
    device.post(reverse("afterwards:people_only"))
    assert Analysis.objects.count() == 0
    assert not folder.exists()
    assert not observations_of(known.pk).exists()
    answered.interview.refresh_from_db()
    with pytest.raises(queue.NotAllowedError, match="consent"):
        queue.request(answered.interview, company.recruiter)
    assert (settings.HOME.files / "alone.webm").exists()
    assert b"You chose to go without" in device.get(reverse("afterwards:progress")).content


def archive_of(device: Client) -> zipfile.ZipFile:
    """What is held, as it comes to the candidate: in pieces, none of which is the whole."""

    async def read(pieces: AsyncIterator[bytes]) -> bytes:
        return b"".join([piece async for piece in pieces])

    got = device.get(reverse("afterwards:everything"))
    return zipfile.ZipFile(io.BytesIO(asyncio.run(read(got.streaming_content))))  # type: ignore[attr-defined]


def test_everything_that_is_held_comes_as_a_zip(known: Candidate, device: Client):
    with archive_of(device) as archive:
        names = archive.namelist()
        person = json.loads(archive.read("person.json"))
        cards = json.loads(archive.read("scorecards.json"))
        notes = json.loads(archive.read("applications.json"))
        voice = archive.read(next(name for name in names if name.endswith("alone.webm")))
    assert person[0]["email"] == "chen.yu@example.com"
    assert voice == VOICE
    assert "person/Chen Yu.pdf" in names
    assert "README.txt" in names
    assert "ratings" not in cards[0]
    assert notes[0]["notes"] is None


def test_once_decided_the_zip_has_what_people_wrote(known: Candidate, company: Company, device: Client):
    Application.objects.update(state=Application.State.REJECTED)
    with archive_of(device) as archive:
        cards = json.loads(archive.read("scorecards.json"))
        notes = json.loads(archive.read("applications.json"))
    assert cards[0]["ratings"][0]["level"] == 4
    assert notes[0]["notes"] == ["Chen Yu likes hiking"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c.mp4", ".hidden", "con:trol\x00.webm"])
def test_names_in_the_zip_lead_nowhere(name: str):
    from interview_analysis.web.afterwards.everything import _safe

    assert not set(_safe(name)) & set("/\\:\x00")
    assert not _safe(name).startswith(".")
