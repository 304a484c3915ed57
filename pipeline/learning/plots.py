"""Pictures of a model's proof as SVG that needs nothing else: predictions against ratings, and learners side by side.

They hold numbers alone; no point says whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

SIZE, MARGIN = 360, 44
ROW = 22
LABEL = 190


def predictions_plot(predictions: pd.DataFrame, target: str, scale: tuple[float, float]) -> str:
    """Ratings (upwards) against predictions of persons left out, averaged over repeats, with the line of agreement."""
    rows = predictions[(predictions.target == target) & predictions.truth.notna()]
    mean = rows.groupby("interview_id").agg(truth=("truth", "first"), prediction=("prediction", "mean"))
    low, high = scale

    def at(value: float) -> float:
        return round(MARGIN + (value - low) / (high - low) * (SIZE - 2 * MARGIN), 1)

    points = (
        f'<circle cx="{at(p)}" cy="{SIZE - at(t)}" r="3" fill="#1f5fa8" fill-opacity=".55"/>'
        for t, p in zip(mean.truth, mean.prediction, strict=True)
    )
    ends = (at(low), at(high))
    line = f'<line x1="{ends[0]}" y1="{SIZE - ends[0]}" x2="{ends[1]}" y2="{SIZE - ends[1]}" stroke="#888" stroke-dasharray="4"/>'
    frame = f'<rect x="{ends[0]}" y="{ends[0]}" width="{ends[1] - ends[0]}" height="{ends[1] - ends[0]}" fill="none" stroke="#ccc"/>'
    ticks = "".join(
        f'<text x="{at(v)}" y="{SIZE - MARGIN + 16}" text-anchor="middle">{v:g}</text>'
        f'<text x="{MARGIN - 8}" y="{SIZE - at(v) + 4}" text-anchor="end">{v:g}</text>'
        for v in (low, (low + high) / 2, high)
    )
    names = (
        f'<text x="{SIZE / 2}" y="{SIZE - 8}" text-anchor="middle">predicted</text>'
        f'<text x="{SIZE / 2}" y="22" text-anchor="middle">{Markup.escape(target)}: rated against predicted</text>'
    )
    return _svg(
        SIZE, SIZE, f"{target}: rated against predicted", frame + line + "".join(points) + ticks + names
    )


def learners_plot(figures: pd.DataFrame, target: str) -> str:
    """Correlation of each learner with `target`, with its interval; `figures` is a `compare_table`."""
    rows = figures[figures.target == target].sort_values("r", ascending=False, na_position="last")
    height = 60 + ROW * len(rows)
    width = LABEL + SIZE
    return _svg(width, height, f"Correlation with {target}", "".join(_learner_rows(rows, target, height)))


def _learner_rows(rows: pd.DataFrame, target: str, height: int) -> Iterator[str]:
    def at(r: float) -> float:
        return round(LABEL + (max(-0.4, min(1.0, r)) + 0.4) / 1.4 * (SIZE - 20), 1)

    yield f'<text x="{LABEL}" y="20">Correlation with {Markup.escape(target)}, 95 % interval over persons</text>'
    for r in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield f'<line x1="{at(r)}" x2="{at(r)}" y1="30" y2="{height - 24}" stroke="#ddd"/>'
        yield f'<text x="{at(r)}" y="{height - 8}" text-anchor="middle">{r:g}</text>'
    for place, (learner, r, low, high) in enumerate(
        rows[["learner", "r", "low", "high"]].to_numpy(dtype=object)
    ):
        y = 44 + ROW * place
        yield f'<text x="{LABEL - 10}" y="{y + 4}" text-anchor="end">{Markup.escape(str(learner))}</text>'
        if pd.notna(r):
            yield f'<line x1="{at(low)}" x2="{at(high)}" y1="{y}" y2="{y}" stroke="#1f5fa8" stroke-width="2"/>'
            yield f'<circle cx="{at(r)}" cy="{y}" r="4" fill="#1f5fa8"/>'


def _svg(width: float, height: float, label: str, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
        f'role="img" aria-label="{Markup.escape(label)}" font-family="sans-serif" font-size="12">'
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>{body}</svg>\n'
    )
