"""The application as `serve` runs it, with one candidate who is invited: ``python -m tests.web.answers.server PORT``.

Started again on the same folder it goes on where it was. Prints one line of JSON and serves until it is ended.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date, timedelta

PASSWORD = "correct horse battery staple"


def main(port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
    os.environ["PUBLIC_URL"] = f"http://localhost:{port}"
    import django

    django.setup()
    import uvicorn
    from django.core.management import call_command

    from interview_analysis.web.candidate.access import link_of
    from interview_analysis.web.candidate.models import Invitation

    call_command("migrate", verbosity=0)
    if not Invitation.objects.exists():
        invite()
    print(json.dumps({"links": [link_of(one) for one in Invitation.objects.order_by("pk")]}), flush=True)
    uvicorn.run(
        "interview_analysis.web.site.asgi:application",
        host="127.0.0.1",
        port=port,
        log_level="warning",
        lifespan="off",
    )


def invite(count: int = 1) -> None:
    """Candidates with two questions each, who have consented to being recorded and analysed."""
    from django.utils import timezone

    from interview_analysis.pipeline.common.config import BUILT_IN
    from interview_analysis.web.candidate.access import renew
    from interview_analysis.web.candidate.models import Invitation, Question
    from interview_analysis.web.hiring.models import Application, Candidate, Job, ProfileVersion
    from interview_analysis.web.interviews.models import Interview
    from interview_analysis.web.people.models import Role, User
    from interview_analysis.web.privacy.models import Consent

    recruiter = User.objects.create_user(
        "recruiter@example.com", PASSWORD, name="Lin Wei", role=Role.RECRUITER
    )
    job = Job.objects.create(name="Product manager", created_by=recruiter)
    yaml = (BUILT_IN / "jobs" / "product-manager.yaml").read_text(encoding="utf-8")
    ProfileVersion.objects.create(job=job, number=1, yaml=yaml, sha256="0" * 64, created_by=recruiter)
    now = timezone.now()
    for number in range(count):
        candidate = Candidate.objects.create(
            name=f"Chen Yu {number or ''}".strip(), keep_until=date(2030, 1, 1), created_by=recruiter
        )
        consent = Consent.objects.create(candidate=candidate, given_on=now.date(), how=Consent.How.ONLINE)
        application = Application.objects.create(candidate=candidate, job=job)
        interview = Interview.objects.create(
            application=application, title="Recorded alone", consent=consent, created_by=recruiter
        )
        made = Invitation(
            interview=interview, language="en", opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=6),
            zone="Asia/Shanghai", contact=recruiter, created_by=recruiter, think_s=5, answer_s=20,
        )  # fmt: skip
        renew(made)
        made.save()
        for order, text in enumerate(
            ("Tell us about a product that you shaped.", "Why do you want to work here?"), 1
        ):
            Question.objects.create(invitation=made, order=order, text=text)


if __name__ == "__main__":
    main(int(sys.argv[1]))
