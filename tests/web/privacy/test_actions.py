"""Whatever is written into the trail has words, and every word is of something that is written."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

from django.test import Client

import interview_analysis.web
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.actions import ACTIONS, DETAILS
from interview_analysis.web.privacy.trail import record
from tests.web.conftest import Company

SWITCHED = {"webhook.switched_on", "webhook.switched_off"}  # put together from a button's name
WEB = Path(interview_analysis.web.__file__).parent


def recorded() -> set[str]:
    """The action of every call of `record` in the application."""
    found = set()
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"):
                continue
            action = node.args[1]
            choices = [action.body, action.orelse] if isinstance(action, ast.IfExp) else [action]
            found |= {one.value for one in choices if isinstance(one, ast.Constant)}
    return found


def test_every_action_has_words_and_no_words_are_left_over():
    assert sorted(recorded() - ACTIONS.keys()) == []
    assert sorted(ACTIONS.keys() - recorded() - SWITCHED) == []


def test_every_detail_has_a_name():
    given = {
        keyword.arg
        for path in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
        for keyword in node.keywords
        if keyword.arg
    }
    assert sorted(given ^ DETAILS.keys()) == []


def test_subjects_and_details_are_told_in_words(company: Company, signed_in: Callable[[User | None], Client]):
    record(company.recruiter, "result.seen", company.interview, before_rating=False)
    browser = signed_in(company.administrator)
    browser.post("/people/language", {"language": "zh-hans", "next": "/"})
    page = browser.get("/trail/").content.decode()
    assert f"面试 {company.interview.pk}" in page
    assert "评分之前: 否" in page
    assert "before_rating" not in page


def test_the_page_tells_them_in_the_readers_language(
    company: Company, signed_in: Callable[[User | None], Client]
):
    browser = signed_in(company.administrator)
    browser.get(f"/interviews/{company.interview.pk}/report")
    browser.post("/people/language", {"language": "zh-hans", "next": "/"})
    page = browser.get("/trail/").content.decode()
    assert "查看了" in page
    assert '<option value="consent.given">表示同意</option>' in page
