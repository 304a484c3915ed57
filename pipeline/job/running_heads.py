"""The title of a description that stands in the head of its pages alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from interview_analysis.scoring.jobs.headings import lines
from interview_analysis.scoring.jobs.sections import outline
from interview_analysis.scoring.jobs.title import take_title

_BEGINNING = 5000  # characters, in which a title stands if there is one
_PARTS = re.compile(r"[\t\n|｜]| {3,}")
# What heads say besides: page numbers, dates, addresses, and who may read it.
_NO_TITLE = re.compile(
    r"v?[\W\d]*|.*(?:\bpage\b|\bversion\b|\bdraft\b|confidential|internal use|private|https?:|www\.|@|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"
    r"|第\s*\d+\s*页|版本|草稿|机密|保密|内部).*",
    re.IGNORECASE | re.DOTALL,
)


def under_its_title(text: str, heads: Iterable[str]) -> str:
    """`text`, under what may be its title among the heads of its pages where it names none itself."""
    if outline(text[:_BEGINNING]).title:
        return text
    parts = (part.strip() for head in heads for part in _PARTS.split(head))
    titles = (take_title(lines(part))[0] for part in parts if not _NO_TITLE.fullmatch(part))
    title = next(filter(None, titles), "")
    return f"# {title}\n\n{text}" if title else text
