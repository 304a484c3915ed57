"""The JSON API: by token, what its person may see on the pages and no more, nothing that is unknown as a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from interview_analysis.scoring.report.report import Abstention, Reason, Report
from interview_analysis.web.exchange.models import Token
from interview_analysis.web.exchange.tokens import new_token
from interview_analysis.web.hiring.models import Candidate, Job
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.review import consensus, scorecards
from tests.web.conftest import Company
from tests.web.exchange.conftest import Ask
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


def lists(company: Company) -> list[str]:
    one = f"interviews/{company.interview.pk}"
    return ["jobs", "candidates", "interviews", one, f"{one}/result", f"{one}/scorecards", f"{one}/consensus"]


def test_without_a_good_token_the_answer_is_401(company: Company, result: Report, signed_in: SignedIn):
    _token, text = new_token(company.recruiter, "x")
    old, old_text = new_token(company.recruiter, "old", timedelta(days=1))
    Token.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    for path in lists(company):
        for headers in (
            {},
            {"Authorization": "Bearer nothing"},
            {"Authorization": f"Bearer {old_text}"},
            {"Authorization": f"Basic {text}"},
        ):
            assert Client().get(f"/api/{path}", headers=headers).status_code == 401
        assert signed_in(company.recruiter).get(f"/api/{path}").status_code == 401, "a session is no token"
    good = {"Authorization": f"Bearer {text}"}
    assert Client().get("/api/jobs", headers=good).status_code == 200
    User.objects.filter(pk=company.recruiter.pk).update(is_active=False)
    assert Client().get("/api/jobs", headers=good).status_code == 401


def test_a_token_is_shown_once_and_only_its_hash_kept(company: Company, signed_in: SignedIn):
    browser = signed_in(company.interviewer)
    made = browser.post("/tokens/", {"name": "our ATS", "days": "90"}).content.decode()
    text = made.split('readonly value="')[1].split('"')[0]
    assert Client().get("/api/interviews", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    later = browser.get("/tokens/").content.decode()
    assert "our ATS" in later
    assert text not in later
    assert not any(text in str(value) for value in Token.objects.values_list().get())
    token = Token.objects.get()
    assert token.expires_at is not None
    assert 89 <= (token.expires_at - timezone.now()).days <= 90
    assert token.used_at is not None


def test_a_revoked_token_is_good_no_more_and_only_its_owner_revokes_it(company: Company, signed_in: SignedIn):
    token, text = new_token(company.interviewer, "x")
    for user in (company.other, company.administrator):
        assert signed_in(user).post(f"/tokens/{token.pk}/revoke").status_code == 404
    assert signed_in(company.interviewer).post(f"/tokens/{token.pk}/revoke").status_code == 302
    assert Client().get("/api/interviews", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert [e.action for e in Entry.objects.order_by("number")] == ["token.made", "token.revoked"]


# path of an interview's company: roles that get an answer; all others get 404
ROLES = {
    "jobs": {Role.ADMINISTRATOR, Role.RECRUITER, Role.DATA_SCIENTIST},
    "jobs/{job}": {Role.ADMINISTRATOR, Role.RECRUITER, Role.DATA_SCIENTIST},
    "candidates": {Role.ADMINISTRATOR, Role.RECRUITER},
    "candidates/{candidate}": {Role.ADMINISTRATOR, Role.RECRUITER},
    "interviews": {Role.ADMINISTRATOR, Role.RECRUITER, Role.INTERVIEWER},
    "interviews/{interview}": {Role.ADMINISTRATOR, Role.RECRUITER, Role.INTERVIEWER},
    "interviews/{interview}/scorecards": {Role.ADMINISTRATOR, Role.RECRUITER, Role.INTERVIEWER},
    "interviews/{interview}/result": {Role.ADMINISTRATOR, Role.RECRUITER},
}


def test_each_role_gets_what_its_pages_show(company: Company, result: Report, ask: Ask):
    numbers = {
        "job": company.job.pk,
        "candidate": company.candidate.pk,
        "interview": company.interview.pk,
    }
    wrong = []
    for path, allowed in ROLES.items():
        for role, user in company.people.items():
            status = ask(user, path.format(**numbers)).status_code
            if status != (200 if role in allowed else 404):
                wrong.append(f"{role} gets {status} from {path}")
    assert wrong == []
    assert ask(company.outsider, "interviews").json() == {"items": [], "count": 0}
    assert ask(company.outsider, f"interviews/{company.interview.pk}").status_code == 404


def test_results_are_kept_from_who_rates_blind(company: Company, result: Report, ask: Ask):
    path = f"interviews/{company.interview.pk}"
    assert "result" not in ask(company.interviewer, path).json()
    rate(company.interview, company.interviewer, 4)
    assert ask(company.interviewer, f"{path}/result").status_code == 200
    assert ask(company.interviewer, path).json()["result"].endswith(f"/api/{path}/result")
    Job.objects.update(machine_shown=Job.Shown.NEVER)
    assert ask(company.interviewer, f"{path}/result").status_code == 404


def test_a_result_that_is_read_while_rating_counts_as_seen_first(company: Company, result: Report, ask: Ask):
    Job.objects.update(machine_shown=Job.Shown.ALWAYS)
    card = scorecards.draft(company.interview, company.interviewer)
    assert ask(company.interviewer, f"interviews/{company.interview.pk}/result").status_code == 200
    card.refresh_from_db()
    assert card.machine_seen_at is not None


def test_an_abstained_score_is_absent_with_its_reason(company: Company, result: Report, ask: Ask):
    silent = result.dimensions[0].model_copy(
        update={
            "score": None, "standard_error": None, "level": None,
            "abstention": Abstention(reason=Reason.TOO_FEW_WORDS),
        }
    )  # fmt: skip
    report = result.model_copy(update={"dimensions": (silent, *result.dimensions[1:])})
    keep_result(company.analysis, report)
    told = ask(company.recruiter, f"interviews/{company.interview.pk}/result").json()
    first, second = told["dimensions"][:2]
    assert "score" not in first
    assert "standard_error" not in first
    assert first["abstained"] == "too_few_words"
    assert second["score"] == result.dimensions[1].score
    assert "abstained" not in second
    assert told["overall"]["score"] == result.overall.score


def test_a_result_whose_files_are_gone_is_no_result(company: Company, ask: Ask):
    keep_result(company.analysis)
    type(company.analysis).objects.update(report_sha256="0" * 64)
    answer = ask(company.recruiter, f"interviews/{company.interview.pk}/result")
    assert answer.status_code == 409
    assert "Analyse the interview again" in answer.json()["detail"]


def test_scorecards_come_once_they_may_be_seen(company: Company, ask: Ask):
    path = f"interviews/{company.interview.pk}/scorecards"
    rate(company.interview, company.other, 2, "no figures")
    assert ask(company.interviewer, path).json()["count"] == 0
    card = rate(company.interview, company.interviewer, 4, submit=False)
    assert ask(company.interviewer, path).json()["count"] == 0, "a draft is not submitted"
    dimension = card.ratings.all()[0].dimension
    scorecards.save(card, {"ratings": {dimension: {"observed": False}}})
    scorecards.submit(card)
    told = ask(company.interviewer, path).json()
    assert [c["rater"]["name"] for c in told["items"]] == ["other", company.interviewer.name]
    mine = {r["dimension"]: r for r in told["items"][1]["ratings"]}
    assert mine[dimension] == {"dimension": dimension, "observed": False, "note": ""}
    assert {r.get("level") for r in mine.values()} == {None, 4}


def test_only_the_latest_version_of_a_scorecard_counts(company: Company, ask: Ask):
    path = f"interviews/{company.interview.pk}/scorecards"
    rate(company.interview, company.other, 2)
    again = scorecards.amend(company.interview, company.other, "misheard")
    assert [c["version"] for c in ask(company.recruiter, path).json()["items"]] == [1]
    scorecards.submit(again)
    assert [c["version"] for c in ask(company.recruiter, path).json()["items"]] == [2]


def test_the_final_rating(company: Company, ask: Ask):
    path = f"interviews/{company.interview.pk}/consensus"
    for rater in (company.interviewer, company.other):
        card = rate(company.interview, rater, 3)
    assert ask(company.recruiter, path).status_code == 404
    known = [r.dimension for r in card.ratings.all()]
    consensus.enter(
        company.interview, company.recruiter, dict.fromkeys(known[1:], 3) | {known[0]: None}, {}, ""
    )
    told = {r["dimension"]: r for r in ask(company.recruiter, path).json()["ratings"]}
    assert "level" not in told[known[0]]
    assert told[known[1]]["level"] == 3
    Job.objects.update(others_shown=Job.Shown.NEVER)
    assert ask(company.interviewer, path).status_code == 404


def test_lists_are_paged_and_filtered(company: Company, ask: Ask):
    for number in range(4):
        Candidate.objects.create(
            name=f"P{number}", keep_until=company.candidate.keep_until, created_by=company.recruiter
        )
    first = ask(company.recruiter, "candidates?page_size=2").json()
    third = ask(company.recruiter, "candidates?page_size=2&page=3").json()
    assert first["count"] == 5
    assert [len(first["items"]), len(third["items"])] == [2, 1]
    assert third["items"][0]["name"] == "P3"
    assert ask(company.recruiter, f"candidates?job={company.job.pk}").json()["count"] == 1
    assert ask(company.recruiter, "interviews?job=999").json() == {"items": [], "count": 0}
    assert ask(company.recruiter, "candidates?page=0").status_code == 422


def test_the_number_of_queries_does_not_grow_with_a_page(
    company: Company, ask: Ask, django_assert_max_num_queries: Callable[..., object]
):
    Candidate.objects.bulk_create(
        Candidate(name=f"P{n}", keep_until=company.candidate.keep_until, created_by=company.recruiter)
        for n in range(60)
    )
    with django_assert_max_num_queries(25):
        assert len(ask(company.recruiter, "candidates").json()["items"]) == 50
    with django_assert_max_num_queries(25):
        assert ask(company.interviewer, "interviews").json()["count"] == 1


def test_what_is_read_stands_in_the_trail_without_names(company: Company, ask: Ask):
    ask(company.recruiter, f"candidates/{company.candidate.pk}")
    entry = Entry.objects.get(action="api.read")
    assert entry.actor == company.recruiter.pk
    assert entry.details == {"path": f"/api/candidates/{company.candidate.pk}"}


def test_the_api_only_reads(company: Company):
    _, text = new_token(company.administrator, "x")
    for method in ("post", "put", "patch", "delete"):
        call = getattr(Client(enforce_csrf_checks=True), method)
        assert call("/api/jobs", headers={"Authorization": f"Bearer {text}"}).status_code == 405


def test_openapi_and_its_page_name_no_outside_address(company: Company, signed_in: SignedIn):
    told = Client().get("/api/openapi.json").json()
    assert "/api/interviews/{pk}/result" in told["paths"]
    assert told["components"]["securitySchemes"]["ByToken"]["scheme"] == "bearer"
    page = signed_in(company.interviewer).get("/api/")
    text = page.content.decode()
    assert "/api/interviews/{pk}/scorecards" in text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    addresses = [part.split('"')[0] for key in ('src="', 'href="') for part in text.split(key)[1:]]
    assert [a for a in addresses if not a.startswith(("/", "#"))] == []
