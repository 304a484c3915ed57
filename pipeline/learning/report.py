"""The proof of a trained model as files: tables as CSV, metrics as JSON, and one page that a person reads."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd

from interview_analysis.errors import OutputError
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.learning.training import Proof

PAGE, METRICS = "proof.md", "metrics.json"
FIGURES = ("r", "low", "high", "rmse", "auc", "r_averaged")
_IMPORTANT = 12  # features shown on the page


def write_proof(scorer: FittedScorer, proof: Proof, folder: Path) -> None:
    """Write figures.csv, channels.csv, importance.csv, trust.csv, metrics.json and proof.md to `folder`."""
    tables = {
        "figures": proof.comparison,
        "channels": proof.channels.table,
        "importance": proof.importance,
        "trust": proof.trust,
    }
    try:
        for name, frame in tables.items():
            frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.6f")
        metrics = json.dumps(metrics_of(scorer), indent=2, ensure_ascii=False)
        (folder / METRICS).write_text(metrics + "\n", encoding="utf-8")
        (folder / PAGE).write_text(page(scorer, proof), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error}; check the path and its space") from error


def metrics_of(scorer: FittedScorer) -> dict[str, dict[str, float | None]]:
    """Figures of the chosen learner by target; None for what is not defined."""
    chosen = scorer.figures[scorer.figures["learner"] == scorer.learner].set_index("target")
    found: dict[str, dict[str, float | None]] = {}
    for target in scorer.targets:
        trust = scorer.trust[scorer.trust["target"] == target]
        figures = {name: float(chosen[name].loc[[target]].iloc[0]) for name in FIGURES}
        figures |= {str(k): float(v) for k, v in zip(trust["figure"], trust["value"], strict=True)}
        found[target] = {k: round(v, 4) if math.isfinite(v) else None for k, v in figures.items()}
    return found


def page(scorer: FittedScorer, proof: Proof) -> str:
    """The page, in Markdown. It has no time in it, so that equal trainings write equal pages."""
    importance = proof.importance[proof.importance["kind"] == "feature"]
    features = importance.pivot(index="name", columns="target", values="drop")[list(scorer.targets)]
    features = features.loc[features.mean(axis=1).sort_values(ascending=False).index].head(_IMPORTANT)
    idle = [name for name, weight in scorer.channel_weights.items() if weight == 0]
    said = f"{', '.join(idle)} adds nothing on these data and weighs 0." if idle else "Every channel is used."
    trust = proof.trust.pivot(index="figure", columns="target", values="value")[list(scorer.targets)]
    parts = [
        f"# {scorer.name}: {scorer.learner}",
        f"Learned from {scorer.interviews} interviews of {scorer.persons} persons (dataset {scorer.fingerprint[:12]}). "
        "Everything below is of persons who were left out; intervals are 95 %, by bootstrap over persons.",
        "## Learners",
        _markdown(proof.comparison),
        "## What each channel adds",
        said,
        _markdown(proof.channels.table),
        "## Trust",
        _markdown(trust.reset_index()),
        "## What matters most",
        "Loss of r when a measure is shuffled among persons left out.",
        _markdown(features.reset_index()),
    ]
    if proof.notes:
        parts += ["## Notes on the data", "\n".join(f"- {note}" for note in proof.notes)]
    return "\n\n".join(parts) + "\n"


def _markdown(frame: pd.DataFrame) -> str:
    lines = [list(map(str, frame.columns)), ["---"] * frame.shape[1]]
    lines += [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if math.isfinite(value) else "–"
    return str(value).replace("|", "\\|")
