"""A candidate practises on a phone, by keyboard, speaking into a microphone; a machine of its own process hears it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.web.axe import violations
from tests.web.journeys.conftest import NAMES, ROOT

WORKER = "import django; django.setup(); from interview_analysis.web.practice.worker import PracticeWorker; PracticeWorker({parent}).run()"
HEARD_MS = 300_000  # on a machine with other work


@dataclass
class Place:
    url: str
    link: str
    home: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, model_store) -> Iterator[Place]:
    """The application with one candidate who is invited, and a practice process."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    environment = os.environ | {
        "INTERVIEW_ANALYSIS_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "interview_analysis.web.dev.settings",
        "PUBLIC_URL": f"http://localhost:{port}",
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.web.answers.server", str(port), "1"],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    told = json.loads(server.stdout.readline())
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(parent=os.getpid())], env=environment, cwd=ROOT
    )
    yield Place(f"http://localhost:{port}", told["links"][0], home, environment)
    for process in (worker, server):
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def voice(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person who speaks with "um" and pauses, as the microphone plays it."""
    from interview_analysis.pipeline.media.audio_spool import AudioSpool
    from interview_analysis.pipeline.media.decoding import Decoder

    with Decoder(shared_data / "audio_en" / "mfa_acoustic_corpus.wav") as decoder, AudioSpool() as spool:
        list(decoder.frames(spool))
        sound = spool.read(0, spool.samples)
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((32_000 * np.clip(sound, -1, 1)).astype("<i2").tobytes())
    return path


def offered(page: Page) -> list[str]:
    """The buttons that are seen: one at a time, what comes next."""
    return [button.inner_text() for button in page.locator("#practice button").all() if button.is_visible()]


def test_a_candidate_practises_and_is_told_within_the_page(place: Place, voice: Path, browser):
    """In one browser of its own, as the file for the microphone belongs to the browser's process."""
    from playwright.sync_api import expect

    path = next(filter(None, map(shutil.which, NAMES)))
    launched = browser.browser_type.launch(
        executable_path=path,
        args=[
            "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={voice}", "--autoplay-policy=no-user-gesture-required",
        ],
    )  # fmt: skip
    context = launched.new_context(base_url=place.url, viewport={"width": 390, "height": 844}, locale="en")
    context.set_default_timeout(60_000)
    page, faults = context.new_page(), []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    try:
        page.goto(place.link)
        page.goto("/c/practice")
        expect(page.get_by_role("link", name="Practise").first).to_be_visible(timeout=HEARD_MS)
        assert page.get_by_role("link", name="Practise").count() == 3
        assert not re.search("a product that you shaped", page.content())
        checked(page)
        page.get_by_role("link", name="Practise").first.click()
        checked(page)
        assert offered(page) == ["Begin"]
        page.get_by_role("button", name="Begin").press("Enter")
        expect(page.get_by_role("button", name="Answer now")).to_be_focused()
        assert offered(page) == ["Answer now"]
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="I have finished")).to_be_focused()
        assert offered(page) == ["I have finished"]
        checked(page)
        expect(page.locator("[data-clock]")).to_contain_text(
            "over the time", timeout=60_000
        )  # 20 s, a soft end
        lines = "clock => { clock.textContent = '已超时 0:03'; return clock.getClientRects().length; }"
        assert page.locator("[data-clock]").evaluate(lines) == 1, "it is not broken beside the bar"
        expect(page.get_by_role("status")).to_contain_text("getting long")
        page.keyboard.press("Enter")
        page.wait_for_url("**/c/practice/answers/*")
        expect(page.get_by_role("heading", name="What you could do better")).to_be_visible(timeout=HEARD_MS)
        checked(page)
        page.get_by_text("What the machine understood").click()
        heard = page.locator("details q").all_inner_texts()
        assert "corpus" in " ".join(heard).lower()
        expect(page.locator("video#own")).to_be_visible(timeout=60_000)
        page.reload()
        page.get_by_text("What the machine understood").click()
        page.locator("details button[data-seek]").last.click()
        page.wait_for_function("() => document.getElementById('own').currentTime > 1")
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_role("heading", name="可以改进的地方")).to_be_visible()
        checked(page)
        page.get_by_role("button", name="删除这段回答").click()
        page.wait_for_url("**/c/practice")
        checked(page)
        assert list((place.home / "files").glob("practice-*")) == []
    finally:
        launched.close()
    assert faults == []


def checked(page) -> None:
    """axe finds nothing, and nothing is wider than the phone."""
    assert [(one["id"], [node["html"] for node in one["nodes"]][:2]) for one in violations(page)] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
