"""The JSON API, for programs that come with a token of a person and see what that person sees."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import NinjaAPI
from ninja.pagination import PageNumberPagination, paginate
from ninja.security import HttpBearer

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.exchange import tokens
from interview_analysis.web.exchange.models import Token
from interview_analysis.web.exchange.schemas import (
    CandidateOut,
    ConsensusOut,
    InterviewOut,
    JobDetail,
    JobOut,
    ResultOut,
    ScorecardOut,
)
from interview_analysis.web.hiring.models import Candidate, Job
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import RATERS, STAFF, Role, User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review import consensus
from interview_analysis.web.review.blind import machine_visible, machine_visible_among, note_machine_seen
from interview_analysis.web.review.models import Consensus, Scorecard
from interview_analysis.web.review.result import ResultDamagedError, current_result
from interview_analysis.web.review.words import result_fault

PAGE = 50


class ByKey(PageNumberPagination):
    """Finds the keys of a page first, so that what is looked up for each row is not looked up for the rows before the page."""

    def paginate_queryset(
        self, queryset: QuerySet[Any], pagination: Any, request: HttpRequest, **params: Any
    ) -> Any:
        page = super().paginate_queryset(queryset.values_list("pk", flat=True), pagination, request, **params)
        page[self.items_attribute] = queryset.filter(pk__in=list(page[self.items_attribute]))
        return page


class ByToken(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        return tokens.known(token)


api = NinjaAPI(
    title="interview-analysis",
    version="1",
    urls_namespace="api",
    auth=ByToken(),
    docs_url=None,
    openapi_url=None,
)


def _asking(request: HttpRequest, *roles: Role) -> User:
    """Whose token it is; 404 as on the pages for whose role has no such page."""
    token: Token = request.auth  # type: ignore[attr-defined]
    if not token.user.may(*roles):
        raise Http404
    record(token.user, "api.read", token, path=request.path)
    return token.user


@api.get("/jobs", response=list[JobOut], exclude_none=True, url_name="jobs", summary="Jobs")
@paginate(PageNumberPagination, page_size=PAGE)
def jobs(request: HttpRequest) -> QuerySet[Job]:
    user = _asking(request, *STAFF, Role.DATA_SCIENTIST)
    return _jobs(user).order_by("pk")


def _jobs(user: User) -> QuerySet[Job]:
    return Job.objects.visible_to(user).annotate(profile_version=Max("profiles__number"))


@api.get(
    "/jobs/{int:pk}", response=JobDetail, exclude_none=True, url_name="job", summary="A job with its profile"
)
def job(request: HttpRequest, pk: int) -> JobDetail:
    user = _asking(request, *STAFF, Role.DATA_SCIENTIST)
    found = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    version = found.profile
    profile = profile_of(version) if version is not None else None
    return JobDetail.of(found, profile, version.number if version is not None else None)


@api.get(
    "/candidates",
    response=list[CandidateOut],
    exclude_none=True,
    url_name="candidates",
    summary="Candidates with their applications",
)
@paginate(PageNumberPagination, page_size=PAGE)
def candidates(request: HttpRequest, job: int | None = None) -> QuerySet[Candidate]:
    found = Candidate.objects.visible_to(_asking(request, *STAFF)).prefetch_related("applications")
    if job is not None:
        found = found.filter(applications__job=job)
    return found.order_by("pk")


@api.get(
    "/candidates/{int:pk}",
    response=CandidateOut,
    exclude_none=True,
    url_name="candidate",
    summary="A candidate",
)
def candidate(request: HttpRequest, pk: int) -> Candidate:
    return get_object_or_404(Candidate.objects.visible_to(_asking(request, *STAFF)), pk=pk)


@api.get(
    "/interviews",
    response=list[InterviewOut],
    exclude_none=True,
    url_name="interviews",
    summary="Interviews",
)
@paginate(ByKey, page_size=PAGE)
def interviews(
    request: HttpRequest, job: int | None = None, candidate: int | None = None
) -> QuerySet[Interview]:
    found = _interviews(_asking(request, *RATERS))
    if job is not None:
        found = found.filter(application__job=job)
    if candidate is not None:
        found = found.filter(application__candidate=candidate)
    return found.order_by("pk")


def _interviews(user: User) -> QuerySet[Interview]:
    """The visible ones, each with `told`: whether it has a result that `user` may see."""
    done = Analysis.objects.filter(interview=OuterRef("pk"), current=True, state=Analysis.State.DONE)
    shown = machine_visible_among(user, Interview.objects.filter(pk=OuterRef("pk")))
    found = Interview.objects.visible_to(user).annotate(told=Exists(done) & Exists(shown))
    return found.select_related("application__job", "application__candidate")


def _interview(user: User, pk: int) -> Interview:
    return get_object_or_404(_interviews(user), pk=pk)


@api.get(
    "/interviews/{int:pk}",
    response=InterviewOut,
    exclude_none=True,
    url_name="interview",
    summary="An interview",
)
def interview(request: HttpRequest, pk: int) -> Interview:
    return _interview(_asking(request, *RATERS), pk)


@api.get(
    "/interviews/{int:pk}/result",
    response={200: ResultOut, 409: dict[str, str]},
    exclude_none=True,
    url_name="result",
    summary="The machine's result of an interview",
)
def result(request: HttpRequest, pk: int) -> Any:
    """404 before there is one, and while you are to rate the interview without having seen it."""
    user = _asking(request, *RATERS)
    found = _interview(user, pk)
    if not machine_visible(user, found):
        raise Http404
    try:
        saved = current_result(found)
    except ResultDamagedError:
        return 409, {"detail": result_fault()}
    if saved is None:
        raise Http404
    note_machine_seen(user, found)
    return 200, ResultOut.of(saved.analysis, saved.report)


@api.get(
    "/interviews/{int:pk}/scorecards",
    response=list[ScorecardOut],
    exclude_none=True,
    url_name="scorecards",
    summary="Submitted scorecards of an interview, the latest of each rater",
)
@paginate(PageNumberPagination, page_size=PAGE)
def scorecards(request: HttpRequest, pk: int) -> QuerySet[Scorecard]:
    """Those that you may see: while you are to rate the interview and have not submitted, none."""
    user = _asking(request, *RATERS)
    cards = Scorecard.objects.visible_to(user).latest_submitted().filter(interview=_interview(user, pk))
    return cards.select_related("rater", "profile").prefetch_related("ratings").order_by("pk")


@api.get(
    "/interviews/{int:pk}/consensus",
    response=ConsensusOut,
    exclude_none=True,
    url_name="consensus",
    summary="The final rating of an interview",
)
def final_rating(request: HttpRequest, pk: int) -> ConsensusOut:
    """404 before it was entered, and while you may not see it."""
    user = _asking(request, *RATERS)
    found = _interview(user, pk)
    entered = Consensus.objects.filter(interview=found).select_related("entered_by").first()
    if entered is None or not consensus.may_see(user, found):
        raise Http404
    record(user, "consensus.seen", found)
    return ConsensusOut.of(entered)
