"""A recruiter invites; the candidate opens the link on a phone, reads, chooses, picks a time and confirms."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from interview_analysis.web.demo.company import RECRUITER
from tests.web.axe import serious
from tests.web.journeys.conftest import Visit

PHONE = 390


def look_over(page: Page, *urls: str) -> None:
    """Axe finds nothing serious on any of the pages, and none is wider than a phone."""
    found = []
    for url in urls:
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        found += serious(page)
        before = page.viewport_size
        page.set_viewport_size({"width": PHONE, "height": 844})
        if (width := page.evaluate("() => document.documentElement.scrollWidth")) > PHONE:
            found.append(f"{url}: {width} px wide on a phone of {PHONE}")
        assert before is not None
        page.set_viewport_size(before)
    assert found == []


def invite(page: Page, application: int, **choices: str) -> str:
    """Invite as a recruiter does, with what the form proposes; the link that the candidate gets."""
    page.goto(f"/applications/{application}/")
    page.get_by_role("link", name="Invite to an interview").click()
    for name, value in choices.items():
        page.select_option(f"[name={name}]", value)
    page.select_option("[name=window-zone]", "Asia/Shanghai")
    page.fill("[name=window-opens]", f"{date.today() - timedelta(days=1)}T09:00")
    page.fill("[name=window-closes]", f"{date.today() + timedelta(days=7)}T18:30")
    page.get_by_role("button", name="Invite now").click()
    page.wait_for_url("**/invitations/*/")
    return page.input_value("#link")


def test_an_invitation_from_the_form_to_the_phone(visit: Visit):
    recruiter = visit(RECRUITER).page
    link = invite(recruiter, 2)
    candidate = visit(width=PHONE).page
    candidate.goto(link)
    expect(candidate.get_by_text("Welcome, Daniel Park.")).to_be_visible()
    expect(candidate.get_by_text("Beijing time (UTC+8)").first).to_be_visible()
    assert candidate.url.removeprefix(candidate.url.split("/c/")[0]) == "/c/"
    assert candidate.get_by_role("link", name="Jobs").count() == 0
    candidate.get_by_role("link", name="Read and agree").click()
    candidate.get_by_role("button", name="Agree", exact=True).click()
    expect(candidate.locator("li.done h2").first).to_contain_text("Read and agree")
    candidate.get_by_role("button", name="I will be there").click()
    expect(candidate.locator(".messages")).to_contain_text("We look forward to it")
    recruiter.reload()
    state = recruiter.locator("section").first
    for word in ("Opened", "Confirmed", "Agreed"):
        expect(state.locator("div", has_text=word).locator("dd")).not_to_have_text("—")
    own = recruiter.url
    look_over(recruiter, own, f"{own}window", f"{own}questions", f"{own}extra-time")
    look_over(candidate, "/c/", "/c/invitation", "/c/consent")
    candidate.set_viewport_size({"width": 1200, "height": 844})
    look_over(candidate, "/c/", "/c/invitation", "/c/consent")


def test_proposed_questions_and_title_follow_the_language_but_for_what_was_changed(visit: Visit):
    page = visit(RECRUITER).page
    page.goto("/applications/3/invite")
    page.select_option("select[name=language]", "zh-hans")
    title, first, second = (page.locator(f"[name='{name}']") for name in ("title", "q0.text", "q1.text"))
    chinese = re.compile("[\u4e00-\u9fff]")
    expect(first).to_have_value(chinese)
    second.fill("In my own words")
    page.select_option("select[name=language]", "en")
    expect(title).not_to_have_value(chinese)
    expect(first).not_to_have_value(chinese)
    expect(page.locator(".question strong").first).not_to_have_text(chinese)
    expect(second).to_have_value("In my own words")


def test_in_chinese_and_without_automated_analysis_by_keyboard(visit: Visit):
    recruiter = visit(RECRUITER).page
    link = invite(recruiter, 3)
    candidate = visit(
        width=PHONE, language="en"
    ).page  # the browser is English, the candidate's language is not
    candidate.goto(link)
    expect(candidate.locator("html")).to_have_attribute("lang", "zh-CN")
    candidate.goto("/c/consent")
    without = candidate.get_by_role("button", name="继续，但不做自动分析")
    without.focus()
    candidate.keyboard.press("Enter")
    expect(candidate.locator("li.done").first).to_contain_text("您选择不做自动分析")
    look_over(candidate, "/c/", "/c/invitation", "/c/consent")
    candidate.get_by_role("button", name="English").click()
    expect(candidate.locator("html")).to_have_attribute("lang", "en")
    recruiter.reload()
    expect(recruiter.locator("section").first).to_contain_text("without automated analysis")


def test_picking_a_time_and_moving_it(visit: Visit):
    recruiter = visit(RECRUITER).page
    recruiter.goto("/jobs/1/times")
    for hour in (9, 11):
        recruiter.fill("[name=start]", f"{date.today() + timedelta(days=3)}T{hour:02}:00")
        recruiter.select_option("[name=zone]", "Asia/Shanghai")
        recruiter.get_by_role("button", name="Add", exact=True).click()
        expect(recruiter.locator("tbody tr").last).to_contain_text("0 / 1")
    recruiter.goto("/applications/1/invite")
    recruiter.check("[name=window-picks]")
    recruiter.select_option("[name=kind]", "live")
    recruiter.fill("[name=note]", "Join at https://meet.example.com/abc")
    recruiter.select_option("[name=window-zone]", "Asia/Shanghai")
    recruiter.fill("[name=window-opens]", f"{date.today()}T09:00")
    recruiter.fill("[name=window-closes]", f"{date.today() + timedelta(days=7)}T18:30")
    recruiter.get_by_role("button", name="Invite now").click()
    recruiter.wait_for_url("**/invitations/*/")
    candidate = visit(width=PHONE).page
    candidate.goto(recruiter.input_value("#link"))
    for hour in ("09:00", "11:00"):
        candidate.goto("/c/times")
        candidate.get_by_label(hour).check()
        candidate.get_by_role("button", name="Take this time").click()
        expect(candidate.locator(".when")).to_contain_text(hour)
    look_over(candidate, "/c/times", "/c/", "/c/invitation")
    with candidate.expect_download() as fetched:
        candidate.get_by_role("link", name="Add to the calendar").click()
    assert "SEQUENCE:1" in fetched.value.path().read_text(encoding="utf-8")
    recruiter.goto("/jobs/1/times")
    expect(recruiter.locator("tbody tr").first).to_contain_text("0 / 1")
    expect(recruiter.locator("tbody tr").last).to_contain_text("1 / 1")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_closed_link_says_so(visit: Visit, language: str):
    visitor = visit(width=PHONE, language=language)
    visitor.page.goto(f"/c/{'x' * 43}/")
    expect(visitor.page.get_by_role("heading")).to_be_visible()
    assert visitor.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE
    visitor.faults.clear()  # the console calls 410 an error
