"""What the API tells, as JSON. What is not known is absent, never null and never 0."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from ninja import Field, Schema

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import Report
from interview_analysis.scoring.report.report import Score as ReportScore
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.hiring.models import Candidate, Job
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.review.models import Consensus, Scorecard


def address(name: str, *args: object) -> str:
    """The whole address of a part of the API."""
    return f"{settings.PUBLIC_URL}{reverse(f'exchange:api:{name}', args=args)}"


class Named(Schema):
    id: int
    name: str


class Words(Schema):
    en: str = ""
    zh: str = ""


class JobOut(Schema):
    id: int
    name: str
    open: bool
    created_at: datetime
    profile_version: int | None = Field(None, description="number of the latest version")


class Dimension(Schema):
    id: str
    name: Words
    weight: float = Field(description="0 to 1; the weights of a profile add up to 1")


class StageOut(Schema):
    id: int
    name: Words


class JobDetail(JobOut):
    dimensions: list[Dimension] = []
    stages: list[StageOut]

    @staticmethod
    def of(job: Job, profile: JobProfile | None, version: int | None) -> JobDetail:
        return JobDetail(
            id=job.pk, name=job.name, open=job.open, created_at=job.created_at, profile_version=version,
            dimensions=[
                Dimension(id=d.id, name=Words(en=d.name.en or "", zh=d.name.zh or ""), weight=d.weight)
                for d in (profile.dimensions if profile else ())
            ],
            stages=[StageOut(id=s.pk, name=Words(en=s.name_en, zh=s.name_zh)) for s in job.stages.all()],
        )  # fmt: skip


class ApplicationOut(Schema):
    id: int
    job: int = Field(alias="job_id")
    stage: int | None = Field(None, alias="stage_id")
    state: str
    created_at: datetime


class CandidateOut(Schema):
    id: int
    name: str
    email: str | None = None
    phone: str | None = None
    language: str
    keep_until: date
    applications: list[ApplicationOut]

    @staticmethod
    def resolve_email(candidate: Candidate) -> str | None:
        return candidate.email or None

    @staticmethod
    def resolve_phone(candidate: Candidate) -> str | None:
        return candidate.phone or None


class InterviewOut(Schema):
    id: int
    title: str
    job: Named
    candidate: Named
    application: int = Field(alias="application_id")
    stage: int | None = Field(None, alias="stage_id")
    held_at: datetime | None = None
    created_at: datetime
    result: str | None = Field(None, description="its address, where there is one that you may see")
    scorecards: str

    @staticmethod
    def resolve_job(interview: Interview) -> Any:
        return interview.application.job

    @staticmethod
    def resolve_candidate(interview: Interview) -> Any:
        return interview.application.candidate

    @staticmethod
    def resolve_result(interview: Interview) -> str | None:
        return address("result", interview.pk) if getattr(interview, "told", False) else None

    @staticmethod
    def resolve_scorecards(interview: Interview) -> str:
        return address("scorecards", interview.pk)


class ScoreOut(Schema):
    """Either `score`, 0 to 100, with its error, or `abstained`: the reason why there is none."""

    score: float | None = None
    standard_error: float | None = None
    level: int | None = Field(None, description="1 to 5")
    weight: float
    partial: bool = Field(False, description="a part abstained, and the rest was re-weighted")
    abstained: str | None = None

    @classmethod
    def told(cls, score: ReportScore) -> dict[str, Any]:
        if score.abstention is not None or score.score is None:
            reason = score.abstention.reason.value if score.abstention else "unknown"
            return {"weight": score.weight, "abstained": reason}
        return {
            "score": score.score,
            "standard_error": score.standard_error,
            "level": score.level,
            "weight": score.weight,
            "partial": getattr(score, "partial", False),
        }


class DimensionOut(ScoreOut):
    id: str
    name: Words


class ResultOut(Schema):
    interview: int
    analysis: int
    profile_version: int
    finished_at: datetime | None = None
    report_sha256: str
    language: str | None = Field(None, description="that was spoken")
    overall: ScoreOut
    channels: dict[str, ScoreOut]
    dimensions: list[DimensionOut]
    flags: list[str]

    @staticmethod
    def of(analysis: Analysis, report: Report) -> ResultOut:
        return ResultOut(
            interview=analysis.interview_id, analysis=analysis.pk, profile_version=analysis.profile.number,
            finished_at=analysis.finished_at, report_sha256=analysis.report_sha256, language=report.language,
            overall=ScoreOut(**ScoreOut.told(report.overall)),
            channels={str(name): ScoreOut(**ScoreOut.told(c)) for name, c in report.channels.items()},
            dimensions=[
                DimensionOut(
                    id=d.id, name=Words(en=d.name.en or "", zh=d.name.zh or ""), **ScoreOut.told(d)
                )
                for d in report.dimensions
            ],
            flags=list(dict.fromkeys(flag.code for flag in report.flags)),
        )  # fmt: skip


class RatingOut(Schema):
    """`level` is absent where the dimension was not observed."""

    dimension: str
    level: int | None = Field(None, description="1 to 5")
    observed: bool
    note: str = ""


class ScorecardOut(Schema):
    id: int
    interview: int = Field(alias="interview_id")
    rater: Named
    version: int
    profile_version: int
    submitted_at: datetime
    machine_seen_first: bool
    remark: str
    ratings: list[RatingOut]

    @staticmethod
    def resolve_profile_version(card: Scorecard) -> int:
        return card.profile.number

    @staticmethod
    def resolve_machine_seen_first(card: Scorecard) -> bool:
        return card.machine_seen_at is not None


class ConsensusOut(Schema):
    """The final rating, beside the scorecards that it rests on."""

    interview: int
    ratings: list[RatingOut]
    remark: str
    entered_by: Named
    entered_at: datetime

    @staticmethod
    def of(final: Consensus) -> ConsensusOut:
        return ConsensusOut(
            interview=final.interview_id,
            ratings=[
                RatingOut(dimension=d, level=level, observed=level is not None, note=final.notes.get(d, ""))
                for d, level in final.levels.items()
            ],
            remark=final.remark,
            entered_by=Named(id=final.entered_by.pk, name=final.entered_by.name),
            entered_at=final.entered_at,
        )
