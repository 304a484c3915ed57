"""Times within a recording."""

from __future__ import annotations

from django import template

from interview_analysis.types import clock

register = template.Library()
register.filter("clock", clock)


@register.filter
def whole(seconds: float) -> str:
    """Whole seconds, as addresses want them in every language."""
    return str(int(seconds))
