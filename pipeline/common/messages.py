"""Texts of the interface in both languages, from configs/messages.yaml, and how numbers are written.

A code without a text shows the code itself, and a placeholder without a value shows an ellipsis: a report is
never lost for a missing word.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Literal

import yaml

Language = Literal["en", "zh"]
Value = float | int | str | None
MISSING = "–"
UNKNOWN_PLACEHOLDER = "…"
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
# Keys of `values` in reasons and flags that are shares of 1, and are read as percentages.
_SHARES = ("ratio", "share", "probability")


@cache
def load_messages() -> dict[str, dict[str, dict[str, str]]]:
    """The table of texts: section -> code -> language -> text."""
    path = resources.files("interview_analysis") / "configs" / "messages.yaml"
    table: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table


def format_number(value: Value) -> str:
    """Three significant digits at most, no trailing zeros, a true minus sign; a dash for a missing value."""
    if value is None or isinstance(value, str):
        return value if isinstance(value, str) else MISSING
    if not math.isfinite(value):
        return MISSING
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("-", "−")


def format_percent(value: Value) -> str:
    """A share of 1 as a percentage: whole percents, one decimal below 10 %."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return format_number(value)
    percent = 100 * value
    text = (
        f"{percent:.0f}" if abs(percent) >= 10 or abs(percent - round(percent)) < 0.05 else f"{percent:.1f}"
    )
    return text.replace("-", "−") + "%"


@cache
def _parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """Texts of a template, each with the ``{name}`` that follows it; attributes, indexes and format specs are not followed.

    Raises ValueError for a lone brace.
    """
    return tuple((text, name) for text, name, _, _ in string.Formatter().parse(template))


@dataclass(frozen=True)
class Messages:
    """The texts of one language. Call with a section, a code and the values of its placeholders."""

    language: Language

    def __call__(self, section: str, code: str, **values: Value) -> str:
        return self.fill(section, code, values)

    def has(self, section: str, code: str) -> bool:
        return code in load_messages().get(section, {})

    def fill(self, section: str, code: str, values: Mapping[str, Value]) -> str:
        """The text of `code` with `values` filled in; the code itself where there is no text."""
        texts = load_messages().get(section, {}).get(code, {})
        template = texts.get(self.language) or texts.get("en") or texts.get("zh")
        if template is None:
            return code
        try:
            parts = _parts(template)
        except ValueError:  # a lone brace in a text
            return template
        written = {key: self.value(key, value) for key, value in values.items()}
        return "".join(
            text if name is None else text + written.get(name, UNKNOWN_PLACEHOLDER) for text, name in parts
        )

    def value(self, key: str, value: Value) -> str:
        """One of the `values` of a reason or flag as it is read: shares as percentages, languages by name."""
        if key in ("language", "expected"):
            return self("ui", "comma").join(
                self.language_name(code.strip()) for code in str(value).split(",")
            )
        if key == "channels":
            return self("ui", "comma").join(self("channels", code.strip()) for code in str(value).split(","))
        if key == "unit":
            return self.unit(str(value))
        if key.rpartition("_")[2] in _SHARES:
            return format_percent(value)
        return format_number(value)

    def language_name(self, code: str) -> str:
        return self("languages", code)

    def quantity(self, value: Value, unit: str | None, error: float | None = None) -> str:
        """A measurement with its unit and, where given, its standard error: ``182 ± 6 words/min``."""
        percent = unit == "ratio"
        write = format_percent if percent else format_number
        text = write(value)
        if text == MISSING:
            return text
        if error is not None and math.isfinite(error):
            text = f"{text.removesuffix('%')} ± {write(error)}" if percent else f"{text} ± {write(error)}"
        name = "" if percent or not unit else self.unit(unit)
        return f"{text} {name}".rstrip() if name != "°" else text + name

    def unit(self, unit: str | None) -> str:
        return self("units", unit) if unit else ""

    def duration(self, seconds: float) -> str:
        """A length of time in words: 31 min 04 s."""
        whole = max(0, round(seconds))
        if whole < 60:
            return self("ui", "duration_s", s=format_number(round(seconds, 1) if seconds < 10 else whole))
        if whole < 3600:
            return self("ui", "duration_min", m=str(whole // 60), s=f"{whole % 60:02d}")
        return self("ui", "duration_h", h=str(whole // 3600), m=f"{whole // 60 % 60:02d}")

    def date(self, iso: str) -> str:
        """A timestamp as it is written in the language; as it stands where it is no ISO 8601."""
        try:
            moment = datetime.fromisoformat(iso)
        except ValueError:
            return iso
        zone = moment.strftime(" UTC") if moment.utcoffset() is not None and not moment.utcoffset() else ""
        time = moment.strftime("%H:%M") + (zone or (moment.strftime(" %z") if moment.tzinfo else ""))
        return self(
            "ui",
            "date",
            year=str(moment.year),
            month=str(moment.month),
            month_name=MONTHS_EN[moment.month - 1],
            day=str(moment.day),
            time=time,
        )
