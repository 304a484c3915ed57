"""The consensus: after everybody has rated, beside the initial ratings, entered by whom the job names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import DimensionScore, Report
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.people.models import User
from interview_analysis.web.reports import recruitment
from interview_analysis.web.review import consensus, scorecards
from interview_analysis.web.review.models import Consensus, Scorecard
from interview_analysis.web.review.standing import standing
from tests.web.conftest import Company
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


@pytest.fixture
def rated(company: Company) -> Company:
    rate(company.interview, company.interviewer, 4, "clear plan")
    rate(company.interview, company.other, 2, "no figures")
    return company


def url(company: Company) -> str:
    return f"/interviews/{company.interview.pk}/consensus"


def final(profile: JobProfile, level: str = "3") -> dict[str, str]:
    return {f"level-{d.id}": level for d in profile.dimensions} | {"remark": "agreed"}


def test_it_opens_when_all_have_rated(company: Company, signed_in: SignedIn):
    rate(company.interview, company.interviewer, 4)
    for user in (company.recruiter, company.administrator, company.interviewer):
        assert signed_in(user).get(url(company)).status_code == 404
    rate(company.interview, company.other, 4)
    assert signed_in(company.recruiter).get(url(company)).status_code == 200


def test_a_change_that_is_open_closes_it_again(rated: Company, signed_in: SignedIn):
    scorecards.amend(rated.interview, rated.other, "misheard")
    assert signed_in(rated.recruiter).get(url(rated)).status_code == 404


def test_all_ratings_stand_side_by_side(rated: Company, signed_in: SignedIn):
    page = signed_in(rated.recruiter).get(url(rated)).content.decode()
    assert "clear plan" in page
    assert "no figures" in page
    assert "cannot be computed yet" in page, "agreement with one candidate"
    cards, rows = consensus.grid(rated.interview, None)
    assert [card.rater for card in cards] == [rated.interviewer, rated.other]
    assert {(row.levels, row.spread, row.mean) for row in rows} == {((4, 2), 2, 3.0)}


def test_the_final_rating_leaves_the_initial_ones(rated: Company, signed_in: SignedIn, profile: JobProfile):
    saved = signed_in(rated.recruiter).post(url(rated), final(profile))
    assert saved.status_code == 302
    kept = Consensus.objects.get()
    assert set(kept.levels.values()) == {3}
    assert kept.entered_by == rated.recruiter
    assert [r.level for card in Scorecard.objects.order_by("pk") for r in card.ratings.all()][0::3] == [4, 2]
    signed_in(rated.recruiter).post(url(rated), final(profile, "none"))
    assert set(Consensus.objects.get().levels.values()) == {None}


def test_what_is_settled_as_not_observed_counts_nowhere(
    rated: Company, signed_in: SignedIn, profile: JobProfile
):
    first = profile.dimensions[0].id
    signed_in(rated.recruiter).post(url(rated), final(profile) | {f"level-{first}": "none"})
    now = standing(rated.recruiter, rated.interview)
    assert now is not None
    assert (now.human[first].score, now.merged[first].score) == (None, None)
    assert now.rows[0].levels == (4, 2), "the initial ratings stay"
    told, *others = recruitment.lines(now)
    assert (told.reached, "not_observed" in recruitment.unsettled(told)) == (None, True)
    assert all(line.human.score == 50.0 and line.reached == 3 for line in others)


def test_only_whom_the_job_names_enters_it(rated: Company, signed_in: SignedIn, profile: JobProfile):
    assert signed_in(rated.interviewer).post(url(rated), final(profile)).status_code == 422
    Job.objects.update(final_rater=rated.administrator)
    assert signed_in(rated.recruiter).post(url(rated), final(profile)).status_code == 422
    assert signed_in(rated.administrator).post(url(rated), final(profile)).status_code == 302


@pytest.mark.parametrize("level", ["", "6", "x", "0"])
def test_every_dimension_needs_a_level(rated: Company, signed_in: SignedIn, profile: JobProfile, level: str):
    posted = final(profile) | {f"level-{profile.dimensions[0].id}": level}
    assert signed_in(rated.recruiter).post(url(rated), posted).status_code == 422
    assert not Consensus.objects.exists()


def test_what_was_chosen_stays_where_something_is_missing(
    rated: Company, signed_in: SignedIn, profile: JobProfile
):
    first, second = (d.id for d in profile.dimensions[:2])
    posted = {
        f"level-{first}": "4",
        f"level-{second}": "none",
        f"note-{first}": "as heard",
        "remark": "not yet",
    }
    page = signed_in(rated.recruiter).post(url(rated), posted).content.decode()
    assert page.count("<option selected>4</option>") == 1
    assert page.count('<option value="none" selected>') == 1
    assert 'value="as heard"' in page
    assert ">not yet</textarea>" in page


def test_a_level_beside_what_was_not_observed_is_not_called_alike(
    company: Company, signed_in: SignedIn, profile: JobProfile
):
    rate(company.interview, company.interviewer, 1)
    card = scorecards.draft(company.interview, company.other)
    scorecards.save(card, {"ratings": {d.id: {"observed": False} for d in profile.dimensions}})
    scorecards.submit(card)
    _, rows = consensus.grid(company.interview, None)
    assert {(row.levels, row.spread) for row in rows} == {((1, None), None)}
    assert 'data-label="Apart by">—</td>' in signed_in(company.recruiter).get(url(company)).content.decode()


def test_raters_whom_the_job_shows_nothing_do_not_see_it(rated: Company, signed_in: SignedIn):
    Job.objects.update(others_shown=Job.Shown.NEVER)
    assert signed_in(rated.interviewer).get(url(rated)).status_code == 404
    assert signed_in(rated.recruiter).get(url(rated)).status_code == 200


def test_the_machine_is_shown_only_where_it_may_be(rated: Company, signed_in: SignedIn, result: Report):
    Job.objects.update(machine_shown=Job.Shown.NEVER)
    assert '<th scope="col">Machine' not in signed_in(rated.interviewer).get(url(rated)).content.decode()
    assert '<th scope="col">Machine' in signed_in(rated.recruiter).get(url(rated)).content.decode()


def dimension(score: float | None, error: float | None) -> DimensionScore:
    return DimensionScore.model_construct(score=score, standard_error=error, id="d")


CUTS = (20, 40, 60, 80)


def test_levels_lie_in_the_middle_of_their_fifth():
    assert [consensus.level_score(level, CUTS) for level in (1, 2, 3, 4, 5)] == [10, 30, 50, 70, 90]
    assert consensus.level_score(2, (30, 50, 70, 90)) == 40


def test_each_rule_by_hand():
    """Raters 4 and 2 (70 and 30 points, 12 points of error each), the machine 60 with 10."""
    machine = dimension(60.0, 10.0)
    human = consensus.merged("human", (4, 2, None), 0.6, machine, CUTS)
    assert (human.score, human.standard_error) == (50, pytest.approx(12 / 2**0.5))
    rater = consensus.merged("rater", (4, 2, None), 0.6, machine, CUTS)
    assert rater.score == pytest.approx(160 / 3)
    assert rater.standard_error == pytest.approx((12**2 + 12**2 + 10**2) ** 0.5 / 3)
    precise = consensus.merged("precision", (4, 2, None), 0.6, machine, CUTS)
    one, two = 1 / 72, 1 / 100
    assert precise.score == pytest.approx((50 * one + 60 * two) / (one + two))
    assert precise.standard_error == pytest.approx((1 / (one + two)) ** 0.5)


def test_the_machine_never_stands_alone():
    for rule in ("human", "rater", "precision"):
        assert consensus.merged(rule, (None, None), 0.6, dimension(60.0, 10.0), CUTS).score is None
    silent = consensus.merged("precision", (4,), 0.6, dimension(None, None), CUTS)
    assert (silent.score, silent.rule) == (70, "human"), "an abstention is no zero"


def test_the_whole_is_told_only_of_half_the_weight(profile: JobProfile):
    known = consensus.Merged(50.0, 10.0, "human")
    none = consensus.Merged(None, None, "human")
    first, second, third = (d.id for d in profile.dimensions)
    assert consensus.merged_overall(profile, {first: known, second: none, third: none}).score is None
    both = consensus.merged_overall(profile, {first: known, second: none, third: known})
    assert both.score == 50
    assert both.standard_error == pytest.approx(10 * (0.35**2 + 0.35**2) ** 0.5 / 0.7)


def test_agreement_is_remembered_until_something_of_it_changes(
    rated: Company, django_assert_num_queries: DjangoAssertNumQueries
):
    dimensions = consensus.agreement_of(rated.job).units
    assert dimensions > 0
    with django_assert_num_queries(2):
        assert consensus.agreement_of(rated.job).units == dimensions
    change = scorecards.amend(rated.interview, rated.other, "misheard")
    assert consensus.agreement_of(rated.job).units == 0, "a change is open"
    scorecards.submit(change)
    assert consensus.agreement_of(rated.job).units == dimensions
    third = Assignment.objects.create(
        interview=rated.interview, rater=rated.recruiter, assigned_by=rated.recruiter
    )
    assert consensus.agreement_of(rated.job).units == 0, "one more is to rate it"
    third.delete()
    assert consensus.agreement_of(rated.job).units == dimensions
    rated.interview.delete()
    assert consensus.agreement_of(rated.job).units == 0
