"""Golden scores: what two spoken answers get, and each measure and part that they are made of. A change here is a change that users will see.

`python -m tests.scoring.test_golden` writes the files anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interview_analysis.scoring.report.report import Score
from tests.scoring.rubric.test_score import SUBSTANCE
from tests.scoring.scene import score_text

FOLDER = Path(__file__).parent / "data"


def scored(language: str) -> dict[str, Any]:
    card, _, _ = score_text(SUBSTANCE[language], language)
    return {
        "overall": figures(card.overall),
        "channels": {name: figures(channel) for name, channel in card.channels.items()},
        "dimensions": {d.id: figures(d) | {"channels": d.channel_scores} for d in card.dimensions},
    }


def figures(score: Score) -> dict[str, Any]:
    """The score, its error and level, or the reason why there is none, and the scores that it is made of."""
    if score.abstention is not None:
        return {"abstention": str(score.abstention.reason)}
    made_of = {e.id: e.score for e in score.evidence if e.kind in ("measure", "part")}
    return {"score": score.score, "standard_error": score.standard_error, "level": score.level, "of": made_of}


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Equal but for the last digits of numbers: the encoder's vectors differ a little between makes of processor."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for position, (a, b) in enumerate(zip(one, other, strict=True)):
            assert_same(a, b, f"{where}[{position}]")
    elif isinstance(one, float):
        assert one == pytest.approx(other, abs=0.75), where
    else:
        assert one == other, where


@pytest.mark.parametrize("language", ["en", "zh"])
def test_golden_scores(language):
    golden = json.loads((FOLDER / f"golden_{language}.json").read_text(encoding="utf-8"))
    assert_same(scored(language), golden)


if __name__ == "__main__":
    for language in ("en", "zh"):
        text = json.dumps(scored(language), ensure_ascii=False, indent=1)
        (FOLDER / f"golden_{language}.json").write_text(text + "\n", encoding="utf-8")
