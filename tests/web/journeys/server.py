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
    for person in company.people():
        person.set_password(PASSWORD)
        person.save()
    administrator = User.objects.create_user(
        "admin@example.com", name="Administrator", role=Role.ADMINISTRATOR
    )
    print(json.dumps({"link": new_link(administrator)}), flush=True)
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


if __name__ == "__main__":
    main(int(sys.argv[1]))
