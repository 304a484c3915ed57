"""The marks that the report's drawings are made of, as inline SVG.

Horizontal positions are percentages, vertical ones pixels, and no drawing has a viewBox of its own, so one SVG fits a
screen, a phone and a sheet of paper without its text changing size. Curves, which cannot be given in percentages, sit
in a nested SVG of 1000 x 100 units that stretches. Colours come from the style sheet by class.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def drawing(css: str, height: float, label: str, marks: Iterable[Markup]) -> Markup:
    """A drawing as wide as its place, with a label for those who do not see it. One with links is a group: nothing in a
    picture can be reached."""
    drawn = Markup("").join(marks)
    role = "group" if "<a " in drawn else "img"
    head = Markup('<svg class="{}" role="{}" aria-label="{}" width="100%" height="{}">')
    return head.format(css, role, label, height) + drawn + Markup("</svg>")


def rect(
    css: str, low: float, high: float, y: float, height: float, title: str = "", extra: str = ""
) -> Markup:
    head = f'<rect class="{css}" x="{number(low)}%" y="{number(y)}" width="{number(high - low)}%"'
    head += f' height="{number(height)}"{extra}'
    # Nothing but numbers and the drawings' own names stand in `head`.
    return Markup(head + (f"><title>{escape(title)}</title></rect>" if title else "/>"))


def line(css: str, at: float, top: float, bottom: float) -> Markup:
    x = number(at)
    # Nothing but numbers and the drawings' own names.
    return Markup(f'<line class="{css}" x1="{x}%" x2="{x}%" y1="{top}" y2="{bottom}"/>')


def line_across(css: str, y: float) -> Markup:
    return Markup(f'<line class="{css}" x1="0" x2="100%" y1="{number(y)}" y2="{number(y)}"/>')


def text(css: str, at: float, y: float, text: str) -> Markup:
    return Markup('<text class="{}" x="{}%" y="{}">{}</text>').format(css, number(at), y, text)
