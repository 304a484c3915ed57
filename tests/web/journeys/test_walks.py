"""What people do with the application from one end to the other, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from interview_analysis.web.demo.company import RECRUITER, SECOND_RATER
from tests.web.axe import serious
from tests.web.journeys.conftest import Site, Visit
from tests.web.journeys.server import PASSWORD
from tests.web.recordings import write_clip

DESCRIPTION = """产品经理
岗位职责：
1. 负责移动端产品的需求分析与产品规划，撰写需求文档；
2. 通过用户研究和数据分析发现问题，持续优化用户体验；
3. 跨部门沟通，推动研发、设计、测试团队按时交付项目。
任职要求：
1. 本科以上学历，三年以上产品经理经验；
2. 具备优秀的逻辑思维能力、沟通表达能力和团队协作精神；
3. 有较强的抗压能力和学习能力。
"""


def test_sign_in_by_the_link_once_and_set_a_password(site: Site, visit: Visit):
    first = visit()
    page = first.page
    page.goto(site.link)
    page.wait_for_selector("button:focus")  # which it gets when the page is first drawn, not when it has come
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/password/set/")
    for field in ("password1", "password2"):
        page.fill(f"[name={field}]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/password/set/" not in url)
    page.get_by_role("button", name="Sign out").click()
    again = visit("admin@example.com")
    again.page.goto("/people/")
    expect(again.page.get_by_text("Made-up company")).to_be_visible()
    third = visit()
    third.page.goto(site.link)
    expect(third.page.get_by_role("heading")).to_contain_text("does not work any more")
    third.faults.clear()  # the console calls 410 an error


def test_a_job_from_a_pasted_chinese_description(visit: Visit):
    page = visit(RECRUITER, language="zh-CN").page
    page.goto("/jobs/new")
    page.fill("[name=text]", DESCRIPTION)
    page.get_by_role("button", name="创建职位").click()
    page.wait_for_url(re.compile(r"/jobs/\d+/profile$"), timeout=60_000)
    expect(page.locator("#sum")).to_have_text("100 %")
    expect(page.locator("q").first).to_contain_text(re.compile("[\u4e00-\u9fff]"))
    slider = page.locator(".slider").first
    slider.fill("40")
    expect(page.locator("#sum")).to_have_text("100 %")
    expect(page.locator(".weight").first).to_have_value("40")
    page.get_by_role("button", name="保存为新版本").click()
    page.wait_for_url(re.compile(r"/jobs/\d+/$"))
    expect(page.locator(".messages")).to_be_visible()


def new_interview(page: Page, name: str) -> None:
    """A candidate with an application and an interview, typed in as a recruiter does."""
    page.goto("/candidates/new")
    page.fill("[name=name]", name)
    page.select_option("[name=apply-job]", index=1)
    page.get_by_role("button", name="Save").click()
    page.locator("main a[href^='/applications/']").first.click()
    page.get_by_role("link", name="New interview").click()
    page.fill("[name=title]", "First interview")
    page.select_option("[name=consent-how]", "written")
    page.check("[name=consent-recording]")
    assert not page.is_checked("[name=consent-analysis]"), "nobody agreed yet"
    page.check("[name=consent-analysis]")
    page.get_by_role("button", name="Make the interview").click()
    page.wait_for_url(re.compile(r"/interviews/\d+/$"))


def test_a_recording_goes_in_after_a_broken_upload_and_is_analysed(site: Site, visit: Visit, tmp_path: Path):
    visitor = visit(RECRUITER)
    page = visitor.page
    new_interview(page, "Ada Byron")
    broken = tmp_path / "broken.mp4"
    broken.write_text("<html><script>alert(1)</script></html>")
    page.set_input_files("#files", broken)
    expect(page.locator("#uploads .errors")).to_contain_text("broken.mp4")
    page.reload()

    clip = write_clip(tmp_path / "clip.mp4", seconds=3.0)
    page.route("**/chunks/*", lambda route: route.abort())  # the network is gone
    page.set_input_files("#files", clip)
    expect(page.locator("#uploads [role=status]")).to_contain_text("No connection")
    page.unroute("**/chunks/*")
    page.reload()  # the tab is killed
    page.set_input_files("#files", clip)
    expect(page.locator("table.list").first).to_contain_text("clip.mp4")
    visitor.faults.clear()  # refused and broken requests are in the console

    expect(page.get_by_text("Next: ")).to_contain_text("Have it analysed")
    page.get_by_role("button", name="Analyse").click()
    state = page.locator("#analyses tbody tr").first
    expect(state).to_contain_text("waiting")
    site.work()
    expect(state).to_contain_text(re.compile("done|failed"), timeout=10_000)  # without a reload
    expect(state).to_contain_text("done")


def test_a_recording_that_was_cut_off_is_refused_at_once_and_so_is_a_page_that_is_gone(
    visit: Visit, tmp_path: Path
):
    visitor = visit(RECRUITER)
    page = visitor.page
    new_interview(page, "Grace Short")
    whole = write_clip(tmp_path / "whole.mp4", seconds=3.0)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/finish") else None)
    page.set_input_files("#files", cut)
    said = page.locator("#uploads .errors [role=status]")
    expect(said).to_contain_text("cut.mp4: truncated")
    assert len(asked) == 1, "it is not tried again"
    page.reload()
    page.route(
        "**/finish", lambda route: route.fulfill(status=404, content_type="text/html", body="<h1>Gone</h1>")
    )
    page.set_input_files("#files", whole)
    expect(said).to_have_text("The file is not taken. (404)")
    visitor.faults.clear()  # refused requests are in the console


def rate_by_keyboard(page: Page) -> int:
    """Choose a level on each dimension, and submit, with Tab, Space, arrows and Enter alone. Gives how many there are."""
    page.locator("#scorecard").scroll_into_view_if_needed()
    page.locator("#scorecard input[type=radio]").first.focus()
    dimensions = page.locator("[data-dimension]").count()
    for number in range(dimensions):
        focused = page.evaluate("() => document.activeElement.name")
        assert focused == f"level-{number}"
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")  # to level 2
        page.keyboard.press("Tab")
        page.keyboard.type("He named the numbers.")
        for _ in range(2):
            page.keyboard.press("Tab")  # over "Quote" to the next dimension
    page.keyboard.type("A clear answer.")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#scorecard[data-locked]")).to_be_attached(timeout=15_000)
    return dimensions


def evidence_and_timeline_lead_to_their_seconds(page: Page) -> None:
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    page.locator("#dimensions button.time").first.click()  # later than the clip is long
    page.wait_for_function("() => document.querySelector('video').currentTime > 3")
    page.locator("#position-s").focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('video').currentTime === 0")
    expect(page.locator(".playhead").first).to_have_attribute("x1", "0%")
    expect(page.locator("#position-s")).to_have_attribute("aria-valuetext", "00:00")
    page.locator("svg.plot").nth(1).click(position={"x": 9, "y": 3})
    page.wait_for_function("() => document.querySelector('video').currentTime > 0")


def test_many_recordings_go_in_with_a_list(visit: Visit, tmp_path: Path):
    visitor = visit(RECRUITER)
    page = visitor.page
    page.goto("/candidates/new")
    page.fill("[name=name]", "Bea Lovelace")
    job = page.locator("[name=apply-job] option").nth(1).inner_text()
    page.select_option("[name=apply-job]", index=1)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/candidates/\d+/$"))
    clips = [write_clip(tmp_path / name, seconds=2.0) for name in ("one.mp4", "two.mp4", "other.mp4")]
    rows = [
        f"{name},Bea Lovelace,{job},Talk {name},2026-01-31,written,yes" for name in ("one.mp4", "two.mp4")
    ]
    head = "file,candidate,job,interview,consent_on,consent_how,analysis"
    (tmp_path / "list.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    page.goto("/interviews/")
    page.get_by_role("link", name="Recordings with a list").click()
    page.set_input_files("[name=file]", tmp_path / "list.csv")
    page.get_by_role("button", name="Look what it would make").click()
    assert serious(page) == []
    scripts: list[Route] = []
    page.route("**/upload*.js", lambda route: scripts.append(route))
    page.get_by_role("button", name="Make the interviews and go on to the files").click()
    page.set_input_files("#files", clips)  # before the script that sends them has come
    while not scripts:
        page.wait_for_timeout(50)
    scripts[0].continue_()
    expect(page.locator("#uploads li", has_text="Here.")).to_have_count(2, timeout=60_000)
    expect(page.locator("#uploads .errors")).to_contain_text("other.mp4")
    expect(page.locator("#uploads .errors")).to_contain_text("not in the list")
    assert serious(page) == []
    page.get_by_role("link", name="Talk two.mp4").click()
    expect(page.locator("tbody").first).to_contain_text("two.mp4")


def test_blind_by_keyboard_and_to_consensus(visit: Visit):
    second = visit(SECOND_RATER)
    page = second.page
    page.goto("/interviews/1/review")
    expect(page.locator("#transcript .w").first).to_be_visible()
    assert (
        page.locator("#transcript .line").first.evaluate("(line) => getComputedStyle(line).display")
        == "block"
    )
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert page.locator("#machine").count() == 0, "blind until submitted"
    assert "Others' scorecards" not in page.content()
    assert page.goto("/interviews/1/report").status == 404  # type: ignore[union-attr]
    second.faults.clear()
    page.goto("/interviews/1/review")

    page.keyboard.press("Control+j")
    page.keyboard.type("She laughs here")
    page.keyboard.press("Enter")
    expect(page.locator("#marks li")).to_contain_text("She laughs here")
    page.keyboard.press("F2")  # five seconds on, to the end of the clip
    page.wait_for_function("() => document.querySelector('video').currentTime > 3")
    page.locator("#transcript .w").first.click()
    page.wait_for_function("() => document.querySelector('video').currentTime < 3")

    dimensions = rate_by_keyboard(page)
    expect(page.locator("#machine")).to_be_visible()
    expect(page.get_by_text("Others' scorecards")).to_be_visible()
    evidence_and_timeline_lead_to_their_seconds(page)

    recruiter = visit(RECRUITER).page
    recruiter.goto("/interviews/1/review")
    recruiter.get_by_role("link", name="Consensus").click()
    finals = recruiter.locator("select[name^=level-]")
    assert finals.count() == dimensions
    for final in finals.all():
        final.select_option("3")
    recruiter.get_by_role("button", name="Enter the final rating").click()
    expect(recruiter.locator(".messages")).to_contain_text("Saved")
    expect(finals.first).to_have_value("3")


def test_the_language_changes_with_one_click_and_stays(visit: Visit):
    page = visit("omar.haddad@example.com").page
    page.goto("/jobs/")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("职位")
    page.goto("/people/me")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    again = visit("omar.haddad@example.com").page  # another browser, which asks for English
    again.goto("/jobs/")
    expect(again.locator("h1")).to_have_text("职位")
    again.get_by_role("button", name="English").click()
    expect(again.locator("h1")).to_have_text("Jobs")


def test_on_a_phone_the_rooms_are_reached_and_a_list_is_read(visit: Visit):
    page = visit(RECRUITER, width=390).page
    page.get_by_role("navigation").get_by_role("link", name="Interviews").click()
    page.get_by_role("row", name="First interview").get_by_role("link", name="Chen Yu").click()
    page.get_by_role("link", name="Review").click()
    expect(page.locator("#transcript .w").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_an_expired_session_loses_no_draft(visit: Visit):
    visitor = visit(RECRUITER)
    page = visitor.page
    page.goto("/applications/2/")
    page.fill("[name=text]", "She can begin in January, 一月到岗")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Add the note").click()
    page.wait_for_url("**/account/login/**")
    page.fill("[name=login]", RECRUITER)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/applications/2/")
    expect(page.locator("[name=text]")).to_have_value("She can begin in January, 一月到岗")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator("article")).to_contain_text("She can begin in January")
    expect(page.locator("[name=text]")).to_have_value("")
    visitor.faults.clear()


def test_a_scorecard_s_draft_outlives_its_session(visit: Visit):
    admin = visit(RECRUITER)
    page = admin.page
    page.goto("/interviews/2/raters")
    page.get_by_label("赵敏 Zhao Min").check()
    page.get_by_role("button", name="Save").click()
    rater = visit(SECOND_RATER)
    page = rater.page
    page.goto("/interviews/2/review")
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-dimension] textarea").first.fill("typed while signed out")
    expect(page.locator("#saved")).to_contain_text("Not saved")
    rater.sign_in(SECOND_RATER)
    page.goto("/interviews/2/review")
    expect(page.locator("[data-dimension] textarea").first).to_have_value("typed while signed out")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    rater.faults.clear()  # requests that were refused are in the console


def test_a_double_click_submits_once(visit: Visit):
    page = visit(RECRUITER).page
    page.goto("/applications/3/")
    page.fill("[name=text]", "only once")
    page.get_by_role("button", name="Add the note").dblclick()
    expect(page.locator("article")).to_have_count(1)
    page.reload()
    expect(page.locator("article")).to_have_count(1)


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_a_hostile_name_is_text_and_nothing_else(visit: Visit, hostile: str):
    page = visit(RECRUITER).page
    page.goto("/candidates/new")
    page.fill("[name=name]", hostile)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text(hostile)
    page.goto("/candidates/")
    expect(page.get_by_role("link", name=hostile)).to_be_visible()
