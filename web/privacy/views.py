from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.actions import ACTIONS
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 50


@for_roles(Role.ADMINISTRATOR, Role.AUDITOR)
def trail(request: HttpRequest) -> HttpResponse:
    """Entries, the latest first; filtered by what was done and to what."""
    entries = Entry.objects.visible_to(signed_in(request))
    action, kind, subject = (request.GET.get(key, "").strip() for key in ("action", "kind", "subject"))
    if action:
        entries = entries.filter(action__startswith=action)
    if kind:
        entries = entries.filter(kind=kind)
    if subject:
        entries = entries.filter(subject=subject)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    names = {user.pk: str(user) for user in User.objects.filter(pk__in={e.actor for e in page if e.actor})}
    rows = [(entry, names.get(entry.actor or 0, ""), ACTIONS.get(entry.action, "")) for entry in page]
    return render(
        request,
        "privacy/trail.html",
        {"page": page, "rows": rows, "action": action, "kind": kind, "subject": subject, "actions": ACTIONS},
    )
