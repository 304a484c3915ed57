"""The page on which candidates choose the channels they are reached by. A signed link in every message leads there."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.messages import kinds, letters, reach
from interview_analysis.web.messages.models import Preference
from interview_analysis.web.privacy.trail import record


def opt_out(request: HttpRequest, signed: str) -> HttpResponse:
    """By which channels messages come. Opening it changes nothing, since programs that look at mails open links as well."""
    candidate = letters.candidate_of(signed)
    if candidate is None:
        raise Http404
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    with translation.override(translation.get_language() if chosen else candidate.language):
        if request.method == "POST":
            _keep(candidate, request.POST.getlist("channel"))
            messages.success(request, _("Saved."))
            return redirect("outbox:opt_out", signed)
        refused = reach.preference(candidate).refused
        offered = [c for c in reach.PERSONAL if reach.set_up(c) and reach.address(candidate, c)]
        context = {
            "channels": [(c.value, c.label, c not in refused) for c in offered],
            "necessary": kinds.necessary(),
        }
        return render(request, "outbox/opt_out.html", context)


@transaction.atomic
def _keep(candidate: Candidate, wanted: list[str]) -> None:
    """Channels that were not on the page stay as they were."""
    kept, _made = Preference.objects.select_for_update().get_or_create(candidate=candidate)
    offered = [c for c in reach.PERSONAL if reach.set_up(c) and reach.address(candidate, c)]
    before = [c for c in kept.refused if c not in offered]
    kept.refused = sorted({*before, *(c.value for c in offered if c.value not in wanted)})
    kept.save()
    record(None, "candidate.channels_chosen", candidate, refused=kept.refused)
