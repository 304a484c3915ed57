"""Every address, as every role and as nobody, against the table of who may open what.

A room adds its addresses to TABLE; an address that stands in no row fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.practice.agreement import practice_of
from interview_analysis.web.practice.models import Attempt, Round, Task
from tests.web.conftest import Company

A, R, V, S, D = Role.ADMINISTRATOR, Role.RECRUITER, Role.INTERVIEWER, Role.AUDITOR, Role.DATA_SCIENTIST
EVERYBODY = {A, R, V, S, D}
NOBODY_TOO = "anybody, signed in or not"

# address: (who may open it, its arguments of a Company). `V` is an interviewer who is assigned to the interview;
# an outsider, assigned to nothing, may open only what takes no arguments.
TABLE: dict[str, tuple[set[Role] | str, Callable[[Company], list[object]]]] = {
    "home": (EVERYBODY, lambda c: []),
    "health": (NOBODY_TOO, lambda c: []),
    "analysis:metrics": (NOBODY_TOO, lambda c: []),  # of this machine, see tests/web/site/test_running.py
    "text_js": (NOBODY_TOO, lambda c: []),
    "own_addresses": (set(), lambda c: []),
    "people:list": ({A}, lambda c: []),
    "people:invite": ({A}, lambda c: []),
    "people:person": ({A}, lambda c: [c.recruiter.pk]),
    "people:me": (EVERYBODY, lambda c: []),
    "privacy:trail": ({A, S}, lambda c: []),
    "hiring:jobs": ({A, R, D}, lambda c: []),
    "hiring:new_job": ({A, R}, lambda c: []),
    "hiring:job": ({A, R, D}, lambda c: [c.job.pk]),
    "hiring:rules": ({A, R}, lambda c: [c.job.pk]),
    "guide:edit": ({A, R}, lambda c: [c.job.pk, "zh-hans"]),
    "hiring:stages": ({A, R}, lambda c: [c.job.pk]),
    "practice:values": ({A, R}, lambda c: [c.job.pk]),
    "hiring:profile": ({A, R}, lambda c: [c.job.pk]),
    "hiring:profile_yaml": ({A, R}, lambda c: [c.job.pk, 1]),
    "hiring:candidates": ({A, R}, lambda c: []),
    "hiring:new_candidate": ({A, R}, lambda c: []),
    "hiring:import_candidates": ({A, R}, lambda c: []),
    "hiring:candidate": ({A, R}, lambda c: [c.candidate.pk]),
    "hiring:edit_candidate": ({A, R}, lambda c: [c.candidate.pk]),
    "hiring:application": ({A, R}, lambda c: [c.application.pk]),
    "outbox:list": ({A, R}, lambda c: []),
    "outbox:of_application": ({A, R}, lambda c: [c.application.pk]),
    "outbox:channels": ({A, R}, lambda c: [c.candidate.pk]),
    "interviews:list": ({A, R, V}, lambda c: []),
    "interviews:with_a_list": ({A, R}, lambda c: []),
    "interviews:new": ({A, R}, lambda c: [c.application.pk]),
    "interviews:interview": ({A, R, V}, lambda c: [c.interview.pk]),
    "interviews:consent": ({A, R}, lambda c: [c.interview.pk]),
    "interviews:raters": ({A, R}, lambda c: [c.interview.pk]),
    "review:compare": ({A, R}, lambda c: [c.job.pk]),
    "review:report_css": (NOBODY_TOO, lambda c: []),
    "review:rescore": ({A, R}, lambda c: [c.job.pk, 1]),
    "review:review": ({A, R, V}, lambda c: [c.interview.pk]),
    "reports:feedback": ({A, R}, lambda c: [c.interview.pk]),
    "answers:monitor": ({A, R}, lambda c: []),
    "analysis:queue": ({A, R}, lambda c: []),
    "afterwards:requests": ({A, R}, lambda c: []),
    "analysis:state": ({A, R}, lambda c: [c.interview.pk]),
    "exchange:tokens": (EVERYBODY, lambda c: []),
    "exchange:api_page": (EVERYBODY, lambda c: []),
    "exchange:exports": ({A, R, D}, lambda c: [c.job.pk]),
    "exchange:export": ({A, R, D}, lambda c: [c.job.pk, "candidates", "csv"]),
    "exchange:figures": ({A, R, D}, lambda c: []),
    "exchange:champions": ({A, R, D}, lambda c: []),
    "exchange:webhooks": ({A}, lambda c: []),
    "exchange:openapi": (NOBODY_TOO, lambda c: []),
    "demo:state": ({A}, lambda c: []),
    "interviews:play": ({A, R, V}, lambda c: [c.recording.key]),
    "candidate:invite": ({A, R}, lambda c: [c.application.pk]),
    "candidate:invitation": ({A, R}, lambda c: [c.invitation.pk]),
    "candidate:window": ({A, R}, lambda c: [c.invitation.pk]),
    "candidate:questions": ({A, R}, lambda c: [c.invitation.pk]),
    "candidate:extra": ({A, R}, lambda c: [c.invitation.pk]),
    "candidate:rules": ({A, R}, lambda c: [c.job.pk]),
    "candidate:slots": ({A, R}, lambda c: [c.job.pk]),
    "candidate:notice": ({A, R}, lambda c: [c.job.pk, "en"]),
    "candidate:company_notice": ({A, R}, lambda c: ["zh-hans"]),
}
# Not opened by a plain visit: they take a POST or a token, and have tests of their own.
ELSEWHERE = {
    "people:language",
    "people:enter",
    "demo:remove",
    "hiring:resume",
    *(
        f"outbox:{name}"
        for name in ("message", "message_html", "change", "preview", "preview_html", "opt_out")
    ),
    *(f"exchange:{name}" for name in ("revoke_token", "webhook", "change_webhook")),
    *(f"exchange:api:{name}" for name in ("api-root", "jobs", "job", "candidates", "candidate")),
    *(f"exchange:api:{name}" for name in ("interviews", "interview", "result", "scorecards", "consensus")),
    *(
        f"interviews:{name}"
        for name in (
            "begin_upload",
            "upload",
            "chunk",
            "finish_upload",
            "give_transcript",
            "remove_recording",
        )
    ),
    *(f"analysis:{name}" for name in ("request", "cancel", "retry")),
    *(f"reports:{name}" for name in ("recruitment", "recruitment_pdf", "feedback_pdf")),
    *(
        f"review:{name}"
        for name in ("report", "scorecard", "submit", "change", "marks", "remove_mark", "consensus")
    ),
}

# Pages of candidates: whoever came in by the link of `invitation` opens them with these arguments, nobody else, staff neither.
BY_LINK: dict[str, Callable[[Invitation], list[object]]] = {
    "candidate:home": lambda i: [],
    "candidate:details": lambda i: [],
    "candidate:consent": lambda i: [],
    "guide:guide": lambda i: [],
    "answers:check": lambda i: [],
    "answers:start": lambda i: [],
    "answers:later": lambda i: [],
    "afterwards:progress": lambda i: [],
    "afterwards:feedback": lambda i: [],
    "afterwards:own_review": lambda i: [],
    "afterwards:own_review_text": lambda i: [],
    "afterwards:data": lambda i: [],
    "afterwards:everything": lambda i: [],
    "afterwards:withdraw": lambda i: [],
    "practice:home": lambda i: [],
    "practice:chosen": lambda i: [],
    "practice:task": lambda i: [_practised(i).task.pk],
    "practice:feedback": lambda i: [_practised(i).key],
    "practice:state": lambda i: [_practised(i).key],
}
ELSEWHERE |= {
    *(
        f"practice:{name}"
        for name in ("agree", "more", "keep", "delete_all", "begin", "ended", "play", "delete")
    ),
    *(f"afterwards:{name}" for name in ("feedback_pdf", "play", "ask", "people_only", "gone", "request")),
    *(f"candidate:{name}" for name in ("enter", "code", "confirm", "times", "calendar", "language", "act")),
    "candidate:staff_spoken",
}
# The recorder's own, see tests/web/answers/test_streams.py.
ELSEWHERE |= {f"answers:{name}" for name in ("begin_stream", "stream", "stream_chunk", "end_stream", "clip")}
# See tests/web/answers/test_taking.py and test_monitor.py.
ELSEWHERE |= {
    f"answers:{name}"
    for name in (
        *(
            "state",
            "presence",
            "hand_in",
            "begin_take",
            "end_take",
            "give_take",
            "notes",
            "spoken",
            "captions",
        ),
        *("watched", "say", "accept", "of_interview"),
    )
}


def _practised(invitation: Invitation) -> Attempt:
    """An answer that the candidate practised."""
    asked = Round.objects.create(practice=practice_of(invitation), chosen_at=timezone.now())
    task = Task.objects.create(round=asked, order=1, text="Tell us about a mistake.", kind="past")
    return Attempt.objects.create(task=task)


def addresses(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """The names of all addresses but those of the accounts' library."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) == "account/":
                continue
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern.url_patterns, f"{prefix}{space}") if pattern.url_patterns else ()
        else:
            yield f"{prefix}{pattern.name}"


def test_every_address_stands_in_the_table():
    assert sorted(set(addresses()) - set(TABLE) - set(BY_LINK) - ELSEWHERE) == []
    assert sorted((set(TABLE) | set(BY_LINK) | ELSEWHERE) - set(addresses())) == []


def test_each_role_opens_what_is_its_own_and_nothing_else(
    company: Company, invitation: Invitation, signed_in: Callable[[User | None], Client]
):
    people: dict[str, User | None] = {role.value: user for role, user in company.people.items()}
    people |= {"outsider": company.outsider, "nobody": None}
    wrong = []
    for name, (allowed, arguments) in TABLE.items():
        args = arguments(company)
        url = reverse(name, args=args)
        for who, user in people.items():
            may = allowed == NOBODY_TOO or (
                user is not None and user.role in allowed and not (user == company.outsider and args)
            )
            status = signed_in(user).get(url).status_code
            expected = {200, 302} if may else {302, 401} if user is None else {404}
            if status not in expected:
                wrong.append(f"{who} gets {status} from {url}")
            if user is None and status == 302 and not may:
                location = signed_in(None).get(url).headers["Location"]
                if not location.startswith("/account/login/"):
                    wrong.append(f"nobody is sent from {url} to {location}")
    assert wrong == []


def test_pages_of_candidates_open_by_their_link_alone(
    company: Company, invitation: Invitation, signed_in: Callable[[User | None], Client]
):
    by_link = Client()
    assert by_link.get(link_of(invitation)).status_code == 302
    wrong = []
    for name, arguments in BY_LINK.items():
        url = reverse(name, args=arguments(invitation))
        for user in (*company.people.values(), None):
            status = signed_in(user).get(url).status_code
            if status != 404:
                wrong.append(f"{user} gets {status} from {url}")
        if by_link.get(url).status_code != 200:
            wrong.append(f"the candidate does not get {url}")
    assert wrong == []


def test_nobody_gives_themselves_another_address(
    company: Company, signed_in: Callable[[User | None], Client]
):
    """By which they would sign in, and to which a new password would go."""
    client = signed_in(company.recruiter)
    for action in ("action_add", "action_primary", "action_send"):
        assert client.post("/account/email/", {action: "", "email": "other@example.com"}).status_code == 404
    assert not EmailAddress.objects.filter(email="other@example.com").exists()


@pytest.mark.django_db
def test_nobody_signs_up(client: Client):
    page = client.get("/account/signup/")
    assert b"password1" not in page.content
