"""How many faces are in the picture of whoever is answering: a number, for those who agreed to the analysis."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from interview_analysis.models.vision.face_count import FaceCounter
from interview_analysis.web.answers import streams, taking
from interview_analysis.web.answers.faces import Faces, newest_key_frame
from interview_analysis.web.answers.models import Presence
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.practice.worker import PracticeWorker
from tests.web.answers.media import pieces


@pytest.fixture(scope="module")
def face(shared_data: Path) -> np.ndarray:
    """A picture with one face, shape (240, 240, 3)."""
    with av.open(str(shared_data / "video_talking" / "grid_bbaf2n.mpg")) as source:
        frame = next(source.decode(video=0))
        return frame.reformat(300, 240).to_ndarray(format="rgb24")[:, 30:270]


@pytest.fixture(scope="module")
def counter(model_store):
    with FaceCounter(model_store.path("face-landmarker")) as made:
        yield made


def webm(*stills: np.ndarray) -> bytes:
    """Two seconds of each picture, as a browser writes it; each begins with a key frame."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm", options={"live": "1"}) as out:
        track = out.add_stream("libvpx", rate=25, options={"g": "50"})
        track.height, track.width, track.pix_fmt = *stills[0].shape[:2], "yuv420p"
        for number in range(50 * len(stills)):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stills[number // 50]), format="rgb24")
            frame.pts = number
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return file.getvalue()


@pytest.fixture
def recording(invitation: Invitation):
    """`recording(content)`: the candidate records, and all of this has been sent."""

    def send(content: bytes) -> Client:
        browser = Client()
        browser.get(link_of(invitation))
        question = invitation.questions.first()
        taking.show(question)
        key = taking.take_key(question, 1)
        stream = streams.begin(invitation, uuid.uuid4(), key, "answer", "video", "video/webm", 0.0)
        for number, piece in enumerate(pieces(content, 8)):
            streams.keep_chunk(stream, number, piece, hashlib.sha256(piece).hexdigest())
        told = {"question": 1, "recording": True, "level": 0.2, "camera": "back", "microphone": "back"}
        browser.post("/c/answer/presence", json.dumps(told), "application/json")
        return browser

    return send


def test_the_newest_picture_counts(face, counter, recording, company, signed_in):
    nobody, two = np.full((240, 480, 3), 90, np.uint8), np.hstack([face, face])
    one = np.hstack([face, np.full_like(face, 90)])
    recording(webm(nobody, one, two))
    faces = Faces(lambda: counter)
    assert faces.look()
    assert Presence.objects.get().faces == 2
    page = signed_in(company.recruiter).get("/answers/").content.decode()
    assert "2 faces" in page
    assert not faces.look(), "not again within five seconds"
    Presence.objects.update(faces_at=timezone.now() - timedelta(seconds=25))
    assert "2 faces" not in signed_in(company.recruiter).get("/answers/").content.decode()


@pytest.mark.django_db(transaction=True)  # a process gives its connections back
@pytest.mark.parametrize(("count", "words"), [(0, "no face"), (1, "one face")])
def test_the_practice_process_counts(face, recording, company, signed_in, model_store, count, words):
    recording(webm(face if count else np.full((240, 240, 3), 90, np.uint8)))
    PracticeWorker().run(until_idle=True)
    assert Presence.objects.get().faces == count
    assert words in signed_in(company.recruiter).get("/answers/").content.decode()


def test_nobody_is_looked_at_without_consent_to_the_analysis(face, recording, invitation):
    def never() -> None:
        raise AssertionError("a picture was looked at")

    recording(webm(face))
    consent = invitation.interview.consent
    consent.analysis = False
    consent.save()
    assert not Faces(never).look()
    consent.analysis, consent.withdrawn_at = True, timezone.now()
    consent.save()
    assert not Faces(never).look()
    assert Presence.objects.get().faces is None


def test_where_the_policy_lets_nothing_look_there_is_no_number(face, recording):
    recording(webm(face))
    assert Faces(lambda: None).look()
    assert Presence.objects.get().faces is None


def test_what_cannot_be_read_has_no_number(counter, recording):
    recording(b"no recording at all" * 20)
    assert Faces(lambda: counter).look()
    assert Presence.objects.get().faces is None
    assert newest_key_frame([]) is None
