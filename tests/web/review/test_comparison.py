"""Candidates side by side: only with a consensus, nothing absent counts as 0, and no place that cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from django.test import Client

from interview_analysis.scoring.report.report import Report
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.review import consensus, scorecards
from interview_analysis.web.review.comparison import Comparison, compare, in_order
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


def applicant(company: Company, name: str, raters: Sequence[User]) -> Interview:
    candidate = Candidate.objects.create(name=name, keep_until="2027-06-01", created_by=company.recruiter)
    application = Application.objects.create(
        candidate=candidate, job=company.job, stage=company.interview.stage
    )
    made = Interview.objects.create(
        application=application, title=f"Interview of {name}", created_by=company.recruiter
    )
    for rater in raters:
        Assignment.objects.create(interview=made, rater=rater, assigned_by=company.recruiter)
    return made


def finish(company: Company, interview: Interview) -> None:
    """The final rating of whoever has rated: 3 throughout, as it is not what is compared."""
    levels: dict[str, int | None] = {d.id: 3 for d in profile_of(company.profile).dimensions}
    consensus.enter(interview, company.recruiter, levels, {}, "")


def rated(company: Company, name: str, *levels: int | Sequence[int | None] | None) -> Interview:
    """A candidate whom a rater each gave a level for all dimensions, or one for each."""
    raters = [company.interviewer, company.other, company.outsider][: len(levels)]
    made = applicant(company, name, raters)
    for rater, level in zip(raters, levels, strict=True):
        card = scorecards.draft(made, rater)
        dimensions = [d.id for d in profile_of(card.profile).dimensions]
        given = list(level) if isinstance(level, Sequence) else [level] * len(dimensions)
        scorecards.save(
            card,
            {
                "ratings": {
                    d: {"level": one, "observed": one is not None}
                    for d, one in zip(dimensions, given, strict=True)
                }
            },
        )
        scorecards.submit(card)
    finish(company, made)
    return made


def compared(company: Company, by: User | None = None) -> Comparison:
    found = compare(by or company.recruiter, company.job, Application.objects.all())
    assert found is not None
    return found


def places(found: Comparison) -> dict[str, int | None]:
    return {one.application.candidate.name: one.place for one in found.compared}


def url(company: Company, query: str = "") -> str:
    return f"/jobs/{company.job.pk}/compare{query}"


def test_far_apart_candidates_have_places_and_a_difference_by_hand(company: Company):
    """Two raters, levels 5 and 2: 90 and 30 points, each with 12 / sqrt(2) a dimension."""
    rated(company, "Ann", 5, 5)
    rated(company, "Bo", 2, 2)
    found = compared(company)
    assert places(found) == {"Ann": 1, "Bo": 2}
    assert found.settled
    one = next(a for a in found.apart if a.dimension is not None)
    ((other, by),) = one.over
    assert one.higher.application.candidate.name == "Ann"
    assert other.application.candidate.name == "Bo"
    assert (by.value, by.margin) == (60, pytest.approx(1.96 * 12))
    assert len(found.apart) == 4, "three dimensions and the whole"


def test_alike_candidates_have_no_place(company: Company, signed_in: SignedIn):
    rated(company, "Ann", 4, 3)
    rated(company, "Bo", 3, 4)
    found = compared(company)
    assert places(found) == {"Ann": None, "Bo": None}
    assert (found.settled, found.apart) == (False, ())
    page = signed_in(company.recruiter).get(url(company)).content.decode()
    assert page.count("cannot be told</span>") == 2
    assert "The order of all cannot be told" in page


def test_what_was_not_observed_is_absent_and_no_zero(company: Company, signed_in: SignedIn):
    rated(company, "Ann", [4, 4, None])
    rated(company, "Bo", [5, None, None])
    found = compared(company)
    ann, bo = found.compared
    assert ann.overall.score == pytest.approx(70)
    assert bo.overall.score is None, "0.35 of the weight is known"
    assert (bo.place, bo.shares) == (None, ())
    page = signed_in(company.recruiter).get(url(company)).content.decode()
    assert "nan" not in page
    assert ">0 ±" not in page


def test_who_has_no_consensus_is_listed_without_numbers(company: Company, signed_in: SignedIn):
    rated(company, "Ann", 5, 5)
    rated(company, "Bo", 2, 2)
    waiting = applicant(company, "Wu Waiting", [company.interviewer, company.other])
    rate(waiting, company.interviewer, 1, "secretly weak")
    entered = rated(company, "Opened Again", 5, 5)
    scorecards.amend(entered, company.other, "misheard")
    found = compared(company)
    assert places(found) == {"Ann": 1, "Bo": 2}
    assert [a.candidate.name for a in found.closed] == ["Opened Again"]
    page = signed_in(company.recruiter).get(url(company)).content.decode()
    below = page.split("Without a consensus")[1]
    for name in ("Wu Waiting", "Opened Again", company.candidate.name):
        assert name in below
        assert name not in page.split("Without a consensus")[0].split("<tbody>")[1]
    assert "secretly weak" not in page


def test_a_rater_who_has_not_submitted_sees_no_number_of_that_interview(company: Company):
    """A recruiter is to rate as well; nobody sees the numbers before, the recruiter least of all."""
    rated(company, "Ann", 5, 5)
    Assignment.objects.create(
        interview=Interview.objects.get(title="Interview of Ann"), rater=company.recruiter,
        assigned_by=company.administrator,
    )  # fmt: skip
    assert compared(company).compared == ()
    assert compared(company, company.administrator).compared == ()


def test_the_machine_counts_only_where_it_may_be_seen(company: Company):
    Job.objects.update(merge=Job.Merge.RATER, machine_shown=Job.Shown.NEVER)
    company.job.refresh_from_db()
    made = rated(company, "Ann", 5)
    report = keep_result(Analysis.objects.create(
        interview=made, profile=company.profile, requested_by=company.recruiter
    ), shared_ids(company))  # fmt: skip
    machine = report.dimensions[0].score
    assert machine is not None
    first = next(iter(compared(company).compared[0].parts.values()))
    assert first.score == pytest.approx((90 + machine) / 2)
    Assignment.objects.create(interview=made, rater=company.administrator, assigned_by=company.recruiter)
    rate(made, company.administrator, 5)
    first = next(iter(compared(company, company.administrator).compared[0].parts.values()))
    assert (first.score, first.rule) == (90, "human"), "the job never shows it to whoever rates"


def shared_ids(company: Company) -> Report:
    """The sample with the ids of the job's dimensions."""
    from tests.pipeline.sample_report import sample_report

    report = sample_report("en")
    ids = [d.id for d in profile_of(company.profile).dimensions]
    named = [d.model_copy(update={"id": i}) for d, i in zip(report.dimensions, ids, strict=True)]
    return report.model_copy(update={"dimensions": tuple(named)})


def test_sorting_and_filters(company: Company, signed_in: SignedIn):
    rated(company, "Ann", [2, 5, 3])
    rated(company, "Bo", [4, 1, 3])
    rated(company, "Cy", [None, 3, 3])
    found = compared(company).compared
    first, second, _ = (d.id for d in profile_of(company.profile).dimensions)

    def names(by: str) -> list[str]:
        return [one.application.candidate.name for one in in_order(found, by)]

    assert names(first) == ["Bo", "Ann", "Cy"], "what is not known stands last"
    assert names(second) == ["Ann", "Cy", "Bo"]
    assert names("") == ["Ann", "Bo", "Cy"]
    Application.objects.filter(candidate__name="Bo").update(state=Application.State.REJECTED)
    browser = signed_in(company.recruiter)
    assert "Interview of Bo" not in browser.get(url(company)).content.decode()
    assert "Interview of Bo" in browser.get(url(company, "?state=all")).content.decode()
    ann = Application.objects.get(candidate__name="Ann")
    only = browser.get(url(company, f"?state=all&who={ann.pk}")).content.decode()
    assert "Interview of Ann" in only
    assert "Interview of Bo" not in only
    huge = "9" * 40
    for query in ("?sort=%27&stage=x&who=-1&who=²", f"?who={huge}", f"?stage={huge}", "?state=%00"):
        assert browser.get(url(company, query)).status_code == 200, query


def test_queries_do_not_grow_with_candidates(
    company: Company, signed_in: SignedIn, django_assert_max_num_queries: Callable[..., object]
):
    for number in range(14):
        rated(company, f"Candidate {number:02}", 3, 4)
    browser = signed_in(company.recruiter)
    with django_assert_max_num_queries(40):
        page = browser.get(url(company)).content.decode()
    assert "2 more have a final rating" in page
    assert page.count("Interview of Candidate") == 12


def test_the_look_is_in_the_trail(company: Company, signed_in: SignedIn):
    made = rated(company, "Ann", 5, 5)
    signed_in(company.recruiter).get(url(company))
    entry = Entry.objects.get(action="comparison.seen")
    assert entry.details == {"interviews": [made.pk]}
    assert signed_in(company.interviewer).get(url(company)).status_code == 404
