from __future__ import annotations

from django import template

from interview_analysis.types import clock

register = template.Library()
register.filter("clock", clock)


@register.filter
def percent(share: float) -> str:
    return f"{round(100 * share)} %"
