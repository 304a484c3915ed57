from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import RATERS
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review import consensus
from interview_analysis.web.review.models import Consensus
from interview_analysis.web.review.result import basis
from interview_analysis.web.review.standing import standing
from interview_analysis.web.review.words import consensus_fault, result_fault
from interview_analysis.web.site.permissions import for_roles, signed_in


@for_roles(*RATERS)
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """All ratings side by side with the machine's, and the final one. 404 until everybody has rated."""
    user = signed_in(request)
    found = Interview.objects.visible_to(user).select_related("application__candidate", "application__job")
    interview = get_object_or_404(found, pk=pk)
    now = standing(user, interview)
    if now is None:
        raise Http404
    status, shown = 200, now.final
    if request.method == "POST":
        levels = {d.id: _level(request.POST.get(f"level-{d.id}", "")) for d in now.profile.dimensions}
        notes = {d.id: request.POST.get(f"note-{d.id}", "").strip() for d in now.profile.dimensions}
        try:
            consensus.enter(interview, user, levels, notes, request.POST.get("remark", "").strip())
        except consensus.ConsensusError as error:
            messages.error(request, consensus_fault(error.code))
            chosen = {dimension: level for dimension, level in levels.items() if level != 0}
            status, shown = 422, Consensus(levels=chosen, notes=notes, remark=request.POST.get("remark", ""))
        else:
            messages.success(request, _("Saved."))
            return redirect("review:consensus", pk)
    else:
        record(user, "consensus.seen", interview)
    names = {d.id: d for d in now.profile.dimensions}
    return render(
        request,
        "review/consensus.html",
        {
            "interview": interview,
            "cards": now.cards,
            "rows": [(row, names[row.dimension], now.merged[row.dimension]) for row in now.rows],
            "final": now.final,
            "shown": shown,
            "stale": now.final is not None and now.final.basis != basis(interview),
            "machine": now.report,
            "fault": result_fault() if now.damaged else "",
            "overall": now.overall,
            "may_enter": consensus.may_enter(user, interview),
            "agreement": consensus.agreement_of(interview.application.job),
            "machine_first": [card for card in now.cards if card.machine_seen_at is not None],
        },
        status=status,
    )


def _level(posted: str) -> int | None:
    """A level, None for not observed, 0 for what is neither."""
    if posted == "none":
        return None
    return int(posted) if posted in "12345" and posted else 0
