"""What is measured on recordings, as the columns of a dataset name it."""

from __future__ import annotations

from interview_analysis.features.core.extractor import extractors
from interview_analysis.scoring.content.described import FEATURES, NAME, VERSION


def channel_columns() -> dict[str, str]:
    """Feature column of the tables -> column of a dataset, which begins with its channel."""
    measured = {
        f"{extractor.name}.{spec.name}": f"{extractor.channel}.{extractor.name}.{spec.name}"
        for extractor in extractors()
        for spec in extractor.specs
    }
    return measured | {f"{NAME}.{feature}": f"content.{NAME}.{feature}" for feature in FEATURES}


def measured_versions() -> dict[str, int]:
    """Version of each extractor, and of what is read of answers, by ``<channel>.<extractor>``."""
    versions = {f"{extractor.channel}.{extractor.name}": extractor.version for extractor in extractors()}
    return versions | {f"content.{NAME}": VERSION}
