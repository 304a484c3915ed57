from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import translation

from interview_analysis.web.messages import times

register = template.Library()


@register.filter
def told(at: datetime | None, zone: str) -> str:
    """An instant in the wall time of a zone and the language of the page: {{ invitation.closes_at|told:invitation.zone }}."""
    return times.told(at, zone, translation.get_language() or "en") if at else ""
