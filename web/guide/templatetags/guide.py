"""Texts of a profile in the language of the guide."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from interview_analysis.scoring.edges import Text

register = template.Library()


@register.filter(name="in")
def in_language(text: Text, language: str) -> str:
    return text.get("zh" if language.startswith("zh") else "en")


@register.filter
def levels_down(anchors: Mapping[int, Text], language: str) -> list[str]:
    """The anchors' texts from level 5 to 1."""
    return [in_language(anchors[level], language) for level in sorted(anchors, reverse=True)]
