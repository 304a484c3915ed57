"""How scores, levels and evidence are shown on the review page."""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps
from typing import Any

from django import template

from interview_analysis.pipeline.common.messages import Messages
from interview_analysis.scoring.report.report import Abstention, Evidence, Score
from interview_analysis.scoring.rubric.job_bar import MARGIN_FACTOR
from interview_analysis.scoring.statistics.bootstrap import WithInterval
from interview_analysis.web.review.consensus import Merged, Row
from interview_analysis.web.review.models import Consensus, Rating, Scorecard
from interview_analysis.web.site.language import reader_language

register = template.Library()


def _messages() -> Messages:
    return Messages(reader_language())


@register.filter
def of(table: Mapping[str, Any], key: str) -> Any:
    """The entry of a mapping, None without one."""
    return table.get(key)


@register.filter
def points(score: Score) -> str:
    """ "61 ± 14": the score with its margin of error."""
    if score.score is None or score.standard_error is None:
        return "—"
    return f"{score.score:.0f} ± {MARGIN_FACTOR * score.standard_error:.0f}"


@register.filter
def why_none(abstention: Abstention) -> str:
    return _messages().fill("reasons", abstention.reason.value, abstention.values)


@register.filter
def timed(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    """What can be jumped to: words with their time."""
    return [e for e in evidence if e.start_s is not None and e.quote]


@register.filter
def rating_of(card: Scorecard, dimension: str) -> Rating | None:
    return next((rating for rating in card.ratings.all() if rating.dimension == dimension), None)


@register.filter
def json(value: object) -> str:
    return dumps(value or [], ensure_ascii=False)


@register.filter
def unlocalized(number: float) -> str:
    """For scripts, with a point whatever the language."""
    return f"{number:.3f}"


@register.filter
def cells(row: Row, cards: list[Scorecard]) -> list[tuple[int | None, str, Scorecard]]:
    return list(zip(row.levels, row.notes, cards, strict=True))


@register.filter
def merged_points(merged: Merged) -> str:
    if merged.score is None or merged.standard_error is None:
        return "—"
    return f"{merged.score:.0f} ± {MARGIN_FACTOR * merged.standard_error:.0f}"


@register.filter
def final_level(final: Consensus | None, dimension: str) -> str:
    """ "1" to "5", "none" for not observed, empty before it was entered."""
    if final is None or dimension not in final.levels:
        return ""
    level = final.levels[dimension]
    return "none" if level is None else str(level)


@register.filter
def final_note(final: Consensus | None, dimension: str) -> str:
    return str(final.notes.get(dimension, "")) if final is not None else ""


@register.filter
def alpha_text(alpha: WithInterval) -> str:
    """ "0.62 [0.31, 0.80]"; without an interval where it cannot be drawn."""
    if alpha.low != alpha.low:
        return f"{alpha.value:.2f}"
    return f"{alpha.value:.2f} [{alpha.low:.2f}, {alpha.high:.2f}]"
