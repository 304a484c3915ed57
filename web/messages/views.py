"""Recruiters' pages of messages: what waits, what went, what did not, and what each says."""

from __future__ import annotations

import re
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from interview_analysis.web.hiring.models import Application, Candidate
from interview_analysis.web.messages import outbox, reach, sending
from interview_analysis.web.messages.kinds import kind_of
from interview_analysis.web.messages.models import Message, Preference
from interview_analysis.web.messages.reading import shown
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in
from interview_analysis.web.site.zones import zone_of

PAGE = 50
State = Message.State
_GROUPS = {
    "attention": outbox.AGAIN,
    "waiting": (State.WAITING, State.SENDING),
    "sent": (State.SENT,),
    "dropped": (State.DROPPED,),
}


def _message(request: HttpRequest, key: UUID) -> Message:
    found = Message.objects.visible_to(signed_in(request)).select_related(
        "candidate", "application__job", "by"
    )
    return get_object_or_404(found, key=key)


@for_roles(*STAFF)
def messages_list(request: HttpRequest) -> HttpResponse:
    """All messages, the newest first; of one candidate or in one state where that is asked for."""
    found = (
        Message.objects.visible_to(signed_in(request))
        .select_related("candidate", "application__job")
        .by_time()
    )
    asked = {name: request.GET[name] for name in ("state", "candidate") if request.GET.get(name)}
    if asked.get("state") in _GROUPS:
        found = found.filter(state__in=_GROUPS[asked["state"]])
    if re.fullmatch("[0-9]+", asked.get("candidate", "")):
        found = found.filter(candidate=int(asked["candidate"][:18]))
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "query": f"{urlencode(asked)}&" if asked else "",
        "state": asked.get("state", ""),
        "of_candidate": asked.get("candidate", ""),
        "attention": Message.objects.visible_to(signed_in(request)).filter(state__in=outbox.AGAIN).count(),
        "mail_folder": None if settings.EMAIL_CONFIG else settings.HOME.mail,
    }
    return render(request, "outbox/list.html", context)


@for_roles(*STAFF)
def of_application(request: HttpRequest, pk: int) -> HttpResponse:
    """The messages about one application, as a part of its page."""
    user = signed_in(request)
    found = get_object_or_404(Application.objects.visible_to(user), pk=pk)
    rows = Message.objects.visible_to(user).filter(application=found).select_related("candidate").by_time()
    return render(request, "outbox/of_application.html", {"rows": rows, "candidate": found.candidate})


@for_roles(*STAFF)
def message(request: HttpRequest, key: UUID) -> HttpResponse:
    """One message: what became of it, and what it says."""
    found = _message(request, key)
    kind = kind_of(found.kind)
    held = None
    if found.state == State.WAITING and kind is not None:
        held = sending.waits_until(found, kind, max(found.next_at or found.due_at, timezone.now()))
    context = {
        "message": found,
        "shown": shown(found),
        "held": held,
        "again": found.state in outbox.AGAIN,
        "path": settings.HOME.mail / found.file if found.file else None,
        "frame": request.path + "html",
    }
    return render(request, "outbox/message.html", context)


@for_roles(*STAFF)
def message_html(request: HttpRequest, key: UUID) -> HttpResponse:
    """The HTML of a mail, for the frame on its page."""
    return framed(shown(_message(request, key)).html)


def framed(html: str) -> HttpResponse:
    """A mail's HTML under a policy of its own: in a sandbox, with its styles and nothing else. Its links lead nowhere."""
    if not html:
        raise Http404
    page = HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))
    page._csp_exempt = True  # type: ignore[attr-defined]  # for the closed policy that follows
    page["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'self'"
    )
    page["X-Frame-Options"] = "SAMEORIGIN"
    return page


@require_POST
@for_roles(*STAFF)
def change(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send a message now or again, or take it back."""
    user, found = signed_in(request), _message(request, key)
    actions = {"now": outbox.send_now, "again": outbox.send_again, "drop": outbox.drop}
    act = actions.get(request.POST.get("do", ""))
    if act is None:
        raise Http404
    if act(found, user):
        messages.success(request, _("It is taken back.") if act is outbox.drop else _("It goes out now."))
    else:
        messages.error(request, _("It had changed in the meantime; look at its state below."))
    return redirect("outbox:message", found.key)


class ChannelsForm(forms.ModelForm[Preference]):
    """What mail address and phone do not say about how a candidate is reached."""

    zone = forms.CharField(
        label=gettext_lazy("Time zone"), required=False, max_length=64,
        help_text=gettext_lazy("A name such as Asia/Shanghai. An invitation's own time zone goes first."),
    )  # fmt: skip

    class Meta:
        model = Preference
        fields = ("wecom", "zone")

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        if zone and zone_of(zone).key != zone:
            raise forms.ValidationError(_("Expected a name such as Asia/Shanghai or Europe/Berlin."))
        return zone


@for_roles(*STAFF)
def channels(request: HttpRequest, pk: int) -> HttpResponse:
    """A candidate's account in WeCom and time zone; which channels they refuse is theirs to say."""
    user = signed_in(request)
    candidate = get_object_or_404(Candidate.objects.visible_to(user), pk=pk)
    form = ChannelsForm(request.POST or None, instance=reach.preference(candidate))
    if request.method == "POST" and form.is_valid():
        form.save()
        record(user, "candidate.channels_changed", candidate, fields=form.changed_data)
        messages.success(request, _("Saved."))
        return redirect("outbox:channels", candidate.pk)
    refused = [c.label for c in reach.PERSONAL if c in form.instance.refused]
    return render(request, "outbox/channels.html", {"candidate": candidate, "form": form, "refused": refused})
