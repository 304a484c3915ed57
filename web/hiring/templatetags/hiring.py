"""How texts and numbers of a profile are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import Level
from interview_analysis.types import clock
from interview_analysis.web.hiring.models import Stage
from interview_analysis.web.site.language import reader_language

register = template.Library()
register.filter("clock", clock)


def _chinese() -> bool:
    return reader_language() == "zh"


@register.filter
def own(text: Text | None) -> str:
    """A text in the reader's language, in the other one where it has none."""
    if text is None:
        return ""
    return (text.zh or text.en) if _chinese() else (text.en or text.zh)


@register.filter
def stage(found: Stage | None) -> str:
    return "—" if found is None else str(found)


@register.filter
def per_cent(share: float) -> str:
    """0.35 -> "35", 0.3333 -> "33.33"."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")


@register.filter
def share(value: float) -> str:
    return f"{per_cent(value)} %"


@register.filter
def plain(value: float | None) -> str:
    """A number without trailing zeros; nothing for none."""
    return "" if value is None else f"{value:g}"


@register.filter
def in_order(anchors: Mapping[Level, Text]) -> list[tuple[Level, Text]]:
    return sorted(anchors.items())


@register.simple_tag
def kept(posted: Mapping[str, Any], otherwise: object, *name: object) -> str:
    """What was typed into the field of that name, `otherwise` where the form was not sent."""
    return str(posted.get("".join(map(str, name)), otherwise))


@register.simple_tag
def ticked(posted: Mapping[str, Any], *name: object) -> str:
    return " checked" if "".join(map(str, name)) in posted else ""
