"""Rows of a made-up batch, for whatever shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.scoring.profile import JobProfile

JOBS = ("product-manager", "customer-success-manager")
BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SampleScore:
    score: float | None
    standard_error: float | None
    abstained: str = ""


@dataclass(frozen=True)
class SampleLineage:
    recordings: tuple[str, ...] = ("4" * 64,)
    profile: str = "1" * 64
    config: str = "2" * 64
    norms: str = "3" * 64
    models: str = "5" * 64
    version: str = "0.1.0"


@dataclass(frozen=True)
class SampleRow:
    interview_id: str = "i-1"
    candidate_id: str = "c-1"
    job: str = JOBS[0]
    consent: str = ""
    status: str = "scored"
    partial: bool = False
    inputs: str = "0" * 64
    stage: str = ""
    reason: str = ""
    code: str = ""
    scores: dict[str, SampleScore] = field(default_factory=dict)
    features: dict[str, float | None] = field(default_factory=dict)
    language: str | None = "en"
    duration_s: float | None = 600.0
    lineage: SampleLineage | None = SampleLineage()
    flags: tuple[str, ...] = ()
    report: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    finished_at: str = BEGIN.isoformat()


def profiles() -> dict[str, JobProfile]:
    return {job: load_profile(job) for job in JOBS}


def failed(number: int, stage: str, reason: str, **more: Any) -> Any:
    return SampleRow(
        interview_id=f"i-{number}", candidate_id=f"c-{number}", status="failed", stage=stage, reason=reason,
        language=None, duration_s=None, lineage=None, finished_at=(BEGIN + timedelta(seconds=10 * number)).isoformat(), **more,
    )  # fmt: skip


def scored(number: int, overall: float | None, **more: Any) -> Any:
    scores = {
        "overall": SampleScore(overall, 4.0)
        if overall is not None
        else SampleScore(None, None, "nothing_scored")
    }
    known = {
        "interview_id": f"i-{number}", "candidate_id": f"c-{number}", "scores": scores,
        "report": f"interviews/i-{number}/report.html",
        "finished_at": (BEGIN + timedelta(seconds=10 * number)).isoformat(),
    }  # fmt: skip
    return SampleRow(**{**known, **more})


def sample_rows(count: int, seed: int = 7) -> list[Any]:
    """A batch as it might be: two jobs, both languages, some partial, one in twenty failed."""
    rng = np.random.default_rng(seed)
    known = profiles()
    rows = []
    for number in range(count):
        job = JOBS[number % 3 == 2]
        if rng.random() < 0.05:
            reason = f"/in/{number}.mp4: truncated or damaged: the container says 60.0 s but only 12.5 s could be decoded"
            rows.append(failed(number, "observe", reason, job=job))
            continue
        keys = [f"dimension.{d.id}" for d in known[job].dimensions]
        scores = {
            key: SampleScore(
                round(float(np.clip(rng.normal(58, 14), 0, 100)), 1), round(float(rng.uniform(2, 8)), 2)
            )
            for key in ["overall", *keys]
        }
        partial = bool(rng.random() < 0.1)
        if partial:
            scores[keys[-1]] = SampleScore(None, None, "no_face")
        name = f"张伟 {number}" if number % 2 else f"Candidate {number}"
        rows.append(
            scored(
                number, 0.0, job=job, candidate_id=name, scores=scores, partial=partial,
                language="zh" if number % 2 else "en", duration_s=float(rng.uniform(300, 2400)),
                flags=("one_voice_assumed", "fillers_lower_bound") + (("partial_overall",) if partial else ()),
                seconds={"observe": float(rng.uniform(60, 200)), "score": 0.5},
            )
        )  # fmt: skip
    return rows
