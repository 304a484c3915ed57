"""Kinds of messages. The room that knows the reason registers its kind; this room sends.

A kind has templates in its room's folder, rendered in the candidate's language and zone: `outbox/<name>.subject.txt`, `.txt`
and `.html` (which extends `outbox/letter.html`). `outbox/<name>.sms.txt` is the short text of SMS; without it a text message
holds the subject and the `link` of the context. `outbox/<name>.group.txt` goes to the company's WeCom group, and may say
nothing that tells who a person is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_stubs_ext import StrOrPromise

if TYPE_CHECKING:
    from interview_analysis.web.messages.models import Message


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail. `media_type` may have parameters: `text/calendar; method=REQUEST`."""

    name: str
    content: bytes
    media_type: str


def none(message: Message) -> list[Attachment]:
    """No attachments."""
    return []


@dataclass(frozen=True, slots=True)
class Kind:
    """`still_wanted` is asked again right before sending.

    A `necessary` message goes by mail to those who refused it too (a cancelled appointment). An `urgent` one does not wait for
    the end of quiet hours (a code). Of one that is `secret` no text is kept.
    """

    name: str
    title: StrOrPromise
    still_wanted: Callable[[Message], bool]
    context: Callable[[Message], dict[str, object]]
    attachments: Callable[[Message], list[Attachment]] = none
    necessary: bool = False
    urgent: bool = False
    secret: bool = False


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known, in `AppConfig.ready` of its room. Raises ValueError for a name that another kind has."""
    if _KINDS.get(kind.name, kind) != kind:
        raise ValueError(f"two kinds of messages are called {kind.name!r}; choose another name")
    _KINDS[kind.name] = kind


def kind_of(name: str) -> Kind | None:
    """The kind of that name; None where no room knows it any more."""
    return _KINDS.get(name)


def necessary() -> list[StrOrPromise]:
    """The titles of the kinds that go by mail in any case."""
    return [kind.title for kind in _KINDS.values() if kind.necessary]
