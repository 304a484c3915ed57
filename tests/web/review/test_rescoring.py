"""Scoring a job again with another version of its profile: what it changes is seen first, and then kept or dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.report import Abstention, OverallScore, Reason, Report
from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.hiring.models import Application, Candidate, ProfileVersion
from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.review import rescoring, scorecards
from interview_analysis.web.review.result import current_analysis
from tests.pipeline.sample_report import sample_report
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]
Trial = Analysis.Trial


@pytest.fixture
def second(company: Company, result: Report) -> ProfileVersion:
    """The job's next version, beside the interview's result by the first one."""
    return ProfileVersion.objects.create(
        job=company.job, number=2, yaml=company.profile.yaml, sha256="9" * 64, note="more weight on delivery",
        created_by=company.recruiter,
    )  # fmt: skip


def overall(report: Report, score: float, error: float = 2.0) -> Report:
    told = OverallScore(score=score, standard_error=error, level=1 + int(score // 20), weight=1.0)
    return report.model_copy(update={"overall": told})


def changed(report: Report) -> Report:
    """The first dimension a level up, the second one silent, the third one gone and one more."""
    first, quiet, gone = report.dimensions
    nothing = Abstention(reason=Reason.NOT_ASKED)
    told = (
        first.model_copy(update={"score": 88.0, "level": 5, "weight": 0.5}),
        quiet.model_copy(
            update={"score": None, "standard_error": None, "level": None, "abstention": nothing}
        ),
        gone.model_copy(update={"id": "curiosity", "name": Text(zh="好奇心", en="Curiosity")}),
    )
    return overall(report, 81.0).model_copy(update={"dimensions": told})


def further(company: Company, name: str, score: float) -> Interview:
    """Another candidate's interview with a result by the first version."""
    candidate = Candidate.objects.create(name=name, keep_until=date(2027, 6, 1), created_by=company.recruiter)
    application = Application.objects.create(
        candidate=candidate, job=company.job, stage=company.application.stage
    )
    made = Interview.objects.create(
        application=application, title="First interview", consent=company.interview.consent, created_by=company.recruiter
    )  # fmt: skip
    recording = company.recording
    made.recordings.create(
        name=recording.name, kind=recording.kind, sha256=recording.sha256, size_bytes=1000, duration_s=60.0,
        original=recording.original, playable=recording.playable, uploaded_by=company.recruiter,
    )  # fmt: skip
    analysis = Analysis.objects.create(
        interview=made, profile=company.profile, requested_by=company.recruiter
    )
    keep_result(analysis, overall(sample_report("en"), score))
    return made


def url(company: Company, number: int = 2) -> str:
    return f"/jobs/{company.job.pk}/profile/{number}/rescore"


def trial_of(interview: Interview) -> Analysis:
    return Analysis.objects.get(interview=interview, trial=Trial.OPEN)


def test_pressed_twice_each_interview_with_a_result_is_asked_once_and_its_result_stays(
    company: Company, signed_in: SignedIn, second: ProfileVersion
):
    client = signed_in(company.recruiter)
    for _ in range(2):
        page = client.post(url(company), {"do": "start"}, follow=True).content.decode()
    assert "1 interview is still being scored" in page
    made = trial_of(company.interview)
    assert (made.profile, made.against, made.current) == (second, company.analysis, False)
    assert current_analysis(company.interview) == company.analysis
    requested = Entry.objects.get(action="analysis.requested")
    assert requested.details == {"interview": company.interview.pk, "profile": second.pk, "trial": True}


def test_the_version_of_the_results_and_interviews_without_one_are_not_scored_again(
    company: Company, signed_in: SignedIn, second: ProfileVersion
):
    page = signed_in(company.recruiter).post(url(company, 1), {"do": "start"}, follow=True).content.decode()
    assert "by this version already" in page
    consent = company.interview.consent
    assert consent is not None
    consent.withdrawn_at = timezone.now()
    consent.save()
    page = signed_in(company.recruiter).post(url(company), {"do": "start"}, follow=True).content.decode()
    assert "1 interview is left out" in page
    assert "consent" in page
    assert not Analysis.objects.filter(trial=Trial.OPEN).exists()


def test_the_worker_s_trial_is_compared_dimension_by_dimension(
    company: Company, signed_in: SignedIn, second: ProfileVersion, result: Report
):
    client = signed_in(company.recruiter)
    client.post(url(company), {"do": "start"})
    taken = queue.take("worker")
    assert taken == trial_of(company.interview)
    keep_result(taken, changed(result))
    one = rescoring.rescored(list(rescoring.open_trials(company.recruiter, second)), {company.interview.pk})[
        0
    ]
    assert [c.name.en for c in one.changes] == [
        "Requirements analysis", "Project management", "Curiosity", "Thinking from the user’s side",
    ]  # fmt: skip
    first, silent, new, gone = one.changes
    assert (round(first.by or 0, 1), first.level_changed, first.weight_changed) == (11.6, True, True)
    assert (silent.by, silent.level_changed, silent.weight_changed) == (None, True, False)
    assert (new.before, gone.after) == (None, None)
    page = client.get(url(company)).content.decode()
    assert f"{result.overall.score:.0f} ±" in page
    assert "81 ± 4" in page
    for told in ("level 5", "not in that version", "removed", "+12", "Keep 1 result"):
        assert told in page, told
    chinese = client.get(url(company), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "好奇心" in chinese
    assert "保留 1 个结果" in chinese
    assert Entry.objects.filter(action="rescoring.seen").latest("number").details == {
        "interviews": [company.interview.pk]
    }


def test_kept_the_trial_is_the_result_the_old_one_an_earlier_one_and_scorecards_are_stale(
    company: Company, signed_in: SignedIn, second: ProfileVersion, result: Report
):
    rate(company.interview, company.interviewer, 3)
    client = signed_in(company.recruiter)
    client.post(url(company), {"do": "start"})
    trial = trial_of(company.interview)
    keep_result(trial, changed(result))
    client.post(url(company), {"do": "keep"})
    company.interview.refresh_from_db()
    assert current_analysis(company.interview) == trial
    assert Analysis.objects.filter(current=True).count() == 1
    assert scorecards.is_stale(company.interview.scorecards.get())
    entry = Entry.objects.get(action="analysis.kept")
    trial.refresh_from_db()
    assert entry.details == {
        "interview": company.interview.pk, "profile": second.pk, "replaced": company.analysis.pk,
        "report": trial.report_sha256,
    }  # fmt: skip
    state = client.get(f"/interviews/{company.interview.pk}/analyses/state").content.decode()
    assert "earlier result" in state
    assert "Score again with version 1" in state
    assert not rescoring.open_trials(company.recruiter, second).exists()


def test_a_result_that_changed_meanwhile_is_not_replaced(
    company: Company, signed_in: SignedIn, second: ProfileVersion, result: Report
):
    client = signed_in(company.recruiter)
    client.post(url(company), {"do": "start"})
    trial = trial_of(company.interview)
    keep_result(trial, changed(result))
    queue.request(company.interview, company.recruiter, company.profile)
    taken = queue.take("worker")
    assert taken is not None
    queue.done(taken, folder=company.analysis.folder, report_sha256=company.analysis.report_sha256)
    page = client.get(url(company)).content.decode()
    assert "has changed in the meantime" in page
    assert 'value="keep"' not in page
    page = client.post(url(company), {"do": "keep"}, follow=True).content.decode()
    assert "1 was not kept" in page
    assert current_analysis(company.interview) == taken
    assert Analysis.objects.filter(current=True).count() == 1
    client.post(url(company), {"do": "start"})
    assert trial_of(company.interview).against == taken, "the outdated trial gave way to a new one"


def test_dropped_nothing_is_as_it_was_not(
    company: Company, signed_in: SignedIn, second: ProfileVersion, result: Report
):
    client = signed_in(company.recruiter)
    client.post(url(company), {"do": "start"})
    trial = trial_of(company.interview)
    client.post(url(company), {"do": "drop"})
    trial.refresh_from_db()
    assert (trial.trial, trial.state) == (Trial.DROPPED, Analysis.State.CANCELLED)
    assert not queue.retry(trial, company.recruiter)
    assert queue.take("worker") is None
    assert current_analysis(company.interview) == company.analysis
    assert Entry.objects.filter(action="analysis.dropped").count() == 1


def test_the_same_profile_is_analysed_beside_a_trial_by_it(company: Company, second: ProfileVersion):
    trial = queue.request(company.interview, company.recruiter, second, trial=True)
    asked = queue.request(company.interview, company.recruiter, second)
    assert asked != trial, "an analysis that was asked for is not swallowed by a trial"


def test_whoever_is_to_rate_sees_nothing_of_it_and_cannot_keep_it(
    company: Company, signed_in: SignedIn, second: ProfileVersion, result: Report
):
    other = further(company, "Ada Byron", 55.0)
    Assignment.objects.create(
        interview=company.interview, rater=company.recruiter, assigned_by=company.administrator
    )
    client = signed_in(company.recruiter)
    client.post(url(company), {"do": "start"})
    keep_result(trial_of(company.interview), changed(result))
    keep_result(trial_of(other), overall(sample_report("en"), 41.0))
    page = client.get(url(company)).content.decode()
    assert "You rate this interview" in page
    assert "81 ± 4" not in page
    assert "Curiosity" not in page
    assert "41 ± 4" in page
    assert "The order of the candidates" not in page, "an order of two tells of both"
    assert Entry.objects.filter(action="rescoring.seen").latest("number").details == {
        "interviews": [other.pk]
    }
    client.post(url(company), {"do": "keep"})
    assert current_analysis(company.interview) == company.analysis
    assert current_analysis(Interview.objects.get(pk=other.pk)) != other.analyses.last()
    rate(company.interview, company.recruiter, 3)
    assert "81 ± 4" in client.get(url(company)).content.decode()


def test_the_order_of_candidates_changes_where_it_can_be_told(
    company: Company, second: ProfileVersion, result: Report
):
    keep_result(company.analysis, overall(result, 60.0))
    before = {"Ada": 75.0, "Bo": 66.0, "Cy": 30.0}
    after = {"Ada": 50.0, "Bo": 64.0, "Cy": 32.0}
    others = {name: further(company, name, score) for name, score in before.items()}
    rescoring.start(company.recruiter, second)
    keep_result(trial_of(company.interview), overall(result, 60.0))
    for name, interview in others.items():
        keep_result(trial_of(interview), overall(sample_report("en"), after[name]))
    trials = rescoring.open_trials(company.recruiter, second)
    found = rescoring.order(list(trials), rescoring.visible_among(company.recruiter, trials))
    # standard errors of 2: two scores differ beyond their errors from 5.5 on
    told = {
        (p.first.application.candidate.name, p.second.application.candidate.name): p.kind for p in found.pairs
    }
    assert told == {
        ("Ada", "Bo"): "turned",
        ("Ada", "Chen Yu 陈雨"): "turned",
        ("Bo", "Chen Yu 陈雨"): "lost",
    }
    assert (found.compared, found.told_before, found.told_after) == (4, 6, 5)


def test_one_interview_is_scored_again_from_its_own_page(
    company: Company, signed_in: SignedIn, second: ProfileVersion
):
    other = further(company, "Ada Byron", 55.0)
    client = signed_in(company.recruiter)
    state = client.get(f"/interviews/{other.pk}/analyses/state").content.decode()
    assert "Score again with version 2" in state
    assert (
        f"/interviews/{other.pk}/"
        in client.post(url(company), {"do": "start", "interview": other.pk}, follow=True).content.decode()
    )
    assert list(Analysis.objects.filter(trial=Trial.OPEN).values_list("interview", flat=True)) == [other.pk]
    assert client.get(f"{url(company)}?interview=0").status_code == 404


def test_the_page_waits_and_then_shows_all_at_once(
    company: Company, signed_in: SignedIn, second: ProfileVersion, result: Report
):
    client = signed_in(company.recruiter)
    client.post(url(company), {"do": "start"})
    polled = client.get(url(company), headers={"HX-Request": "true"})
    assert "every 2s" in polled.content.decode()
    keep_result(trial_of(company.interview), changed(result))
    polled = client.get(url(company), headers={"HX-Request": "true"})
    assert polled.headers["HX-Refresh"] == "true"
    assert b"81" not in polled.content
