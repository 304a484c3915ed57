"""A score on its scale from 0 to 100, with its error, the levels, and what the job asks for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from interview_analysis.pipeline.report import svg
from interview_analysis.scoring.statistics.margin import margin


def score_bar(
    score: float | None,
    standard_error: float | None,
    cuts: Sequence[float],
    label: str,
    level_names: bool = False,
    asked_level: int | None = None,
    asked_score: float | None = None,
) -> Markup:
    """A bar from 0 to 100 with the score as a dot, its error bar, and a line where each level begins.

    What the job asks for is underlined if it is a level, and marked by a triangle above if it is a score.
    """
    parts = [
        svg.rect("track", 0, 100, 10, 6, extra=' rx="3"')
        if score is not None
        else svg.rect("gap", 0, 100, 9, 8)
    ]
    parts += [svg.line("cut", cut, 5, 21) for cut in cuts]
    levels = list(enumerate(pairwise((0.0, *cuts, 100.0)), start=1)) if cuts else []
    parts += [svg.rect("asked-level", a, b, 22, 3) for level, (a, b) in levels if level == asked_level]
    if level_names:
        parts += [
            svg.text("tick asked" if i == asked_level else "tick", (a + b) / 2, 38, str(i))
            for i, (a, b) in levels
        ]
    if score is not None:
        low, high = margin(score, standard_error)
        parts.append(svg.rect("ci", low, high, 8, 10))
        parts += [svg.line("whisker", end, 6, 20) for end in (low, high)]
        parts.append(Markup('<circle class="dot" cx="{}%" cy="13" r="5.5"/>').format(svg.number(score)))
    if asked_score is not None:
        parts.append(_asked_score(asked_score))
    return svg.drawing("bar", 44 if level_names else 26, label, parts)


def _asked_score(score: float) -> Markup:
    return Markup(
        '<svg x="{}%" width="1" height="1" overflow="visible"><path class="asked-score" d="M-5 -6h10l-5 7z"/>'
        '<path class="asked-line" d="M0 0v22"/></svg>'
    ).format(svg.number(score))
