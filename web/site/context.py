"""What every page gets: the doors that its reader may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from interview_analysis.web.people.models import RATERS, STAFF, Role
from interview_analysis.web.site.disk import disk

# (name of the address, text, roles)
DOORS: tuple[tuple[str, StrOrPromise, tuple[Role, ...]], ...] = (
    ("hiring:jobs", _("Jobs"), (*STAFF, Role.DATA_SCIENTIST)),
    ("hiring:candidates", _("Candidates"), STAFF),
    ("interviews:list", _("Interviews"), RATERS),
    ("answers:monitor", _("Recorded alone"), STAFF),
    ("outbox:list", _("Messages"), STAFF),
    ("analysis:queue", _("Analyses"), STAFF),
    ("afterwards:requests", _("Requests"), STAFF),
    ("exchange:figures", _("Figures"), (*STAFF, Role.DATA_SCIENTIST)),
    ("privacy:trail", _("Trail"), (Role.ADMINISTRATOR, Role.AUDITOR)),
    ("people:list", _("People"), (Role.ADMINISTRATOR,)),
)


@dataclass(frozen=True, slots=True)
class Door:
    url: str
    text: StrOrPromise
    here: bool


def navigation(request: HttpRequest) -> dict[str, object]:
    """`doors`: the rooms that the signed-in person may enter; a warning for staff while the disk can still be cleared."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"doors": ()}
    doors, own = [], reverse("people:me")  # has a link of its own
    for name, text, roles in DOORS:
        if user.role not in roles:
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:  # a room that is not built yet
            continue
        doors.append(Door(url, text, request.path.startswith(url) and request.path != own))
    return {"doors": tuple(doors), "disk_nearly_full": user.role in STAFF and disk().nearly_full}
