"""The course of an interview that is recorded alone, without a browser."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.running import Engine
from interview_analysis.web.answers import settling, streams, taking
from interview_analysis.web.answers.models import Asked, HandIn, Notes, Stream, Take
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.review.result import saved
from tests.pipeline.test_written import TYPED
from tests.web.answers.media import mp4, pieces, webm


@pytest.fixture
def browser(invitation: Invitation) -> Client:
    made = Client()
    made.get(link_of(invitation))
    return made


def post(browser: Client, url: str, **body: object):
    return browser.post(url, json.dumps(body), "application/json")


def state(browser: Client, **body: object) -> dict:
    return post(browser, "/c/answer/state", **body).json()


def sent(invitation: Invitation, group: object, content: bytes, *, kind: str = "video", whole: bool = True, mime: str = "", count: int = 4) -> Stream:  # fmt: skip
    """A stream as the recorder sends it; without its end where not `whole`."""
    stream = streams.begin(invitation, uuid.uuid4(), uuid.UUID(str(group)), "answer", kind, mime, 0.0)
    cut = pieces(content, count)
    hashes = [hashlib.sha256(piece).hexdigest() for piece in cut]
    for number, piece in enumerate(cut[: None if whole else -1]):
        streams.keep_chunk(stream, number, piece, hashes[number])
    if whole:
        streams.end(stream, len(cut), hashlib.sha256("".join(hashes).encode()).hexdigest(), [])
    return stream


def answered(browser: Client, invitation: Invitation, content: bytes, **named: object) -> str:
    """The question that is next, answered with a recording; the key of its take."""
    key = state(browser)["question"]["key"]
    assert post(browser, f"/c/answer/takes/{key}/begin", way="video").status_code == 200
    sent(invitation, key, content, **named)  # type: ignore[arg-type]
    assert post(browser, f"/c/answer/takes/{key}/end", way="video", answered_s=2.0).status_code == 200
    return str(key)


def test_two_answers_become_recordings_in_order_and_are_analysed(browser, invitation):
    assert "Why do you" not in browser.get("/c/answer").content.decode(), "no question before its turn"
    answered(browser, invitation, webm(2.0))
    assert state(browser)["question"]["order"] == 2
    answered(browser, invitation, mp4(1.5))
    end = state(browser)
    assert [a["order"] for a in end["answers"]] == [1, 2]
    assert post(browser, "/c/answer/hand-in").status_code == 200
    assert browser.get("/c/answer").status_code == 302
    assert settling.settle_due() is True
    assert settling.settle_due() is False
    first, second = invitation.interview.recordings.all()
    assert (first.order, first.question, first.kind, first.gaps, first.uploaded_by) == (
        1, "Tell us about a product that you shaped.", "video", [], None,
    )  # fmt: skip
    assert first.duration_s == pytest.approx(2.0, abs=0.1)
    assert second.original.endswith(".mp4")
    assert (settings.HOME.files / first.original).stat().st_size == first.size_bytes
    assert first.sha256 == hashlib.sha256((settings.HOME.files / first.original).read_bytes()).hexdigest()
    assert Analysis.objects.get(interview=invitation.interview).requested_by is None
    assert not any(streams.held(stream) for stream in Stream.objects.all()), "the chunks are gone"
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {
        "invitation.started",
        "invitation.finished",
        "recording.answered",
        "analysis.requested",
    } <= actions
    take = Take.objects.get(question__order=1)
    assert (take.way, take.allowed_think_s, take.allowed_answer_s) == ("video", 90, 180)
    assert take.answered_s == pytest.approx(2.0, abs=0.1)
    assert take.thought_s is not None
    assert take.thought_s < 60


def test_without_consent_to_an_analysis_people_alone_get_it(browser, invitation):
    invitation.interview.consent.analysis = False
    invitation.interview.consent.save()
    answered(browser, invitation, webm(0.5))
    post(browser, "/c/answer/hand-in")
    settling.settle_due()
    assert invitation.interview.recordings.count() == 1
    assert not Analysis.objects.filter(interview=invitation.interview).exists()
    assert HandIn.objects.get().settled_at is not None


def test_without_consent_to_being_recorded_nothing_begins(browser, invitation):
    consent = invitation.interview.consent
    consent.withdrawn_at = timezone.now()
    consent.save()
    assert browser.get("/c/answer").headers["Location"] == "/c/"
    assert post(browser, "/c/answer/state").json()["code"] == "consent"
    question = invitation.questions.first()
    Asked.objects.create(question=question)
    key = taking.take_key(question, 1)
    assert post(browser, f"/c/answer/takes/{key}/begin", way="video").json()["code"] == "consent"
    with pytest.raises(streams.StreamError) as refused:
        streams.begin(invitation, uuid.uuid4(), key, "answer", "video", "", 0.0)
    assert refused.value.code == "consent"


def test_after_a_kill_the_same_take_goes_on_also_from_another_device(browser, invitation):
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="video")
    sent(invitation, key, webm(3.0), whole=False)
    phone = Client()
    phone.get(link_of(invitation))
    question = state(phone)["question"]
    assert (question["key"], question["number"], question["unfinished_s"]) == (key, 1, 3.0)
    sent(invitation, key, mp4(2.0))
    post(phone, f"/c/answer/takes/{key}/end", way="video", answered_s=5)
    post(phone, "/c/answer/hand-in")
    assert settling.settle_due() is False, "the first part may still come from the first device"
    HandIn.objects.get()
    taking.hand_in(invitation, None, as_it_is=True)
    assert settling.settle_due() is True
    parts = invitation.interview.recordings.all()
    assert [part.name for part in parts] == ["answer-1-1.webm", "answer-1-2.mp4"]


def test_what_was_not_sent_is_waited_for_a_day_and_then_a_gap(browser, invitation, monkeypatch):
    key = state(browser)["question"]["key"]
    stream = sent(invitation, key, webm(4.0), whole=False)
    post(browser, f"/c/answer/takes/{key}/end", way="video", answered_s=4)
    post(browser, "/c/answer/hand-in")
    assert settling.settle_due() is False
    assert taking.not_sent(list(Take.objects.all())) != []
    monkeypatch.setattr(settling, "WAITS", timedelta(seconds=-1))
    assert settling.settle_due() is True
    assert invitation.interview.recordings.get().duration_s < 4.0
    stream.refresh_from_db()
    with pytest.raises(streams.StreamError) as refused:
        streams.keep_chunk(stream, 3, b"late", hashlib.sha256(b"late").hexdigest())
    assert refused.value.code == "closed"


def test_what_was_begun_in_time_comes_after_the_end(browser, invitation):
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="video")
    Invitation.objects.filter(pk=invitation.pk).update(closes_at=timezone.now() - timedelta(minutes=5))
    invitation.refresh_from_db()
    sent(invitation, key, webm(1.0))
    assert post(browser, f"/c/answer/takes/{key}/end", way="video", answered_s=1).status_code == 200
    assert "question" not in state(browser), "no other question is shown after the end"
    assert post(browser, "/c/answer/hand-in").status_code == 200
    assert browser.get("/c/answer/later").status_code == 200
    settling.settle_due()
    assert invitation.interview.recordings.count() == 1


@pytest.mark.parametrize(("ago", "code"), [(timedelta(minutes=5), ""), (timedelta(hours=25), "over")])
def test_an_answer_without_network_may_come_a_day_after_the_end(browser, invitation, ago, code):
    """The question was shown in time; that the answer was begun, the server hears late."""
    key = state(browser)["question"]["key"]
    closed = timezone.now() - ago
    Asked.objects.update(shown_at=closed - timedelta(minutes=1))
    Invitation.objects.filter(pk=invitation.pk).update(closes_at=closed)
    invitation.refresh_from_db()
    assert taking.may_begin(invitation, uuid.UUID(key)) == code
    assert post(browser, f"/c/answer/takes/{key}/begin", way="video").status_code == (409 if code else 200)


def test_retakes_are_counted_and_one_can_be_chosen(browser, invitation):
    first = answered(browser, invitation, webm(1.0))
    again = state(browser, again=1)["question"]
    assert (again["number"], again["retakes_left"], again["think_s"]) == (2, 0, 0)
    post(browser, f"/c/answer/takes/{again['key']}/begin", way="video")
    sent(invitation, again["key"], webm(2.0))
    post(browser, f"/c/answer/takes/{again['key']}/end", way="video", answered_s=2)
    third = taking.take_key(invitation.questions.first(), 3)
    assert post(browser, f"/c/answer/takes/{third}/begin", way="video").json()["code"] == "take"
    assert [take.given for take in Take.objects.all()] == [False, True]
    assert post(browser, f"/c/answer/takes/{first}/give").status_code == 200
    post(browser, "/c/answer/hand-in")
    settling.settle_due()
    assert invitation.interview.recordings.get().duration_s == pytest.approx(1.0, abs=0.1)
    assert post(browser, f"/c/answer/takes/{again['key']}/give").status_code == 409
    assert not any(streams.held(stream) for stream in Stream.objects.all()), "the other take is deleted"


def test_a_file_or_written_words_instead(browser, invitation):
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="file")
    sent(invitation, key, mp4(1.0), kind="file", mime="video/mp4")
    post(browser, f"/c/answer/takes/{key}/end", way="file", answered_s=0)
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="written")
    post(browser, f"/c/answer/takes/{key}/end", way="written", answered_s=30, text="<b>Because</b>")
    post(browser, "/c/answer/hand-in")
    settling.settle_due()
    typed = invitation.interview.recordings.get(kind="written")
    assert [(r.order, r.name) for r in invitation.interview.recordings.all()] == [
        (1, "answer-1-0.mp4"), (2, "answer-2-text.txt")
    ]  # fmt: skip
    assert (settings.HOME.files / typed.original).read_text(encoding="utf-8") == "<b>Because</b>"
    assert typed.question == invitation.questions.get(order=2).text
    assert invitation.interview.analyses.get().state == Analysis.State.WAITING
    invitation.may_write = False
    invitation.save()
    assert post(browser, f"/c/answer/takes/{key}/end", way="written", text="x").status_code == 409


def test_a_text_has_one_time_and_a_length(browser, invitation, company, signed_in):
    """From the question to the finished text; a second text of the same question has none."""
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="written")
    post(browser, f"/c/answer/takes/{key}/end", way="written", answered_s=30, text="Because I called users")
    take = Take.objects.get()
    assert (take.thought_s, take.answered_s) == (None, 30.0)
    again = state(browser, again=1)["question"]["key"]
    post(browser, f"/c/answer/takes/{again}/begin", way="written")
    post(browser, f"/c/answer/takes/{again}/end", way="written", answered_s=45, text="因为我先问了用户")
    assert Take.objects.get(number=2).answered_s is None
    state(browser)
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="written")
    post(browser, f"/c/answer/takes/{key}/end", way="written", answered_s=20, text="It is near my home")
    lengths = [take["length"] for answer in state(browser)["answers"] for take in answer["takes"]]
    assert lengths == ["4 words", "8 characters", "5 words"]
    post(browser, f"/c/answer/takes/{taking.take_key(invitation.questions.first(), 1)}/give")
    post(browser, "/c/answer/hand-in")
    recruiter = signed_in(company.recruiter)
    for language, told in (
        ("en", ("<dd>4 words</dd>", "<dt>From the question to the finished text</dt><dd>30 s</dd>")),
        ("zh-hans", ("<dd>4 词</dd>", "<dt>从看到问题到写完</dt><dd>30 秒</dd>")),
    ):
        recruiter.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = recruiter.get(f"/interviews/{invitation.interview_id}/answers").content.decode()
        assert all(text in page for text in told), page
        assert "00:30" not in page


def test_what_was_typed_is_analysed_beside_a_recording_and_shown_to_raters(
    browser, invitation, company, signed_in
):
    """With the real models: the recording holds no word, so all that can be scored is what was typed."""
    typed = f"<b>Task</b>: the shop lost orders.\n{TYPED}"
    asked = profile_of(company.profile).dimensions[0].questions[0].text.en
    invitation.questions.filter(order=1).update(text=asked)
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="written")
    post(browser, f"/c/answer/takes/{key}/end", way="written", answered_s=30, text=typed)
    answered(browser, invitation, mp4(6.0))
    post(browser, "/c/answer/hand-in")
    settling.settle_due()
    queue.cancel(company.analysis, None)  # the other one that waits
    taken = queue.take("worker")
    assert taken is not None
    assert taken.interview == invitation.interview
    result = Engine().run(taken, lambda *_: None)
    assert queue.done(taken, **asdict(result))
    report = saved(invitation.interview.analyses.get()).report
    assert [(a.source, a.question) for a in report.answers] == [
        ("written", asked), ("recording", invitation.questions.get(order=2).text)
    ]  # fmt: skip
    first, second = report.answers
    assert first.channels["content"].score is not None
    for channel in ("voice", "face", "posture"):
        assert first.channels[channel].abstention.reason == "written"
    assert second.overall.score is None
    page = (
        signed_in(company.recruiter)
        .get(reverse("review:review", args=[invitation.interview.pk]))
        .content.decode()
    )
    assert "Answered in writing" in page
    assert "&lt;b&gt;Task&lt;/b&gt;: the shop lost orders.<br>" in page
    assert "<b>Task" not in page
    invitation.interview.consent.analysis = False
    invitation.interview.consent.save()
    with pytest.raises(queue.NotAllowedError):
        queue.request(invitation.interview, None)


@pytest.mark.parametrize(("content", "fault"), [(None, "empty"), (b"no recording", "unreadable")])
def test_an_answer_with_nothing_in_it_is_told_and_unreadable_chunks_stay(browser, invitation, content, fault):
    key = state(browser)["question"]["key"]
    post(browser, f"/c/answer/takes/{key}/begin", way="video")
    if content:
        sent(invitation, key, content, count=1)
    post(browser, f"/c/answer/takes/{key}/end", way="video", answered_s=0)
    taking.hand_in(invitation, None, as_it_is=True)
    settling.settle_due()
    assert Take.objects.get().fault == fault
    assert [len(streams.held(stream)) for stream in Stream.objects.all()] == ([1] if content else [])


def test_takes_come_in_their_order_and_questions_before_them(browser, invitation):
    first, second = invitation.questions.all()
    for key, code in ((taking.take_key(first, 1), "not_shown"), (uuid.uuid4(), "take")):
        assert post(browser, f"/c/answer/takes/{key}/begin", way="video").json()["code"] == code
    state(browser)
    assert (
        post(browser, f"/c/answer/takes/{taking.take_key(first, 2)}/begin", way="video").json()["code"]
        == "order"
    )
    assert (
        post(browser, f"/c/answer/takes/{taking.take_key(second, 1)}/begin", way="video").json()["code"]
        == "not_shown"
    )
    assert post(browser, "/c/answer/hand-in").json()["code"] == "empty"
    assert post(browser, "/c/answer/questions/2/notes", texts={}).status_code == 404
    assert browser.get("/c/answer/questions/2/captions").status_code == 404


def test_notes_are_kept_and_shown_to_others_where_they_were_given(browser, invitation, company, signed_in):
    state(browser)
    url = "/c/answer/questions/1/notes"
    texts = {"situation": "A shop", "scratch": "x" * 5000, "unknown": "y"}
    assert post(browser, url, texts=texts, given=False).status_code == 200
    kept = Notes.objects.get()
    assert (kept.texts["situation"], len(kept.texts["scratch"]), "unknown" in kept.texts) == (
        "A shop",
        4000,
        False,
    )
    assert state(browser)["question"]["notes"]["situation"] == "A shop"
    answered(browser, invitation, webm(0.5))
    post(browser, "/c/answer/hand-in")
    page = f"/interviews/{invitation.interview_id}/answers"
    recruiter = signed_in(company.recruiter)
    assert "A shop" not in recruiter.get(page).content.decode()
    Notes.objects.update(given=True)
    assert "A shop" in recruiter.get(page).content.decode()
    assert post(browser, url, texts={}, given=False).status_code == 409


def test_extra_time_counts_for_both_times_and_stays_with_the_take(browser, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(extra_share=0.5)
    question = state(browser)["question"]
    assert (question["think_s"], question["answer_s"]) == (135, 270)
    post(browser, f"/c/answer/takes/{question['key']}/begin", way="audio")
    take = Take.objects.get()
    assert (take.way, take.allowed_think_s, take.allowed_answer_s) == ("audio", 135, 270)


def test_the_clip_of_the_device_check_comes_back_and_is_gone(
    browser, invitation, company, django_capture_on_commit_callbacks
):
    consent = invitation.interview.consent
    consent.analysis, consent.recording = False, False
    consent.save()
    group = uuid.uuid4()
    stream = streams.begin(invitation, uuid.uuid4(), group, "check", "video", "", 0.0)
    for number, piece in enumerate(pieces(webm(1.0), 3)):
        streams.keep_chunk(stream, number, piece, hashlib.sha256(piece).hexdigest())
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(f"/c/check/{group}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "video/webm")
    assert answer.content[:4] == b"\x1a\x45\xdf\xa3"
    assert not Stream.objects.exists()
    assert list(settings.HOME.uploads.glob(f"stream-{stream.key.hex}*")) == []
    assert browser.post(f"/c/check/{group}").status_code == 404


def test_clips_that_nobody_fetched_go_by_themselves(invitation):
    streams.begin(invitation, uuid.uuid4(), uuid.uuid4(), "check", "video", "", 3600.0)
    settling.settle_due()
    assert not Stream.objects.exists()


def test_closed_pages_say_why(browser, invitation):
    for opens, closes, words in ((1, 2, "not open yet"), (-2, -1, "is over")):
        now = timezone.now()
        Invitation.objects.update(
            opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes)
        )
        assert words in browser.get("/c/answer").content.decode()
