"""The sample report as it is for a profile that was parsed from a job description. All of it is made up."""

from __future__ import annotations

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.provenance import JobDescription
from interview_analysis.scoring.report.report import (
    AskedFor,
    DimensionScore,
    Evidence,
    JobBar,
    Report,
    Verdict,
)
from tests.pipeline.sample_report import digest, sample_report
from tests.pipeline.sample_transcript import Spoken

SOURCES = (
    AskedFor(
        quote="负责用户调研，整理需求文档，推动产品功能落地；要有扎实的用户调研基础",
        section="duty",
        match="用户调研",
    ),
    AskedFor(quote="3+ years turning customer problems into ranked requirements", section="must"),
    AskedFor(quote="Nice to have: competitor analysis for B2B software", section="nice", match="competitor analysis"),
)  # fmt: skip
QUESTIONS: dict[str, tuple[Text, ...]] = {
    "past": (
        Text(
            zh="请讲一次你从用户调研里发现真正需求的经历。",
            en="Tell me about a time when user research showed you what was really needed.",
        ),
        Text(zh="你放弃过哪个需求，为什么？", en="Which requirement did you give up, and why?"),
    ),
    "situational": (
        Text(
            zh="如果销售要求下周上线一个没有验证过的功能，你会怎么做？",
            en="Sales wants an unproven feature by next week. What would you do?",
        ),
    ),
}
TRAINING = (Text(zh="用户访谈方法", en="Interviewing users"), Text(zh="优先级模型", en="Ways of ranking"))
# Levels reached in the sample: 4, 3, 4
EXPECTED_LEVELS = (4, 5, 3)


def job_report(
    spoken: Spoken = "zh",
    *,
    pass_score: float | None = 50.0,
    verdict: Verdict | None = "clearly_above",
    dimensions: int = 3,
) -> Report:
    """`sample_report` with what a parsed profile adds; the third dimension was proposed by a language model."""
    report = sample_report(spoken, dimensions=dimensions)
    scored = tuple(_with_job(d, index) for index, d in enumerate(report.dimensions))
    return report.model_copy(
        update={
            "dimensions": scored,
            "bar": JobBar(pass_score=pass_score, seniority="senior", years=5.0, verdict=verdict),
            "description": JobDescription(
                id="产品经理 JD.docx", version="0.1.0", sha256=digest("description"), model="qwen-plus"
            ),
        }
    )


def _with_job(dimension: DimensionScore, index: int) -> DimensionScore:
    expected = EXPECTED_LEVELS[index % 3]
    return dimension.model_copy(
        update={
            "definition": Text(
                zh="从用户和数据中找到真正的需求。",
                en="Finds what is really needed in what users say and do.",
            ),
            "expected_level": expected,
            "expected_anchor": Text(
                zh=f"等级 {expected} 的行为描述。", en=f"What a candidate at level {expected} does."
            ),
            "reason": Text(zh="职责中1句，必备要求中1句。", en="sentences among the duties: 1, required: 1."),
            "sources": SOURCES,
            "questions": QUESTIONS,
            "training": TRAINING,
            "origin": "model" if index == 2 else "library",
            "evidence": tuple(_with_source(e) for e in dimension.evidence),
        }
    )


def _with_source(evidence: Evidence) -> Evidence:
    if evidence.kind == "measure":
        return evidence
    asks = {"user_research": SOURCES[0].quote, "competitors": SOURCES[2].quote}
    origin = "model" if evidence.id == "competitors" else "library"
    return evidence.model_copy(update={"source": asks.get(evidence.id), "origin": origin})
