"""What somebody types is not lost when their session ends, their form grows old, or somebody else was quicker."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from interview_analysis.web.demo.company import RECRUITER
from tests.web.journeys.conftest import Site, Visit
from tests.web.journeys.server import PASSWORD

TYPED = "typed before it ended, 结束前输入的"
# page, field, button
LONG_FORMS = {
    "profile": ("/jobs/2/profile", "[name='d0.anchor1.en']", "Save as a new version"),
    "feedback": ("/interviews/{decided}/feedback?change=1", "#strengths", "Save"),
    "consensus": ("/interviews/{decided}/consensus", "[name=remark]", "Enter the final rating"),
    "candidate": ("/candidates/2/edit", "[name=phone]", "Save"),
}


@pytest.mark.parametrize("form", LONG_FORMS)
def test_a_session_that_is_ended_elsewhere_loses_no_form(site: Site, visit: Visit, form: str):
    url, field, button = LONG_FORMS[form]
    url, typed = url.format(decided=site.decided), TYPED if form != "candidate" else "555-0123"
    visitor = visit(RECRUITER)
    page = visitor.page
    page.goto(url)
    page.fill(field, typed)
    elsewhere = visit(RECRUITER).page
    elsewhere.goto("/account/sessions/")
    elsewhere.get_by_role("button", name=re.compile("Sign Out Other Sessions", re.IGNORECASE)).click()
    page.get_by_role("button", name=button, exact=True).first.click()
    page.wait_for_url("**/account/login/**")
    page.fill("[name=login]", RECRUITER)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{url}")
    expect(page.locator(field)).to_have_value(typed)
    page.get_by_role("button", name=button, exact=True).first.click()
    page.wait_for_url(lambda now: "/account/" not in now)
    page.goto(url.partition("?")[0])
    expect(page.locator(field)).to_have_value(typed)


def test_a_form_that_is_too_old_is_filled_in_again(visit: Visit):
    visitor = visit(RECRUITER)
    page = visitor.page
    page.goto("/applications/1/")
    page.fill("[name=text]", TYPED)
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Add the note").click()
    page.get_by_role("link", name="Load the page again").click()
    expect(page.locator("[name=text]")).to_have_value(TYPED)
    visitor.faults.clear()  # the console calls 403 an error


def test_of_two_who_edit_one_profile_the_second_is_told(visit: Visit):
    first, second = visit(RECRUITER), visit("second.admin@example.com")
    for visitor, text in ((first, "the first's"), (second, "the second's")):
        visitor.page.goto("/jobs/1/profile")
        visitor.page.fill("[name='d0.anchor1.en']", text)
    slider = first.page.locator(".slider").first
    before = float(slider.input_value())
    slider.focus()
    first.page.keyboard.press("ArrowRight")
    assert float(first.page.locator(".weight").first.input_value()) == before + 0.5
    expect(first.page.locator("#sum")).to_have_text("100 %")
    first.page.get_by_role("button", name="Save as a new version").click()
    first.page.wait_for_url(re.compile(r"/jobs/1/$"))
    second.page.get_by_role("button", name="Save as a new version").click()
    expect(second.page.get_by_role("alert")).to_contain_text(
        "林薇 Lin Wei saved version 2 while you were editing"
    )
    expect(second.page.locator("[name='d0.anchor1.en']")).to_have_value("the second's")
    second.faults.clear()  # the console calls 409 an error
    second.page.get_by_role("button", name="Save mine as the latest version all the same").click()
    second.page.wait_for_url(re.compile(r"/jobs/1/$"))
    expect(second.page.get_by_text("Version 3, Grace Lee")).to_be_visible()
