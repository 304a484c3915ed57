"""An application of its own with the made-up company in it, and photographs of its pages in a real Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

MAX_BYTES = 150_000


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the application is, the link that signs its administrator in, and what a process in it needs."""

    url: str
    link: str
    environment: Mapping[str, str]
    browser: Browser

    def run(self, code: str) -> None:
        """Run Python in the application's environment."""
        subprocess.run([sys.executable, "-c", code], env=dict(self.environment), check=True)


@contextmanager
def stage(port: int, flags: Sequence[str] = ()) -> Iterator[Stage]:
    """Start the application on a folder that is removed at the end, and a browser with these flags."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium here: apt-get install chromium")
    url = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"INTERVIEW_ANALYSIS_HOME": home}
        command = [sys.executable, "-m", "interview_analysis.pipeline"]
        subprocess.run([*command, "web", "demo"], env=environment, check=True)
        server = subprocess.Popen(
            [*command, "serve", "--port", str(port)], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            link = server.stdout.readline().split()[-1]
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", *flags])
                _wait_for(f"{url}/health")
                yield Stage(url, link, environment, browser)
        finally:
            server.terminate()
            server.wait(timeout=60)


def signed_in(place: Stage, width: int = 1100) -> Page:
    """A page of the administrator, who came in by the link."""
    page = place.browser.new_context(
        base_url=place.url, locale="en", viewport={"width": width, "height": 760}
    ).new_page()
    page.set_default_timeout(60_000)
    page.goto(place.link)
    page.click("main button")
    page.wait_for_load_state()
    return page


def photograph(page: Page, path: Path) -> None:
    """What is seen of the page now, in 128 colours."""
    from PIL import Image

    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(128).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path}: {size} bytes", flush=True)
    if size > MAX_BYTES:
        sys.exit(f"{path} has more than {MAX_BYTES} bytes")


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.2)
        else:
            return
