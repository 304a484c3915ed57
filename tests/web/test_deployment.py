"""The texts of docs/deployment.md, run as they stand there: nginx, Caddy, systemd, the container, and TLS without a proxy.

Each is skipped with a line that says so where its program is not installed.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.web.exchange.test_sending import certificate
from tests.web.test_commands import COMMAND, free_port, home, own_home, run

__all__ = ["certificate", "home"]
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
CLIP = bytes(range(250)) * 4000


def block(start: str) -> str:
    """The fenced text of the page that begins with `start`."""
    found = [text for text in re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL) if text.startswith(start)]
    assert len(found) == 1, start
    return found[0]


def replaced(text: str, pairs: dict[str, str]) -> str:
    """Every one of `pairs` is in the text."""
    for old, new in pairs.items():
        assert old in text, f"{old} is not in the page any more"
        text = text.replace(old, new)
    return text


def needed(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"SKIPPED: {program} is not installed")
    return found


@contextmanager
def running(command: list[str], environment: dict[str, str], ready: Callable[[], bool]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not ready():
            assert process.poll() is None, f"{command[0]} ended"
            assert time.monotonic() < until
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def ask(
    port: int, path: str, headers: dict[str, str] | None = None, method: str = "GET", body: bytes | None = None,
    *, tls: bool = True,
) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
    if tls:
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            "localhost", port, timeout=10, context=ssl._create_unverified_context()
        )
    else:
        line = http.client.HTTPConnection("localhost", port, timeout=10)
    line.request(method, path, body, headers or {})
    answer = line.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def answers(port: int, *, tls: bool = True) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            return ask(port, "/health", tls=tls)[0] == 200
        except OSError:
            return False

    return ready


FILL = """
import datetime, django; django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.interviews.models import Interview, Recording
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Consent
by = User.objects.create_user("r@example.com", name="R", role=Role.RECRUITER)
day = datetime.date.today()
person = Candidate.objects.create(name="C", keep_until=day, created_by=by)
consent = Consent.objects.create(candidate=person, given_on=day, how="written", entered_by=by)
applied = Application.objects.create(candidate=person, job=Job.objects.create(name="J", created_by=by))
interview = Interview.objects.create(application=applied, title="I", consent=consent, created_by=by)
(settings.HOME.files / "clip.mp4").write_bytes(bytes(range(250)) * 4000)
made = Recording.objects.create(interview=interview, name="a.mp4", kind="video", sha256="0" * 64,
    size_bytes=10**6, original="clip.mp4", playable="clip.mp4", uploaded_by=by)
browser = Client()
browser.force_login(by, backend="django.contrib.auth.backends.ModelBackend")
print(made.key, interview.pk, browser.cookies["sessionid"].value)
"""


@dataclass(frozen=True)
class Filled:
    """A home with a recording in it, and the headers of a recruiter who is signed in."""

    home: dict[str, str]
    play: str
    interview: int
    signed_in: dict[str, str]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    environment = own_home(tmp_path_factory.mktemp("deployed"))
    settings = {"DJANGO_SETTINGS_MODULE": "interview_analysis.web.dev.settings"}
    made = subprocess.run(
        [sys.executable, "-c", FILL],
        env=environment | settings, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    key, interview, session = made.stdout.split()
    cookies = f"sessionid={session}; csrftoken={'a' * 32}"
    headers = {"Cookie": cookies, "X-CSRFToken": "a" * 32}
    return Filled(environment, f"/recordings/{key}/play", int(interview), headers)


def nginx_configuration(
    folder: Path, certificate: tuple[Path, Path], home: dict[str, str], ports: tuple[int, int]
) -> Path:
    """A configuration around the page's text, with its own ports, certificate and folder."""
    server = replaced(
        block("server {"),
        {
            "listen 443 ssl": f"listen {ports[0]} ssl",
            "hr.example.com;": "localhost;",
            "/etc/letsencrypt/live/hr.example.com/fullchain.pem": str(certificate[0]),
            "/etc/letsencrypt/live/hr.example.com/privkey.pem": str(certificate[1]),
            "http://127.0.0.1:8000": f"http://127.0.0.1:{ports[1]}",
            "/srv/interview-analysis/": f"{home['INTERVIEW_ANALYSIS_HOME']}/",
        },
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.getuid() == 0 else ""
    text = f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{server}}}\n"
    path = folder / "nginx.conf"
    path.write_text(text)
    return path


def test_nginx_serves_it_as_the_page_says(filled: Filled, certificate: tuple[Path, Path], tmp_path: Path):
    nginx, ports, signed_in = needed("nginx"), (free_port(), free_port()), filled.signed_in
    conf = nginx_configuration(tmp_path, certificate, filled.home, ports)
    checked = subprocess.run([nginx, "-t", "-c", conf], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    public = f"https://localhost:{ports[0]}"
    environment = filled.home | {"PUBLIC_URL": public, "ACCEL_REDIRECT": "/kept"}
    serve = [*COMMAND, "serve", "--no-worker", "--port", str(ports[1])]
    with (
        running(serve, environment, answers(ports[1], tls=False)),
        running([nginx, "-c", str(conf)], filled.home, answers(ports[0])),
    ):
        status, headers, _ = ask(ports[0], "/account/login/")
        assert status == 200
        assert headers["strict-transport-security"].startswith("max-age=")
        assert "secure" in headers["set-cookie"].lower()
        status, headers, body = ask(ports[0], filled.play, signed_in | {"Range": "bytes=100-199"})
        assert (status, body) == (206, CLIP[100:200])
        assert headers["content-type"] == "video/mp4"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "private, no-store"
        assert "x-file-of-home" not in headers
        assert ask(ports[0], "/kept/clip.mp4", signed_in)[0] == 404, "nobody gets a file past the views"
        assert ask(ports[0], filled.play)[0] == 302
        assert ask(ports[0], "/metrics")[0] == 404, "whoever comes through the proxy is not this machine"
        # Django checks where a form came from by PUBLIC_URL; a chunk of 4 MiB passes nginx's own limit.
        own = signed_in | {"Origin": public, "Referer": f"{public}/"}
        asked = json.dumps({"name": "b.mp4", "size": 4 * 2**20}).encode()
        status, _, body = ask(ports[0], f"/interviews/{filled.interview}/uploads", own, "POST", asked)
        assert status == 200, body
        chunk = own | {"X-SHA256": hashlib.sha256(bytes(4 * 2**20)).hexdigest()}
        assert ask(ports[0], f"{json.loads(body)['url']}chunks/0", chunk, "PUT", bytes(4 * 2**20))[0] == 204
        foreign = own | {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
        assert ask(ports[0], f"/interviews/{filled.interview}/uploads", foreign, "POST", asked)[0] == 403


def test_caddy_takes_the_text_of_the_page(tmp_path: Path):
    caddy = needed("caddy")
    (tmp_path / "Caddyfile").write_text(block("hr.example.com {"))
    environment = os.environ | {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    checked = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    assert "Valid configuration" in checked.stdout + checked.stderr


def test_systemd_takes_the_unit_of_the_page(tmp_path: Path):
    analyze = needed("systemd-analyze")
    unit = tmp_path / "interview-analysis.service"
    program = Path(sys.executable).with_name("interview-analysis")
    unit.write_text(
        replaced(block("[Unit]"), {"/opt/interview-analysis/bin/interview-analysis": str(program)})
    )
    checked = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, timeout=60)
    told = [line for line in checked.stderr.splitlines() if unit.name in line]
    assert (checked.returncode, told) == (0, []), checked.stderr


def test_the_container_s_text_names_what_there_is():
    """No container is built here; what can be held against the repository is."""
    from click.testing import CliRunner

    from interview_analysis.web.commands import serve

    text = block("FROM python:")
    assert text.startswith(f"FROM python:{sys.version_info.major}.{sys.version_info.minor}-slim-bookworm\n")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    packages = re.findall(r"\b(?:lib[\w.-]+-?\d|fonts-[\w-]+)\b", text.split("RUN useradd")[0])
    assert len(packages) == 7
    assert [name for name in packages if name not in ci] == []
    assert "[web]" in text
    (command,) = re.findall(r"^CMD (\[.*\])$", text, re.M)
    program, name, *options = json.loads(command)
    assert (program, name) == ("interview-analysis", "serve")
    assert CliRunner().invoke(serve, [*options, "--help"]).exit_code == 0


def test_the_application_ends_tls_itself(filled: Filled, certificate: tuple[Path, Path]):
    port = free_port()
    serve = [*COMMAND, "serve", "--no-worker", "--port", str(port)]
    serve += ["--certificate", str(certificate[0]), "--key", str(certificate[1])]
    with running(serve, filled.home, answers(port)):
        status, headers, _ = ask(port, "/account/login/")
        assert status == 200
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "secure" in headers["set-cookie"].lower()
        status, _, body = ask(port, filled.play, filled.signed_in | {"Range": "bytes=100-199"})
        assert (status, body) == (206, CLIP[100:200])
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(port, "/health", tls=False)


def test_what_is_no_certificate_is_said_in_one_line(
    home: dict[str, str], certificate: tuple[Path, Path], tmp_path: Path
):
    (tmp_path / "no.pem").write_text("no certificate")
    for options, told in (
        (["--certificate", str(certificate[0])], "takes both"),
        (
            ["--certificate", str(tmp_path / "no.pem"), "--key", str(certificate[1])],
            "no certificate and its key",
        ),
        (["--certificate", str(certificate[1]), "--key", str(certificate[0])], "no certificate and its key"),
    ):
        refused = run(home, "serve", "--no-worker", "--port", str(free_port()), *options)
        assert refused.returncode != 0
        assert told in refused.stderr
        assert "Traceback" not in refused.stderr
