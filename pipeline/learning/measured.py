"""What is measured on recordings, as the columns of a dataset name it."""

from __future__ import annotations

from interview_analysis.features.extractor import extractors


def channel_columns() -> dict[str, str]:
    """Feature column of the tables -> column of a dataset, which begins with its channel."""
    return {
        f"{extractor.name}.{spec.name}": f"{extractor.channel}.{extractor.name}.{spec.name}"
        for extractor in extractors()
        for spec in extractor.specs
    }


def measured_versions() -> dict[str, int]:
    """Version of each extractor, by ``<channel>.<extractor>``."""
    return {f"{extractor.channel}.{extractor.name}": extractor.version for extractor in extractors()}
