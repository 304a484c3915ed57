"""PostgreSQL is stopped and started while people read and upload and workers work: nothing is lost, nothing done twice.

In that moment a request succeeds, or is answered 503 with a plain sentence.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.recordings import write_wav
from tests.web.services import cluster
from tests.web.test_commands import COMMAND, free_port, home, run

__all__ = ["home"]
pytestmark = pytest.mark.faults
ANALYSES, READERS, UPLOADERS, UPLOADS = 4, 2, 2, 3
AWAY_S = 2.0

FILL = f"""
import datetime, django; django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.demo import company
from interview_analysis.web.hiring.models import Application, Job
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
company.fill()
by, first = User.objects.get(email=company.RECRUITER), Interview.objects.order_by("pk")[0]
profile = first.application.job.profile
for n in range({ANALYSES}):
    made = Interview.objects.create(application=first.application, title=f"I {{n}}", consent=first.consent, created_by=by)
    Analysis.objects.create(interview=made, profile=profile, requested_by=by)
browser = Client()
browser.force_login(by, backend="django.contrib.auth.backends.ModelBackend")
print(first.pk, browser.cookies["sessionid"].value)
"""
# A worker as `interview-analysis worker` runs it, but for what is said of a recording, which takes two seconds.
WORK = """
import time, django; django.setup()
from django.conf import settings
from interview_analysis.web.analysis import worker
from interview_analysis.web.analysis.running import Result
class Engine:
    def run(self, analysis, on_progress):
        for at in range(20):
            on_progress("face", float(at), 20.0)
            time.sleep(0.1)
        folder = settings.HOME.files / f"analysis-{analysis.key.hex}"
        folder.mkdir(exist_ok=True)
        (folder / "report.json").touch()
        return Result(f"analysis-{analysis.key.hex}", "1" * 64, 50.0, 7.0, False, "")
made = worker.Worker()
made._engine = Engine()
made.run()
"""
ASK = """
import json, django; django.setup()
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.interviews.models import Recording, Upload
from interview_analysis.web.privacy.models import Entry
print(json.dumps({
    "states": sorted(set(Analysis.objects.values_list("state", flat=True))),
    "waiting": Analysis.objects.exclude(state="done").count(),
    "done": list(Entry.objects.filter(action="analysis.done").values_list("subject", flat=True)),
    "uploaded": list(Recording.objects.values_list("sha256", flat=True)),
    "told": Entry.objects.filter(action="recording.uploaded").count(),
    "open": Upload.objects.filter(finished_at=None).count(),
}))
"""


class People:
    """Readers and uploaders, with every status that they got."""

    def __init__(self, port: int, interview: int, session: str) -> None:
        self._port, self._interview = port, interview
        self._headers = {"Cookie": f"sessionid={session}; csrftoken={'a' * 32}", "X-CSRFToken": "a" * 32}
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self.enough = threading.Event()
        self._lock = threading.Lock()

    def ask(
        self, method: str, path: str, body: bytes | None = None, accept: str = "application/json", **more: str
    ) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        line.request(
            method, path, body, self._headers | {"Host": f"localhost:{self._port}", "Accept": accept} | more
        )
        answer = line.getresponse()
        content = answer.read()
        line.close()
        with self._lock:
            self.statuses[answer.status] += 1
            if answer.status == 503 and b"The database cannot be reached at the moment." not in content:
                self.wrong.append(f"{method} {path}: {content[:300]!r}")
            if answer.status >= 500 and answer.status != 503:
                self.wrong.append(f"{method} {path}: {answer.status} {content[:300]!r}")
        return answer.status, content

    def read(self) -> None:
        paths = ("/interviews/", f"/interviews/{self._interview}/review", "/analyses/", "/health")
        while not self.enough.is_set():
            for path in paths:
                self.ask("GET", path, accept="text/html")

    def patiently(self, method: str, path: str, body: bytes | None = None, **more: str) -> bytes:
        """As the page's uploader does: again after 5xx, and after 409 while chunks are missing."""
        for _ in range(100):
            status, content = self.ask(method, path, body, **more)
            if status < 300:
                return content
            time.sleep(0.2)
        raise AssertionError(f"{method} {path}: {status} {content[:300]!r}")

    def upload_all(self, contents: list[bytes]) -> None:
        for content in contents:
            self.upload(f"{len(content)}.wav", content)
            time.sleep(1.0)

    def upload(self, name: str, content: bytes) -> None:
        asked = json.dumps({"name": name, "size": len(content)}).encode()
        begun = json.loads(self.patiently("POST", f"/interviews/{self._interview}/uploads", asked))
        for number in range(begun["chunks"]):
            chunk = content[number * begun["chunk_bytes"] : (number + 1) * begun["chunk_bytes"]]
            digest = {"X-SHA256": hashlib.sha256(chunk).hexdigest()}
            self.patiently("PUT", f"{begun['url']}chunks/{number}", chunk, **digest)
        self.patiently("POST", f"{begun['url']}finish")


def asked(environment: dict[str, str], code: str) -> str:
    made = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300
    )
    assert made.returncode == 0, made.stderr
    return made.stdout


@contextmanager
def running(commands: list[list[str]], environment: dict[str, str]) -> Iterator[None]:
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for command in commands]
    try:
        yield
        assert [process.poll() for process in started] == [None] * len(started), "one ended"
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def test_a_restart_of_the_database_loses_nothing_and_does_nothing_twice(home: dict[str, str], tmp_path: Path):
    with cluster() as database:
        if database is None:
            pytest.skip("SKIPPED: PostgreSQL is not installed")
        environment = home | {
            "DATABASE_URL": database.url,
            "DJANGO_SETTINGS_MODULE": "interview_analysis.web.dev.settings",
            "LOG_LEVEL": "CRITICAL",
        }
        interview, session = asked(environment, FILL).split()
        port = free_port()
        sounds = [
            write_wav(tmp_path / f"{n}.wav", seconds=0.5 + n / 10).read_bytes()
            for n in range(UPLOADERS * UPLOADS)
        ]
        serve = [*COMMAND, "serve", "--no-worker", "--port", str(port)]
        work = [sys.executable, "-c", WORK]
        people = People(port, int(interview), session)
        with running([serve, work, work], environment), ThreadPoolExecutor(READERS + UPLOADERS) as pool:
            _answers(people)
            readers = [pool.submit(people.read) for _ in range(READERS)]
            uploads = [pool.submit(people.upload_all, sounds[n::UPLOADERS]) for n in range(UPLOADERS)]
            for how in ("immediate", "fast"):
                time.sleep(2.0)
                database.stop(how)
                time.sleep(AWAY_S)
                database.start()
            for one in uploads:
                one.result(timeout=300)
            people.enough.set()
            for one in readers:
                one.result(timeout=60)
            told = _finished(environment)
        assert people.wrong == []
        assert set(people.statuses) <= {200, 201, 204, 409, 503}, people.statuses
        assert people.statuses[503] > 0, "somebody came while it was away"
        assert told["states"] == ["done"]
        assert len(told["done"]) == len(set(told["done"])) == ANALYSES
        hashes = sorted(hashlib.sha256(content).hexdigest() for content in sounds)
        assert sorted(told["uploaded"]) == hashes
        assert (told["told"], told["open"]) == (len(sounds), 0)
        checked = run(environment, "web", "check")
        assert checked.returncode == 0, checked.stdout


def _answers(people: People) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if people.ask("GET", "/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)


def _finished(environment: dict[str, str]) -> dict[str, list[str]]:
    """What the database says once no analysis waits any more, or after three minutes."""
    until = time.monotonic() + 180
    while True:
        told: dict[str, list[str]] = json.loads(asked(environment, ASK))
        if not told["waiting"] or time.monotonic() > until:
            return told
        time.sleep(1.0)
