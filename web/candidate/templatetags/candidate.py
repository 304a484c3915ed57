"""How times of invitations are shown: as wall times, with their zone named."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from interview_analysis.web.candidate.course import minutes
from interview_analysis.web.candidate.models import Invitation, Slot
from interview_analysis.web.candidate.words import why_rule as why
from interview_analysis.web.messages import times
from interview_analysis.web.messages.templatetags.times import told

register = template.Library()
register.filter(told)
register.filter(minutes)


def _language() -> str:
    return get_language() or "en"


@register.filter
def window(invitation: Invitation, zone: str) -> str:
    """From when until when, in a zone."""
    return times.told_span(invitation.opens_at, invitation.closes_at, zone, _language())


@register.filter
def span(slot: Slot, zone: str) -> str:
    return times.told_span(slot.starts_at, slot.ends_at, zone, _language())


@register.filter
def why_rule(field: str) -> str:
    """Why a rule starts as it does."""
    return why(field)
