"""Measure how long after its end an answer that was practised has its feedback: ``python -m interview_analysis.web.dev.practice_time``.

A recording is sent in chunks of a second, at the speed at which it was recorded, to the store that browsers send to; a
practice process of its own hears it. With ``--analysing`` an analysis of the same recording runs beside it, twice over.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HOME = tempfile.mkdtemp(prefix="interview-analysis-practice-")
os.environ["INTERVIEW_ANALYSIS_HOME"] = HOME
os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
import django

django.setup()

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.web.answers import streams
from interview_analysis.web.candidate.access import link_of, renew
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Application, Candidate, Job, ProfileVersion
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.practice.agreement import agree, practice_of
from interview_analysis.web.practice.models import Attempt, Round, Task

WORKER = "import django; django.setup(); from interview_analysis.web.practice.worker import PracticeWorker; PracticeWorker().run()"


def invite(language: str) -> Invitation:
    """Somebody who may practise, with the questions of the built-in product manager."""
    call_command("migrate", verbosity=0)
    recruiter = User.objects.create_user("recruiter@example.com", name="Recruiter", role=Role.RECRUITER)
    job = Job.objects.create(name="Product manager", created_by=recruiter)
    yaml = (BUILT_IN / "jobs" / "product-manager.yaml").read_text(encoding="utf-8")
    ProfileVersion.objects.create(job=job, number=1, yaml=yaml, sha256="0" * 64, created_by=recruiter)
    person = Candidate.objects.create(name="Candidate", keep_until=date(2100, 1, 1), created_by=recruiter)
    application = Application.objects.create(candidate=person, job=job)
    interview = Interview.objects.create(application=application, title="Alone", created_by=recruiter)
    now = timezone.now()
    made = Invitation(
        interview=interview, language=language, opens_at=now, closes_at=now + timedelta(days=1), zone="UTC",
        answer_s=120, created_by=recruiter,
    )  # fmt: skip
    renew(made)
    made.save()
    agree(made)
    return made


def chosen(invitation: Invitation) -> tuple[Task, float]:
    """The first question, and the seconds until the process had started, loaded its models and chosen."""
    began = time.monotonic()
    asked = Round.objects.create(practice=practice_of(invitation))
    while not (tasks := list(asked.tasks.all())):
        time.sleep(0.1)
    return tasks[0], time.monotonic() - began


def send(invitation: Invitation, attempt: Attempt, content: bytes, seconds: float) -> None:
    """The recording in chunks of a second, each at its time; then its end."""
    key = uuid.uuid4()
    stream = streams.begin(invitation, key, attempt.key, "practice", "video", "video/webm", 0.0)
    count = max(1, round(seconds))
    size, began, hashes = -(-len(content) // count), time.monotonic(), []
    for number in range(count):
        time.sleep(max(0.0, began + number + 1 - time.monotonic()))
        chunk = content[number * size : (number + 1) * size]
        hashes.append(hashlib.sha256(chunk).hexdigest())
        streams.keep_chunk(stream, number, chunk, hashes[-1])
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=timezone.now())
    streams.end(stream, count, hashlib.sha256("".join(hashes).encode()).hexdigest(), [])
    Attempt.objects.filter(pk=attempt.pk).update(sent_at=timezone.now())


def once(invitation: Invitation, task: Task, content: bytes, seconds: float) -> dict[str, Any]:
    """One answer: the seconds after its end, and of what they are made."""
    attempt = Attempt.objects.create(task=task)
    send(invitation, attempt, content, seconds)
    while attempt.state == Attempt.State.OPEN:
        time.sleep(0.05)
        attempt.refresh_from_db()
    browser = Client(SERVER_NAME="localhost")
    browser.get(urlsplit(link_of(invitation)).path)
    began = time.monotonic()
    page = browser.get(f"/c/practice/answers/{attempt.key}")
    return dict(attempt.spent) | {
        "render": round(time.monotonic() - began, 2), "state": attempt.state, "bytes": len(page.content),
        "findings": [finding["kind"] for finding in (attempt.coached or {}).get("findings", [])],
    }  # fmt: skip


def analyse(recording: Path, folder: Path) -> subprocess.Popen[bytes]:
    code = (
        "from interview_analysis.pipeline.cli.main import main; import sys; "
        f"sys.argv = ['x', 'analyze', {str(recording)!r}, '--job', 'product-manager', '--out', {str(folder)!r}, '--no-cache']; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", type=Path, help="webm, or mp4 in fragments, as browsers record")
    parser.add_argument("--seconds", type=float, help="its length; asked of the file where it is not given")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--language", default="en", choices=["en", "zh-hans"])
    parser.add_argument("--analysing", action="store_true", help="with an analysis running beside it")
    given = parser.parse_args()
    from interview_analysis.pipeline.media.decoding import Decoder

    with Decoder(given.recording) as decoder:
        seconds = given.seconds or decoder.told_duration_s()
    content = given.recording.read_bytes()
    invitation = invite(given.language)
    environment = os.environ | {"LOG_LEVEL": "WARNING"}
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    try:
        task, loaded_s = chosen(invitation)
        print(f"{given.recording.name}: {seconds:.0f} s, {len(content) / 1e6:.1f} MB, {os.cpu_count()} cores")
        print(f"until the questions were there, with the process and its models loaded: {loaded_s:.1f} s")
        for number in range(given.times):
            beside = analyse(given.recording, Path(HOME) / f"beside-{number}") if given.analysing else None
            print(
                f"load {os.getloadavg()[0]:.1f} ({number + 1}):",
                once(invitation, task, content, seconds),
                flush=True,
            )
            if beside is not None:
                print("the analysis beside it", "still runs" if beside.poll() is None else "had ended")
                beside.kill()
                beside.wait()
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
