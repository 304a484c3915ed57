"""The table of roles in docs/workbench.md is that of the tests, and the pictures of the web pages are there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.web.test_who_may import NOBODY_TOO, TABLE, A, D, R, S, V

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROWS = (
    ("jobs and their profiles: read", "hiring:jobs"),
    ("jobs and their profiles: change", "hiring:profile"),
    ("candidates and applications", "hiring:candidates"),
    ("interviews: make, consent, recordings, raters", "interviews:raters"),
    ("interviews: review and rate where assigned", "review:review"),
    ("analyses", "analysis:queue"),
    ("messages to candidates", "outbox:list"),
    ("trail", "privacy:trail"),
    ("people and their roles", "people:list"),
)


def test_the_table_of_roles_is_true():
    lines = []
    for text, address in ROWS:
        allowed = TABLE[address][0]
        assert allowed != NOBODY_TOO
        lines.append(
            f"| {text} | " + " | ".join("yes" if role in allowed else "" for role in (A, R, V, S, D)) + " |"
        )
    assert "\n".join(lines) in (DOCS / "workbench.md").read_text(encoding="utf-8")


def test_pictures_are_there_and_small():
    texts = [(DOCS / page).read_text(encoding="utf-8") for page in ("workbench.md", "candidates.md")]
    named = [name for text in texts for name in re.findall(r"\]\((pictures/[\w-]+\.png)\)", text)]
    assert 0 < len(named) <= 24
    assert sorted(named) == sorted(f"pictures/{path.name}" for path in (DOCS / "pictures").iterdir())
    assert all((DOCS / name).stat().st_size <= 150_000 for name in named)
