"""Transcripts that are uploaded: with a recording or alone, given to the analysis, and reviewed without media."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from interview_analysis.errors import MediaError
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.outputs import load_saved
from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.running import Engine
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.review.result import basis
from tests.web.conftest import Company
from tests.web.recordings import write_wav

SignedIn = Callable[[User | None], Client]
VTT = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Helen Li>Tell me about a project that you led.</v>

00:00:06.000 --> 00:00:40.000
<v Chen Yu 陈雨>Last year our retention fell by eight percent. I interviewed twenty users and found that the first screens were
confusing. I redesigned them with a prototype and I convinced the engineers to try it on five percent of users.</v>

00:00:41.000 --> 00:01:00.000
<v Chen Yu 陈雨>Retention rose by twelve percent in six weeks, the board funded a second team, and I learned to ask users earlier.</v>
"""


@pytest.fixture
def empty(company: Company) -> Company:
    company.recording.delete()
    return company


def send(client: Client, company: Company, name: str, content: bytes) -> tuple[int, dict[str, str]]:
    begun = client.post(
        f"/interviews/{company.interview.pk}/uploads",
        json.dumps({"name": name, "size": len(content)}),
        "application/json",
    ).json()
    sha256 = hashlib.sha256(content).hexdigest()
    client.put(f"{begun['url']}chunks/0", content, "application/octet-stream", headers={"X-SHA256": sha256})
    finished = client.post(f"{begun['url']}finish")
    if finished.status_code == 201:
        assert client.post(f"{begun['url']}finish").json() == finished.json(), (
            "doing it twice changes nothing"
        )
    return finished.status_code, finished.json()


def test_a_transcript_alone_is_one_of_the_interview(empty: Company, signed_in: SignedIn):
    status, _ = send(signed_in(empty.recruiter), empty, "面试.vtt", VTT.encode())
    assert status == 201
    (kept,) = empty.interview.recordings.all()
    assert (kept.kind, kept.name, kept.duration_s) == (Recording.Kind.TRANSCRIPT, "面试.vtt", 60.0)


def test_what_is_no_transcript_is_refused_with_its_line_and_name(empty: Company, signed_in: SignedIn):
    status, told = send(signed_in(empty.recruiter), empty, "a.vtt", b"WEBVTT\n\nnothing\n")
    assert status == 422
    assert told["error"].startswith("a.vtt, line 3: expected a time")
    assert not empty.interview.recordings.exists()


@pytest.mark.parametrize("first", ["a.wav", "a.transcript.vtt"])
def test_with_its_recording_it_goes_to_it_whichever_comes_first(
    empty: Company,
    signed_in: SignedIn,
    tmp_path: Path,
    first: str,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
):
    client = signed_in(empty.recruiter)
    contents = {
        "a.wav": write_wav(tmp_path / "a.wav", 70.0).read_bytes(),
        "a.transcript.vtt": VTT.encode(),
    }
    for name in sorted(contents, key=lambda name: name != first):
        assert send(client, empty, name, contents[name])[0] == 201
    (kept,) = empty.interview.recordings.all()
    assert kept.kind == Recording.Kind.AUDIO
    assert (settings.HOME.files / kept.transcript).read_bytes() == VTT.encode()
    assert Entry.objects.filter(action="recording.transcript_given").count() == 1
    assert "with its transcript" in client.get(f"/interviews/{empty.interview.pk}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/recordings/{kept.key}/remove")
    assert not (settings.HOME.files / kept.transcript).exists()


def test_beside_several_recordings_a_person_says_which_it_is_of(company: Company, signed_in: SignedIn):
    second = Recording.objects.create(
        interview=company.interview, order=1, name="b.mp4", kind="video", sha256="3" * 64, size_bytes=1, original="b",
        uploaded_by=company.recruiter,
    )  # fmt: skip
    client = signed_in(company.recruiter)
    send(client, company, "other.vtt", VTT.encode())
    loose = company.interview.recordings.get(kind=Recording.Kind.TRANSCRIPT)
    before = basis(company.interview)
    with pytest.raises(MediaError, match=r"other.vtt is a transcript beside recordings"):
        Engine().run(company.analysis, lambda *_: None)
    page = client.get(f"/interviews/{company.interview.pk}/").content.decode()
    assert f"/recordings/{loose.key}/transcript-of" in page
    for user, pk, status in (
        (company.interviewer, second.pk, 404), (None, second.pk, 302), (company.recruiter, 10**9, 404),
        (company.recruiter, loose.pk, 404), (company.recruiter, second.pk, 302),
    ):  # fmt: skip
        answer = signed_in(user).post(f"/recordings/{loose.key}/transcript-of", {"recording": pk})
        assert answer.status_code == status, (user, pk)
    second.refresh_from_db()
    assert second.transcript == loose.original
    assert basis(company.interview) != before


def test_it_is_analysed_and_reviewed_without_media(
    empty: Company, signed_in: SignedIn, model_store: ModelStore
):
    send(signed_in(empty.recruiter), empty, "面试.vtt", VTT.encode())
    result = Engine().run(empty.analysis, lambda *_: None)
    report, transcript = load_saved(settings.HOME.files / result.folder)
    assert report.channels["content"].score is not None
    assert report.speakers is not None
    assert report.speakers.by == "name", "the candidate is called so in the transcript"
    assert report.lineage.transcripts[0].id == "面试.vtt"
    assert transcript is not None
    taken = queue.take("a")
    assert taken is not None
    queue.done(
        taken, folder=result.folder, report_sha256=result.report_sha256, overall=result.overall,
        standard_error=result.standard_error,
    )  # fmt: skip
    assert Analysis.objects.get().state == Analysis.State.DONE
    page = signed_in(empty.interviewer).get(f"/interviews/{empty.interview.pk}/review").content.decode()
    assert "there is nothing to play" in page
    assert "retention" in page
    assert "Helen Li" in page
    assert "<video" not in page
    assert "<audio" not in page
