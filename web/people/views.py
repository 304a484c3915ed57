from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interview_analysis.web.people import links
from interview_analysis.web.people.forms import MeForm, PersonForm
from interview_analysis.web.people.models import Role, User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in
from interview_analysis.web.site.zones import zone_names


@for_roles(Role.ADMINISTRATOR)
def people(request: HttpRequest) -> HttpResponse:
    return render(request, "people/list.html", {"people": User.objects.all()})


@for_roles(Role.ADMINISTRATOR)
def invite(request: HttpRequest) -> HttpResponse:
    """Enter a person; the page then shows a link that signs them in once."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = form.save(commit=False)
        person.set_unusable_password()
        person.save()
        record(signed_in(request), "person.invited", person, role=person.role)
        return render(request, "people/invited.html", {"person": person, "link": links.new_link(person)})
    return render(request, "people/person.html", {"form": form, "person": None})


@for_roles(Role.ADMINISTRATOR)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    before = {"role": found.role, "is_active": found.is_active}
    form = PersonForm(request.POST or None, instance=found)
    if request.method == "POST" and "link" in request.POST:
        record(signed_in(request), "person.link_made", found)
        return render(request, "people/invited.html", {"person": found, "link": links.new_link(found)})
    if request.method == "POST" and form.is_valid():
        if _is_last_administrator(pk) and not (
            form.cleaned_data["is_active"] and form.cleaned_data["role"] == Role.ADMINISTRATOR
        ):
            form.add_error("role", _("This is the only administrator; make somebody else one first."))
        else:
            form.save()
            changed = {key: getattr(found, key) for key in before if getattr(found, key) != before[key]}
            record(signed_in(request), "person.changed", found, **changed)
            messages.success(request, _("Saved."))
            return redirect("people:list")
    return render(request, "people/person.html", {"form": form, "person": found})


def _is_last_administrator(pk: int) -> bool:
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=pk)
    return User.objects.filter(pk=pk, role=Role.ADMINISTRATOR).exists() and not others.exists()


@login_required
def me(request: HttpRequest) -> HttpResponse:
    form = MeForm(request.POST or None, instance=signed_in(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("people:me")
    return render(request, "people/me.html", {"form": form})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, for this browser and, of a person who is signed in, for good."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    if wanted in ("en", "zh-hans"):
        response.set_cookie("django_language", wanted, max_age=365 * 24 * 3600, samesite="Lax")
        translation.activate(wanted)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=wanted)
    return response


def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a link that works once. A button uses it, so that whatever looks at links in mails does not."""
    person = links.known(token)
    if request.method == "POST" and person is not None and links.used(token):
        _take_zone(person, request.POST.get("zone", ""))
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        record(person, "person.entered_by_link", person)
        return redirect("account_set_password" if not person.has_usable_password() else "home")
    status = 200 if person is not None else 410
    return render(request, "people/enter.html", {"person": person}, status=status)


def _take_zone(person: User, zone: str) -> None:
    """Whoever comes for the first time gets the zone of their browser; a page of theirs changes it."""
    if person.last_login is None and zone in zone_names():
        person.zone = zone
        person.save(update_fields=["zone"])
