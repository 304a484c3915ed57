"""How a candidate is reached: addresses, channels that are set up, language, zone."""

from __future__ import annotations

from functools import cache
from typing import cast

from django.conf import settings
from django.db import models
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from interview_analysis.web.hiring.models import Application, Candidate
from interview_analysis.web.messages.kinds import Kind
from interview_analysis.web.messages.models import Channel, Message, Preference

PERSONAL = (Channel.MAIL, Channel.SMS, Channel.WECOM)  # that lead to the candidate alone


def set_up(channel: Channel) -> bool:
    """Whether the operator has set the channel up. Mail always is: without a server it goes to files."""
    match channel:
        case Channel.MAIL:
            return True
        case Channel.SMS:
            return bool(settings.SMS_URL)
        case Channel.WECOM:
            return bool(settings.WECOM_CORP_ID and settings.WECOM_AGENT_ID and settings.WECOM_SECRET)
        case Channel.GROUP:
            return bool(settings.WECOM_GROUP_URL)


def address(candidate: Candidate, channel: Channel) -> str:
    """Where the channel leads for a candidate, empty where it does not. That of the group is the operator's."""
    match channel:
        case Channel.MAIL:
            return candidate.email
        case Channel.SMS:
            return candidate.phone
        case Channel.WECOM:
            return preference(candidate).wecom
        case Channel.GROUP:
            return "group" if settings.WECOM_GROUP_URL else ""


def channels(candidate: Candidate, kind: Kind) -> list[Channel]:
    """Those on which the candidate gets messages of a kind, and the company's group where the kind has a text for it."""
    refused = preference(candidate).refused
    found = [
        channel
        for channel in PERSONAL
        if set_up(channel)
        and address(candidate, channel)
        and (channel not in refused or forced(kind, channel))
    ]
    if set_up(Channel.GROUP) and has_template(f"outbox/{kind.name}.group.txt"):
        found.append(Channel.GROUP)
    return found


def forced(kind: Kind, channel: Channel) -> bool:
    """Whether a message goes even to those who want nothing on the channel: necessary ones do, by mail."""
    return kind.necessary and channel == Channel.MAIL


def preference(candidate: Candidate) -> Preference:
    """The candidate's own, or one that is not saved and refuses nothing."""
    return Preference.objects.filter(candidate=candidate).first() or Preference(candidate=candidate)


@cache
def has_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


def application_of(subject: models.Model) -> Application | None:
    """The application that something is about: itself, or that of it or of its interview."""
    if isinstance(subject, Application):
        return subject
    holder = getattr(subject, "interview", subject)
    return cast("Application | None", getattr(holder, "application", None))


def language_of(message: Message) -> str:
    """That of what the message is about, where it has one, else the candidate's."""
    return str(getattr(message.subject, "language", "") or message.candidate.language)


def zone_of(message: Message) -> str:
    """That of what the message is about, else the candidate's, else the company's."""
    own = getattr(message.subject, "zone", "")
    return str(own or preference(message.candidate).zone or settings.DEFAULT_ZONE)
