"""The application as `serve` runs it, with the made-up company in it: ``python -m tests.web.journeys.server PORT``.

Prints one line of JSON, with a link that signs the administrator in, and serves until it is ended.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

PASSWORD = "correct horse battery staple"


def main(port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
    os.environ["PUBLIC_URL"] = f"http://localhost:{port}"
    import django
    from django.conf import settings

    settings.TEMPLATES[0]["DIRS"].insert(0, Path(__file__).parents[1] / "messages" / "templates")
    settings.ACCOUNT_RATE_LIMITS = {"login": "1000/m/ip"}  # all sign in from one address, over 30 a minute
    django.setup()
    import uvicorn
    from django.core.management import call_command

    from interview_analysis.pipeline.dev import demo as sample
    from interview_analysis.web.demo import company
    from interview_analysis.web.people.links import new_link
    from interview_analysis.web.people.models import Role, User
    from tests.web.recordings import write_clip

    call_command("migrate", verbosity=0)
    sample.make_sample = lambda path: write_clip(path, seconds=4.0)  # type: ignore[assignment]
    company.fill()
    company.add_recordings()
    _finish_the_analysis()
    _put_a_message()
    administrator = User.objects.create_user(
        "admin@example.com", name="Administrator", role=Role.ADMINISTRATOR
    )
    others = (
        User.objects.create_user("second.admin@example.com", name="Grace Lee", role=Role.ADMINISTRATOR),
        User.objects.create_user("dora.codes@example.com", name="Dora Codes", role=Role.AUDITOR),
        User.objects.create_user("kim.keys@example.com", name="Kim Keys", role=Role.AUDITOR),
    )
    for person in (*company.people(), *others):
        person.set_password(PASSWORD)
        person.save()
    decided = _decide()
    links = {"link": new_link(administrator), "candidates_link": _candidates_link(decided)}
    print(json.dumps(links | {"decided": decided}), flush=True)
    uvicorn.run(
        "interview_analysis.web.site.asgi:application",
        host="127.0.0.1",
        port=port,
        log_level="warning",
        lifespan="off",
    )


def _put_a_message() -> None:
    """One message of the tests' own kind, which waits in the outbox."""
    from datetime import UTC, datetime

    from interview_analysis.web.interviews.models import Interview
    from interview_analysis.web.messages import kinds, outbox

    told = {"message_at": datetime(2027, 3, 1, 6, 0, tzinfo=UTC), "link": "http://localhost/c/a-link/"}
    kinds.register(kinds.Kind("visit", "Visit", lambda m: True, lambda m: told))
    interview = Interview.objects.earliest("pk")
    candidate = interview.application.candidate
    candidate.email = candidate.email or "candidate@example.com"
    candidate.save()
    outbox.put("visit", candidate, interview)


def _finish_the_analysis() -> None:
    from interview_analysis.web.analysis.models import Analysis
    from tests.web.results import keep_result

    analysis = Analysis.objects.get()
    keep_result(analysis)
    for recording in analysis.interview.recordings.all():
        recording.playable = recording.original
        recording.save()


def _decide() -> int:
    """One more interview, with everything that people may add to one: its number."""
    from interview_analysis.scoring.profile import JobProfile
    from interview_analysis.web.analysis.models import Analysis
    from interview_analysis.web.demo.company import FIRST_RATER, RECRUITER, SECOND_RATER
    from interview_analysis.web.exchange.models import Webhook
    from interview_analysis.web.hiring.models import Application, Candidate
    from interview_analysis.web.hiring.profiles import profile_of
    from interview_analysis.web.interviews.models import Assignment, Interview
    from interview_analysis.web.people.models import User
    from interview_analysis.web.reports import feedback, recruitment
    from interview_analysis.web.reports.advice import Draft
    from interview_analysis.web.review import consensus, scorecards
    from tests.web.results import keep_result

    first = Interview.objects.order_by("pk")[0]
    job, recruiter = first.application.job, User.objects.get(email=RECRUITER)
    candidate = Candidate.objects.create(
        name="Wei Jia 魏佳", keep_until=first.application.candidate.keep_until, created_by=recruiter
    )
    interview = Interview.objects.create(
        application=Application.objects.create(candidate=candidate, job=job, stage=first.stage),
        title="First interview 初试", stage=first.stage, consent=first.consent, created_by=recruiter,
    )  # fmt: skip
    assert job.profile is not None
    analysis = Analysis.objects.create(interview=interview, profile=job.profile, requested_by=recruiter)
    keep_result(analysis)
    profile: JobProfile = profile_of(job.profile)
    levels: dict[str, int | None] = {d.id: 3 for d in profile.dimensions}
    for email, level in ((FIRST_RATER, 2), (SECOND_RATER, 4)):
        rater = User.objects.get(email=email)
        Assignment.objects.create(interview=interview, rater=rater, assigned_by=recruiter)
        card = scorecards.draft(interview, rater)
        scorecards.save(card, {"ratings": {d: {"level": level, "note": "说得清楚"} for d in levels}})
        scorecards.submit(card)
    consensus.enter(interview, recruiter, levels, {}, "Agreed.")
    recruitment.recommend(interview, recruiter, "next", "Solid.")
    analysis.refresh_from_db()
    told = feedback.save(
        interview, recruiter, Draft("You named the numbers.", "Say how it ended."),
        number=1, language="en", seen="", drafted_from=analysis.report_sha256,
    )  # fmt: skip
    feedback.release(told, recruiter, analysis.report_sha256)
    Webhook.objects.create(url="https://example.com/told", secret="whsec_x", created_by=recruiter)
    return interview.pk


def _candidates_link(interview: int) -> str:
    """The link by which the candidate of that interview came in and may look at what came of it."""
    from datetime import timedelta

    from django.utils import timezone

    from interview_analysis.web.candidate.access import link_of, renew
    from interview_analysis.web.candidate.models import Invitation
    from interview_analysis.web.people.models import User

    now = timezone.now()
    invitation = Invitation(
        interview_id=interview, language="en", zone="UTC", opens_at=now - timedelta(days=2), closes_at=now, sent_at=now,
        finished_at=now, created_by=User.objects.earliest("pk"),
    )  # fmt: skip
    renew(invitation)
    invitation.save()
    return link_of(invitation)


if __name__ == "__main__":
    main(int(sys.argv[1]))
