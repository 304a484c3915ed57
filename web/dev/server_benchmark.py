"""The application as `serve` runs it, measured from outside: many people at once, a large upload, how fast it starts."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import Role, User

UPLOAD_BYTES, UPLOAD_GROWTH_MB = 4_000_000_000, 100
ROUNDS, LIMIT_S = 5, 120
STARTS, START_LIMIT_S, HELP_LIMIT_S = 3, 5.0, 0.5
_COMMAND = (sys.executable, "-m", "interview_analysis.pipeline")


def signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@contextmanager
def serving() -> Iterator[tuple[int, int, float]]:
    """`serve` on the benchmark's home: its port, its process, and after how many seconds it answered."""
    with socket.socket() as tried:
        tried.bind(("localhost", 0))
        port = tried.getsockname()[1]
    environment = os.environ | {
        "INTERVIEW_ANALYSIS_HOME": str(settings.HOME.folder), "PUBLIC_URL": f"http://localhost:{port}",
    }  # fmt: skip
    began = time.perf_counter()
    server = subprocess.Popen(
        [*_COMMAND, "serve", "--no-worker", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port, server.pid, time.perf_counter() - began
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line: Any = http.client.HTTPConnection("localhost", port, timeout=1)
        try:
            line.request("GET", "/health")
            line.getresponse()
        except OSError:
            time.sleep(0.02)
        else:
            return


def _headers(user: User) -> dict[str, str]:
    token = "a" * 32
    session = signed_in(user).cookies["sessionid"].value
    return {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}


def measure_reviewers() -> int:
    """Fifty people at once, each opening their list and a review and saving a draft; the number of errors."""
    raters = list(User.objects.filter(email__startswith="r", role=Role.INTERVIEWER, name__startswith="Rater"))
    own = [rater.assignments.filter(interview__scorecards=None)[0].interview_id for rater in raters]
    people = [(_headers(rater), interview) for rater, interview in zip(raters, own, strict=True)]
    with serving() as (port, _, _), ThreadPoolExecutor(len(raters)) as pool:
        found = list(pool.map(lambda who: _review(port, *who), people))
    times = [took for one in found for took, _ in one]
    errors = sum(status != 200 for one in found for _, status in one)
    quick = statistics.quantiles(times, n=20)
    print(
        f"{len(raters)} reviewers at once: {len(times)} requests, {errors} errors, median {statistics.median(times):.0f} ms,"
        f" 95 % under {quick[-1]:.0f} ms, the slowest {max(times):.0f} ms",
        flush=True,
    )
    return errors


def _review(port: int, headers: dict[str, str], interview: int) -> list[tuple[float, int]]:
    """(milliseconds, status) of each request."""
    line, made = http.client.HTTPConnection("localhost", port, timeout=LIMIT_S), []
    draft = json.dumps({"remark": "half a sentence"})
    for _ in range(ROUNDS):
        for method, path, body in (
            ("GET", "/interviews/", None),
            ("GET", f"/interviews/{interview}/review", None),
            ("PUT", f"/interviews/{interview}/scorecard", draft),
        ):
            began = time.perf_counter()
            line.request(method, path, body, headers)
            answer = line.getresponse()
            answer.read()
            made.append((1000 * (time.perf_counter() - began), answer.status))
    return made


def measure_start() -> int:
    """Print how long `serve` takes until it answers, and `--help`; how many are over the limits."""
    starts = []
    for _ in range(STARTS):
        with serving() as (_, _, took):
            starts.append(took)
    helps = []
    for _ in range(2 * STARTS):
        began = time.perf_counter()
        subprocess.run([*_COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
        helps.append(time.perf_counter() - began)
    start, shown = statistics.median(starts), statistics.median(helps)
    print(f"serve answers after {start:.1f} s, --help takes {shown:.2f} s", flush=True)
    return (start > START_LIMIT_S) + (shown > HELP_LIMIT_S)


def measure_upload(user: User) -> int:
    """Send a WAV file of noise, chunk by chunk, and join it; 1 where it is refused or the server grows by too much memory."""
    free = shutil.disk_usage(settings.HOME.folder).free
    if free < 3 * UPLOAD_BYTES:
        print(f"upload: SKIPPED: {free / 1e9:.0f} GB are free, {3 * UPLOAD_BYTES / 1e9:.0f} are needed")
        return 0
    headers, interview = _headers(user), Interview.objects.get(pk=1)
    with serving() as (port, pid, _):
        line = http.client.HTTPConnection("localhost", port, timeout=600)

        def ask(method: str, path: str, body: bytes | None = None, **more: str) -> tuple[int, bytes]:
            line.request(method, path, body, headers | more)
            answer = line.getresponse()
            return answer.status, answer.read()

        ask("GET", f"/interviews/{interview.pk}/")
        before = _peak_mb(pid)
        asked = json.dumps({"name": "noise.wav", "size": UPLOAD_BYTES}).encode()
        begun = json.loads(ask("POST", f"/interviews/{interview.pk}/uploads", asked)[1])
        began = time.monotonic()
        for number in range(begun["chunks"]):
            chunk = _chunk(number, begun["chunk_bytes"])
            digest = {"X-SHA256": hashlib.sha256(chunk).hexdigest()}
            status, told = ask("PUT", f"{begun['url']}chunks/{number}", chunk, **digest)
            if status != 204:
                print(f"upload: chunk {number}: {status} {told[:200]!r}")
                return 1
        sent = time.monotonic() - began
        status, told = ask("POST", f"{begun['url']}finish")
        peak = _peak_mb(pid)
    print(
        f"upload of {UPLOAD_BYTES / 1e9:.0f} GB: answer {status}, sent in {sent:.0f} s, put together in"
        f" {time.monotonic() - began - sent:.0f} s, peak memory of the server {peak:.0f} MB ({before:.0f} MB before it)",
        flush=True,
    )
    return int(status != 201 or peak - before > UPLOAD_GROWTH_MB)


_NOISE = os.urandom(8 * 2**20)


def _chunk(number: int, size: int) -> bytes:
    """Of a WAV file of 96 kHz, stereo, 32 bits: 87 minutes of noise."""
    size = min(size, UPLOAD_BYTES - number * size)
    start = number * 4096 % 2**22
    noise = _NOISE[start : start + size]
    if number:
        return noise
    shape = struct.pack("<HHIIHH", 1, 2, 96_000, 768_000, 8, 32)
    head = b"RIFF" + struct.pack("<I", UPLOAD_BYTES - 8) + b"WAVEfmt " + struct.pack("<I", 16) + shape
    head += b"data" + struct.pack("<I", UPLOAD_BYTES - 44)
    return head + noise[len(head) :]


def _peak_mb(pid: int) -> float:
    """The most memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
