"""A company that is larger than most, made for measuring: candidates, interviews, ratings, a real report, a long trail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.web.afterwards.models import Request
from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.running import Engine
from interview_analysis.web.answers.models import Presence, Take
from interview_analysis.web.answers.taking import take_key
from interview_analysis.web.candidate.access import renew
from interview_analysis.web.candidate.models import Invitation, Question
from interview_analysis.web.demo import company
from interview_analysis.web.exchange.models import Delivery, Webhook
from interview_analysis.web.hiring.models import Application, Candidate, Job, ProfileVersion
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Assignment, Interview, Recording
from interview_analysis.web.messages.models import Message
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Consent, Entry, Head
from interview_analysis.web.privacy.trail import entry_sha256
from interview_analysis.web.review.models import Consensus, Rating, Scorecard

CANDIDATES, INTERVIEWS, ENTRIES, REVIEWERS = 10_000, 30_000, 200_000, 50
RATED, FINAL = 1000, 200  # interviews with two scorecards each, with a final rating
DELIVERIES, MESSAGES, REQUESTS = (
    10_000,
    20_000,
    500,
)  # of one webhook; to candidates; of candidates, half of them answered
INVITED = 1000  # of all who are invited to answer alone, those whose window is open
_BATCH = 2000
_TRANSCRIPT = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Helen Li>Tell me about a project that you led.</v>

00:00:06.000 --> 00:00:40.000
<v Lin Wei>Last year our retention fell by eight percent. I interviewed twenty users and found that the first screens were
confusing. I redesigned them with a prototype and I convinced the engineers to try it on five percent of users.</v>

00:00:41.000 --> 00:01:00.000
<v Lin Wei>Retention rose by twelve percent in six weeks, the board funded a second team, and I learned to ask users earlier.</v>
"""


def fill() -> User:
    """The made-up company and many more like it; gives an administrator."""
    call_command("migrate", verbosity=0)
    company.fill()
    job, by = Job.objects.earliest("pk"), User.objects.get(email=company.RECRUITER)
    profile = job.profile
    assert profile is not None
    raters = User.objects.bulk_create(
        User(email=f"r{n}@example.com", name=f"Rater {n}", role=Role.INTERVIEWER) for n in range(REVIEWERS)
    )
    interviews = _interviews(job, by)
    assigned = [
        Assignment(interview=i, rater=raters[n % REVIEWERS], assigned_by=by)
        for n, i in enumerate(interviews[RATED:])
    ]
    Assignment.objects.bulk_create(assigned, batch_size=_BATCH)
    _rate(interviews[:RATED], raters, profile, by)
    _analyse(interviews, profile, by)
    _webhook(by)
    _invite(interviews[-CANDIDATES:], by)
    _fill_trail(by)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return User.objects.create_user("admin@example.com", name="Administrator", role=Role.ADMINISTRATOR)


def _interviews(job: Job, by: User) -> list[Interview]:
    """Three for each candidate; the first ones are of different candidates."""
    stage, until = job.stages.first(), timezone.localdate() + timedelta(days=90)
    people = Candidate.objects.bulk_create(
        (Candidate(name=f"Candidate {n} 候选人", keep_until=until, created_by=by) for n in range(CANDIDATES)),
        batch_size=_BATCH,
    )
    applications = Application.objects.bulk_create(
        (Application(candidate=person, job=job, stage=stage) for person in people), batch_size=_BATCH
    )
    return Interview.objects.bulk_create(
        (
            Interview(application=a, stage=stage, title=f"Interview {n}", created_by=by)
            for n in range(INTERVIEWS // CANDIDATES)
            for a in applications
        ),
        batch_size=_BATCH,
    )


def _rate(interviews: Sequence[Interview], raters: Sequence[User], profile: ProfileVersion, by: User) -> None:
    """Two submitted scorecards each, which differ here and there, and a final rating of the first ones."""
    parsed: JobProfile = profile_of(profile)
    dimensions, now = [d.id for d in parsed.dimensions], timezone.now()
    pairs = [(i, raters[(n + k) % REVIEWERS], n + k) for n, i in enumerate(interviews) for k in (0, 1)]
    Assignment.objects.bulk_create(
        (Assignment(interview=i, rater=r, assigned_by=by) for i, r, _ in pairs), batch_size=_BATCH
    )
    cards = Scorecard.objects.bulk_create(
        (Scorecard(interview=i, rater=r, profile=profile, submitted_at=now) for i, r, _ in pairs),
        batch_size=_BATCH,
    )
    Rating.objects.bulk_create(
        (
            Rating(scorecard=card, dimension=d, level=1 + (n // 3 + m) % 5)
            for card, (_, _, n) in zip(cards, pairs, strict=True)
            for m, d in enumerate(dimensions)
        ),
        batch_size=_BATCH,
    )
    Consensus.objects.bulk_create(
        Consensus(interview=i, levels={d: 1 + (n + m) % 5 for m, d in enumerate(dimensions)}, entered_by=by)
        for n, i in enumerate(interviews[:FINAL])
    )


def _analyse(interviews: Sequence[Interview], profile: ProfileVersion, by: User) -> None:
    """A transcript of the first one is analysed as a worker does it; the others get the same report."""
    today = timezone.localdate()
    interviews[0].consent = Consent.objects.create(
        candidate=interviews[0].application.candidate, given_on=today, how=Consent.How.WRITTEN, entered_by=by
    )
    interviews[0].save()
    kept = settings.HOME.files / "recording-large.vtt"
    kept.write_text(_TRANSCRIPT, encoding="utf-8")
    Recording.objects.create(
        interview=interviews[0], name="talk.vtt", kind=Recording.Kind.TRANSCRIPT, size_bytes=kept.stat().st_size,
        sha256=hashlib.sha256(kept.read_bytes()).hexdigest(), duration_s=60.0, original=kept.name, uploaded_by=by,
    )  # fmt: skip
    Analysis.objects.create(interview=interviews[0], profile=profile, requested_by=by)
    taken = queue.take("benchmark")
    assert taken is not None
    result = Engine().run(taken, lambda stage, done, total: None)
    queue.done(taken, **asdict(result))
    Analysis.objects.bulk_create(
        (
            Analysis(interview=i, profile=profile, requested_by=by, state="done", **asdict(result))
            for i in interviews[1:]
        ),
        batch_size=_BATCH,
    )


def _webhook(by: User) -> None:
    hook = Webhook.objects.create(url="https://ats.example.com/", secret="whsec_", events=[], created_by=by)
    Delivery.objects.bulk_create(
        (Delivery(webhook=hook, event="analysis.done", body="{}") for _ in range(DELIVERIES)),
        batch_size=_BATCH,
    )


def _invite(interviews: Sequence[Interview], by: User) -> None:
    """Each to answer alone; the first ones are at it, with a question answered. Messages and wishes go with it."""
    now = timezone.now()
    invitations = [
        Invitation(
            interview=interview, language="en", zone="UTC", opens_at=now - timedelta(days=10), created_by=by, sent_at=now,
            closes_at=now + timedelta(days=5 if number < INVITED else -5), started_at=now if number < INVITED else None,
        )
        for number, interview in enumerate(interviews)
    ]  # fmt: skip
    for invitation in invitations:
        renew(invitation)
    Invitation.objects.bulk_create(invitations, batch_size=_BATCH)
    questions = Question.objects.bulk_create(
        (Question(invitation=i, order=n, text="Why?") for i in invitations for n in (1, 2, 3)),
        batch_size=_BATCH,
    )
    Take.objects.bulk_create(
        Take(
            key=take_key(question, 1), question=question, number=1, begun_at=now, ended_at=now, settled_at=now,
            allowed_think_s=90, allowed_answer_s=180,
        )
        for question in questions[: 3 * INVITED : 3]
    )  # fmt: skip
    Presence.objects.bulk_create(
        Presence(
            invitation=i, at=now, question=2, recording=True, level=0.3, camera="back", microphone="back"
        )
        for i in invitations[:INVITED]
    )
    about = ContentType.objects.get_for_model(Invitation)
    Message.objects.bulk_create(
        (
            Message(
                kind="invitation", channel="mail", candidate_id=i.interview.application.candidate_id,
                application=i.interview.application, subject_type=about, subject_id=i.pk, state="sent", due_at=now, by=by,
            )
            for i in invitations
            for _ in range(MESSAGES // CANDIDATES)
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    Request.objects.bulk_create(
        Request(
            interview=interview,
            kind="look",
            text="Please look again.",
            answered_at=now if number % 2 else None,
        )
        for number, interview in enumerate(interviews[:REQUESTS])
    )


def _fill_trail(by: User) -> None:
    head = Head.objects.get(pk=1)
    previous, entries = head.sha256, []
    for number in range(head.number + 1, ENTRIES + 1):
        entry = Entry(
            number=number, at=timezone.now(), actor=by.pk, action="interview.seen", kind="interview",
            subject=str(number % INTERVIEWS), previous=previous,
        )  # fmt: skip
        previous = entry.sha256 = entry_sha256(entry)
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=_BATCH)
    Head.objects.filter(pk=1).update(number=ENTRIES, sha256=previous)
