"""The application on a folder and a database of the tests' own, with a small company in it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

django = pytest.importorskip("django", reason="SKIPPED: the extra [web] is not installed")
os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from interview_analysis.pipeline.common.config import BUILT_IN  # noqa: E402
from interview_analysis.web.analysis.models import Analysis  # noqa: E402
from interview_analysis.web.candidate.access import renew  # noqa: E402
from interview_analysis.web.candidate.models import Invitation, Question  # noqa: E402
from interview_analysis.web.hiring.models import Application, Candidate, Job, ProfileVersion, Stage  # noqa: E402
from interview_analysis.web.interviews.models import Assignment, Interview, Recording  # noqa: E402
from interview_analysis.web.people.models import Role, User  # noqa: E402
from interview_analysis.web.privacy.models import Consent  # noqa: E402
from interview_analysis.web.site.home import Home  # noqa: E402

# Each process of the tests has a home of its own, and never that of the person who runs them: it is emptied.
settings.HOME = Home(Path(tempfile.mkdtemp(prefix="interview-analysis-home-")))
settings.EMAIL_FILE_PATH = settings.HOME.mail
# And, where the cache is a Redis that they share, a database in it: what one counts or clears is not the other's.
if os.environ.get("REDIS_URL"):
    shared: dict[str, Any] = settings.CACHES["default"]
    shared["OPTIONS"] = {"db": 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])}
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Company:
    """One person a role, a job, and one candidate's interview that `interviewer` and `other` are to rate.

    `outsider` is an interviewer who is assigned to nothing. The analysis has no report on disk.
    """

    people: dict[Role, User]
    other: User
    outsider: User
    job: Job
    profile: ProfileVersion
    candidate: Candidate
    application: Application
    interview: Interview
    recording: Recording
    analysis: Analysis

    @property
    def administrator(self) -> User:
        return self.people[Role.ADMINISTRATOR]

    @property
    def recruiter(self) -> User:
        return self.people[Role.RECRUITER]

    @property
    def interviewer(self) -> User:
        return self.people[Role.INTERVIEWER]

    @property
    def invitation(self) -> Invitation:
        """That of the fixture `invitation`, where a test asks for it."""
        return Invitation.objects.get(interview__application=self.application)


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page that was asked for leaves its language behind in this thread."""
    yield
    translation.deactivate_all()


@pytest.fixture(autouse=True)
def _empty_home() -> None:
    """Nothing of other tests lies about."""
    home = settings.HOME
    for folder in (home.files, home.uploads, home.observations, home.mail):
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def company(db: None) -> Company:
    people = {
        role: User.objects.create_user(f"{role.value}@example.com", PASSWORD, name=role.label, role=role)
        for role in Role
    }
    recruiter = people[Role.RECRUITER]
    other, outsider = (
        User.objects.create_user(f"{name}@example.com", PASSWORD, name=name, role=Role.INTERVIEWER)
        for name in ("other", "outsider")
    )
    job = Job.objects.create(name="Product manager", created_by=recruiter)
    yaml = (BUILT_IN / "jobs" / "product-manager.yaml").read_text(encoding="utf-8")
    profile = ProfileVersion.objects.create(
        job=job, number=1, yaml=yaml, sha256="0" * 64, created_by=recruiter
    )
    stage = Stage.objects.create(job=job, order=1, name_en="Professional interview", name_zh="专业面试")
    candidate = Candidate.objects.create(
        name="Chen Yu 陈雨", keep_until=date(2027, 6, 1), created_by=recruiter
    )
    consent = Consent.objects.create(
        candidate=candidate, given_on=date(2026, 11, 1), how=Consent.How.WRITTEN, entered_by=recruiter
    )
    application = Application.objects.create(candidate=candidate, job=job, stage=stage)
    interview = Interview.objects.create(
        application=application, stage=stage, title="First interview", consent=consent, created_by=recruiter
    )
    (settings.HOME.files / "first.mp4").write_bytes(bytes(range(250)) * 4)
    recording = Recording.objects.create(
        interview=interview, name="first.mp4", kind=Recording.Kind.VIDEO, sha256="1" * 64, size_bytes=1000,
        duration_s=60.0, original="first.mp4", playable="first.mp4", uploaded_by=recruiter,
    )  # fmt: skip
    for rater in (people[Role.INTERVIEWER], other):
        Assignment.objects.create(interview=interview, rater=rater, assigned_by=recruiter)
    analysis = Analysis.objects.create(interview=interview, profile=profile, requested_by=recruiter)
    return Company(
        people, other, outsider, job, profile, candidate, application, interview, recording, analysis
    )


@pytest.fixture
def invitation(company: Company) -> Invitation:
    """The candidate is invited to answer two questions alone, from yesterday for a week, and has consented."""
    interview = Interview.objects.create(
        application=company.application, stage=company.interview.stage, title="Recorded alone",
        consent=company.interview.consent, created_by=company.recruiter,
    )  # fmt: skip
    now = timezone.now()
    made = Invitation(
        interview=interview, language="en", opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=6),
        zone="Asia/Shanghai", contact=company.recruiter, created_by=company.recruiter,
    )  # fmt: skip
    renew(made)
    made.save()
    for order, text in enumerate(
        ("Tell us about a product that you shaped.", "Why do you want to work here?"), 1
    ):
        Question.objects.create(invitation=made, order=order, text=text)
    return made


@pytest.fixture
def signed_in() -> Callable[[User | None], Client]:
    """A browser in which somebody is signed in."""

    def client(user: User | None) -> Client:
        browser = Client()
        if user is not None:
            browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return client
