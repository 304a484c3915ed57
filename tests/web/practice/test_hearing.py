"""An answer from its first chunk to its feedback, by the real models, with a voice from espeak-ng."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.practice.agreement import practice_of, remove
from interview_analysis.web.practice.models import Attempt, Round, Task
from interview_analysis.web.practice.worker import GoneError, PracticeWorker, take

pytest.importorskip("espeakng_loader", reason="SKIPPED: espeakng-loader is not installed")
from tests.models.espeak import speak
from tests.web.recordings import write_webm

STORY = (
    "Last year I was the manager of a small hotel, and on a Friday night the computer broke down. My task was to find rooms for sixty "
    "guests. I printed the list of the day before, and I wrote all the keys by hand. Then I sent my colleague to the guests with tea."
)
SIZE = 16_384


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    return write_webm(tmp_path_factory.mktemp("heard") / "answer.webm", speak(STORY)).read_bytes()


@pytest.fixture(scope="module")
def worker(model_store) -> PracticeWorker:
    return PracticeWorker()


@pytest.fixture
def task(invitation: Invitation) -> Task:
    asked = Round.objects.create(practice=practice_of(invitation), chosen_at=timezone.now())
    return Task.objects.create(
        round=asked, order=1, text="Tell me about a problem that you solved.", kind="past"
    )


def sent(invitation: Invitation, task: Task, content: bytes) -> Attempt:
    """An answer that has come as a whole."""
    attempt = Attempt.objects.create(task=task)
    stream = streams.begin(invitation, uuid.uuid4(), attempt.key, "practice", "video", "video/webm", 0.0)
    hashes = []
    for number, at in enumerate(range(0, len(content), SIZE)):
        chunk = content[at : at + SIZE]
        hashes.append(hashlib.sha256(chunk).hexdigest())
        streams.keep_chunk(stream, number, chunk, hashes[-1])
    streams.end(stream, len(hashes), hashlib.sha256("".join(hashes).encode()).hexdigest(), [])
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=timezone.now(), sent_at=timezone.now())
    return attempt


def test_an_answer_is_heard_told_and_played(invitation, task, content, worker):
    attempt = sent(invitation, task, content)
    taken = take(worker.name)
    assert taken is not None
    worker.hear(taken)
    attempt.refresh_from_db()
    assert attempt.state == "heard"
    assert "hotel" in " ".join(one["text"] for one in attempt.coached["sentences"]).lower()
    kinds = {finding["kind"] for finding in attempt.coached["findings"]}
    assert "result" in kinds
    assert "no_face" in kinds  # a grey square
    assert not Stream.objects.filter(group=attempt.key).exists()
    assert set(attempt.spent) >= {"load models", "recognise the rest", "score", "after the end"}
    (name,) = attempt.recordings
    assert (settings.HOME.files / name).stat().st_size > 10_000
    browser = Client()
    browser.get(link_of(invitation))
    page = browser.get(f"/c/practice/answers/{attempt.key}").content.decode()
    assert "No result was clearly heard" in page
    assert browser.get(f"/c/practice/answers/{attempt.key}/recording/0").status_code == 200
    remove(attempt)
    assert not (settings.HOME.files / name).exists()


def test_an_answer_that_is_deleted_meanwhile_is_let_go(invitation, task, content, worker):
    sent(invitation, task, content)
    taken = take(worker.name)
    assert taken is not None
    remove(Attempt.objects.get(pk=taken.pk))
    with pytest.raises(GoneError):
        worker.hear(taken)
    assert not Attempt.objects.exists()
    assert not list(Path(settings.HOME.uploads).glob("stream-*"))


def test_what_is_no_recording_fails_and_says_so(invitation, task, worker):
    attempt = sent(invitation, task, b"no recording" * 5000)
    taken = take(worker.name)
    assert taken is not None
    worker.settle(taken)
    attempt.refresh_from_db()
    assert attempt.state == "failed"
    browser = Client()
    browser.get(link_of(invitation))
    assert "could not be heard" in browser.get(f"/c/practice/answers/{attempt.key}").content.decode()
