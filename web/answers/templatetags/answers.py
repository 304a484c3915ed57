"""How long an answer in writing is."""

from __future__ import annotations

from django import template

from interview_analysis.web.answers import words

register = template.Library()


@register.filter
def text_length(text: str) -> str:
    return words.text_length(text)
