from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import Role
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review import consensus
from interview_analysis.web.review.blind import machine_visible
from interview_analysis.web.review.models import Consensus
from interview_analysis.web.review.result import basis, current_result
from interview_analysis.web.review.words import consensus_fault
from interview_analysis.web.site.permissions import for_roles, signed_in


@for_roles(Role.ADMINISTRATOR, Role.RECRUITER, Role.INTERVIEWER)
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """All ratings side by side with the machine's, and the final one. 404 until everybody has rated."""
    user = signed_in(request)
    found = Interview.objects.visible_to(user).select_related("application__candidate", "application__job")
    interview = get_object_or_404(found, pk=pk)
    if not consensus.may_see(user, interview):
        raise Http404
    job = interview.application.job
    saved = current_result(interview) if machine_visible(user, interview) else None
    report = saved.report if saved else None
    cards, rows = consensus.grid(interview, report)
    profile = profile_of(cards[-1].profile)
    final = Consensus.objects.filter(interview=interview).select_related("entered_by").first()
    status = 200
    if request.method == "POST":
        levels = {d.id: _level(request.POST.get(f"level-{d.id}", "")) for d in profile.dimensions}
        notes = {d.id: request.POST.get(f"note-{d.id}", "").strip() for d in profile.dimensions}
        try:
            consensus.enter(interview, user, levels, notes, request.POST.get("remark", "").strip())
        except consensus.ConsensusError as error:
            messages.error(request, consensus_fault(error.code))
            status = 422
        else:
            messages.success(request, _("Saved."))
            return redirect("review:consensus", pk)
    else:
        record(user, "consensus.seen", interview)
    cuts = (report.level_cuts if report else None) or consensus.USUAL_CUTS
    merged = {
        row.dimension: consensus.merged(job.merge, row.levels, job.rater_error, row.machine, cuts)
        for row in rows
    }
    names = {d.id: d for d in profile.dimensions}
    return render(
        request,
        "review/consensus.html",
        {
            "interview": interview,
            "cards": cards,
            "rows": [(row, names[row.dimension], merged[row.dimension]) for row in rows],
            "final": final,
            "stale": final is not None and final.basis != basis(interview),
            "machine": report,
            "overall": consensus.merged_overall(profile, merged),
            "may_enter": consensus.may_enter(user, interview),
            "agreement": consensus.agreement_of(job),
            "machine_first": [card for card in cards if card.machine_seen_at is not None],
        },
        status=status,
    )


def _level(posted: str) -> int | None:
    """A level, None for not observed, 0 for what is neither."""
    if posted == "none":
        return None
    return int(posted) if posted in "12345" and posted else 0
