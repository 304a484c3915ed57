"""A real Chromium before the application in a process of its own. Where there is no Chromium, every journey is skipped
with a line that says so; `CHROMIUM=required`, as `.ci/run` sets it, makes that a failure."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.web.journeys.server import PASSWORD

playwright = pytest.importorskip("playwright.sync_api", reason="SKIPPED: playwright is not installed")
from playwright.sync_api import Browser, BrowserContext, Page  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@dataclass
class Site:
    url: str
    link: str  # signs the administrator in, once
    decided: int  # the number of an interview that was rated, decided, and told to its candidate
    candidates_link: str  # who comes in by it, invited to that interview
    home: Path
    environment: dict[str, str] = field(repr=False)

    def work(self) -> None:
        """A worker that ends once nothing waits."""
        code = "import django; django.setup(); from interview_analysis.web.analysis.worker import Worker; Worker().run(until_idle=True)"
        subprocess.run([sys.executable, "-c", code], env=self.environment, cwd=ROOT, check=True, timeout=300)


@pytest.fixture(scope="package")  # Playwright holds an event loop, in which Django does not work
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        if os.environ.get("CHROMIUM") == "required":
            pytest.fail("no Chromium is installed: apt-get install chromium")
        pytest.skip("SKIPPED: no Chromium for the journeys through the pages; apt-get install chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    environment = os.environ | {
        "INTERVIEW_ANALYSIS_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "interview_analysis.web.dev.settings",
        "PUBLIC_URL": f"http://localhost:{port}",
    }
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.journeys.server", str(port)],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    _until_it_listens(port)
    yield Site(
        f"http://localhost:{port}", told["link"], told["decided"], told["candidates_link"], home, environment
    )
    process.terminate()
    process.wait(timeout=30)


def _until_it_listens(port: int) -> None:
    """It prints its line a moment before it listens; on a busy machine that is long."""
    ends_at = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.1)
        else:
            return


@dataclass
class Visitor:
    """One person's browser window. `faults` are what the console and the pages complained of."""

    page: Page
    faults: list[str]

    def sign_in(self, email: str) -> None:
        self.page.goto("/account/login/")
        self.page.fill("[name=login]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/account/login" not in url)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """`visit(email)`: somebody's window, signed in; `width` in pixels, `language` as browsers send it.

    At the end no page may have logged an error, but those that the test took out of `faults`.
    """
    visitors: list[Visitor] = []
    contexts: list[BrowserContext] = []

    def open_window(email: str | None = None, width: int = 1200, language: str = "en") -> Visitor:
        context = browser.new_context(
            base_url=site.url, viewport={"width": width, "height": 844}, locale=language
        )
        context.set_default_timeout(15_000)
        context.set_default_navigation_timeout(60_000)
        contexts.append(context)
        visitor = Visitor(context.new_page(), [])
        visitor.page.on(
            "console",
            lambda m: visitor.faults.append(f"{visitor.page.url}: {m.text}") if m.type == "error" else None,
        )
        visitor.page.on("pageerror", lambda error: visitor.faults.append(f"{visitor.page.url}: {error}"))
        visitor.page.on("dialog", lambda dialog: dialog.accept())
        visitors.append(visitor)
        if email is not None:
            visitor.sign_in(email)
        return visitor

    yield open_window
    for context in contexts:
        context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
