"""Feedback: drafted, edited and released by a recruiter; a released text stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.candidate.access import renew
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.reports.models import Feedback, Recommendation
from interview_analysis.web.review.blind import machine_visible
from tests.web.conftest import Company
from tests.web.reports.conftest import answer, with_answers
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


@pytest.fixture
def scored(company: Company) -> Company:
    heard = {"example": "I called thirty users", "deeds": "I called thirty users", "result": None}
    told = answer(1, "Which need did you find?", heard)
    keep_result(company.analysis, with_answers(told))
    return company


def url(company: Company) -> str:
    return f"/interviews/{company.interview.pk}/feedback"


def fields(page: str) -> dict[str, str]:
    """The form as the browser would send it."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea id="(\w+)"[^>]*>([^<]*)</textarea>', page)
    return {name: value for name, value in [*hidden, *areas] if name not in ("csrfmiddlewaretoken", "next")}


def form(browser: Client, company: Company, query: str = "") -> dict[str, str]:
    return fields(browser.get(url(company) + query).content.decode())


def test_the_draft_is_shown_and_nothing_is_kept_by_looking(scored: Company, signed_in: SignedIn):
    shown = form(signed_in(scored.recruiter), scored)
    assert "I called thirty users" in shown["strengths"]
    assert "no result was clearly heard" in shown["advice"]
    assert not Feedback.objects.exists()
    assert Entry.objects.filter(action="result.seen").count() == 1


def test_it_is_drafted_in_the_candidates_language_whatever_the_reader_s(scored: Company, signed_in: SignedIn):
    scored.candidate.language = "zh-hans"
    scored.candidate.save()
    shown = form(signed_in(scored.recruiter), scored)
    assert "没有明确听到结果" in shown["advice"]


def test_a_draft_made_once_more_takes_the_candidates_new_language(scored: Company, signed_in: SignedIn):
    browser = signed_in(scored.recruiter)
    browser.post(url(scored), form(browser, scored) | {"do": "save"})
    scored.candidate.language = "zh-hans"
    scored.candidate.save()
    assert form(browser, scored)["language"] == "en", "the text that is saved is still the English one"
    browser.post(url(scored), form(browser, scored, "?again=1") | {"do": "release"})
    told = Feedback.objects.get()
    assert told.language == "zh-hans"
    assert "没有明确听到结果" in told.advice


def test_edited_released_and_locked(scored: Company, signed_in: SignedIn):
    browser = signed_in(scored.recruiter)
    mine = form(browser, scored) | {"advice": "Name the size of the result.", "do": "save"}
    assert browser.post(url(scored), mine).status_code == 302
    told = Feedback.objects.get()
    assert (told.advice, told.released_at, told.edited_by) == (
        "Name the size of the result.", None, scored.recruiter,
    )  # fmt: skip
    release = form(browser, scored) | {"do": "release"}
    for _ in range(2):
        assert browser.post(url(scored), release).status_code == 302
    told.refresh_from_db()
    assert told.released_by == scored.recruiter
    entry = Entry.objects.get(action="feedback.released")
    assert entry.details["drafted_from"] == entry.details["result"] == scored.analysis.report_sha256
    assert "Name the size" not in str(entry.details)
    page = browser.get(url(scored)).content.decode()
    assert "<textarea" not in page
    late = browser.post(url(scored), mine | {"advice": "Something else."})
    assert late.status_code == 409
    assert "Something else." in late.content.decode(), "what was typed is not lost"
    told.refresh_from_db()
    assert told.advice == "Name the size of the result."


def test_a_later_change_is_a_new_release(scored: Company, signed_in: SignedIn):
    browser = signed_in(scored.recruiter)
    browser.post(url(scored), form(browser, scored) | {"advice": "First.", "do": "release"})
    again = form(browser, scored, "?change=1")
    assert (again["number"], again["advice"]) == ("2", "First.")
    browser.post(url(scored), again | {"advice": "Second.", "do": "release"})
    assert list(Feedback.objects.order_by("number").values_list("number", "advice")) == [
        (1, "First."), (2, "Second."),
    ]  # fmt: skip
    assert Feedback.objects.filter(released_at=None).count() == 0


def test_the_second_of_two_who_edit_is_told_and_loses_nothing(scored: Company, signed_in: SignedIn):
    one, other = signed_in(scored.recruiter), signed_in(scored.administrator)
    first, second = form(one, scored), form(other, scored)
    assert one.post(url(scored), first | {"advice": "One's.", "do": "save"}).status_code == 302
    answered = other.post(url(scored), second | {"advice": "The other's.", "do": "release"})
    assert answered.status_code == 409
    page = answered.content.decode()
    assert "One&#x27;s." in page
    assert "The other&#x27;s." in page
    assert Feedback.objects.get().released_at is None
    once_more = fields(page) | {"advice": "Both.", "do": "save"}
    assert other.post(url(scored), once_more).status_code == 302
    assert Feedback.objects.get().advice == "Both."


def test_it_says_when_the_result_changed_after_the_draft(scored: Company, signed_in: SignedIn):
    browser = signed_in(scored.recruiter)
    open_page = form(browser, scored)
    browser.post(url(scored), open_page | {"do": "save"})
    release = form(browser, scored) | {"do": "release"}
    assert "has changed since" not in browser.get(url(scored)).content.decode()
    Analysis.objects.update(current=False)
    later = Analysis.objects.create(
        interview=scored.interview, profile=scored.profile, requested_by=scored.recruiter
    )
    keep_result(later, with_answers(answer(1, "Which need?", {"deeds": None})))
    assert browser.post(url(scored), release).status_code == 409, "the page spoke of another result"
    assert Feedback.objects.get().released_at is None
    page = browser.get(url(scored)).content.decode()
    assert "The result has changed since this text was drafted." in page
    drafted = form(browser, scored, "?again=1")
    assert "what you did yourself was not clearly heard" in drafted["advice"]
    browser.post(url(scored), drafted | {"do": "release"})
    told = Feedback.objects.get()
    assert told.drafted_from == later.report_sha256
    assert told.released_at is not None
    assert "has changed since" not in browser.get(url(scored)).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"drafted_from": "f" * 64},
        {"drafted_from": ""},
        {"number": "7"},
        {"number": "x"},
        {"seen": "never"},
        {"language": "xx"},
    ],
)
def test_a_made_up_form_is_refused(scored: Company, signed_in: SignedIn, change: dict[str, str]):
    browser = signed_in(scored.recruiter)
    sent = form(browser, scored) | {"do": "release"} | change
    assert browser.post(url(scored), sent).status_code == 409
    assert not Feedback.objects.exists()


def test_an_empty_text_is_not_released(scored: Company, signed_in: SignedIn):
    browser = signed_in(scored.recruiter)
    sent = form(browser, scored) | {"strengths": " ", "advice": "", "do": "release"}
    assert browser.post(url(scored), sent).status_code == 409
    assert Feedback.objects.get().released_at is None


def test_no_remark_or_rating_of_anybody_gets_into_it(scored: Company, signed_in: SignedIn):
    rate(scored.interview, scored.interviewer, 1, "secretly weak")
    rate(scored.interview, scored.other, 5, "secretly strong")
    browser = signed_in(scored.recruiter)
    page = browser.get(url(scored)).content.decode()
    assert "secretly" not in page
    assert not re.search(r"\d+ ± \d+", page)


def test_who_may(scored: Company, signed_in: SignedIn):
    """Staff who do not rate; who is to rate sees it after submitting, as the machine's result."""
    Assignment.objects.create(
        interview=scored.interview, rater=scored.recruiter, assigned_by=scored.administrator
    )
    sent = form(signed_in(scored.administrator), scored) | {"do": "save"}
    assert signed_in(scored.administrator).post(url(scored), sent).status_code == 302
    pdf = f"{url(scored)}/1.pdf"
    for user in (scored.recruiter, scored.interviewer, scored.other, scored.outsider):
        assert signed_in(user).get(url(scored)).status_code == 404
        assert signed_in(user).post(url(scored), sent).status_code == 404
        assert signed_in(user).get(pdf).status_code == 404
    rate(scored.interview, scored.recruiter, 3)
    assert signed_in(scored.recruiter).get(url(scored)).status_code == 200
    Job.objects.update(machine_shown=Job.Shown.NEVER)
    assert signed_in(scored.recruiter).get(url(scored)).status_code == 404
    for number in ("9", "0", "9" * 40):
        assert signed_in(scored.administrator).get(f"{url(scored)}/{number}.pdf").status_code == 404


@pytest.mark.parametrize("shown", Job.Shown.values)
@pytest.mark.parametrize("state", ["no rater", "not submitted", "submitted"])
def test_the_query_and_the_page_show_it_to_the_same(scored: Company, shown: str, state: str):
    Job.objects.update(machine_shown=shown)
    if state != "no rater":
        Assignment.objects.create(
            interview=scored.interview, rater=scored.recruiter, assigned_by=scored.administrator
        )
        rate(scored.interview, scored.recruiter, 3, submit=state == "submitted")
    Feedback.objects.create(
        interview=scored.interview, language="en", drafted_from="0" * 64, edited_by=scored.administrator
    )
    Recommendation.objects.create(
        interview=scored.interview, what="next", reason="good", basis="0" * 64, by=scored.administrator
    )
    found = Interview.objects.get()
    for user in (*scored.people.values(), scored.other, scored.outsider):
        staff = user.may(Role.ADMINISTRATOR, Role.RECRUITER)
        assert Feedback.objects.visible_to(user).exists() == (staff and machine_visible(user, found))
        blind = user == scored.recruiter and state == "not submitted"
        assert Recommendation.objects.visible_to(user).exists() == (staff and not blind)


def test_without_a_result_there_is_nothing_to_draft(company: Company, signed_in: SignedIn):
    page = signed_in(company.recruiter).get(url(company)).content.decode()
    assert "no result yet" in page
    sent = {"number": "1", "seen": "", "drafted_from": "", "result": "", "advice": "x", "do": "release"}
    assert signed_in(company.recruiter).post(url(company), sent).status_code == 409


def test_whoever_goes_without_the_machine_gets_a_persons_own_words(company: Company, signed_in: SignedIn):
    Analysis.objects.all().delete()
    assert company.interview.consent is not None
    type(company.interview.consent).objects.update(analysis=False)
    browser = signed_in(company.recruiter)
    shown = form(browser, company)
    assert (shown["strengths"], shown["drafted_from"]) == ("", "")
    browser.post(url(company), shown | {"strengths": "You explained it calmly.", "do": "release"})
    told = Feedback.objects.get()
    assert told.released_at is not None
    page = browser.get(url(company)).content.decode()
    assert "No program analysed the interview." in page
    assert "has changed since this text" not in page


def test_without_a_result_and_with_consent_nothing_is_written(company: Company, signed_in: SignedIn):
    Analysis.objects.all().delete()
    page = signed_in(company.recruiter).get(url(company)).content.decode()
    assert "There is no result yet" in page
    assert "<textarea" not in page


def test_the_page_says_how_the_candidate_gets_it(scored: Company, signed_in: SignedIn):
    browser = signed_in(scored.recruiter)
    browser.post(url(scored), form(browser, scored) | {"do": "release"})
    without = browser.get(url(scored)).content.decode()
    assert "This candidate has no link to read it by" in without
    now = timezone.now()
    made = Invitation(
        interview=scored.interview, language="en", opens_at=now, closes_at=now, zone="UTC", contact=scored.recruiter,
        created_by=scored.recruiter,
    )  # fmt: skip
    renew(made)
    made.save()
    assert "No message says that it is there" in browser.get(url(scored)).content.decode()
    scored.candidate.email = "chen.yu@example.com"
    scored.candidate.save()
    again = form(browser, scored, "?change=1")
    browser.post(url(scored), again | {"advice": "Second.", "do": "release"})
    invited = browser.get(url(scored)).content.decode()
    assert "reads it by the link of the invitation, and a message says that it is there" in invited
    assert "Nothing is sent by itself" not in without + invited
