"""`serve`, `worker` and `web` as they are typed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from interview_analysis.web.people.models import Role, User
from interview_analysis.web.serving import FIRST, _first_link
from tests.web.conftest import Company

COMMAND = [sys.executable, "-m", "interview_analysis.pipeline"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return own_home(tmp_path)


def own_home(folder: Path) -> dict[str, str]:
    """The environment of an application in a folder of its own."""
    left_out = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    return environment | {"INTERVIEW_ANALYSIS_HOME": str(folder / "home")}


def run(home: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], env=home, capture_output=True, text=True, timeout=120)


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture
def served(home: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    port = free_port()
    process = subprocess.Popen(
        [*COMMAND, "serve", "--no-worker", "--port", str(port)],
        env=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    yield port, process
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)


def test_serve_prints_a_link_answers_and_says_so_where_the_port_is_taken(
    home: dict[str, str], served: tuple[int, subprocess.Popen[str]]
):
    port, process = served
    assert process.stdout is not None
    link = process.stdout.readline().split()[-1]
    assert link.startswith(f"http://localhost:{port}/people/enter/")
    page = urllib.request.urlopen(link, timeout=10)
    assert page.status == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    second = run(home, "serve", "--port", str(port))
    assert second.returncode != 0
    assert f"cannot listen on 127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr
    foreign = urllib.request.Request(f"http://127.0.0.1:{port}/health", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(foreign, timeout=10)
    assert refused.value.code == 400


def test_the_home_is_the_owner_s_alone_and_its_key_is_made_once(home: dict[str, str]):
    assert run(home, "web", "migrate").returncode == 0
    folder = Path(home["INTERVIEW_ANALYSIS_HOME"])
    key = folder / "secret-key"
    first = key.read_text()
    assert len(first) > 60
    assert (folder.stat().st_mode & 0o777, key.stat().st_mode & 0o777) == (0o700, 0o600)
    made = run(home, "web", "createadmin", "me@example.com")
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip().startswith("http://localhost:8000/people/enter/")
    assert key.read_text() == first
    checked = run(home, "web", "check")
    assert (checked.returncode, checked.stdout.split(":")[0]) == (0, "The trail holds")


@pytest.mark.parametrize("command", [["worker"], ["web", "check"], ["web", "backup", "kept.tar"]])
def test_what_works_on_data_says_how_to_make_the_database(home: dict[str, str], command: list[str]):
    told = run(home, *command)
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "was not made yet" in told.stderr
    assert "run `interview-analysis web migrate`" in told.stderr


def test_a_later_start_says_how_to_sign_in_again_and_names_nobody_who_works_here(
    company: Company, capsys: pytest.CaptureFixture[str]
):
    told = "Signed out? `interview-analysis web createadmin {}` prints a new link.\n"
    User.objects.filter(pk=company.recruiter.pk).update(last_login=timezone.now())
    _first_link()
    assert capsys.readouterr().out == told.format("EMAIL")
    first = User.objects.create_user(FIRST, role=Role.ADMINISTRATOR)
    _first_link()
    assert capsys.readouterr().out == told.format(FIRST)
    User.objects.filter(pk=first.pk).update(is_active=False)
    _first_link()
    assert capsys.readouterr().out == told.format("EMAIL")
