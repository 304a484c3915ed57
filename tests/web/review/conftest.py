from __future__ import annotations

import pytest

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import Report
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.review import scorecards
from interview_analysis.web.review.models import Scorecard
from tests.web.conftest import Company
from tests.web.results import keep_result


@pytest.fixture
def result(company: Company) -> Report:
    return keep_result(company.analysis)


@pytest.fixture
def profile(company: Company) -> JobProfile:
    return profile_of(company.profile)


def rate(interview: Interview, rater: User, level: int, note: str = "", *, submit: bool = True) -> Scorecard:
    """A scorecard with one level for every dimension."""
    card = scorecards.draft(interview, rater)
    dimensions = [d.id for d in profile_of(card.profile).dimensions]
    scorecards.save(card, {"ratings": {d: {"level": level, "note": note} for d in dimensions}})
    if submit:
        scorecards.submit(card)
    card.refresh_from_db()
    return card
