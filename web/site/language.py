"""The language of whoever reads, as the pipeline names it."""

from __future__ import annotations

from typing import Literal

from django.utils import translation


def reader_language() -> Literal["zh", "en"]:
    return "zh" if (translation.get_language() or "en").startswith("zh") else "en"
