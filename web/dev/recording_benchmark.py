"""Measure twenty candidates who record at once against one server: ``make bench-web``.

Each sends a chunk a second, of the size that a browser makes of camera and microphone, and what the page says about itself.
All chunks have to be there at the end. On SQLite in a folder that is thrown away.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
import django

django.setup()

import psutil
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Asked, Stream
from interview_analysis.web.answers.taking import take_key
from interview_analysis.web.candidate.access import link_of, renew
from interview_analysis.web.candidate.models import Invitation, Question
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Consent

CANDIDATES, SECONDS = 20, 60
CHUNK_BYTES = 81_000  # 600 kbit/s of picture and 48 kbit/s of sound, as recorder.js asks for
BEAT_S = 5
LIMIT_MB = 400


def invite() -> list[Invitation]:
    call_command("migrate", verbosity=0)
    by = User.objects.create_user("r@example.com", name="Recruiter", role=Role.RECRUITER)
    job, now = Job.objects.create(name="Job", created_by=by), timezone.now()
    made = []
    for number in range(CANDIDATES):
        candidate = Candidate.objects.create(
            name=f"Candidate {number}", keep_until=date(2030, 1, 1), created_by=by
        )
        consent = Consent.objects.create(candidate=candidate, given_on=now.date(), how=Consent.How.ONLINE)
        application = Application.objects.create(candidate=candidate, job=job)
        interview = Interview.objects.create(
            application=application, title="Alone", consent=consent, created_by=by
        )
        invitation = Invitation(
            interview=interview, language="en", opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1),
            zone="UTC", created_by=by,
        )  # fmt: skip
        renew(invitation)
        invitation.save()
        Asked.objects.create(
            question=Question.objects.create(invitation=invitation, order=1, text="A question")
        )
        made.append(invitation)
    return made


class Line:
    """One candidate's browser."""

    def __init__(self, port: int, cookie: str) -> None:
        self._line = http.client.HTTPConnection("localhost", port, timeout=60)
        token = "a" * 32
        self._headers = {"Cookie": f"sessionid={cookie}; csrftoken={token}", "X-CSRFToken": token}

    def send(self, method: str, path: str, body: bytes, **headers: str) -> float:
        """Milliseconds until the answer. Raises AssertionError for anything but success."""
        began = time.perf_counter()
        self._line.request(method, path, body, self._headers | headers)
        answer = self._line.getresponse()
        answer.read()
        assert answer.status in (200, 201), f"{path}: {answer.status}"
        return 1000 * (time.perf_counter() - began)


def record(port: int, cookie: str, group: uuid.UUID, starts_at: float) -> list[float]:
    """Send a chunk a second; the milliseconds that each took."""
    line, key, hashes, took = Line(port, cookie), uuid.uuid4(), [], []
    told = {"key": str(key), "group": str(group), "purpose": "answer", "kind": "video", "age_s": 0}
    line.send("POST", "/c/streams", json.dumps(told).encode())
    for number in range(SECONDS):
        time.sleep(max(0.0, starts_at + number - time.monotonic()))
        chunk = os.urandom(CHUNK_BYTES)
        hashes.append(hashlib.sha256(chunk).hexdigest())
        headers = {"X-SHA256": hashes[-1], "Content-Type": "application/octet-stream"}
        took.append(line.send("PUT", f"/c/streams/{key}/chunks/{number}", chunk, **headers))
        if number % BEAT_S == 0:
            line.send("POST", "/c/answer/presence", b'{"question": 1, "recording": true, "level": 0.2}')
    over = hashlib.sha256("".join(hashes).encode()).hexdigest()
    line.send("POST", f"/c/streams/{key}/end", json.dumps({"count": SECONDS, "sha256": over}).encode())
    return took


def cookie_of(invitation: Invitation) -> str:
    client = Client(SERVER_NAME="localhost")
    client.get(link_of(invitation))
    return client.cookies["sessionid"].value


def main() -> None:
    invitations = invite()
    people = [(cookie_of(one), take_key(one.questions.get(), 1)) for one in invitations]
    with socket.socket() as tried:
        tried.bind(("localhost", 0))
        port = tried.getsockname()[1]
    environment = os.environ | {"INTERVIEW_ANALYSIS_HOME": str(settings.HOME.folder)}
    command = ["uvicorn", "interview_analysis.web.site.asgi:application", "--port", str(port), "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen([sys.executable, "-m", *command], env=environment)
    watched, peak_mb = psutil.Process(server.pid), 0.0
    try:
        _wait_for(port)
        cpu = watched.cpu_times()
        starts_at = time.monotonic() + 1
        with ThreadPoolExecutor(CANDIDATES) as pool:
            all_of_them = [
                pool.submit(record, port, cookie, group, starts_at + n / CANDIDATES)
                for n, (cookie, group) in enumerate(people)
            ]
            while not all(one.done() for one in all_of_them):
                peak_mb = max(peak_mb, watched.memory_info().rss / 2**20)
                time.sleep(0.25)
            took = [ms for one in all_of_them for ms in one.result()]
        lasted_s = time.monotonic() - starts_at
        used = watched.cpu_times()
    finally:
        server.terminate()
        server.wait(timeout=30)
    kept = sum(streams.complete(stream) for stream in Stream.objects.all())
    cuts = statistics.quantiles(took, n=20)
    busy_s = used.user + used.system - cpu.user - cpu.system
    print(
        f"{CANDIDATES} candidates, {SECONDS} chunks of a second with {CHUNK_BYTES} bytes each: {len(took)} sent in {lasted_s:.0f} s, {kept} of {CANDIDATES} streams"
        f" complete; median {statistics.median(took):.0f} ms, 95 % under {cuts[-1]:.0f} ms, slowest {max(took):.0f} ms; server:"
        f" {peak_mb:.0f} MB at most, {busy_s:.0f} s of processor time; load average of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    sys.exit(0 if kept == CANDIDATES and peak_mb < LIMIT_MB else 1)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line = http.client.HTTPConnection("localhost", port, timeout=5)
        try:
            line.request("GET", "/health")
            line.getresponse()
        except OSError:
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
