"""Measure the pages with a large company in the database, fifty reviewers at once, and how fast it starts: ``make bench-web``.

On SQLite in a folder that is thrown away, or on an empty database that DATABASE_URL names. `--upload` sends 4 GB as well.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

import click

os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.demo import company
from interview_analysis.web.dev import large_company, server_benchmark
from interview_analysis.web.exchange.models import Webhook
from interview_analysis.web.exchange.tokens import new_token
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.review.models import Consensus

PAGES = (
    "/jobs/", "/jobs/{jobs}/", "/jobs/{jobs}/profile", "/candidates/", "/candidates/?q=9999", "/candidates/?page=150",
    "/candidates/{candidates}/", "/applications/{applications}/", "/interviews/", "/interviews/?page=500", "/interviews/?mine=1",
    "/interviews/{interviews}/", "/interviews/{interviews}/review", "/analyses/", "/trail/", "/trail/?page=3000",
    "/trail/?action=recording", "/people/",
    "/interviews/{rated}/review", "/interviews/{rated}/report", "/interviews/{rated}/consensus",
    "/interviews/{rated}/recruitment", "/interviews/{rated}/feedback", "/jobs/{jobs}/compare", "/jobs/{jobs}/compare?sort=overall",
    "/jobs/{jobs}/exports", "/figures/", "/messages/", "/messages/?page=300", "/requests/", "/answers/", "/invitations/{invitations}/", "/webhooks/", "/webhooks/{webhooks}/", "/tokens/", "/api/",
    "/api/jobs", "/api/candidates", "/api/candidates?page=150", "/api/interviews", "/api/interviews?page=500",
    "/api/interviews/{rated}", "/api/interviews/{rated}/result", "/api/interviews/{rated}/scorecards",
    "/api/interviews/{rated}/consensus",
)  # fmt: skip
LIMIT_MS, LIMIT_QUERIES = 300, 40


def measure_pages(user: User) -> int:
    """Print the median time on the server and the queries of each page; how many are over the limits."""
    client, over = server_benchmark.signed_in(user), 0
    rated = Consensus.objects.order_by("pk")[0].interview_id
    _, token = new_token(user, "benchmark")
    print(f"{'page':36} {'median ms':>10} {'queries':>8}   ({connection.vendor})")
    first = {
        f"{model._meta.model_name}s": model._default_manager.earliest("pk").pk
        for model in (Job, Candidate, Application, Interview, Invitation, Webhook)
    }
    for page in PAGES:
        url = page.format(rated=rated, **first)
        headers = {"Authorization": f"Bearer {token}"} if url.startswith("/api/") and url != "/api/" else {}
        over += _measured(client, url, headers)
    return over


def _measured(client: Client, url: str, headers: dict[str, str]) -> bool:
    client.get(url, headers=headers)
    times = []
    for _ in range(5):
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            status = client.get(url, headers=headers).status_code
            times.append(1000 * (time.perf_counter() - began))
    median = statistics.median(times)
    bad = status != 200 or median > LIMIT_MS or len(queries) > LIMIT_QUERIES
    print(f"{url:36} {median:10.0f} {len(queries):8d}{f'   OVER ({status})' if bad else ''}", flush=True)
    return bad


@click.command()
@click.option("--upload", is_flag=True, help="Send a file of 4 GB as well; takes 8 GB of the disk meanwhile.")
def main(upload: bool) -> None:
    began = time.monotonic()
    administrator = large_company.fill()
    print(
        f"{large_company.CANDIDATES} candidates, {Interview.objects.count()} interviews, {large_company.ENTRIES} entries"
        f" of the trail; made in {time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f}"
    )
    wrong = measure_pages(administrator)
    print(f"load {os.getloadavg()[0]:.1f}")
    wrong += server_benchmark.measure_reviewers()
    wrong += server_benchmark.measure_start()
    if upload:
        wrong += server_benchmark.measure_upload(User.objects.get(email=company.RECRUITER))
    print(f"load {os.getloadavg()[0]:.1f}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
