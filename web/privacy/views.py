from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext

from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.actions import ACTIONS, DETAILS, KINDS
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
    rows = [
        (entry, names.get(entry.actor or 0, ""), ACTIONS.get(entry.action, ""), KINDS.get(entry.kind, entry.kind), _told(entry))
        for entry in page
    ]  # fmt: skip
    return render(
        request,
        "privacy/trail.html",
        {
            "page": page,
            "rows": rows,
            "action": action,
            "kind": kind,
            "subject": subject,
            "actions": ACTIONS,
            "kinds": KINDS,
        },
    )


def _told(entry: Entry) -> list[tuple[str, Any]]:
    """The details with what they are called, and words for yes and no."""
    return [
        (
            str(DETAILS.get(key, key)),
            {True: pgettext("trail", "yes"), False: pgettext("trail", "no")}[value]
            if isinstance(value, bool)
            else value,
        )
        for key, value in entry.details.items()
    ]
