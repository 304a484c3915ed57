"""How the state of an analysis is shown."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.words import failure, stage_words

register = template.Library()


@register.filter
def stage_of(analysis: Analysis) -> str:
    return stage_words(analysis.stage)


@register.filter
def why_failed(analysis: Analysis) -> str:
    return failure(analysis.error_code, analysis.error)


@register.filter
def done_share(analysis: Analysis) -> str:
    """0 to 1 of the recording, empty where that is not known."""
    if analysis.at_s is None or not analysis.of_s:
        return ""
    return f"{min(1.0, analysis.at_s / analysis.of_s):.3f}"


@register.filter
def time_left(analysis: Analysis) -> str:
    """From the pace so far; empty while that tells nothing."""
    if (
        analysis.at_s is None
        or not analysis.of_s
        or not analysis.started_at
        or analysis.at_s < 0.05 * analysis.of_s
    ):
        return ""
    spent_s = (timezone.now() - analysis.started_at).total_seconds()
    left_s = spent_s * (analysis.of_s - analysis.at_s) / analysis.at_s
    if left_s < 60:
        return _("less than a minute left")
    return _("about %(minutes)s minutes left") % {"minutes": round(left_s / 60)}
