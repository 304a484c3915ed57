from __future__ import annotations

from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from interview_analysis.web.exchange import events, signing
from interview_analysis.web.exchange.models import Webhook
from interview_analysis.web.exchange.templatetags.exchange import event_name
from interview_analysis.web.people.models import Role
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 50


class WebhookForm(forms.ModelForm[Webhook]):
    """Where events go, and which."""

    url = forms.URLField(label=gettext_lazy("Address"), max_length=500, assume_scheme="https")
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Is told when"), widget=forms.CheckboxSelectMultiple, initial=list(events.EVENTS)
    )

    class Meta:
        model = Webhook
        fields = ("url", "events")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["events"].choices = [(e, event_name(e)) for e in events.EVENTS]  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        url = str(iri_to_uri(self.cleaned_data["url"]))
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOKS_TO_PRIVATE):
            raise forms.ValidationError(_("Expected an address that begins with https://"))
        if parts.username or parts.password:
            raise forms.ValidationError(_("An address holds no user name and no password."))
        return url


def _webhook(request: HttpRequest, pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.visible_to(signed_in(request)), pk=pk)


@for_roles(Role.ADMINISTRATOR)
def webhooks(request: HttpRequest) -> HttpResponse:
    """The addresses that are told of events, and a new one, whose secret is shown once."""
    user = signed_in(request)
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.instance.created_by, form.instance.secret = user, signing.new_secret()
            made = form.save()
            record(user, "webhook.made", made, events=made.events)
        return _with_secret(request, made)
    context = {"webhooks": Webhook.objects.visible_to(user), "form": form}
    return render(request, "exchange/webhooks.html", context)


def _with_secret(request: HttpRequest, webhook: Webhook) -> HttpResponse:
    page = render(request, "exchange/secret.html", {"webhook": webhook})
    page["Cache-Control"] = "no-store"
    return page


@for_roles(Role.ADMINISTRATOR)
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One address with its deliveries, the latest first."""
    found = _webhook(request, pk)
    page = Paginator(found.deliveries.all(), PAGE).get_page(request.GET.get("page"))
    waiting = any(d.next_at is not None for d in page)
    context = {"webhook": found, "page": page, "waiting": waiting, "now": timezone.now()}
    part = request.headers.get("HX-Request") == "true"
    return render(request, "exchange/_deliveries.html" if part else "exchange/webhook.html", context)


@for_roles(Role.ADMINISTRATOR)
@require_POST
@transaction.atomic
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rotate its secret, send a test, switch it on or off, remove it, or send what was given up again."""
    user, found = signed_in(request), _webhook(request, pk)
    what = request.POST.get("do", "")
    if what == "rotate":
        signing.rotate(found, timezone.now())
        record(user, "webhook.rotated", found)
        return _with_secret(request, found)
    if what == "remove":
        record(user, "webhook.removed", found)
        found.delete()
        messages.success(request, _("Removed."))
        return redirect("exchange:webhooks")
    if what == "test":
        events.put(found, events.TEST, {"webhook": found.pk})
        record(user, "webhook.tested", found)
        messages.success(request, _("A test is on its way; the list shows what becomes of it."))
    elif what in ("on", "off"):
        found.active = what == "on"
        found.save()
        record(user, f"webhook.switched_{what}", found)
        messages.success(request, _("Saved."))
    elif what == "again":
        lost = Q(delivered_at=None, next_at=None)
        count = found.deliveries.filter(lost).update(attempts=0, next_at=timezone.now())
        record(user, "webhook.sent_again", found, deliveries=count)
        messages.success(request, _("What had been given up is sent again."))
    return redirect("exchange:webhook", found.pk)
