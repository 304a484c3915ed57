"""One page about a trained model, and about what was decided on it: as Markdown and as HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup, escape

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.common.messages import Language, Messages
from interview_analysis.pipeline.learning.plots import learners_plot, predictions_plot
from interview_analysis.scoring.learning.crossval import CrossValidation
from interview_analysis.scoring.learning.guards import Guard
from interview_analysis.scoring.learning.model import FittedScorer

if TYPE_CHECKING:
    from interview_analysis.pipeline.learning.promote import Decision

LANGUAGES: tuple[Language, ...] = ("en", "zh")
MARKDOWN_FILE, HTML_FILE = "summary.md", "summary.html"
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #ddd;padding:.25rem .7rem;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}.yes{color:#0a6b2d}.no{color:#a11}svg{max-width:100%}"
)


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Page:
    """What is said of a model in one language; `mark` is yes or no where something was decided."""

    language: Language
    title: str
    mark: str
    verdict: str
    facts: str
    tables: tuple[Table, ...]


def write_summary(
    scorer: FittedScorer, cv: CrossValidation, folder: Path, decision: Decision | None = None
) -> Path:
    """Write summary.md and summary.html about a model, and about the `decision` on it, to `folder`.

    Both hold the page in English and then in Chinese, and name no interview and no person. Returns the path of
    summary.html; raises OutputError when it cannot be written.
    """
    pages = [_page(scorer, decision, Messages(language)) for language in LANGUAGES]
    plots = "".join(_plots(scorer, cv))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKDOWN_FILE).write_text("\n".join(map(_markdown, pages)), encoding="utf-8")
        (folder / HTML_FILE).write_text(_html(pages, plots), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror}; choose another folder") from error
    return folder / HTML_FILE


def _page(scorer: FittedScorer, decision: Decision | None, say: Messages) -> Page:
    facts = say(
        "model", "facts", learner=scorer.learner, interviews=str(scorer.interviews), persons=str(scorer.persons),
        features=str(len(scorer.feature_names)), dataset=scorer.fingerprint[:12],
    )  # fmt: skip
    verdict = "" if decision is None else _verdict(decision, say)
    mark = "" if decision is None else "yes" if decision.promoted else "no"
    title = say("model", "title", name=scorer.name)
    return Page(say.language, title, mark, verdict, facts, tuple(_tables(scorer, decision, say)))


def _verdict(decision: Decision, say: Messages) -> str:
    code = "promoted" if decision.promoted else "not_promoted"
    text = say("model", code, model=decision.challenger.reference, reason=_reason(decision, say))
    return f"{text} ({decision.note})" if decision.note else text


def _reason(decision: Decision, say: Messages) -> str:
    failed = [guard for guard in decision.guards if guard.verdict == "fails"]
    if failed:
        texts = [say("model", "reason_guard", guard=_named(g, say), figures=g.figures) for g in failed]
        return say("ui", "semicolon").join(texts)
    found = decision.comparison
    if found is None:
        return say("model", "reason_first")
    figures = say(
        "model", "compared", target=found.target, challenger=f"{found.challenger:.3f}", champion=f"{found.champion:.3f}",
        difference=f"{found.difference:+.3f}", low=f"{found.low:+.3f}", high=f"{found.high:+.3f}",
        persons=str(found.persons),
    )  # fmt: skip
    version = decision.against.number if decision.against else ""
    code = "reason_better" if found.better else "reason_not_better"
    return say("model", code, version=version, figures=figures)


def _named(guard: Guard, say: Messages) -> str:
    kind, _, of = guard.name.partition(" of ")
    name = say("model", f"guard_{kind.replace(' ', '_')}")
    return f"{name}{say('ui', 'colon')}{of}" if of else name


def _tables(scorer: FittedScorer, decision: Decision | None, say: Messages) -> Iterable[Table]:
    """Most telling first."""

    def heads(*codes: str) -> tuple[str, ...]:
        return tuple(say("model", code) for code in codes)

    if decision is not None:
        rows = [
            (_named(guard, say), say("model", guard.verdict.replace(" ", "_")), guard.figures)
            for guard in decision.guards
        ]
        yield Table(say("model", "guards"), heads("guard", "verdict", "figures"), rows)
    for target in scorer.targets:
        found = scorer.figures[scorer.figures.target == target].sort_values("r", ascending=False)
        yield Table(
            say("model", "learners", target=target),
            (*heads("learner"), "r", *heads("interval"), "RMSE", "AUC"),
            [_learner(row, scorer.learner, say) for row in found.to_dict("records")],
        )
    trust = [
        (row["target"], say("model", str(row["figure"])), _number(row["value"]))
        for row in scorer.trust.to_dict("records")
    ]
    yield Table(say("model", "trust"), heads("rating", "figure", "value"), trust)
    weights = [(say("channels", name), f"{weight:g}") for name, weight in scorer.channel_weights.items()]
    yield Table(say("model", "channels"), heads("channel", "weight"), weights)


def _learner(row: Mapping[Hashable, Any], chosen: str, say: Messages) -> tuple[str, ...]:
    name = str(row["learner"])
    shown = say("model", "chosen", learner=name) if name == chosen else name
    interval = say("model", "from_to", low=_number(row["low"]), high=_number(row["high"]))
    return shown, _number(row["r"]), interval, _number(row["rmse"]), _number(row["auc"])


def _markdown(page: Page) -> str:
    lines = [f"# {page.title}", "", *filter(None, [page.verdict]), "", page.facts, ""]
    for table in page.tables:
        lines += [
            f"## {table.title}",
            "",
            f"| {' | '.join(table.columns)} |",
            "|" + "---|" * len(table.columns),
        ]
        lines += [f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in table.rows]
        lines.append("")
    return "\n".join(lines)


def _html(pages: Sequence[Page], plots: str) -> str:
    return (
        f'<!doctype html><html lang="{pages[0].language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(pages[0].title)}</title><style>{_STYLE}</style></head><body>"
        f"{''.join(map(_section, pages))}{plots}</body></html>\n"
    )


def _section(page: Page) -> Markup:
    return Markup(
        '<section lang="{}"><h1>{}</h1><p class="{}"><strong>{}</strong></p><p>{}</p>{}</section>'
    ).format(
        page.language,
        page.title,
        page.mark,
        page.verdict,
        page.facts,
        Markup("").join(map(_table, page.tables)),
    )


def _table(table: Table) -> Markup:
    def cells(tag: str, values: Sequence[object]) -> Markup:
        pair = Markup(f"<{tag}>{{}}</{tag}>")
        return Markup("<tr>{}</tr>").format(Markup("").join(pair.format(value) for value in values))

    return Markup("<h2>{}</h2><table><thead>{}</thead><tbody>{}</tbody></table>").format(
        table.title, cells("th", table.columns), Markup("").join(cells("td", row) for row in table.rows)
    )


def _plots(scorer: FittedScorer, cv: CrossValidation) -> Iterable[str]:
    own = cv.predictions[cv.predictions.learner == scorer.learner]
    for target in scorer.targets:
        yield predictions_plot(own, target, scorer.scale)
        yield learners_plot(scorer.figures, target)


def _number(value: float | None) -> str:
    return "–" if value is None or not np.isfinite(value) else f"{value:.2f}"
