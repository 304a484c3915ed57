"""Turns interview recordings into evidence-backed competency scores.

>>> from interview_analysis import analyze
>>> result = analyze("interview.mp4", job="configs/jobs/product-manager.yaml")  # doctest: +SKIP
>>> result.report.overall.score  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "InterviewAnalysisError",
    "LearnSettings",
    "__version__",
    "analyze",
    "load_data",
    "load_norms",
    "load_profile",
    "load_run_config",
    "load_saved",
    "save",
    "train",
    "train_with_proof",
    "write_sample",
]

if TYPE_CHECKING:
    from interview_analysis.errors import InterviewAnalysisError
    from interview_analysis.pipeline.analyze import analyze
    from interview_analysis.pipeline.common.config import load_norms, load_profile, load_run_config
    from interview_analysis.pipeline.learning.sample import write_sample
    from interview_analysis.pipeline.learning.sources import load_data
    from interview_analysis.pipeline.outputs import load_saved, save
    from interview_analysis.scoring.learning.settings import LearnSettings
    from interview_analysis.scoring.learning.training import train, train_with_proof

_HOMES = {
    "InterviewAnalysisError": "errors",
    "LearnSettings": "scoring.learning.settings",
    "analyze": "pipeline.analyze",
    "load_data": "pipeline.learning.sources",
    "load_norms": "pipeline.common.config",
    "load_profile": "pipeline.common.config",
    "load_run_config": "pipeline.common.config",
    "load_saved": "pipeline.outputs",
    "save": "pipeline.outputs",
    "train": "scoring.learning.training",
    "train_with_proof": "scoring.learning.training",
    "write_sample": "pipeline.learning.sample",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use, so that `--help` and version look-ups load nothing heavy."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
