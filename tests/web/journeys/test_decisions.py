"""From two blind ratings to a recommendation, and feedback that is released."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from interview_analysis.web.demo.company import FIRST_RATER, RECRUITER, SECOND_RATER
from tests.web.axe import serious
from tests.web.journeys.conftest import Site, Visit


def rate(page: Page, level: int) -> None:
    """The same level on every dimension of interview 3."""
    page.goto("/interviews/3/review")
    for dimension in page.locator("[data-dimension]").all():
        dimension.locator(f"input[value='{level}']").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#scorecard[data-locked]")).to_be_attached()


def test_two_raters_who_do_not_see_each_other_lead_to_a_recommendation(visit: Visit):
    recruiter, first, second = visit(RECRUITER), visit(FIRST_RATER), visit(SECOND_RATER)
    page = recruiter.page
    page.goto("/interviews/3/raters")
    page.get_by_label("Sam Okafor").check()
    page.get_by_label("赵敏 Zhao Min").check()
    page.get_by_role("button", name="Save").click()
    first.page.goto("/interviews/3/review")
    first.page.get_by_role("button", name="Submit").click()
    expect(first.page.locator("#fault")).to_contain_text("Not rated yet: ")
    expect(first.page.locator("[data-dimension] input").first).to_be_focused()
    rate(first.page, 2)
    expect(first.page.get_by_text("nothing more for you to do")).to_be_visible()
    assert "Others' scorecards" not in second.page.goto("/interviews/3/review").text()  # type: ignore[union-attr]
    assert second.page.goto("/interviews/3/consensus").status == 404  # type: ignore[union-attr]
    second.faults.clear()
    rate(second.page, 4)

    page.goto("/interviews/3/consensus")
    for final in page.locator("select[name^=level-]").all():
        final.select_option("3")
    page.get_by_role("button", name="Enter the final rating").click()
    expect(page.locator(".messages")).to_contain_text("Saved")
    page.get_by_role("link", name="Recruitment report").click()
    page.get_by_role("link", name="Write yours").click()
    page.get_by_label("next round").check()
    page.fill("[name=reason]", "Solid answers, 回答扎实")
    page.get_by_role("button", name="Recommend").click()
    expect(page.locator("blockquote")).to_have_text("Solid answers, 回答扎实")
    made = page.request.get("/interviews/3/recruitment.pdf")
    assert made.headers["content-type"] == "application/pdf"
    assert made.body().startswith(b"%PDF")


def test_feedback_is_changed_and_released_once_more(site: Site, visit: Visit):
    page = visit(RECRUITER).page
    page.goto(f"/interviews/{site.decided}/feedback")
    change = page.get_by_role("link", name="Change it in a new release")
    change.or_(page.locator("#advice")).first.click()  # another test may have left a draft of it
    page.fill("#advice", "Tell what came of it.")
    page.get_by_role("button", name="Release").click()
    expect(page.locator(".messages")).to_contain_text("Released")
    expect(page.locator("article.letter")).to_contain_text("Tell what came of it.")
    assert page.locator("textarea").count() == 0, "locked"
    expect(page.get_by_text(re.compile("^Release 2, "))).to_be_visible()
    made = page.request.get(f"/interviews/{site.decided}/feedback/2.pdf")
    assert made.body().startswith(b"%PDF")


@pytest.mark.parametrize(("language", "width"), [("en", 1200), ("zh-CN", 390)])
def test_the_candidate_reads_what_was_released_and_objects(
    site: Site, visit: Visit, language: str, width: int
):
    page = visit(None, width=width, language=language).page
    page.goto(site.candidates_link)
    if language == "zh-CN":
        page.get_by_role("button", name="中文").click()
    page.goto("/c/feedback/")
    expect(page.locator("article.letter")).to_contain_text("You named the numbers.")
    assert serious(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.locator("[name=kind]").last.check()
    page.fill("#ask-text", f"I said how it ended, {language}")
    page.locator("form", has=page.locator("#ask-text")).get_by_role("button").click()
    expect(page.get_by_text(f"I said how it ended, {language}")).to_be_visible()
    assert serious(page) == []
    staff = visit(RECRUITER).page
    staff.goto("/requests/")
    staff.get_by_role("link", name="Wei Jia").last.click()
    expect(staff.locator("main")).to_contain_text(f"I said how it ended, {language}")
    assert serious(staff) == []


def test_no_choice_of_the_own_review_breaks_inside_itself_on_a_phone(site: Site, visit: Visit):
    page = visit(None, width=390, language="zh-CN").page
    page.goto(site.candidates_link)
    page.get_by_role("button", name="中文").click()
    page.goto("/c/review/")
    choices = page.locator("label.level")
    assert choices.count() >= 4
    heights = choices.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert max(heights) < 1.5 * min(heights)
