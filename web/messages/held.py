"""What this room holds about a candidate. Rows go with the candidate's own, and each mail's file with its row."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.messages.models import Message, Preference
from interview_analysis.web.privacy.holdings import Holding, Row


def _messages(candidate: int) -> list[Row]:
    fields = ("kind", "channel", "state", "due_at", "sent_at", "sent_to", "sent_title", "sent_text")
    return list(Message.objects.filter(candidate=candidate).values(*fields))


def _preferences(candidate: int) -> list[Row]:
    fields = ("refused", "wecom", "zone")
    return list(Preference.objects.filter(candidate=candidate).values(*fields))


HELD = (
    Holding(
        "messages", _("Messages to you"), _messages,
        files=lambda candidate: [
            settings.HOME.mail / m.file for m in Message.objects.filter(candidate=candidate).exclude(file="")
        ],
    ),
    Holding("channels", _("How you are reached"), _preferences),
)  # fmt: skip
