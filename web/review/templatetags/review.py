"""How scores, levels and evidence are shown on the review page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from interview_analysis.pipeline.common.messages import Messages
from interview_analysis.scoring.report.report import Abstention, Report, Score
from interview_analysis.scoring.statistics.bootstrap import WithInterval
from interview_analysis.scoring.statistics.margin import MARGIN_FACTOR, margin
from interview_analysis.scoring.statistics.ranking import Difference
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.review import words
from interview_analysis.web.review.consensus import USUAL_CUTS, Merged, Row
from interview_analysis.web.review.models import Consensus, Rating, Scorecard
from interview_analysis.web.site.language import reader_language

register = template.Library()


def _messages() -> Messages:
    return Messages(reader_language())


@register.filter
def of(table: Mapping[str, Any], key: str) -> Any:
    """The entry of a mapping, None without one."""
    return table.get(key)


@register.simple_tag
def result_fault() -> str:
    return words.result_fault()


@register.filter
def points(score: Score | Merged) -> str:
    """ "61 ± 14": the score with its margin of error."""
    if score.score is None or score.standard_error is None:
        return "—"
    return f"{score.score:.0f} ± {MARGIN_FACTOR * score.standard_error:.0f}"


@register.simple_tag
def error_bar(score: Score | Merged) -> str:
    """The score with its error bar on 0 to 100, over the cuts of five levels; nothing without a score."""
    if score.score is None or score.standard_error is None:
        return ""
    low, high = margin(score.score, score.standard_error)
    cuts = format_html_join(
        "", '<line x1="{0}" x2="{0}" y1="1" y2="13" stroke="#d5dbe2"/>', ((_x(cut),) for cut in USUAL_CUTS)
    )
    return format_html(
        '<svg class="errorbar" role="img" aria-label="{}" width="112" height="14" viewBox="0 0 112 14">'
        '<line x1="6" x2="106" y1="7" y2="7" stroke="#d5dbe2" stroke-width="2"/>{}'
        '<line x1="{}" x2="{}" y1="7" y2="7" stroke="#14568c" stroke-width="3"/>'
        '<circle cx="{}" cy="7" r="4.5" fill="#14568c"/></svg>',
        points(score), cuts, _x(low), _x(high), _x(score.score),
    )  # fmt: skip


def _x(score: float) -> str:
    return f"{6 + score:.1f}"


@register.filter
def signed(change: float | None) -> str:
    """ "+4", "−3", "0"; a dash where there is none."""
    if change is None:
        return "—"
    whole = round(change)
    return f"{'+' if whole > 0 else '−' if whole < 0 else ''}{abs(whole)}"


@register.simple_tag
def told(between: Difference, first: Interview, second: Interview) -> str:
    """Who lies above whom and by how much, or that it cannot be told."""
    by = f"{abs(between.value):.0f} ± {between.margin:.0f}"
    if not between.beyond_error:
        return _("cannot be told (%(by)s)") % {"by": by}
    higher, lower = (first, second) if between.value > 0 else (second, first)
    names = {"higher": higher.application.candidate.name, "lower": lower.application.candidate.name, "by": by}
    return _("%(higher)s above %(lower)s by %(by)s") % names


@register.filter
def verdict(report: Report) -> str:
    """The overall score against what the job asks for; nothing where it asks for no score."""
    if report.bar is None or report.bar.pass_score is None:
        return ""
    return _messages()("ui", report.bar.verdict or "no_verdict", score=f"{report.bar.pass_score:.0f}")


@register.filter
def at(shares: Sequence[float], place: int) -> float:
    return shares[place]


@register.filter
def percent(share: float) -> str:
    """0.734 -> "73 %", what is below a half per cent "0 %"."""
    return f"{100 * share:.0f} %"


@register.filter
def why_none(abstention: Abstention) -> str:
    return _messages().fill("reasons", abstention.reason.value, abstention.values)


@register.filter
def rating_of(card: Scorecard, dimension: str) -> Rating | None:
    return next((rating for rating in card.ratings.all() if rating.dimension == dimension), None)


@register.filter
def json(value: object) -> str:
    return dumps(value or [], ensure_ascii=False)


@register.filter
def cells(row: Row, cards: list[Scorecard]) -> list[tuple[int | None, str, Scorecard]]:
    return list(zip(row.levels, row.notes, cards, strict=True))


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
