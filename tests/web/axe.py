"""axe on a page of a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# What was passed is counted, not described, and no style sheet is fetched again: half the time.
_RUN = """() => axe.run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: {'target-size': {enabled: true}},
    resultTypes: ['violations'], preload: false})"""


def serious(page: Any) -> list[str]:
    """What axe finds serious or critical on the page as it is shown, each with its address and its first place."""
    return [
        f"{page.url}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]}"
        for one in violations(page)
        if one["impact"] in ("serious", "critical")
    ]


def violations(page: Any) -> list[dict[str, Any]]:
    """Whatever axe finds on the page, as it tells it."""
    page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(_RUN)["violations"]
    return found
