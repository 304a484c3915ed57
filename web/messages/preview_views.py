"""What a candidate would get, before it is put into the outbox: each channel as it would go out now."""

from __future__ import annotations

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.messages import reach
from interview_analysis.web.messages.kinds import Kind, kind_of
from interview_analysis.web.messages.models import Channel, Message
from interview_analysis.web.messages.reading import shown
from interview_analysis.web.messages.views import framed
from interview_analysis.web.people.models import Role
from interview_analysis.web.site.permissions import for_roles, signed_in

_STAFF = (Role.ADMINISTRATOR, Role.RECRUITER)


@for_roles(*_STAFF)
def preview(request: HttpRequest, kind: str, model: str, pk: int) -> HttpResponse:
    """Subject, text, HTML and short text, channel by channel."""
    known, drafts = _drafts(request, kind, model, pk)
    context = {
        "kind": known,
        "candidate": drafts[0].candidate,
        "letters": [shown(draft) for draft in drafts],
        "wanted": {draft.channel for draft in drafts} & set(reach.channels(drafts[0].candidate, known)),
        "frame": request.path + "html",
    }
    return render(request, "outbox/preview.html", context)


@for_roles(*_STAFF)
def preview_html(request: HttpRequest, kind: str, model: str, pk: int) -> HttpResponse:
    """The HTML of the mail, for the frame on the page."""
    _, drafts = _drafts(request, kind, model, pk)
    return framed(shown(drafts[0]).html)


def _drafts(request: HttpRequest, kind: str, model: str, pk: int) -> tuple[Kind, list[Message]]:
    """A message for each channel, that of mail first, none of them saved. 404 for what the reader may not see."""
    known = kind_of(kind)
    try:
        manager = apps.get_model(model)._default_manager
    except (LookupError, ValueError) as error:
        raise Http404 from error
    if known is None or not hasattr(manager, "visible_to"):
        raise Http404
    subject = get_object_or_404(manager.visible_to(signed_in(request)), pk=pk)
    application = reach.application_of(subject)
    candidate = subject if isinstance(subject, Candidate) else application.candidate if application else None
    if candidate is None:
        raise Http404
    group = reach.has_template(f"outbox/{kind}.group.txt")
    return known, [
        Message(
            kind=kind, channel=channel, candidate=candidate, application=application, subject=subject,
            by=signed_in(request), due_at=timezone.now(),
        )
        for channel in (*reach.PERSONAL, *([Channel.GROUP] if group else []))
    ]  # fmt: skip
