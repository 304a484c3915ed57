"""A recruiter reads and sends a message, and the candidate chooses channels by its link; on a desktop and a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from interview_analysis.web.demo.company import RECRUITER
from tests.web.axe import serious
from tests.web.journeys.conftest import Visit


def check(page: Page) -> None:
    """Nothing serious for axe, nothing wider than the window."""
    assert serious(page) == []
    width = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_message_is_read_and_channels_are_chosen(visit: Visit, width: int, language: str):
    chinese = language == "zh-CN"
    page = visit(RECRUITER, width=width, language=language).page
    page.get_by_role("link", name="消息" if chinese else "Messages", exact=True).click()
    check(page)
    page.get_by_role("link", name="Visit").first.click()
    expect(page.locator("pre.letter")).to_contain_text("http://localhost/c/a-link/")
    frame = page.frame_locator("iframe.letter")
    expect(frame.get_by_role("link").first).to_have_text("http://localhost/c/a-link/")
    check(page)
    link = re.search(r"http://localhost:\d+(/c/messages/[^\s]+)", page.locator("pre.letter").inner_text())
    assert link is not None

    for url in ("/messages/preview/visit/interviews.interview/1/", "/candidates/1/channels"):
        page.goto(url)
        check(page)

    candidate = visit(None, width=width, language=language).page
    candidate.goto(link[1])
    expect(candidate.get_by_role("checkbox")).to_be_checked()
    check(candidate)
    candidate.keyboard.press("Tab")
    candidate.get_by_role("checkbox").focus()
    candidate.keyboard.press("Space")
    candidate.keyboard.press("Tab")
    candidate.keyboard.press("Enter")
    expect(candidate.locator(".messages")).to_be_visible()
    expect(candidate.get_by_role("checkbox")).not_to_be_checked()
    candidate.get_by_role("checkbox").check()
    candidate.locator("main button").click()
    expect(candidate.get_by_role("checkbox")).to_be_checked()


def test_a_link_in_the_shown_mail_leads_nowhere(visit: Visit):
    visitor = visit(RECRUITER)
    page = visitor.page
    page.goto("/messages/")
    page.get_by_role("link", name="Visit").first.click()
    link = page.frame_locator("iframe.letter").get_by_role("link").first
    link.click()
    expect(link).to_be_visible()
    assert len(page.context.pages) == 1
    visitor.faults.clear()  # the console tells that a window was not opened


def test_an_application_shows_its_messages(visit: Visit):
    page = visit(RECRUITER).page
    page.goto("/applications/1/")
    expect(page.locator("#messages").get_by_role("link", name="Visit").first).to_be_visible()
