"""Channels behind one interface: each takes a letter and sends it once, or says what happened instead."""

from __future__ import annotations

from interview_analysis.web.messages.channels.base import SendingError, Sent
from interview_analysis.web.messages.channels.mail import send_mail
from interview_analysis.web.messages.channels.sms import send_sms
from interview_analysis.web.messages.channels.wecom import send_to_account, send_to_group
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Channel

_SENDERS = {
    Channel.MAIL: send_mail,
    Channel.SMS: send_sms,
    Channel.WECOM: send_to_account,
    Channel.GROUP: send_to_group,
}


def send(letter: Letter) -> Sent:
    """Send a letter once, within the channel's time limit. Raises SendingError."""
    return _SENDERS[letter.channel](letter)


__all__ = ["SendingError", "Sent", "send"]
