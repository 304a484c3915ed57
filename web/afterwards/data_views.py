from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interview_analysis.web.afterwards import withdrawal
from interview_analysis.web.afterwards.everything import counted, zipped
from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.privacy.erasure import STAYS
from interview_analysis.web.privacy.holdings import holdings
from interview_analysis.web.privacy.models import Erasure
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.files import streamed


@invited
def held(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """What is held about the person, a copy of it, and the way out."""
    application = invitation.interview.application
    return render(
        request,
        "afterwards/data.html",
        {
            "invitation": invitation,
            "candidate": application.candidate,
            "held": counted(application.candidate_id),
            "stays": STAYS,
            "consent": invitation.interview.consent,
        },
    )


@invited
def everything(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    """Everything that is held, as a zip."""
    candidate = invitation.interview.application.candidate
    record(None, "candidate.exported", candidate)
    return streamed(zipped(candidate.pk), "application/zip", download_as="my-data.zip")


@invited
@require_POST
def people_only(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """From now on without the automated analysis."""
    count = withdrawal.from_analysis(invitation.interview.application.candidate)
    told = ngettext(
        "From now on only people review it. %(count)d result of the machine was deleted.",
        "From now on only people review it. %(count)d results of the machine were deleted.",
        count,
    )
    messages.success(request, told % {"count": count})
    return redirect("afterwards:data")


@invited
def withdraw(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Asks once more, then withdraws the application and erases what can go."""
    if request.method == "POST" and request.POST.get("sure") == "yes":
        erased = withdrawal.from_everything(invitation.interview.application.candidate)
        request.session.flush()  # and with it the language that was chosen
        receipt = redirect("afterwards:gone", erased.key)
        receipt.set_cookie(settings.LANGUAGE_COOKIE_NAME, get_language() or "en", samesite="Lax")
        return receipt
    if request.method == "POST":
        messages.error(request, _("Tick the box if you are sure. Nothing has been deleted."))
    return render(request, "afterwards/withdraw.html", {"invitation": invitation, "stays": STAYS})


def gone(request: HttpRequest, key: UUID) -> HttpResponse:
    """The receipt, which names nobody."""
    erased = get_object_or_404(Erasure, key=key)
    lines = [
        (one.title, erased.found.get(one.name, 0), erased.left.get(one.name, 0))
        for one in holdings()
        if erased.found.get(one.name)
    ]
    return render(request, "afterwards/gone.html", {"erased": erased, "lines": lines, "stays": STAYS})
