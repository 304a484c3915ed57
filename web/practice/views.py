from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from interview_analysis.scoring.coaching.findings import Coached
from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.practice import agreement, words
from interview_analysis.web.practice.forms import ValuesForm
from interview_analysis.web.practice.models import Attempt, CompanyValues, Round, Task
from interview_analysis.web.practice.worker import ahead_of
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.files import file_response
from interview_analysis.web.site.permissions import for_roles, signed_in

STOP_POLLING = 286  # what htmx takes for the end of a poll


@invited
@require_GET
def home(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Three questions and what was practised; the button of its own first, where the machine may not hear yet."""
    if not agreement.is_open(invitation):
        return render(request, "practice/over.html", {"invitation": invitation})
    if not agreement.may_hear(invitation):
        return render(request, "practice/agree.html", {"notice": agreement.notice()})
    practice = agreement.practice_of(invitation)
    current = practice.rounds.last() or Round.objects.create(practice=practice)
    tasks = Task.objects.filter(round__practice=practice).prefetch_related("attempts")
    now, earlier = (
        [t for t in tasks if t.round_id == current.pk],
        [t for t in tasks if t.round_id != current.pk],
    )
    return render(
        request,
        "practice/home.html",
        {
            "practice": practice, "current": current, "now": now, "notice": agreement.notice(),
            "earlier": [task for task in earlier if task.attempts.all()],
            "invitation": invitation,
        },
    )  # fmt: skip


@invited
@require_GET
def chosen(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Whether the questions are there: asked again and again by the page that waits for them."""
    waits = Round.objects.filter(practice__invitation=invitation, chosen_at=None).exists()
    response = render(request, "practice/_choosing.html", status=200 if waits else STOP_POLLING)
    if not waits:
        response["HX-Refresh"] = "true"
    return response


@invited
@require_POST
def agree(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if agreement.is_open(invitation):
        agreement.agree(invitation)
    return redirect("practice:home")


def _for_practice(invitation: Invitation) -> None:
    if not (agreement.is_open(invitation) and agreement.may_hear(invitation)):
        raise Http404


@invited
@require_POST
def more(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Other questions; once at a time."""
    _for_practice(invitation)
    practice = agreement.practice_of(invitation)
    if not practice.rounds.filter(chosen_at=None).exists():
        Round.objects.create(practice=practice)
    return redirect("practice:home")


@invited
@require_POST
def keep(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Keep what was practised until the end of the window, or only until the interview is handed in."""
    practice = agreement.practice_of(invitation)
    practice.kept = request.POST.get("kept") == "on"
    practice.save(update_fields=["kept"])
    return redirect("practice:home")


@invited
@require_GET
def task(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """A question with its time to think and to answer, as in the interview."""
    _for_practice(invitation)
    found = get_object_or_404(Task, pk=pk, round__practice__invitation=invitation)
    longer = 1 + invitation.extra_share
    times = {"think_s": round(invitation.think_s * longer), "answer_s": round(invitation.answer_s * longer)}
    return render(request, "practice/task.html", {"task": found, "invitation": invitation, **times})


@invited
@require_POST
def begin(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """A new attempt, in which a recording may begin: its key is the group of the recording's streams."""
    _for_practice(invitation)
    found = get_object_or_404(Task, pk=pk, round__practice__invitation=invitation)
    made = Attempt.objects.create(task=found)
    return JsonResponse({"key": str(made.key)}, status=201)


def _own(invitation: Invitation, key: UUID) -> Attempt:
    found = Attempt.objects.select_related("task__round__practice__invitation")
    return get_object_or_404(found, key=key, task__round__practice__invitation=invitation)


@invited
@require_POST
def ended(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """The candidate has stopped; with `sent` everything has come. The first time of each counts."""
    attempt, now = _own(invitation, key), timezone.now()
    for field in ("ended_at", *(("sent_at",) if request.GET.get("sent") else ())):
        Attempt.objects.filter(pk=attempt.pk, **{field: None}).update(**{field: now})
    return JsonResponse({})


@invited
@require_GET
def feedback(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """What is told of an answer; until it was heard, the page waits for it."""
    attempt = _own(invitation, key)
    return render(
        request, "practice/feedback.html", _told(attempt) | {"attempt": attempt, "task": attempt.task}
    )


def _told(attempt: Attempt) -> dict[str, object]:
    if attempt.coached is None:
        return {"ahead": ahead_of(attempt)}
    coached = Coached.model_validate(attempt.coached)
    return {
        "coached": coached,
        "lines": words.lines(coached),
        "strengths": words.strengths(coached),
        "unsaid": words.unsaid(coached),
        "files": range(len(attempt.recordings)),
    }


@invited
@require_GET
def state(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """Whether an answer was heard: asked again and again by the page that waits for it."""
    attempt = _own(invitation, key)
    waits = attempt.state == Attempt.State.OPEN
    context = {"attempt": attempt, "ahead": ahead_of(attempt)}
    response = render(request, "practice/_waiting.html", context, status=200 if waits else STOP_POLLING)
    if not waits:
        response["HX-Refresh"] = "true"
    return response


@invited
@require_GET
def play(request: HttpRequest, invitation: Invitation, key: UUID, number: int) -> HttpResponse:
    """The own recording, in ranges."""
    attempt = _own(invitation, key)
    if number >= len(attempt.recordings):
        raise Http404
    name = attempt.recordings[number]
    return file_response(name, "video/webm" if name.endswith(".webm") else "video/mp4")


@invited
@require_POST
def delete(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    agreement.remove(_own(invitation, key))
    return redirect("practice:home")


@invited
@require_POST
def delete_all(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    agreement.remove_all(invitation, "asked")
    return redirect("candidate:home")


@for_roles(*STAFF)
def values(request: HttpRequest, pk: int) -> HttpResponse:
    """What the company stands for, for practice answers to why this company."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    known = CompanyValues.objects.filter(job=job).first() or CompanyValues(job=job)
    form = ValuesForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        form.save()
        record(user, "company_values.changed", job)
        return redirect("hiring:job", pk)
    return render(
        request, "practice/values.html", {"form": form, "job": job}, status=422 if form.errors else 200
    )
