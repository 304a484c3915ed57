"""What whoever runs the application relies on: metrics, the quota, uploads that are given up, the table of settings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.test import Client
from django.utils import timezone

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.interviews import uploads
from interview_analysis.web.interviews.models import Upload
from interview_analysis.web.people.models import User
from interview_analysis.web.site import disk
from tests.web.conftest import Company

SignedIn = Callable[[User | None], Client]
ROOT = Path(__file__).resolve().parents[3]


def test_metrics_are_for_this_machine_and_the_token_alone(company: Company, settings: LazySettings):
    page = Client(REMOTE_ADDR="127.0.0.1").get("/metrics")
    assert page["Content-Type"].startswith("text/plain; version=0.0.4")
    text = page.content.decode()
    assert 'interview_analysis_analyses{state="waiting"} 1\n' in text
    assert 'interview_analysis_analyses{state="failed"} 0\n' in text
    assert re.search(r"^interview_analysis_home_left_bytes \d+$", text, re.M)
    assert company.candidate.name not in text
    line = r"(# TYPE \w+ gauge|\w+(\{state=\"\w+\"\})? [\d.]+)"
    assert all(re.fullmatch(line, told) for told in text.splitlines())

    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert elsewhere.get("/metrics").status_code == 404
    proxied = Client(REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "10.1.2.3"})
    assert proxied.get("/metrics").status_code == 404
    for wrong in ("", "Bearer ", "Bearer wrong"):
        assert elsewhere.get("/metrics", headers={"Authorization": wrong}).status_code == 404
    settings.METRICS_TOKEN = "told"
    assert elsewhere.get("/metrics", headers={"Authorization": "Bearer told"}).status_code == 200
    assert elsewhere.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404


def test_staff_are_warned_before_the_quota_is_reached(
    company: Company, signed_in: SignedIn, settings: LazySettings
):
    disk.forget()
    warning = "nearly used up"
    assert warning not in signed_in(company.recruiter).get("/jobs/").content.decode()
    settings.DISK_QUOTA_BYTES = 1000
    assert warning in signed_in(company.recruiter).get("/jobs/").content.decode()
    assert warning not in signed_in(company.interviewer).get("/interviews/").content.decode()
    with pytest.raises(uploads.UploadError) as refused:
        uploads.begin(company.interview, company.recruiter, "a.mp4", 5000)
    assert refused.value.code == "full"


def test_uploads_that_nobody_goes_on_with_are_given_up(company: Company):
    def begun(name: str, days: int) -> Upload:
        made = uploads.begin(company.interview, company.recruiter, name, 10)
        Upload.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=days))
        return made

    old, slow, new = begun("old", 9), begun("slow", 9), begun("new", 1)
    for upload, days in ((old, 8), (slow, 2), (new, 1)):
        chunk = settings.HOME.uploads / upload.key.hex / "0.chunk"
        chunk.parent.mkdir(exist_ok=True)
        chunk.write_bytes(b"0")
        when = (timezone.now() - timedelta(days=days)).timestamp()
        os.utime(chunk, (when, when))
    assert uploads.remove_old() == 1
    assert set(Upload.objects.values_list("name", flat=True)) == {"slow", "new"}
    assert not (settings.HOME.uploads / old.key.hex).exists()


def test_whose_data_are_kept_too_long_is_listed_for_staff(company: Company, signed_in: SignedIn):
    client = signed_in(company.recruiter)
    assert "overdue=1" not in client.get("/candidates/").content.decode()
    Candidate.objects.create(
        name="Old Times", keep_until=timezone.localdate() - timedelta(days=1), created_by=company.recruiter
    )
    assert "overdue=1" in client.get("/candidates/").content.decode()
    listed = client.get("/candidates/?overdue=1").content.decode()
    assert "Old Times" in listed
    assert company.candidate.name not in listed


def test_the_table_of_settings_is_what_the_code_reads():
    """Each environment variable that the application reads stands in docs/deployment.md, and no other."""
    read = r"environ(?:\.get\(|\[)\"([A-Z_]+)\""
    found = {"INTERVIEW_ANALYSIS_HOME"}
    for path in (ROOT / "web").rglob("*.py"):
        if "dev" not in path.parts:
            found |= set(re.findall(read, path.read_text(encoding="utf-8")))
    table = re.findall(
        r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8"), re.M
    )
    assert sorted(table) == sorted(found)
    assert len(table) == len(set(table))


def test_one_link_alone_is_marked_as_the_page_that_is_open(company: Company, signed_in: SignedIn):
    for url in ("/people/me", "/people/"):
        page = signed_in(company.administrator).get(url).content.decode()
        assert page.split("</header>")[0].count('aria-current="page"') == 1
