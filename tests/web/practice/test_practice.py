"""Who may practise what, what is kept of it and for how long. What the machine hears is in test_hearing.py."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.coaching.findings import Coached, Finding, Quote
from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.practice import words
from interview_analysis.web.practice.agreement import (
    attempts_of,
    is_open,
    may_begin,
    may_hear,
    practice_of,
    remove_due,
)
from interview_analysis.web.practice.models import Attempt, CompanyValues, Practice, Round, Task
from interview_analysis.web.practice.questions import choose
from interview_analysis.web.practice.worker import SILENT_FOR, take
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import Company

QUOTE = Quote(text="I sent my colleague <b>to</b> the lobby.", start_s=61.2, end_s=63.0)
COACHED = Coached(
    language="en",
    sentences=(QUOTE,),
    parts={"example": (QUOTE,), "deeds": (QUOTE,), "result": ()},
    findings=(
        Finding(kind="result", after=QUOTE),
        Finding(kind="hedges", quotes=(QUOTE,), numbers={"count": 3}, names=("maybe", "sort of")),
        Finding(kind="fast", numbers={"rate": 240, "low": 135, "high": 205}),
    ),
    unsaid=("no_picture",),
    facts={"used_s": 63, "given_s": 180, "rate": 240, "low": 135, "high": 205},
)


@pytest.fixture
def candidate(invitation: Invitation) -> Client:
    browser = Client()
    browser.get(link_of(invitation))
    return browser


@pytest.fixture
def task(invitation: Invitation) -> Task:
    asked = Round.objects.create(practice=practice_of(invitation), chosen_at=timezone.now())
    return Task.objects.create(round=asked, order=1, text="Tell us about a mistake.", kind="past")


def heard(task: Task) -> Attempt:
    """An answer with a recording and feedback."""
    made = Attempt.objects.create(
        task=task, state="heard", coached=COACHED.model_dump(mode="json"), heard_at=timezone.now()
    )
    made.recordings = [f"practice-{made.key.hex}-0.webm"]
    made.save()
    (settings.HOME.files / made.recordings[0]).write_bytes(bytes(range(200)))
    return made


def files() -> list[str]:
    return sorted(path.name for path in settings.HOME.files.glob("practice-*"))


@pytest.fixture(autouse=True)
def no_files():
    for path in settings.HOME.files.glob("practice-*"):
        path.unlink()


def without_analysis(invitation: Invitation) -> None:
    consent = invitation.interview.consent
    consent.analysis = False
    consent.save()


def test_without_consent_to_an_analysis_a_button_of_its_own_opens_practice(invitation, candidate):
    without_analysis(invitation)
    page = candidate.get("/c/practice").content.decode()
    assert "A machine may hear my practice answers" in page
    assert not Round.objects.exists()
    assert candidate.post("/c/practice/more").status_code == 404
    candidate.post("/c/practice/agree")
    candidate.post("/c/practice/agree")
    assert may_hear(invitation)
    assert len(Practice.objects.get().agreed_to) == 64
    assert Entry.objects.filter(action="practice.agreed").count() == 1
    assert "are being chosen" in candidate.get("/c/practice").content.decode()
    assert Round.objects.count() == 1


def test_a_recording_begins_in_an_open_attempt_alone(invitation, candidate, task):
    key = json.loads(candidate.post(f"/c/practice/{task.pk}/begin").content)["key"]
    assert may_begin(invitation, uuid.UUID(key)) == ""
    assert may_begin(invitation, uuid.uuid4()) == "closed"
    told = {
        "key": str(uuid.uuid4()),
        "group": key,
        "purpose": "practice",
        "kind": "video",
        "mime": "video/webm",
    }
    assert candidate.post("/c/streams", told, content_type="application/json").status_code == 201
    without_analysis(invitation)
    assert may_begin(invitation, uuid.UUID(key)) == "closed"


def test_practice_ends_with_the_interview_and_with_the_window(invitation):
    assert is_open(invitation)
    assert not is_open(invitation, invitation.closes_at)
    invitation.finished_at = timezone.now()
    assert not is_open(invitation)


def test_the_feedback_quotes_own_words_and_escapes_them(candidate, task):
    page = candidate.get(f"/c/practice/answers/{heard(task).key}").content.decode()
    assert "I sent my colleague &lt;b&gt;to&lt;/b&gt; the lobby." in page
    assert 'data-seek="61.20"' in page
    assert "01:01" in page
    assert "No result was clearly heard" in page
    assert "It would belong after" in page
    assert "You spoke 240 words a minute; between 135 and 205 is usual" in page
    assert "3 words took the certainty from what you said (“maybe”, “sort of”)" in page
    assert "There is no picture" in page


def test_of_a_case_nothing_is_said_to_be_heard_without_an_own_example():
    parts = dict.fromkeys(("setting", "deeds", "result", "reasoning"), (QUOTE,))
    assert [
        quote for _praise, quote in words.strengths(Coached(language="en", sentences=(), parts=parts))
    ] == [QUOTE]
    own = {"example": (QUOTE,), "setting": (QUOTE.model_copy(update={"start_s": 1.0}),), "deeds": (QUOTE,)}
    told = [praise for praise, _quote in words.strengths(Coached(language="en", sentences=(), parts=own))]
    assert len(told) == 2


def test_every_kind_of_finding_has_words_in_both_languages(client):
    from django.utils import translation

    kinds = [
        *words.TELLS,
        "example",
        "deeds",
        "setting",
        "result",
        "reasoning",
        "reflection",
        "own",
        "done",
        "takes_up",
    ]
    numbers = {"count": 3, "rate": 240, "low": 135, "high": 205, "used_s": 63, "given_s": 180, "share": 0.2}
    for language, spoken in (("en", "en"), ("zh-hans", "zh")):
        with translation.override(language):
            told = Coached(language=spoken, sentences=(), findings=tuple(
                Finding(kind=kind, numbers=numbers, names=("x",)) for kind in kinds
            ))  # fmt: skip
            texts = [line.text for line in words.lines(told)]
            assert len(set(texts)) == len(kinds)
            assert not any("%(" in text for text in texts)
            assert all(any(ord(c) > 0x3400 for c in text) for text in texts) or language == "en"
            assert len(words.unsaid(Coached(language="", sentences=(), unsaid=tuple(words.UNSAID)))) == len(
                words.UNSAID
            )


def test_no_account_of_the_staff_sees_any_of_it(company: Company, invitation, task, signed_in):
    attempt = heard(task)
    for user in company.people.values():
        for model in (Practice, Round, Task, Attempt):
            assert not model.objects.visible_to(user).exists()
        browser = signed_in(user)
        for path in ("", f"/recording/{0}"):
            assert browser.get(f"/c/practice/answers/{attempt.key}{path}").status_code == 404
        pages = [
            "/",
            "/jobs/",
            f"/applications/{company.application.pk}/",
            f"/interviews/{invitation.interview_id}/",
        ]
        pages += [
            f"/candidates/{company.candidate.pk}/",
            f"/jobs/{company.job.pk}/exports/candidates.csv",
            "/trail/",
        ]
        for url in pages:
            content = browser.get(url).content.decode(errors="ignore")
            assert "to the lobby" not in content
            assert "Tell us about a mistake" not in content


def test_another_candidate_gets_nothing(company: Company, invitation, task):
    other = Invitation.objects.get(pk=invitation.pk)
    from interview_analysis.web.candidate.access import renew
    from interview_analysis.web.interviews.models import Interview

    interview = Interview.objects.create(
        application=company.application, title="Other", created_by=company.recruiter
    )
    other.pk, other.key, other.interview = None, uuid.uuid4(), interview
    renew(other)
    other._state.adding = True
    other.save()
    browser = Client()
    browser.get(link_of(other))
    attempt = heard(task)
    assert browser.get(f"/c/practice/answers/{attempt.key}").status_code == 404
    assert browser.get(f"/c/practice/{task.pk}").status_code == 404
    assert browser.post(f"/c/practice/answers/{attempt.key}/delete").status_code == 404


def test_one_answer_is_deleted_with_its_files(candidate, task):
    gone, stays = heard(task), heard(task)
    candidate.post(f"/c/practice/answers/{gone.key}/delete")
    assert [attempt.pk for attempt in Attempt.objects.all()] == [stays.pk]
    assert files() == stays.recordings


def test_all_of_it_goes_once_the_interview_is_handed_in(invitation, task):
    heard(task)
    assert not remove_due()
    Invitation.objects.filter(pk=invitation.pk).update(finished_at=timezone.now())
    assert remove_due()
    assert (attempts_of(invitation), files(), Round.objects.count()) == ([], [], 0)
    assert Entry.objects.get(action="practice.removed").details == {"answers": 1, "why": "due"}
    assert not remove_due()


def test_what_is_to_be_kept_stays_until_the_window_is_over(invitation, candidate, task):
    heard(task)
    candidate.post("/c/practice/keep", {"kept": "on"})
    Invitation.objects.filter(pk=invitation.pk).update(finished_at=timezone.now())
    assert not remove_due()
    Invitation.objects.filter(pk=invitation.pk).update(closes_at=timezone.now())
    assert remove_due()
    assert files() == []


def test_everything_is_deleted_when_asked(invitation, candidate, task):
    heard(task)
    candidate.post("/c/practice/delete")
    assert (attempts_of(invitation), files()) == ([], [])


def begun(invitation: Invitation, task: Task) -> Attempt:
    attempt = Attempt.objects.create(task=task)
    streams.begin(invitation, uuid.uuid4(), attempt.key, "practice", "video", "video/webm", 0.0)
    return attempt


def test_an_answer_is_taken_once_and_again_where_its_process_fell_silent(invitation, task):
    Attempt.objects.create(task=task)  # nothing of it has come
    attempt = begun(invitation, task)
    assert take("one").pk == attempt.pk
    assert take("two") is None
    Attempt.objects.filter(pk=attempt.pk).update(beat_at=timezone.now() - SILENT_FOR - timedelta(seconds=1))
    assert take("two").worker == "two"


def test_an_answer_that_kills_its_process_is_given_up(invitation, task):
    attempt = begun(invitation, task)
    Attempt.objects.filter(pk=attempt.pk).update(tries=3)
    assert take("one") is None
    attempt.refresh_from_db()
    assert attempt.state == "failed"


def test_after_a_withdrawal_nothing_is_heard(invitation, task):
    attempt = begun(invitation, task)
    consent = invitation.interview.consent
    consent.withdrawn_at = timezone.now()
    consent.save()
    assert take("one") is None
    assert remove_due()
    assert not Attempt.objects.filter(pk=attempt.pk).exists()
    assert not Stream.objects.filter(group=attempt.key).exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_questions_are_of_the_job_and_not_those_of_the_interview(company: Company, vectors, language):
    profile, library = profile_of(company.profile), load_library()
    own = [q.text.get(language) for d in profile.dimensions for q in d.questions][:1]
    asked = [*own, {"en": "Why do you want to work here?", "zh": "你为什么想加入我们公司？"}[language]]

    def chosen(practised=(), motive=True, asked=asked, seed=1):
        return choose(profile, library, asked, practised, language, vectors, 0.55, motive=motive, seed=seed)

    first = chosen()
    assert len({one.dimension for one in first}) == 3
    assert {one.kind for one in first} == {"past"}
    assert not {one.text for one in first} & set(asked)
    second = chosen(practised=[one.text for one in first], seed=2)
    assert not {one.text for one in first} & {one.text for one in second}
    assert [one.kind for one in chosen(asked=own)].count("motive") == 1
    assert chosen(seed=1) == first
    like = [one.text for one in first]
    assert not set(like) & {one.text for one in chosen(asked=like)}


def test_the_same_question_in_other_words_is_left_out(company: Company, vectors):
    profile = profile_of(company.profile)
    own = next(
        q.text.en for d in profile.dimensions for q in d.questions if "disagree" in q.text.en.lower() or True
    )
    plain = choose(profile, (), [], [], "en", vectors, 0.55, motive=False, seed=1)
    again = choose(
        profile,
        (),
        [f"So, {own[0].lower()}{own[1:]} Take your time."],
        [],
        "en",
        vectors,
        0.55,
        motive=False,
        seed=1,
    )
    assert own not in {one.text for one in again}
    assert len(plain) == 3


def test_recruiters_say_what_the_company_stands_for(company: Company, signed_in):
    browser = signed_in(company.recruiter)
    browser.post(f"/jobs/{company.job.pk}/values", {"en": "Customers first\n\n Honesty ", "zh": "客户第一"})
    kept = CompanyValues.objects.get()
    assert kept.in_language("en") == ("Customers first", "Honesty")
    assert kept.in_language("zh-hans") == ("客户第一",)
