"""The candidate's pages in a real Chromium: what breaks in practice, and whether everybody can use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.answers.browser import FAKE, Server, chromium
from tests.web.axe import serious

pytestmark = pytest.mark.browser
WRAP = "const media = navigator.mediaDevices; const real = media.getUserMedia.bind(media);"
NO_CAMERA = (
    WRAP
    + "media.getUserMedia = (w) => w.video ? Promise.reject(new DOMException('in use', 'NotReadableError')) : real(w);"
)
SILENT = """media.getUserMedia = async (wanted) => {
  const sound = new AudioContext().createMediaStreamDestination();
  const stream = await real(wanted);
  stream.getAudioTracks().forEach((track) => stream.removeTrack(track));
  stream.addTrack(sound.stream.getAudioTracks()[0]); return stream; };"""
STILL = """media.getUserMedia = async (wanted) => {
  const canvas = document.createElement('canvas'), drawn = canvas.getContext('2d', { alpha: false }); let width = 0;
  const timer = setInterval(() => { drawn.fillStyle = 'white'; drawn.fillRect(0, 0, width, 9); if (++width > 20) clearInterval(timer); }, 100);
  const stream = canvas.captureStream(10);
  stream.addTrack((await real(wanted)).getAudioTracks()[0]); return stream; };"""
WHOLE_ONLY = """const start = MediaRecorder.prototype.start;
  MediaRecorder.prototype.start = function () { return start.call(this); }; MediaRecorder.prototype.requestData = () => {};"""
QUOTA = """const put = IDBObjectStore.prototype.put; let left = 4;
  IDBObjectStore.prototype.put = function (row) {
    if (row.data && left-- <= 0) throw new DOMException('full', 'QuotaExceededError'); return put.call(this, row); };"""
STUBBORN = """const start = MediaRecorder.prototype.start; let refusals = 1;
  MediaRecorder.prototype.start = function (ms) {
    if (refusals-- > 0) throw new DOMException('', 'UnknownError'); return start.call(this, ms); };"""
TOMORROW = "const now = Date.now.bind(Date); Date.now = () => now() + 86_400_000;"
OLD = "delete window.MediaRecorder;"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="SKIPPED: playwright is not installed")
    path = chromium()
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=[*FAKE])
        yield started
        started.close()


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("home"), candidates=16)
    yield made
    made.kill()


Visit = Callable[..., Any]


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Visit]:
    """`visit(script)`: a page of a candidate that nobody else of these tests is; the script runs before those of the page."""
    contexts, faults = [], []

    def open_page(script: str = "", width: int = 390, language: str = "en") -> Any:
        context = browser.new_context(
            base_url=server.url, viewport={"width": width, "height": 844}, locale=language
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(server.links.pop())
        if language == "zh-CN":
            page.get_by_role("button", name="中文").click()  # until then in the language of the invitation
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def begin(page: Any) -> None:
    page.goto("/c/answer")
    page.click("#show")
    page.click("[data-do=begin]")
    page.locator("[data-do=stop]").wait_for()


def finish(page: Any, server: Server) -> dict[str, Any]:
    """End the answer and hand in; the recordings of the candidate, as the worker makes them."""
    page.click("[data-do=stop]")
    return hand_in(page, server)


def hand_in(page: Any, server: Server, as_it_is: bool = False) -> dict[str, Any]:
    """Hand in what was answered; the recordings, as the worker makes them, or once a recruiter takes what there is."""
    page.locator("[data-do=next]").wait_for()
    key = page.evaluate("() => JSON.parse(document.getElementById('data').textContent).name")
    page.goto("/c/answer/later")
    page.get_by_text("Everything is with us").wait_for(timeout=60_000)
    return server.run(  # type: ignore[no-any-return]
        "from interview_analysis.web.candidate.models import Invitation\nfrom interview_analysis.web.answers import settling, taking\n"
        f"one = Invitation.objects.get(key='{key}')\ntaking.hand_in(one)\n"
        f"type(one.handed_in).objects.filter(invitation=one).update(as_it_is={as_it_is})\n"
        "while settling.settle_due(): pass\n"
        "told = {'recordings': list(one.interview.recordings.values('kind', 'duration_s', 'gaps')), 'streams': one.streams.filter(purpose='answer').count()}"
    )


def press(page: Any, selector: str) -> None:
    """By keyboard, once it is there."""
    page.locator(selector).wait_for()
    page.locator(selector).press("Enter")


def accessible(page: Any, language: str) -> list[str]:
    found = serious(page)
    if (width := page.evaluate("() => document.documentElement.scrollWidth")) > 390:
        found.append(f"{page.url}: {width} px wide")
    if page.locator("html").get_attribute("lang") != language:
        found.append(f"{page.url}: not in {language}")
    return found


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_is_accessible_and_fits_a_phone(visit: Visit, language: str):
    page, found = visit(language=language), []
    page.goto("/c/check")
    page.keyboard.press("Tab")
    page.locator("#begin").focus()
    page.keyboard.press("Enter")
    page.locator("#again").wait_for()
    page.locator("#clip").wait_for()
    assert page.locator("[data-check=recording] .badge.good").count() == 1
    assert page.locator("[data-check=camera] .badge.good").count() == 1
    assert page.locator("[data-check=microphone] .badge.good").count() == 1
    found += accessible(page, language)
    page.goto("/c/answer")
    found += accessible(page, language)
    press(page, "#show")
    page.locator("[data-do=begin]").wait_for()
    assert page.evaluate("() => document.activeElement.id") == "number"
    page.click("#notes summary")
    page.click("#other summary")
    found += accessible(page, language)
    press(page, "[data-do=begin]")
    page.locator("[data-do=stop]").wait_for()
    found += accessible(page, language)
    press(page, "[data-do=stop]")
    press(page, "[data-do=next]")
    page.locator("[data-do=begin]").wait_for()
    page.fill("#written", "Because.")
    press(page, "[data-do=write]")
    press(page, "[data-do=next]")
    page.locator("#hand-in").wait_for()
    found += accessible(page, language)
    press(page, "#hand-in")
    page.wait_for_url("**/c/answer/later")
    found += accessible(page, language)
    for url in (
        "/c/",
        "/c/guide/",
        "/c/progress/",
        "/c/feedback/",
        "/c/review/",
        "/c/data/",
        "/c/data/withdraw",
    ):
        answer = page.goto(url)
        assert answer.status == 200, url
        assert page.url.endswith(url), "it leads elsewhere"
        found += accessible(page, language)
    page.check("[name=sure]")
    page.locator("form", has=page.locator("[name=sure]")).locator("button").click()
    page.wait_for_url("**/c/gone/*/")
    found += accessible(page, language)
    assert found == []


def test_a_recruiter_watches_tells_and_gives_time_while_it_is_recorded(
    visit: Visit, server: Server, browser: Any
):
    from tests.web.answers.server import PASSWORD

    page = visit()
    begin(page)
    watching = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844}).new_page()
    watching.goto("/account/login/")
    watching.fill("[name=login]", "recruiter@example.com")
    watching.fill("[name=password]", PASSWORD)
    watching.click("main button[type=submit]")
    watching.goto("/answers/")
    row = watching.locator("tr", has_text="answers").first
    row.wait_for(timeout=20_000)
    assert row.locator("meter").count() == 1
    found = accessible(watching, "en")
    row.get_by_role("link").click()
    found += accessible(watching, "en")
    watching.fill("[name=text]", "Take your time.")
    watching.get_by_role("button", name="Send").click()
    watching.get_by_role("link", name="Extra time").click()
    watching.select_option("[name=per_cent]", "50")
    watching.get_by_role("button", name="Save").click()
    page.locator("#said li").wait_for()
    assert page.locator("#said").inner_text() == "Take your time."
    page.get_by_text("You were given more time.").wait_for(timeout=15_000)
    watching.context.close()
    assert found == []
    finish(page, server)


@pytest.mark.faults
def test_without_a_camera_the_sound_is_recorded(visit: Visit, server: Server):
    page = visit(NO_CAMERA)
    begin(page)
    assert "Another program holds the camera" in page.locator("#fault").inner_text()
    page.wait_for_timeout(3000)
    made = finish(page, server)["recordings"]
    assert [one["kind"] for one in made] == ["audio"]
    assert made[0]["duration_s"] > 2.5


@pytest.mark.faults
@pytest.mark.parametrize(("name", "words"), [("NotAllowedError", "told not to use the microphone"), ("NotFoundError", "No microphone was found")])  # fmt: skip
def test_without_a_microphone_it_says_what_to_do_and_takes_writing(visit: Visit, name: str, words: str):
    page = visit(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{name}'));"
    )
    page.goto("/c/check")
    page.click("#begin")
    page.locator("#again").wait_for()
    assert words in page.locator("[data-check=microphone]").inner_text()
    page.goto("/c/answer")
    page.click("#show")
    page.click("[data-do=begin]")
    page.locator("#fault", has_text=words).wait_for()
    page.fill("#written", "In writing.")
    page.click("[data-do=write]")
    page.locator("[data-do=next]").wait_for()


def test_a_recorder_that_does_not_start_is_told_and_may_be_tried_again(visit: Visit, server: Server):
    page = visit(STUBBORN)
    page.goto("/c/answer")
    page.click("#show")
    page.click("[data-do=begin]")
    page.locator("#fault", has_text="Nothing can be recorded here.").wait_for()
    page.click("[data-do=begin]")
    page.locator("[data-do=stop]").wait_for()
    page.wait_for_timeout(2500)
    told = finish(page, server)
    assert told["streams"] == 1
    assert told["recordings"][0]["duration_s"] > 2.0


@pytest.mark.faults
def test_an_old_browser_uploads_a_file(visit: Visit, server: Server, tmp_path: Path):
    from tests.web.recordings import write_clip

    page = visit(OLD)
    page.goto("/c/answer")
    page.click("#show")
    page.click("[data-do=begin]")
    page.locator("#fault", has_text="This browser cannot record").wait_for()
    page.set_input_files("#file", write_clip(tmp_path / "clip.mp4", seconds=2.0))
    (made,) = hand_in(page, server)["recordings"]
    assert made["kind"] == "video"
    assert made["duration_s"] == pytest.approx(2.0, abs=0.2)


def test_a_second_tab_is_told_and_can_go_on_without_loss(visit: Visit, server: Server):
    first = visit()
    begin(first)
    first.wait_for_timeout(3500)
    second = first.context.new_page()
    second.goto("/c/answer")
    second.get_by_text("open in another tab").wait_for()
    assert not second.locator("#show").is_visible()
    second.click("#take")
    first.get_by_text("It goes on in another tab").wait_for()
    second.click("[data-do=resume]")
    second.locator("[data-do=stop]").wait_for()
    second.wait_for_timeout(2500)
    told = finish(second, server)
    assert told["streams"] == 2
    assert len(told["recordings"]) == len(told["recordings"][0]["gaps"]) == 1
    recorded_s = told["recordings"][0]["duration_s"] - told["recordings"][0]["gaps"][0]["lost_s"]
    assert recorded_s > 5.0


@pytest.mark.faults
def test_a_full_storage_is_told_and_nothing_is_lost(visit: Visit, server: Server):
    page = visit(QUOTA)
    begin(page)
    page.locator("#fault", has_text="The storage of this device is full").wait_for()
    page.wait_for_timeout(4000)
    page.click("[data-do=stop]")
    page.locator("#sending", has_text="Everything that you recorded is with us").wait_for()
    (made,) = hand_in(page, server)["recordings"]
    assert made["gaps"] == []
    assert made["duration_s"] > 5.0


@pytest.mark.faults
@pytest.mark.parametrize("small", [True, False], ids=["small rows fit", "nothing fits"])
def test_what_a_full_storage_sent_before_the_page_was_left_is_kept(visit: Visit, server: Server, small: bool):
    """The end of it was not told, and the browser has less than the server. Without a row for each chunk nobody knows its end."""
    page = visit(QUOTA if small else QUOTA.replace("row.data", "'number' in row"))
    page.route(
        "**/c/streams/*/end",
        lambda route: route.continue_() if page.url.endswith("/later") else route.abort(),
    )
    begin(page)
    page.locator("#fault", has_text="The storage of this device is full").wait_for()
    page.wait_for_timeout(4000)
    page.click("[data-do=stop]")
    page.locator("#sending", has_text="No connection").wait_for()
    (made,) = hand_in(page, server, as_it_is=not small)["recordings"]
    assert made["gaps"] == []
    assert made["duration_s"] > 5.0


@pytest.mark.faults
def test_a_recorder_that_gives_nothing_until_its_end_is_ended_every_few_seconds(visit: Visit, server: Server):
    """As mp4 in some browsers: what could be lost stays short, and the pieces become one recording."""
    page = visit(WHOLE_ONLY)
    begin(page)
    page.wait_for_timeout(17_000)
    told = finish(page, server)
    assert told["streams"] >= 3
    assert len(told["recordings"]) == 1
    assert told["recordings"][0]["duration_s"] > 15.0
    assert told["recordings"][0]["gaps"] == []


@pytest.mark.faults
@pytest.mark.parametrize(("device", "words"), [(SILENT, "complete silence"), (STILL, "stands still")], ids=["silent", "still"])  # fmt: skip
def test_silence_and_a_picture_that_stands_still_are_noticed(visit: Visit, device: str, words: str):
    page = visit(WRAP + device)
    begin(page)
    page.locator("#fault", has_text=words).wait_for()
    page.click("[data-do=stop]")


@pytest.mark.faults
def test_a_clock_that_is_wrong_by_a_day_changes_nothing(visit: Visit, server: Server):
    page = visit(TOMORROW)
    begin(page)
    page.wait_for_timeout(2500)
    page.reload()
    page.click("[data-do=resume]")
    page.locator("[data-do=stop]").wait_for()
    page.wait_for_timeout(2500)
    made = finish(page, server)["recordings"]
    assert len(made) == 1
    assert sum(gap["lost_s"] for gap in made[0]["gaps"]) < 30
