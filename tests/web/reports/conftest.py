from __future__ import annotations

from collections.abc import Mapping

import pytest

from interview_analysis.scoring.content.words import PART_NAMES
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import (
    AnswerDimension,
    AnswerReport,
    ContentReport,
    Evidence,
    Report,
    Score,
)
from interview_analysis.web.hiring.profiles import profile_of
from tests.pipeline.sample_report import sample_report
from tests.web.conftest import Company

GATES = {"takes_up": 0.9, "own": 0.9, "done": 0.9, "about": 0.9}


@pytest.fixture
def profile(company: Company) -> JobProfile:
    return profile_of(company.profile)


def parts(heard: Mapping[str, str | None]) -> tuple[Evidence, ...]:
    """A line for each part: its quote, None where it was not heard."""
    return tuple(
        Evidence(
            kind="part", id=name, name=PART_NAMES[name], weight=0.0, quote=quote,
            strength="absent" if quote is None else "demonstrated",
        )
        for name, quote in heard.items()
    )  # fmt: skip


def content(
    gates: Mapping[str, float] | None = None, *, asked: bool = True, unanswered: bool = False
) -> ContentReport:
    return ContentReport(
        level=3, mean_level=3.0, probabilities=(0.1, 0.2, 0.4, 0.2, 0.1), gates={**GATES, **(gates or {})},
        asked=asked, unanswered=unanswered, why=Text(zh="内部理由", en="internal reason"),
    )  # fmt: skip


def answer(
    number: int,
    question: str,
    heard: Mapping[str, str | None],
    gates: Mapping[str, float] | None = None,
    *,
    unanswered: bool = False,
) -> AnswerReport:
    dimension = AnswerDimension(
        id="requirements", name=Text(zh="需求分析能力", en="Requirements analysis"), score=50.0,
        standard_error=12.0, level=3, weight=1.0, evidence=parts(heard), content=(content(gates, unanswered=unanswered),),
    )  # fmt: skip
    whole = Score(score=50.0, standard_error=12.0, level=3, weight=1.0)
    return AnswerReport(
        number=number, question=question, source="conversation", start_s=0.0, end_s=30.0, words=80, weight=0.5,
        overall=whole, channels={}, dimensions=(dimension,),
    )  # fmt: skip


def with_answers(*answers: AnswerReport) -> Report:
    return sample_report("en").model_copy(update={"answers": answers})
