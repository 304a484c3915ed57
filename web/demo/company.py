"""The people, jobs, candidates and interviews of the made-up company. No person in it exists."""

from __future__ import annotations

import hashlib
import logging
import shutil
from datetime import timedelta
from pathlib import Path

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.scoring.profile import parse_profile
from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.observations import forget_gone
from interview_analysis.web.candidate.models import Question
from interview_analysis.web.hiring.models import Application, Candidate, Job, Note
from interview_analysis.web.hiring.profiles import save_version
from interview_analysis.web.hiring.stages import add_usual_stages
from interview_analysis.web.interviews.models import Assignment, Interview, Recording
from interview_analysis.web.interviews.uploads import look_at
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Consent
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review import scorecards
from interview_analysis.web.site import store

RECRUITER, FIRST_RATER, SECOND_RATER = "lin.wei@example.com", "sam.okafor@example.com", "zhao.min@example.com"
PEOPLE = (
    (RECRUITER, "林薇 Lin Wei", Role.RECRUITER),
    (FIRST_RATER, "Sam Okafor", Role.INTERVIEWER),
    (SECOND_RATER, "赵敏 Zhao Min", Role.INTERVIEWER),
    ("ana.silva@example.com", "Ana Silva", Role.AUDITOR),
    ("omar.haddad@example.com", "Omar Haddad", Role.DATA_SCIENTIST),
)
JOBS = (
    ("Product manager 产品经理", "product-manager.yaml"),
    ("Customer success manager 客户成功经理", "customer-success-manager.yaml"),
)
# name, language, job, title of the interview
CANDIDATES = (
    ("陈雨 Chen Yu", "en", 0, "First interview 初试"),
    ("Daniel Park", "en", 0, "First interview 初试"),
    ("王蕾 Wang Lei", "zh-hans", 1, "First interview 初试"),
)
LEVELS, REMARK = (
    (4, 3, 4, 3, 4),
    "Clear numbers and a clear order; I would ask more about conflicts in the team.",
)
SAMPLE_NAME = "synthetic-sample.mp4"
log = logging.getLogger(__name__)


def people() -> list[User]:
    """Those of the made-up company that are here."""
    return list(User.objects.filter(email__in=[email for email, _, _ in PEOPLE]))


@transaction.atomic
def fill() -> None:
    """Make the company, without recordings, in a second. Does nothing where it is there already."""
    if people():
        return
    staff = {email: User.objects.create_user(email, name=name, role=role) for email, name, role in PEOPLE}
    recruiter = staff[RECRUITER]
    jobs = [_job(name, file, recruiter) for name, file in JOBS]
    made = [
        _interview(jobs[job], recruiter, name, language, title) for name, language, job, title in CANDIDATES
    ]
    for email in (FIRST_RATER, SECOND_RATER):
        Assignment.objects.create(interview=made[0], rater=staff[email], assigned_by=recruiter)
    Note.objects.create(
        application=made[0].application, author=recruiter, text="Can begin in January. 一月可以到岗。"
    )
    record(None, "demo.made", recruiter)


def _job(name: str, file: str, by: User) -> Job:
    profile = parse_profile(yaml.safe_load((BUILT_IN / "jobs" / file).read_text(encoding="utf-8")), file)
    job = Job.objects.create(name=name, created_by=by, final_rater=by)
    add_usual_stages(job)
    save_version(job, profile, by, "built-in profile")
    return job


def _interview(job: Job, by: User, name: str, language: str, title: str) -> Interview:
    today = timezone.localdate()
    stage = job.stages.all()[1]
    candidate = Candidate.objects.create(
        name=name, language=language, keep_until=today + timedelta(days=180), created_by=by
    )
    consent = Consent.objects.create(
        candidate=candidate, given_on=today - timedelta(days=2), how=Consent.How.WRITTEN,
        note="made up", entered_by=by,
    )  # fmt: skip
    application = Application.objects.create(candidate=candidate, job=job, stage=stage)
    return Interview.objects.create(
        application=application, stage=stage, title=title, consent=consent, created_by=by,
        held_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip


def add_recordings() -> bool:
    """Give the interviews of the first two candidates the synthetic sample, and put the first one into the queue.

    Takes some seconds; False where the extra [demo], which makes the sample, is not installed.
    """
    interviews = list(Interview.objects.filter(created_by__email=RECRUITER).order_by("pk")[:2])
    if not interviews or Recording.objects.filter(name=SAMPLE_NAME).exists():
        return True
    from interview_analysis.pipeline.dev.demo import make_sample

    aside = settings.HOME.uploads / SAMPLE_NAME
    try:
        make_sample(aside)
        for interview in interviews:
            _add_recording(interview, aside)
    except InterviewAnalysisError as error:
        log.warning("the made-up company has no recordings: %s", error)
        return False
    finally:
        aside.unlink(missing_ok=True)
    _submit_first(interviews[0])
    queue.request(interviews[0], interviews[0].created_by)
    return True


def _add_recording(interview: Interview, sample: Path) -> None:
    kept = settings.HOME.files / f"recording-demo-{interview.pk}.mp4"
    shutil.copyfile(sample, kept)
    kept.chmod(0o600)
    found = look_at(kept, SAMPLE_NAME)
    sha256, size_bytes = hashlib.sha256(kept.read_bytes()).hexdigest(), kept.stat().st_size
    store.put(kept)
    with transaction.atomic():
        made = Recording.objects.create(
            interview=interview, name=SAMPLE_NAME, kind=found.kind, duration_s=found.duration_s,
            sha256=sha256, size_bytes=size_bytes,
            original=kept.name, uploaded_by=interview.created_by,
        )  # fmt: skip
        record(None, "recording.uploaded", made, interview=interview.pk, sha256=made.sha256)


def _submit_first(interview: Interview) -> None:
    """One of the two raters has rated already; the other one is whom the user may play."""
    card = scorecards.draft(interview, User.objects.get(email=FIRST_RATER))
    dimensions = scorecards.unrated(card, parse_profile(yaml.safe_load(card.profile.yaml), "profile"))
    levels = {d: {"level": LEVELS[i % len(LEVELS)]} for i, d in enumerate(dimensions)}
    scorecards.save(card, {"remark": REMARK, "ratings": levels})
    scorecards.submit(card)


@transaction.atomic
def remove(by: User | None) -> None:
    """Remove the company with everything that its people made and with its files; the trail keeps its entries.

    Whoever of it took part in interviews of others, as a test of the application may have it, can only be shut out.
    """
    staff = people()
    if not staff:
        return
    candidates = Candidate.objects.filter(created_by__in=staff)
    jobs = Job.objects.filter(created_by__in=staff)
    applications = Application.objects.filter(candidate__in=candidates) | Application.objects.filter(
        job__in=jobs
    )
    interviews = Interview.objects.filter(application__in=applications) | Interview.objects.filter(
        created_by__in=staff
    )
    names = [name for name in candidates.values_list("resume", flat=True) if name]
    for recording in Recording.objects.filter(interview__in=interviews):
        names += [n for n in (recording.original, recording.playable, recording.transcript) if n]
    names += (
        Question.objects.filter(invitation__interview__in=interviews)
        .exclude(spoken="")
        .values_list("spoken", flat=True)
    )
    for found in interviews:
        names += [folder for folder in found.analyses.values_list("folder", flat=True) if folder]
        found.delete()
    for application in applications:
        application.delete()
    for kept in (*candidates, *jobs):
        kept.delete()
    for person in staff:
        _remove_person(person)
    record(by, "demo.removed", staff[0])
    transaction.on_commit(lambda: _unlink(names))
    transaction.on_commit(forget_gone)


def _remove_person(person: User) -> None:
    from django.db.models import ProtectedError

    try:
        with transaction.atomic():
            person.delete()
    except ProtectedError:
        User.objects.filter(pk=person.pk).update(is_active=False)


def _unlink(names: list[str]) -> None:
    store.delete(*(settings.HOME.files / name for name in names))
