"""docs/features.md from the feature specs. `make docs` writes it; a test holds it true."""

from __future__ import annotations

import sys
from pathlib import Path

from interview_analysis.features.core.extractor import COVERAGE, Extractor, extractors

HEAD = f"""# Features

Made by `make docs` from the specs in `features/`; do not edit. Each extractor gives one table with the index
`start_s`, `end_s` and the columns below, named `<extractor>.<feature>`, and `<extractor>.{COVERAGE}`: the share of
the window that could be observed. What could not be observed is NaN. `feature_tables()` computes them over the whole
recording, over disjoint blocks (for standard errors) and over overlapping windows (for the timeline). Over the whole, and
over whole answers, holes of the recording are no part of the window.
"""


def feature_page() -> str:
    """The page in Markdown."""
    return "\n".join([HEAD, *(_section(extractor) for extractor in extractors())])


def _section(extractor: Extractor) -> str:
    rows = [
        f"| `{spec.name}` | {spec.unit} | {spec.low:g} to {spec.high:g} | {_cell(spec.meaning)} | {_cell(spec.source)} |"
        for spec in extractor.specs
    ]
    title = f"## {extractor.name}\n\nChannel {extractor.channel}, version {extractor.version}.\n"
    return "\n".join(
        [title, "| feature | unit | possible | meaning | source |", "|---|---|---|---|---|", *rows, ""]
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(feature_page(), encoding="utf-8")
