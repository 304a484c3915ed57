"""The overall score against the one that the job asks for, by the score's margin of error."""

from __future__ import annotations

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import JobBar, OverallScore, Verdict
from interview_analysis.scoring.statistics.margin import margin


def job_bar(profile: JobProfile, overall: OverallScore) -> JobBar | None:
    """What the profile asks of the overall score; None where it asks for nothing."""
    if profile.pass_score is None and profile.seniority is None and profile.years is None:
        return None
    return JobBar(
        pass_score=profile.pass_score,
        seniority=profile.seniority,
        years=profile.years,
        verdict=_verdict(overall, profile.pass_score),
    )


def _verdict(overall: OverallScore, pass_score: float | None) -> Verdict | None:
    """In whole points, as a reader sees them: a margin "from 60" is not clearly above 60."""
    if overall.score is None or pass_score is None:
        return None
    low, high = (round(end) for end in margin(overall.score, overall.standard_error))
    if low > round(pass_score):
        return "clearly_above"
    return "clearly_below" if high < round(pass_score) else "too_close"
