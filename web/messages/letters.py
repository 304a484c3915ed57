"""Writing a message: its texts from the templates of its kind, in the candidate's language and zone.

What a recruiter is shown before a message is sent comes from here as well, so that both are the same.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from django.conf import settings
from django.template import Context
from django.template import Template as BaseTemplate
from django.template.backends.django import Template
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.messages import reach
from interview_analysis.web.messages.kinds import Attachment, Kind
from interview_analysis.web.messages.models import Channel, Message
from interview_analysis.web.site.zones import zone_of

MAX_TITLE = 250
_OVERRIDES = re.compile("[\u202d\u202e]")  # turn the direction of whatever follows
_TOKEN = re.compile(r"(?<=/c/)[A-Za-z0-9_\-]{20,}|(?<=/c/messages/)[^\s/<>\"]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it goes out. `personal` are the values that tell who the candidate is, for channels that may not have them."""

    channel: Channel
    key: str
    language: str
    to: str
    title: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    opt_out: str = ""
    personal: tuple[str, ...] = ()

    @property
    def kept_text(self) -> str:
        """The text without the tokens of its links, which stand nowhere in the database."""
        return without_tokens(self.text)


def write(message: Message, kind: Kind) -> Letter:
    """The message as it goes out now."""
    channel, language, zone = Channel(message.channel), reach.language_of(message), reach.zone_of(message)
    if channel == Channel.GROUP:
        return _for_group(message, kind)
    with translation.override(language), timezone.override(zone_of(zone)):
        context = {
            **kind.context(message),
            "candidate": message.candidate,
            "company": settings.COMPANY_NAME,
            "language": language,
            "zone": zone,
            "opt_out": opt_out_link(message.candidate),
        }
        title = one_line(_plain(f"{kind.name}.subject.txt", context))[:MAX_TITLE]
        html, attachments = "", list[Attachment]()
        if channel == Channel.MAIL:
            text = (
                f"{_plain(f'{kind.name}.txt', context).strip()}\n\n{_plain('footer.txt', context).strip()}\n"
            )
            if reach.has_template(f"outbox/{kind.name}.html"):
                html = _template(f"{kind.name}.html").render(Context(context))
            attachments = kind.attachments(message)
        else:
            text = _short(kind, context, title)
        return Letter(
            channel=channel,
            key=message.key.hex,
            language=language,
            to=reach.address(message.candidate, channel),
            title=title,
            text=text,
            html=html,
            attachments=tuple(attachments),
            opt_out=str(context["opt_out"]),
            personal=personal_values(message.candidate),
        )


def _for_group(message: Message, kind: Kind) -> Letter:
    """For people of the company: its template gets the number of the application and the address of a page to sign in to."""
    application = message.application_id
    path = reverse("hiring:application", args=[application]) if application else reverse("outbox:list")
    language = (message.by.language if message.by else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        context: dict[str, object] = {"application": application, "link": f"{settings.PUBLIC_URL}{path}"}
        text = _plain(f"{kind.name}.group.txt", context).strip()
    return Letter(
        channel=Channel.GROUP, key=message.key.hex, language=language, to="", title="", text=text,
        personal=personal_values(message.candidate),
    )  # fmt: skip


def personal_values(candidate: Candidate) -> tuple[str, ...]:
    return tuple(value for value in (candidate.name, candidate.email, candidate.phone) if value.strip())


def _short(kind: Kind, context: dict[str, object], title: str) -> str:
    """For a telephone: the kind's own short text, else its title and link; the company in front, the way out behind."""
    name = f"{kind.name}.sms.txt"
    if reach.has_template(f"outbox/{name}"):
        text = one_line(_plain(name, context))
    else:
        text = one_line(f"{title} {context.get('link', '')}")
    return one_line(_plain("short.txt", {**context, "text": text}))


def _template(name: str) -> BaseTemplate:
    found = get_template(f"outbox/{name}")
    assert isinstance(found, Template)
    return found.template


def _plain(name: str, context: dict[str, object]) -> str:
    """A text template, in which nothing is escaped as HTML."""
    return str(_template(name).render(Context(context, autoescape=False)))


def one_line(text: str) -> str:
    """A text on one line, without control characters and what turns the direction of writing."""
    bare = "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
    return " ".join(_OVERRIDES.sub("", bare).split())


def without_tokens(text: str) -> str:
    return _TOKEN.sub("…", text)


def opt_out_link(candidate: Candidate) -> str:
    """The address of the page on which this candidate chooses channels; short, since it stands in text messages too."""
    return f"{settings.PUBLIC_URL}{reverse('outbox:opt_out', args=[_signed(candidate.pk)])}"


def candidate_of(signed: str) -> Candidate | None:
    """Whose page an address is; None where the signature is not ours, or the candidate is gone."""
    number = signed.partition("-")[0]
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    if not constant_time_compare(_signed(int(number)), signed):
        return None
    return Candidate.objects.filter(pk=int(number)).first()


def _signed(number: int) -> str:
    """A number with 96 bits that only this installation can compute."""
    digest = salted_hmac("outbox.opt-out", str(number), algorithm="sha256").digest()[:12]
    return f"{number}-{urlsafe_b64encode(digest).decode()}"
