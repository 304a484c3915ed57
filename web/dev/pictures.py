"""Make the pictures of docs/workbench.md in a real Chromium: ``python -m interview_analysis.web.dev.pictures FOLDER``.

An application of its own with the made-up company in it is started, its sample is analysed, and a walk through it is photographed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PORT = 8392
URL = f"http://localhost:{PORT}"
MAX_BYTES = 150_000
# file, address, language, width in pixels
WALK = (
    ("1-jobs", "/jobs/", "en", 1100),
    ("2-profile", "/jobs/1/profile", "zh-CN", 1100),
    ("3-interview", "/interviews/1/", "en", 1100),
    ("4-review", "/interviews/1/review", "en", 1100),
    ("5-analyses", "/analyses/", "zh-CN", 1100),
    ("6-phone", "/interviews/1/review", "zh-CN", 390),
    ("7-trail", "/trail/", "en", 1100),
)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium here: apt-get install chromium")
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"INTERVIEW_ANALYSIS_HOME": home}
        command = [sys.executable, "-m", "interview_analysis.pipeline"]
        subprocess.run([*command, "web", "demo"], env=environment, check=True)
        server = subprocess.Popen(
            [*command, "serve", "--port", str(PORT)], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            link = server.stdout.readline().split()[-1]
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                _photograph(browser, link, folder)
        finally:
            server.terminate()
            server.wait(timeout=60)


def _photograph(browser: Browser, link: str, folder: Path) -> None:
    _wait()
    entered = browser.new_context()
    page = entered.new_page()
    page.goto(link)
    page.click("main button")
    page.goto(f"{URL}/analyses/")
    page.locator(".badge.good").first.wait_for(timeout=600_000)
    cookies = entered.cookies()
    for name, address, language, width in WALK:
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": 760 if width > 600 else 844}
        )
        context.add_cookies([c for c in cookies if c["name"] == "sessionid"])  # type: ignore[misc]
        shown = context.new_page()
        shown.goto(f"{URL}{address}")
        _settle(shown)
        path = folder / f"{name}.png"
        shown.screenshot(path=path)
        _shrink(path)
        print(f"{path}: {path.stat().st_size} bytes")
        context.close()


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def _shrink(path: Path) -> None:
    """To a palette of 128 colours."""
    from PIL import Image

    with Image.open(path) as picture:
        picture.convert("RGB").quantize(128).save(path, optimize=True)
    if path.stat().st_size > MAX_BYTES:
        sys.exit(f"{path} has more than {MAX_BYTES} bytes")


def _wait() -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{URL}/health", timeout=1)
        except OSError:
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
