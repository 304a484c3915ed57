"""Times within a recording."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def clock(seconds: float) -> str:
    """ "01:05" """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02d}:{rest:02d}"


@register.filter
def whole(seconds: float) -> str:
    """Whole seconds, as addresses want them in every language."""
    return str(int(seconds))
