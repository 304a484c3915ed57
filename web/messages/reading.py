"""What a person is shown of a message: as it would go out now, as it went, or as it lies in the folder of mails."""

from __future__ import annotations

import email
import logging
from dataclasses import dataclass
from email import policy
from typing import Literal

from django.conf import settings

from interview_analysis.web.messages import letters
from interview_analysis.web.messages.channels import sms
from interview_analysis.web.messages.kinds import kind_of
from interview_analysis.web.messages.models import Channel, Message

Source = Literal["now", "kept", "file", "nothing"]
State = Message.State
_GONE = (State.SENT, State.BOUNCED)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """`source`: written now, kept from when it was sent (without its links), read from its file, or not to be had."""

    source: Source
    channel: Channel
    to: str = ""
    title: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[str, ...] = ()

    @property
    def size(self) -> sms.Size | None:
        """Of a text message."""
        return sms.size(self.text) if self.channel == Channel.SMS else None


def shown(message: Message) -> Shown:
    channel = Channel(message.channel)
    if message.file:
        return _of_file(message) or _kept(message)
    if message.state in _GONE:
        return _kept(message)
    kind = kind_of(message.kind)
    if kind is None or message.subject is None:
        return Shown("nothing", channel)
    try:
        letter = letters.write(message, kind)
    except Exception:  # a fault of the kind's templates is shown as such, and the page stays
        log.exception("message %s could not be written", message.key)
        return Shown("nothing", channel)
    return Shown(
        "now",
        channel,
        letter.to,
        letter.title,
        letter.text,
        letter.html,
        tuple(attachment.name for attachment in letter.attachments),
    )


def _kept(message: Message) -> Shown:
    source: Source = "kept" if message.sent_text else "nothing"
    return Shown(source, Channel(message.channel), message.sent_to, message.sent_title, message.sent_text)


def _of_file(message: Message) -> Shown | None:
    """From the home's folder of mails; None where the file was taken away."""
    path = settings.HOME.mail / f"{message.key.hex}.eml"
    try:
        mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    except OSError:
        return None
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return Shown(
        "file",
        Channel.MAIL,
        str(mail["To"]),
        str(mail["Subject"]),
        text.get_content() if text else "",
        html.get_content() if html else "",
        tuple(part.get_filename() or "" for part in mail.iter_attachments()),
    )
