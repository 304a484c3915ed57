"""What every page that we draw shares: templates, style sheets, a closed security policy and cleaned texts."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"
# Control characters, lone surrogates and the marks that reorder text: none belongs in a name or a quote, and
# each can make a page show something else than it says.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset(name: str) -> str:
    """A style sheet or script of the templates' folder."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def policy(css: str, script: str) -> str:
    """A content security policy that admits this style sheet and this script, and nothing from anywhere."""
    style, code = (base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in (css, script))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{code}'; "
        "base-uri 'none'; form-action 'none'"
    )


def confined(css: str, within: str) -> str:
    """A flat style sheet as it applies inside of the element that `within` selects, which takes the place of the page.

    Rules of whole sheets of paper (@page) and of the root element are left out; @media may hold rules, nothing else nests.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    parts, at = [], 0
    for block in re.finditer(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}", css):
        head, body, at = block[1].strip(), block[2], block.end()
        if head.startswith("@media"):
            parts.append(f"{head} {{\n{confined(body, within)}}}\n")
        elif not head.startswith("@"):
            chosen = [_within(selector.strip(), within) for selector in head.split(",")]
            parts.append(f"{', '.join(filter(None, chosen))} {{{body}}}\n" if any(chosen) else "")
    if css[at:].strip():
        raise ValueError(f"expected rules and @media alone, got {css[at:].strip()[:60]!r}")
    return "".join(parts)


def _within(selector: str, within: str) -> str:
    root, rest = re.match(r"(:root|html|body)?(.*)", selector, re.S).groups()  # type: ignore[union-attr]  # it always fits
    if root == "html":
        return ""
    return f"{within}{rest}" if root else f"{within} {selector}"


def clean(value: Any) -> Any:
    """The value with every character that a page must not show replaced by U+FFFD, in all the texts in it."""
    if isinstance(value, str):
        return _UNSAFE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(clean(item) for item in value)
    return value
