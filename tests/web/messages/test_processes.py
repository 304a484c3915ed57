"""Senders in processes of their own on a real database: two at once, and one that is killed between claiming and sending."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from interview_analysis.web.messages.models import Message
from tests.web.messages.conftest import Put

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = 30
SENDER = """
import json, os, sys, time
from interview_analysis.web.dev import settings
if name := os.environ.get("TEST_DATABASE"):
    settings.DATABASES["default"]["NAME"] = name
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from interview_analysis.web.messages import kinds, sending
from interview_analysis.web.messages.channels import Sent
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Channel, Message

what, log = sys.argv[1:]
kinds.register(kinds.Kind("visit", "Visit", lambda m: True, lambda m: {}))
sending.letters.write = lambda m, k: Letter(Channel(m.channel), m.key.hex, "en", "a@example.com", "", "")

def send(letter):
    if what == "killed":
        print("claimed", flush=True)
        time.sleep(60)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(out, (letter.key + "\\n").encode())
    return Sent()

sending.channels.send = send
print("ready", flush=True)
sys.stdin.readline()
def rows():
    print(json.dumps([[m.state, m.attempts, m.fault] for m in Message.objects.order_by("pk")]), flush=True)

sending.send_due(20)
rows()
if what == "later":
    Message.objects.filter(state="sending").update(claimed_at=timezone.now() - timedelta(minutes=6))
    sending.send_due(20)
    rows()
"""


@dataclass
class Senders:
    """Starts senders on the database that the test filled, and knows what went out."""

    environment: dict[str, str]
    log: Path

    def start(self, what: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SENDER, what, str(self.log)],
            env=self.environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def go(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    def rows(self, process: subprocess.Popen[str]) -> list[list[object]]:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return list(json.loads(out.splitlines()[-1]))

    @property
    def went(self) -> list[str]:
        return self.log.read_text().split() if self.log.exists() else []


@pytest.fixture
def senders(transactional_db: None, put: Put, tmp_path: Path) -> Senders:
    for _ in range(MESSAGES):
        put()
    environment = os.environ | {"INTERVIEW_ANALYSIS_HOME": str(tmp_path)}
    if connection.vendor == "sqlite":  # that of the tests is in memory; others get it as a file
        environment.pop("DATABASE_URL", None)
        with sqlite3.connect(tmp_path / "web.sqlite3") as file:
            connection.connection.backup(file)
    else:
        environment["TEST_DATABASE"] = str(connection.settings_dict["NAME"])
    return Senders(environment, tmp_path / "went")


def test_two_senders_at_once_send_each_message_once(senders: Senders):
    keys = sorted(m.key.hex for m in Message.objects.all())
    both = [senders.start("send") for _ in range(2)]
    for process in both:
        senders.go(process)
    rows = [senders.rows(process) for process in both]
    assert sorted(senders.went) == keys
    assert ["sent", 1, ""] in rows[0]
    assert max(len([r for r in found if r == ["sent", 1, ""]]) for found in rows) == MESSAGES


def test_a_sender_that_is_killed_after_its_claim_leaves_one_message_unknown(senders: Senders):
    killed = senders.start("killed")
    senders.go(killed)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "claimed\n"
    killed.kill()
    killed.wait(30)
    other = senders.start("later")
    senders.go(other)
    assert other.stdout is not None
    rows = json.loads(other.stdout.readline())
    assert [r for r in rows if r[0] != "sent"] == [["sending", 1, ""]], "nobody takes it up"
    rows = senders.rows(other)
    assert [r for r in rows if r[0] != "sent"] == [["unknown", 1, "stopped"]], "and later it is shown"
    assert len(senders.went) == len(set(senders.went)) == MESSAGES - 1
