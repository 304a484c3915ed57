from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from interview_analysis.scoring.report.report import Report
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import observations_of
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.privacy.models import Consent
from tests.web.conftest import Company
from tests.web.results import keep_result

VOICE = b"the candidate's voice"


@pytest.fixture
def answered(company: Company, invitation: Invitation) -> Invitation:
    """The candidate has handed in a recording, which was analysed; observations are in the cache."""
    (settings.HOME.files / "alone.webm").write_bytes(VOICE)
    Recording.objects.create(
        interview=invitation.interview, name="alone.webm", kind=Recording.Kind.AUDIO, sha256="2" * 64,
        size_bytes=len(VOICE), duration_s=40.0, original="alone.webm", playable="alone.webm",
    )  # fmt: skip
    made = Analysis.objects.create(interview=invitation.interview, profile=company.profile)
    keep_result(made)
    kept = observations_of(company.candidate.pk)
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "hearing.npz").write_bytes(VOICE)
    return invitation


@pytest.fixture
def report(answered: Invitation) -> Report:
    from interview_analysis.web.review.result import current_result

    found = current_result(answered.interview)
    assert found is not None
    return found.report


@pytest.fixture
def device(answered: Invitation) -> Client:
    """A browser that came in by the candidate's link."""
    browser = Client()
    browser.get(link_of(answered))
    return browser


@pytest.fixture
def consent(company: Company) -> Consent:
    found = company.interview.consent
    assert found is not None
    return found
