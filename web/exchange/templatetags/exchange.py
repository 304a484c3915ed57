from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def table_name(name: str) -> str:
    return {"candidates": _("Candidates"), "interviews": _("Interviews"), "results": _("Results")}[name]


@register.filter
def event_name(event: str) -> str:
    return {
        "analysis.done": _("an analysis is done"),
        "analysis.kept": _("a result by another version of the profile was kept"),
        "scorecard.submitted": _("a scorecard was submitted"),
        "consensus.entered": _("a final rating was entered"),
        "feedback.released": _("feedback was released to a candidate"),
        "webhook.test": _("test"),
    }.get(event, event)


@register.filter
def figure(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
