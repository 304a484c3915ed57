"""The second step: a code by mail, for ten minutes and five tries, and nothing that tells whether there is an address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.candidate.access import GUESSES, link_of
from interview_analysis.web.candidate.letters import digits_of
from interview_analysis.web.candidate.models import Code, Invitation
from interview_analysis.web.messages.models import Message

HOME, CODE = reverse("candidate:home"), reverse("candidate:code")


@pytest.fixture(autouse=True)
def no_limits_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def asked(invitation: Invitation) -> Invitation:
    invitation.code_asked = True
    invitation.save()
    candidate = invitation.interview.application.candidate
    candidate.email = "chen.yu@example.com"
    candidate.save()
    return invitation


def entering(invitation: Invitation) -> Client:
    browser = Client()
    browser.get(link_of(invitation))
    return browser


def test_only_with_the_code_does_the_link_lead_in(asked: Invitation):
    browser = entering(asked)
    assert browser.get(HOME).headers["Location"] == CODE
    browser.post(CODE, {"send": "1"})
    assert Invitation.objects.get().opened_at is None
    code = Code.objects.get()
    wide = "".join(chr(ord("０") + int(digit)) for digit in digits_of(code))  # as a Chinese keyboard types it
    assert browser.post(CODE, {"code": f" {wide[:3]} {wide[3:]} "}).status_code == 302
    assert browser.get(HOME).status_code == 200
    assert entering(asked).get(HOME).headers["Location"] == CODE, "another device needs a code of its own"
    again = entering(asked)
    assert again.post(CODE, {"code": digits_of(code)}).status_code == 422, "a code works once"


def test_five_wrong_tries_end_a_code(asked: Invitation):
    browser = entering(asked)
    browser.post(CODE, {"send": "1"})
    right = digits_of(Code.objects.get())
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(5):
        assert browser.post(CODE, {"code": wrong}).status_code == 422
    assert browser.post(CODE, {"code": right}).status_code == 422
    assert browser.get(HOME).status_code == 302


def test_a_code_ends_after_ten_minutes_and_with_the_next_one(asked: Invitation):
    browser = entering(asked)
    browser.post(CODE, {"send": "1"})
    browser.post(CODE, {"send": "1"})
    second, first = Code.objects.all()
    assert browser.post(CODE, {"code": digits_of(first)}).status_code == 422
    Code.objects.filter(pk=second.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.post(CODE, {"code": digits_of(second)}).status_code == 422


def test_codes_are_not_sent_without_end(asked: Invitation):
    browser = entering(asked)
    answers = [browser.post(CODE, {"send": "1"}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 422]
    assert Message.objects.filter(kind="code", state=Message.State.WAITING).count() == 1
    assert Code.objects.count() == 3


def test_with_and_without_an_address_the_page_says_the_same(asked: Invitation):
    pages = []
    for email in ("chen.yu@example.com", ""):
        Code.objects.all().delete()
        candidate = asked.interview.application.candidate
        candidate.email = email
        candidate.save()
        answer = entering(asked).post(CODE, {"send": "1"}, follow=True)
        pages.append(
            (answer.status_code, answer.context["sent"], [str(m) for m in answer.context["messages"]])
        )
    assert pages[0] == pages[1]


def test_neither_code_nor_anything_it_is_made_of_alone_is_kept(asked: Invitation):
    browser = entering(asked)
    browser.post(CODE, {"send": "1"})
    digits = digits_of(Code.objects.get())
    rows = [*Code.objects.values_list(), *Message.objects.values_list()]
    assert not any(digits in str(value) for row in rows for value in row)


@pytest.mark.django_db
def test_guessing_links_is_slowed_down():
    browser = Client()
    guess = [reverse("candidate:enter", args=[f"{number:043}"]) for number in range(GUESSES + 2)]
    answers = [browser.get(url).status_code for url in guess]
    assert answers == [410] * GUESSES + [429] * 2
