"""One page about a trained model, and about what was decided on it: as Markdown and as HTML that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.learning.plots import learners_plot, predictions_plot
from interview_analysis.scoring.learning.crossval import CrossValidation
from interview_analysis.scoring.learning.model import FittedScorer

if TYPE_CHECKING:
    from interview_analysis.pipeline.learning.promote import Decision

MARKDOWN_FILE, HTML_FILE = "summary.md", "summary.html"
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border-bottom:1px solid #ddd;padding:.25rem .7rem;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}.yes{color:#0a6b2d}.no{color:#a11}svg{max-width:100%}"
)
Cells = Sequence[Sequence[object]]


def write_summary(
    scorer: FittedScorer, cv: CrossValidation, folder: Path, decision: Decision | None = None
) -> Path:
    """Write summary.md and summary.html about a model, and about the `decision` on it, to `folder`.

    They name no interview and no person. Returns the path of summary.html; raises OutputError when it cannot be written.
    """
    sections = list(_sections(scorer, decision))
    plots = "".join(_plots(scorer, cv))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKDOWN_FILE).write_text(_markdown(scorer, sections, decision), encoding="utf-8")
        (folder / HTML_FILE).write_text(_html(scorer, sections, decision, plots), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror}; choose another folder") from error
    return folder / HTML_FILE


def _sections(scorer: FittedScorer, decision: Decision | None) -> Iterable[tuple[str, Sequence[str], Cells]]:
    """Tables with their titles and columns, most telling first."""
    if decision is not None:
        rows = [(g.name, g.verdict, g.figures) for g in decision.guards]
        yield "Guards", ("guard", "verdict", "figures"), rows
    for target in scorer.targets:
        rows_of = scorer.figures[scorer.figures.target == target].sort_values("r", ascending=False)
        yield (
            f"Learners: {target}, persons left out",
            ("learner", "r", "95 % interval", "RMSE", "AUC"),
            [
                (
                    f"{row['learner']} (chosen)" if row["learner"] == scorer.learner else row["learner"],
                    _number(row["r"]), f"{_number(row['low'])} to {_number(row['high'])}", _number(row["rmse"]),
                    _number(row["auc"]),
                )
                for row in rows_of.to_dict("records")
            ],
        )  # fmt: skip
    trust = [
        (row["target"], str(row["figure"]).replace("_", " "), _number(row["value"]))
        for row in scorer.trust.to_dict("records")
    ]
    yield "Trust figures", ("rating", "figure", "value"), trust
    weights = [(name, f"{weight:g}") for name, weight in scorer.channel_weights.items()]
    yield "Channels", ("channel", "weight (0: adds nothing)"), weights


def _facts(scorer: FittedScorer) -> str:
    return (
        f"Learner {scorer.learner}, {scorer.interviews} interviews of {scorer.persons} persons, "
        f"{len(scorer.feature_names)} features, dataset {scorer.fingerprint[:12]}."
    )


def _verdict(decision: Decision | None) -> str:
    if decision is None:
        return ""
    word = "promoted" if decision.promoted else "not promoted"
    text = f"{decision.challenger.reference} {word}: {decision.reason}."
    return f"{text} ({decision.note})" if decision.note else text


def _markdown(
    scorer: FittedScorer, sections: Sequence[tuple[str, Sequence[str], Cells]], decision: Decision | None
) -> str:
    lines = [f"# Model {scorer.name}", "", *filter(None, [_verdict(decision)]), "", _facts(scorer), ""]
    for title, columns, rows in sections:
        lines += [f"## {title}", "", f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
        lines += [f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def _html(
    scorer: FittedScorer,
    sections: Sequence[tuple[str, Sequence[str], Cells]],
    decision: Decision | None,
    plots: str,
) -> str:
    mark = "" if decision is None else "yes" if decision.promoted else "no"
    tables = Markup("").join(
        Markup("<h2>{}</h2><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
            title,
            Markup("").join(Markup("<th>{}</th>").format(name) for name in columns),
            Markup("").join(
                Markup("<tr>{}</tr>").format(
                    Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row)
                )
                for row in rows
            ),
        )
        for title, columns, rows in sections
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Model {escape(scorer.name)}</title><style>{_STYLE}</style></head><body><h1>Model {escape(scorer.name)}</h1>"
        f'<p class="{mark}"><strong>{escape(_verdict(decision))}</strong></p><p>{escape(_facts(scorer))}</p>{tables}{plots}'
        "</body></html>\n"
    )


def _plots(scorer: FittedScorer, cv: CrossValidation) -> Iterable[str]:
    own = cv.predictions[cv.predictions.learner == scorer.learner]
    for target in scorer.targets:
        yield predictions_plot(own, target, scorer.scale)
        yield learners_plot(scorer.figures, target)


def _number(value: float | None) -> str:
    return "–" if value is None or not np.isfinite(value) else f"{value:.2f}"
