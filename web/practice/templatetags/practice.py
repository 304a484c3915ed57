from __future__ import annotations

from django import template

from interview_analysis.scoring.content.words import clock as clock_of

register = template.Library()


@register.filter
def clock(time_s: float) -> str:
    return clock_of(time_s)


@register.filter
def percent(share: float) -> str:
    return f"{round(100 * share)} %"
