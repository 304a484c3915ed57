"""The language of whoever reads, as the pipeline names it."""

from __future__ import annotations

from typing import Literal

from django.utils import translation
from django.utils.translation import gettext_lazy

# What stands after the labels of forms; Django's own Chinese has the narrow one, and an application's catalogue goes before it.
LABEL_SUFFIX = gettext_lazy(":")


def reader_language() -> Literal["zh", "en"]:
    return "zh" if (translation.get_language() or "en").startswith("zh") else "en"
