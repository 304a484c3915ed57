from __future__ import annotations

from django import template
from django.db import models
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from interview_analysis.web.messages import outbox
from interview_analysis.web.messages.kinds import kind_of
from interview_analysis.web.messages.models import Message
from interview_analysis.web.people.models import User

register = template.Library()
State = Message.State
_COLOURS = {
    State.SENT: "good", State.WAITING: "warn", State.SENDING: "warn", State.UNKNOWN: "warn",
    State.FAILED: "bad", State.BOUNCED: "bad",
}  # fmt: skip


@register.filter
def kind_title(name: str) -> str:
    kind = kind_of(name)
    return str(kind.title) if kind else name


@register.filter
def state_colour(state: str) -> str:
    return _COLOURS.get(State(state), "")


@register.simple_tag
def messages_about(user: User, subject: models.Model) -> SafeString:
    """A table of the messages about something, an invitation say: {% messages_about user invitation %}."""
    rows = outbox.about(subject).visible_to(user).select_related("candidate").by_time()
    return render_to_string("outbox/_rows.html", {"rows": rows})
