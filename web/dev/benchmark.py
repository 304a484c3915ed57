"""Measure the pages with a large company in the database, a large upload and many reviewers at once: ``make bench-web``.

Nothing is analysed. On SQLite in a folder that is thrown away, or on an empty database that DATABASE_URL names.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.demo import company
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Entry, Head
from interview_analysis.web.privacy.trail import entry_sha256

CANDIDATES, INTERVIEWS, ENTRIES, REVIEWERS = 10_000, 30_000, 200_000, 50
UPLOAD_BYTES, ROUNDS = 4 * 2**30, 5
PAGES = (
    "/jobs/", "/jobs/1/", "/jobs/1/profile", "/candidates/", "/candidates/?q=9999", "/candidates/?page=150",
    "/candidates/1/", "/applications/1/", "/interviews/", "/interviews/?page=500", "/interviews/?mine=1",
    "/interviews/1/", "/interviews/1/review", "/analyses/", "/trail/", "/trail/?page=3000",
    "/trail/?action=recording", "/people/",
)  # fmt: skip
LIMIT_MS, LIMIT_QUERIES = 300, 40


def fill() -> User:
    """The made-up company and many more like it; gives an administrator."""
    call_command("migrate", verbosity=0)
    company.fill()
    job, by = Job.objects.get(pk=1), User.objects.get(email=company.RECRUITER)
    stage, until = job.stages.first(), timezone.localdate() + timedelta(days=90)
    people = Candidate.objects.bulk_create(
        (Candidate(name=f"Candidate {n} 候选人", keep_until=until, created_by=by) for n in range(CANDIDATES)),
        batch_size=2000,
    )
    applications = Application.objects.bulk_create(
        (Application(candidate=person, job=job, stage=stage) for person in people), batch_size=2000
    )
    each = INTERVIEWS // CANDIDATES
    interviews = Interview.objects.bulk_create(
        (
            Interview(application=a, stage=stage, title=f"Interview {n}", created_by=by)
            for a in applications
            for n in range(each)
        ),
        batch_size=2000,
    )
    profile = job.profile
    assert profile is not None
    Analysis.objects.bulk_create(
        (
            Analysis(interview=i, profile=profile, requested_by=by, state="done", overall=50.0)
            for i in interviews
        ),
        batch_size=2000,
    )
    raters = User.objects.bulk_create(
        User(email=f"r{n}@example.com", name=f"Rater {n}", role=Role.INTERVIEWER) for n in range(REVIEWERS)
    )
    Assignment.objects.bulk_create(
        (
            Assignment(interview=i, rater=raters[n % REVIEWERS], assigned_by=by)
            for n, i in enumerate(interviews)
        ),
        batch_size=2000,
    )
    _fill_trail(by)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return User.objects.create_user("admin@example.com", name="Administrator", role=Role.ADMINISTRATOR)


def _fill_trail(by: User) -> None:
    head = Head.objects.get(pk=1)
    previous, entries = head.sha256, []
    for number in range(head.number + 1, ENTRIES + 1):
        entry = Entry(
            number=number, at=timezone.now(), actor=by.pk, action="interview.seen", kind="interview",
            subject=str(number % INTERVIEWS), previous=previous,
        )  # fmt: skip
        previous = entry.sha256 = entry_sha256(entry)
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=2000)
    Head.objects.filter(pk=1).update(number=ENTRIES, sha256=previous)


def measure_pages(user: User) -> int:
    """Print the median time on the server and the queries of each page; how many are over the limits."""
    client, over = signed_in(user), 0
    print(f"{'page':32} {'median ms':>10} {'queries':>8}   ({connection.vendor})")
    for url in PAGES:
        client.get(url)
        times = []
        for _ in range(5):
            with CaptureQueriesContext(connection) as queries:
                began = time.perf_counter()
                status = client.get(url).status_code
                times.append(1000 * (time.perf_counter() - began))
        median = statistics.median(times)
        bad = status != 200 or median > LIMIT_MS or len(queries) > LIMIT_QUERIES
        over += bad
        print(f"{url:32} {median:10.0f} {len(queries):8d}{f'   OVER ({status})' if bad else ''}", flush=True)
    return over


def signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def measure_upload(user: User) -> None:
    """Send a file of zeros, chunk by chunk, and join it: it is no recording, and is refused at the very end."""
    free = shutil.disk_usage(settings.HOME.folder).free
    if free < 12 * 2**30:
        print(f"upload: SKIPPED: {free / 2**30:.0f} GiB are free, 12 are needed")
        return
    client, interview = signed_in(user), Interview.objects.get(pk=1)
    begun = client.post(
        f"/interviews/{interview.pk}/uploads",
        json.dumps({"name": "a.mp4", "size": UPLOAD_BYTES}),
        "application/json",
    ).json()
    chunk = bytes(begun["chunk_bytes"])
    sha256 = hashlib.sha256(chunk).hexdigest()
    before = peak_mb()
    began = time.monotonic()
    for number in range(begun["chunks"]):
        client.put(
            f"{begun['url']}chunks/{number}", chunk, "application/octet-stream", headers={"X-SHA256": sha256}
        )
    status = client.post(f"{begun['url']}finish").status_code
    took = time.monotonic() - began
    print(
        f"upload of {UPLOAD_BYTES / 2**30:.0f} GiB: answer {status}, {took:.0f} s, peak memory of the process {peak_mb():.0f} MB"
        f" (before it {before:.0f} MB)"
    )


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_reviewers() -> int:
    """Fifty people at once, each opening their list and a review and saving a draft, on a server as `serve` runs it."""
    with socket.socket() as tried:
        tried.bind(("localhost", 0))
        port = tried.getsockname()[1]
    raters = list(User.objects.filter(email__startswith="r", role=Role.INTERVIEWER, name__startswith="Rater"))
    cookies = [signed_in(rater).cookies["sessionid"].value for rater in raters]
    own = [rater.assignments.values_list("interview", flat=True)[0] for rater in raters]
    environment = os.environ | {"INTERVIEW_ANALYSIS_HOME": str(settings.HOME.folder)}
    command = [
        "uvicorn",
        "interview_analysis.web.site.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    server = subprocess.Popen([sys.executable, "-m", *command], env=environment)
    try:
        _wait_for(port)
        with ThreadPoolExecutor(REVIEWERS) as pool:
            found = list(pool.map(lambda who: _review(port, *who), zip(cookies, own, strict=True)))
    finally:
        server.terminate()
        server.wait(timeout=30)
    times = [took for one in found for took, _ in one]
    errors = sum(status != 200 for one in found for _, status in one)
    quick = statistics.quantiles(times, n=20)
    print(
        f"{REVIEWERS} reviewers at once: {len(times)} requests, {errors} errors,"
        f" median {statistics.median(times):.0f} ms, 95 % under {quick[-1]:.0f} ms"
    )
    return errors


def _review(port: int, cookie: str, interview: int) -> list[tuple[float, int]]:
    """(milliseconds, status) of each request."""
    line, token, made = http.client.HTTPConnection("localhost", port, timeout=120), "a" * 32, []
    headers = {"Cookie": f"sessionid={cookie}; csrftoken={token}", "X-CSRFToken": token}
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


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line: Any = http.client.HTTPConnection("localhost", port, timeout=1)
        try:
            line.request("GET", "/health")
            line.getresponse()
        except OSError:
            time.sleep(0.1)
        else:
            return


def main() -> None:
    began = time.monotonic()
    administrator = fill()
    print(
        f"{Candidate.objects.count()} candidates, {Interview.objects.count()} interviews, {ENTRIES} entries of the trail"
    )
    print(f"made in {time.monotonic() - began:.0f} s")
    wrong = measure_pages(administrator)
    wrong += measure_reviewers()
    measure_upload(User.objects.get(email=company.RECRUITER))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
