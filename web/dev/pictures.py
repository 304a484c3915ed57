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
    ("8-consensus", "/interviews/1/consensus", "zh-CN", 1100),
    ("9-report", "/interviews/1/recruitment", "en", 1100),
    ("10-feedback", "/interviews/1/feedback", "zh-CN", 1100),
    ("11-comparison", "/jobs/1/compare", "en", 1100),
    ("12-figures", "/figures/", "zh-CN", 1100),
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
                _photograph(browser, link, folder, environment)
        finally:
            server.terminate()
            server.wait(timeout=60)


def _photograph(browser: Browser, link: str, folder: Path, environment: dict[str, str]) -> None:
    _wait()
    entered = browser.new_context()
    page = entered.new_page()
    page.goto(link)
    page.click("main button")
    page.goto(f"{URL}/analyses/")
    page.locator(".badge.good").first.wait_for(timeout=600_000)
    subprocess.run(
        [sys.executable, "-c", "from interview_analysis.web.dev.pictures import decide; decide()"],
        env=environment,
        check=True,
    )
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


def decide() -> None:
    """The second rater rates the first interview, and its recruiter enters the final rating and a recommendation."""
    from interview_analysis.web.commands import start_django

    start_django()
    from interview_analysis.web.demo.company import LEVELS, RECRUITER, SECOND_RATER
    from interview_analysis.web.hiring.profiles import profile_of
    from interview_analysis.web.interviews.models import Interview
    from interview_analysis.web.people.models import User
    from interview_analysis.web.reports.recruitment import recommend
    from interview_analysis.web.review import consensus, scorecards

    interview, recruiter = Interview.objects.get(pk=1), User.objects.get(email=RECRUITER)
    card = scorecards.draft(interview, User.objects.get(email=SECOND_RATER))
    dimensions = [d.id for d in profile_of(card.profile).dimensions]
    apart = {d: LEVELS[i % len(LEVELS)] - 2 * (i == 0) for i, d in enumerate(dimensions)}
    scorecards.save(card, {"ratings": {d: {"level": level} for d, level in apart.items()}})
    scorecards.submit(card)
    consensus.enter(interview, recruiter, dict.fromkeys(dimensions, 3), {}, "")
    recommend(interview, recruiter, "next", "Clear numbers. Ask about conflicts in the team.")


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
