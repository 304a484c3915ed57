from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.guide import content
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.site.permissions import for_roles, signed_in

LANGUAGES = ("en", "zh-hans")


@invited
def candidate_guide(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """What is looked at and how to answer well, in the language of the page."""
    job = invitation.interview.application.job
    language = translation.get_language() or invitation.language
    consent = invitation.interview.consent
    return render(
        request,
        "guide/guide.html",
        {
            "job": job,
            "guide": content.guide(job, language),
            "language": language,
            "people_only": consent is not None and not consent.analysis,
        },
    )


@for_roles(*STAFF)
def edit(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The words of the guide in one language, with the guide as candidates see it beneath."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    if language not in LANGUAGES:
        raise Http404
    shown, status, number = content.guide(job, language), 200, 0
    last = content.latest(job, language)
    words = dict(shown.words) if shown else content.usual_words(language)
    number = last.number if last else 0
    if request.method == "POST":
        based_on = request.POST.get("number", "")
        try:
            content.save(
                job, language, user, request.POST, based_on=int(based_on) if based_on.isdecimal() else -1
            )
        except content.GuideError as error:
            told = {
                "outdated": _(
                    "Somebody else saved the guide in the meantime. Your text stands below; look at theirs, then save again."
                ),
                "pace": _(
                    "The pace is drawn from the norms and stands in the guide by itself. Leave figures of it out of the text."
                ),
            }
            messages.error(request, told[error.code])
            words, status = {name: request.POST.get(name, "") for name in content.TEXTS}, 409
        else:
            messages.success(request, _("Saved."))
            return redirect("guide:edit", pk, language)
    context = {
        "job": job, "language": language, "words": words, "number": number, "guide": shown,
        "fields": [(name, content.label(name), words[name]) for name in content.TEXTS],
    }  # fmt: skip
    return render(request, "guide/edit.html", context, status=status)
