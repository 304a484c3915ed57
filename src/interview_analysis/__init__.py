"""Turns interview recordings into evidence-backed competency scores.

>>> from interview_analysis import analyze
>>> result = analyze("interview.mp4", job="configs/jobs/product-manager.yaml")  # doctest: +SKIP
>>> result.report.overall.score  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "analyze"]

if TYPE_CHECKING:
    from interview_analysis.pipeline.analyze import analyze


def __getattr__(name: str) -> Any:
    """Import `analyze` on first use, so that `--help` and version look-ups load nothing heavy."""
    if name == "analyze":
        from interview_analysis.pipeline.analyze import analyze

        return analyze
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
