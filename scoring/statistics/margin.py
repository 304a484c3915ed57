"""The margin of error that goes with a standard error."""

from __future__ import annotations

MARGIN_FACTOR = 1.96  # a 95 % interval of a normal error


def margin(score: float, standard_error: float | None) -> tuple[float, float]:
    """The ends of the error bar, within 0 to 100."""
    reach = MARGIN_FACTOR * (standard_error or 0.0)
    return max(0.0, score - reach), min(100.0, score + reach)
