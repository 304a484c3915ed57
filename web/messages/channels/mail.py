"""Mail over SMTP, or as files in the home's folder of mails while no server is set."""

from __future__ import annotations

import os
import smtplib
from contextlib import suppress
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import BadHeaderError
from django.core.validators import validate_email
from django.db import transaction

from interview_analysis.web.messages.channels.base import SendingError, Sent
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Message

Fault = Message.Fault
_LIMIT_S = 20  # for each answer of the server


def send_mail(letter: Letter) -> Sent:
    """One mail. A refusal at once is final (5xx) or to be tried later (4xx); a conversation that broke off is unknown."""
    mail = mail_of(letter)
    if not settings.EMAIL_CONFIG:
        return Sent(file=_as_file(mail, letter.key))
    server = EmailBackend(timeout=_LIMIT_S)
    try:
        server.open()
        if server.connection is not None:
            server.connection.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:  # no mail was handed over yet
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else ""
        raise SendingError("later", Fault.CONNECTION, str(code)) from error
    try:
        server.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(min(code for code, _ in error.recipients.values())) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendingError("unknown", Fault.ANSWER) from error
    finally:
        with suppress(smtplib.SMTPException, OSError):  # the mail is over there already
            server.close()
    return Sent()


def mail_of(letter: Letter) -> EmailMultiAlternatives:
    """Text and HTML, with a calendar file both as an alternative and as an attachment, since programs look for one or the other.

    Raises SendingError for an address that is none: one with a newline would write headers of its own.
    """
    try:
        validate_email(letter.to)
    except ValidationError as error:
        raise SendingError("never", Fault.ADDRESS) from error
    headers = {
        "Message-ID": message_id(letter.key),
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
    }
    if letter.opt_out:
        headers["List-Unsubscribe"] = f"<{letter.opt_out}>"
    mail = EmailMultiAlternatives(letter.title, letter.text, sender(), [letter.to], headers=headers)
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    for attachment in letter.attachments:
        if attachment.media_type.startswith("text/calendar"):
            mail.attach_alternative(attachment.content.decode(), attachment.media_type)
            mail.attach(attachment.name, attachment.content, "application/ics")
        else:
            mail.attach(attachment.name, attachment.content, attachment.media_type)
    try:
        mail.message()
    except (BadHeaderError, ValueError) as error:
        raise SendingError("never", Fault.ADDRESS) from error
    return mail


def sender() -> str:
    """The company's name with the address of EMAIL_FROM."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((settings.COMPANY_NAME or name, address))


def message_id(key: str) -> str:
    """The same for every attempt; a message that came back is known by it."""
    return f"<{key}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"


def _refused(code: int) -> SendingError:
    if 400 <= code < 500:
        return SendingError("later", Fault.LATER, str(code))
    return SendingError("never", Fault.REFUSED, str(code))


def _as_file(mail: EmailMultiAlternatives, key: str) -> str:
    """Written aside and renamed, so that no half a mail is ever read."""
    name = f"{key}.eml"
    target = settings.HOME.mail / name
    aside = target.with_suffix(".partial")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(mail.message().as_bytes())
    aside.replace(target)
    return name


def forget_file(instance: Message, **_: object) -> None:
    """With a message goes the file of its mail, once the deletion holds."""
    if instance.file:
        path = settings.HOME.mail / f"{instance.key.hex}.eml"
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
