"""A kind of the tests' own, in which a candidate is invited to a visit, and channels that lead to servers of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from interview_analysis.web.messages import kinds, outbox, reach
from interview_analysis.web.messages.kinds import Kind
from interview_analysis.web.messages.models import Message
from tests.web.conftest import Company
from tests.web.messages.servers import MailServer

AT = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
LINK = "https://hr.example.com/c/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdE/"
Put = Callable[..., list[Message]]


class Visit:
    """What the tests' kind says: whether it is wanted, and what it holds."""

    def __init__(self) -> None:
        self.wanted = True
        self.asked = 0

    def still_wanted(self, message: Message) -> bool:
        self.asked += 1
        return self.wanted

    def context(self, message: Message) -> dict[str, object]:
        return {"message_at": AT, "link": LINK}

    def kind(self, name: str, **more: bool) -> Kind:
        return Kind(name, name.title(), self.still_wanted, self.context, **more)


@pytest.fixture
def visit(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [Path(__file__).parent / "templates", *templates[0]["DIRS"]]
    settings.TEMPLATES = templates
    settings.QUIET_HOURS = ""
    reach.has_template.cache_clear()
    made = Visit()
    for name in ("visit", "reminder", "unconfirmed"):
        monkeypatch.setitem(kinds._KINDS, name, made.kind(name))
    yield made
    reach.has_template.cache_clear()


@pytest.fixture
def put(company: Company, visit: Visit) -> Put:
    """Put a message about the company's interview into the outbox; the candidate has a mail address."""
    company.candidate.email = "chen.yu@example.com"
    company.candidate.save()

    def putting(kind: str = "visit", **more: object) -> list[Message]:
        return outbox.put(kind, company.candidate, company.interview, by=company.recruiter, **more)

    return putting


@pytest.fixture
def mail_server(settings: LazySettings) -> Iterator[MailServer]:
    with MailServer().running() as server:
        settings.EMAIL_CONFIG = f"smtp://127.0.0.1:{server.port}"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


def now_again(message: Message) -> Message:
    """The row as it is now."""
    return Message.objects.get(pk=message.pk)
