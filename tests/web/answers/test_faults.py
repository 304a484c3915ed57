"""Nothing that a candidate says is lost: an answer with the tab killed three times, the network cut twice and the server
killed once. Two minutes long by default; twenty among the slow tests."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.web.answers.browser import Server, candidates_browser, kill_renderers

AWAY_S = 2.0  # nobody is back sooner; a break below a second is not told, see UNSURE_S in joining.py
LOST_S = 2.5  # a kill costs a second; a slow machine is late to write it


class Answer:
    """One answer, across kills. `spans` are the stretches in which a tab was recording, on the test's clock."""

    def __init__(self, context: Any, profile: Path, link: str) -> None:
        self.context, self.profile, self.link, self.spans = context, profile, link, []
        self.page = self._tab()
        context.pages[0].close()  # the empty one that a browser opens with
        self.page.goto(link)
        self.page.goto(link.split("/c/")[0] + "/c/answer")
        self.page.click("#show")
        self.page.click("[data-do=begin]")
        self._recording()

    def _tab(self) -> Any:
        page = self.context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def _recording(self) -> None:
        self.page.locator("[data-do=stop]").wait_for()
        self.spans.append([time.monotonic(), 0.0])

    def kill(self) -> None:
        """The tab dies; the candidate opens the same link again and goes on."""
        self.spans[-1][1] = time.monotonic()
        kill_renderers(self.profile)
        self.page.close()
        self.page = self._tab()
        self.speak(AWAY_S)
        self.page.goto(self.link)
        self.page.goto(self.link.split("/c/")[0] + "/c/answer")
        self.page.click("[data-do=resume]")
        self._recording()

    def finish(self) -> None:
        self.page.click("[data-do=stop]")
        self.spans[-1][1] = time.monotonic()
        self.page.locator("[data-do=next]").wait_for(timeout=60_000)

    def speak(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)


@pytest.mark.faults
def test_two_minutes_with_every_fault(tmp_path: Path):
    _answer_with_faults(tmp_path, 120.0)


@pytest.mark.slow
def test_twenty_minutes_with_every_fault(tmp_path: Path):
    _answer_with_faults(tmp_path, 1200.0)


def _answer_with_faults(tmp_path: Path, length_s: float) -> None:
    server = Server(tmp_path / "home")
    try:
        with candidates_browser(tmp_path / "profile") as context:
            answer = Answer(context, tmp_path / "profile", server.links[0])
            answer.speak(0.10 * length_s)
            context.set_offline(True)
            answer.speak(0.08 * length_s)
            context.set_offline(False)
            answer.speak(0.10 * length_s)
            answer.kill()
            answer.speak(0.14 * length_s)
            server.kill()
            answer.speak(0.06 * length_s)
            server.start()
            answer.speak(0.08 * length_s)
            answer.kill()
            answer.speak(0.10 * length_s)
            context.set_offline(True)
            answer.speak(0.08 * length_s)
            context.set_offline(False)
            answer.kill()  # with seconds of it not sent yet
            answer.speak(0.26 * length_s)
            answer.finish()
            answer.page.click("[data-do=next]")
            answer.page.locator("[data-do=begin]").wait_for()
            answer.page.wait_for_function(
                "() => !document.querySelector('#sending').textContent.match(/\\d+ pieces/)"
            )
            answer.page.goto(server.url + "/c/answer/later")
            answer.page.get_by_text("Everything is with us").wait_for(timeout=120_000)
        server.run(
            "from interview_analysis.web.candidate.models import Invitation\n"
            "from interview_analysis.web.answers.taking import hand_in\nhand_in(Invitation.objects.get())\ntold = 1"
        )
        recordings = server.settle()
    finally:
        server.kill()
    _check(recordings, answer.spans)


def _check(recordings: list[dict[str, Any]], spans: list[list[float]]) -> None:
    assert len(recordings) == 1
    recording = recordings[0]
    gaps = recording["gaps"]
    recorded_s = recording["duration_s"] - sum(gap["lost_s"] for gap in gaps)
    wanted_s = sum(end - begin for begin, end in spans)
    print(f"{wanted_s:.1f} s answered, {recorded_s:.1f} s recorded, gaps {gaps}")
    assert recording["kind"] == "video"
    assert len(gaps) == len(spans) - 1, "nothing but the kills is missing"
    assert recorded_s > wanted_s - LOST_S * (len(spans) - 1) - 1.0
    for gap, (before, after) in zip(gaps, pairwise(spans), strict=True):
        silent_s = after[0] - before[1]
        assert gap["lost_s"] < silent_s + LOST_S, "the gap is as long as the candidate was away"
