from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRefresh

from interview_analysis.web.analysis.words import refusal
from interview_analysis.web.hiring.models import Job, ProfileVersion
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review import rescoring
from interview_analysis.web.review.blind import is_rater, note_machine_seen
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 20
LISTED = 40  # pairs of which the order changes


@for_roles(*STAFF)
def rescore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What a version of the profile changes in the results of its job, or of one interview, before it is kept.

    POST asks for the trials ("start"), makes them the results ("keep") or leaves the results as they are ("drop").
    """
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    version = get_object_or_404(job.profiles, number=number)
    only = _only(request, user, job)
    if request.method == "POST":
        return _do(request, user, version, only)
    trials = rescoring.open_trials(user, version, only)
    moving = sum(trial.state in rescoring.UNDER_WAY for trial in trials)
    told = {"job": job, "version": version, "only": only, "count": len(trials)}
    told |= {"moving": moving, "done": len(trials) - moving}
    if getattr(request, "htmx", False):
        return render(request, "review/_rescoring.html", told) if moving else HttpResponseClientRefresh()
    visible = rescoring.visible_among(user, trials)
    page = Paginator(trials, PAGE).get_page(request.GET.get("page"))
    found = rescoring.rescored(list(page), visible)
    order = rescoring.order(list(trials), visible)
    _note_seen(user, version, found)
    return render(
        request,
        "review/rescore.html",
        told
        | {
            "page": page,
            "query": f"interview={only.pk}&" if only else "",
            "found": found,
            "order": order,
            "pairs": order.pairs[:LISTED],
            "more_pairs": len(order.pairs) - LISTED,
            "keepable": len(rescoring.keepable(trials, visible)),
        },
    )


def _only(request: HttpRequest, user: User, job: Job) -> Interview | None:
    """The one interview that was asked about, where one was."""
    sent = request.POST.get("interview") or request.GET.get("interview")
    if not sent:
        return None
    found = Interview.objects.visible_to(user).filter(application__job=job)
    return get_object_or_404(found, pk=int(sent) if sent.isdecimal() and len(sent) < 19 else 0)


def _note_seen(user: User, version: ProfileVersion, found: list[rescoring.Rescored]) -> None:
    shown = [one.trial.interview for one in found if one.after is not None]
    if shown:
        record(user, "rescoring.seen", version, interviews=[interview.pk for interview in shown])
    for interview in shown:
        if is_rater(user, interview):
            note_machine_seen(user, interview)


def _do(request: HttpRequest, user: User, version: ProfileVersion, only: Interview | None) -> HttpResponse:
    what = request.POST.get("do")
    here = reverse("review:rescore", args=[version.job_id, version.number])
    here += f"?interview={only.pk}" if only else ""
    if what == "start":
        _tell_started(request, rescoring.start(user, version, only))
        return redirect(here)
    trials = rescoring.open_trials(user, version, only)
    if what == "drop":
        count = rescoring.drop(user, list(trials))
        messages.success(
            request,
            ngettext("%(n)s trial dropped; the result is as it was.", "%(n)s trials dropped; the results are as they were.", count)
            % {"n": count},
        )  # fmt: skip
    elif what == "keep":
        kept, changed = rescoring.keep(user, list(trials), rescoring.visible_among(user, trials))
        messages.success(
            request,
            ngettext("%(n)s result kept.", "%(n)s results kept.", kept) % {"n": kept},
        )
        if changed:
            messages.warning(
                request,
                ngettext(
                    "%(n)s was not kept: its interview got another result in the meantime.",
                    "%(n)s were not kept: their interviews got other results in the meantime.",
                    changed,
                ) % {"n": changed},
            )  # fmt: skip
    if trials.all().exists():
        return redirect(here)
    return redirect("interviews:interview", only.pk) if only else redirect("hiring:job", version.job_id)


def _tell_started(request: HttpRequest, started: rescoring.Started) -> None:
    if not started.asked and not started.refused:
        messages.info(
            request,
            _("All results are by this version already.") if started.same else _("There is no result to compare with yet."),
        )  # fmt: skip
    for code, count in started.refused.items():
        text = ngettext("%(n)s interview is left out.", "%(n)s interviews are left out.", count)
        messages.warning(request, f"{text % {'n': count}} {refusal(code)}")
