"""A candidate's Chromium with a made-up camera and microphone, and a server that can be killed and started again."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]
FAKE = ("--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


class Server:
    """The application on a folder of the test's own."""

    def __init__(self, home: Path, candidates: int = 1) -> None:
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            self.port: int = tried.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.home = home
        self._candidates = candidates
        self._environment = os.environ | {
            "INTERVIEW_ANALYSIS_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "interview_analysis.web.dev.settings",
            "PUBLIC_URL": self.url,
        }
        for name in ("DATABASE_URL", "REDIS_URL"):
            self._environment.pop(name, None)
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.answers.server", str(self.port), str(self._candidates)],
            env=self._environment, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.links: list[str] = json.loads(self._process.stdout.readline())["links"]
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=5)
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(timeout=30)

    def run(self, code: str) -> Any:
        """Run code on the server's data, in a process of its own; what it sets as `told` comes back."""
        whole = f"import json, django\ndjango.setup()\n{code}\nprint(json.dumps(told))"
        made = subprocess.run(
            [sys.executable, "-c", whole], env=self._environment, cwd=ROOT, check=True, timeout=300, capture_output=True, text=True
        )  # fmt: skip
        return json.loads(made.stdout.splitlines()[-1])

    def settle(self) -> list[dict[str, Any]]:
        """As the worker does; the recordings that are there then."""
        return self.run(  # type: ignore[no-any-return]
            "from interview_analysis.web.answers.settling import settle_due\nwhile settle_due(): pass\n"
            "from interview_analysis.web.interviews.models import Recording\n"
            "told = list(Recording.objects.values('order', 'kind', 'duration_s', 'gaps', 'question', 'original'))"
        )


def chromium() -> str:
    """Its path; skips the test where there is none."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        if os.environ.get("CHROMIUM") == "required":
            pytest.fail("no Chromium is installed: apt-get install chromium")
        pytest.skip("SKIPPED: no Chromium for the candidate's side; apt-get install chromium")
    return path


@contextmanager
def candidates_browser(folder: Path, *arguments: str, **options: Any) -> Iterator[Any]:
    """A browser that keeps its storage in a folder, as a real one does."""
    playwright = pytest.importorskip("playwright.sync_api", reason="SKIPPED: playwright is not installed")
    with playwright.sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            str(folder), executable_path=chromium(), args=[*(arguments or FAKE)], **options
        )
        context.set_default_timeout(30_000)
        yield context
        context.close()


def kill_renderers(folder: Path) -> None:
    """SIGKILL to the processes of all tabs of the browser that keeps its storage there."""
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "--type=renderer" in line and any(str(folder) in part for part in _lines_above(process)):
            process.kill()


def _lines_above(process: psutil.Process) -> list[str]:
    return [part for parent in process.parents() for part in parent.cmdline()]
