"""The pages about the API: one's own tokens, and what there is to ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from interview_analysis.web.exchange.api import api
from interview_analysis.web.exchange.models import Token
from interview_analysis.web.exchange.tokens import new_token, revoke
from interview_analysis.web.site.permissions import signed_in


class TokenForm(forms.ModelForm[Token]):
    days = forms.TypedChoiceField(
        label=gettext_lazy("Good for"),
        coerce=int,
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("a year")),
            (0, gettext_lazy("until it is revoked")),
        ],
        initial=90,
    )

    class Meta:
        model = Token
        fields = ("name",)
        help_texts = {"name": gettext_lazy("What uses it, so that you know later which one to revoke.")}


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and a new one, whose text is shown once."""
    user = signed_in(request)
    form = TokenForm(request.POST or None)
    text = ""
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        _made, text = new_token(user, form.cleaned_data["name"], timedelta(days=days) if days else None)
        form = TokenForm()
    page = render(
        request,
        "exchange/tokens.html",
        {"tokens": Token.objects.visible_to(user), "form": form, "text": text},
    )
    page["Cache-Control"] = "no-store"
    return page


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    revoke(get_object_or_404(Token.objects.visible_to(signed_in(request)).select_related("user"), pk=pk))
    messages.success(request, _("The token is revoked."))
    return redirect("exchange:tokens")


def _schema() -> dict[str, Any]:
    return dict(api.get_openapi_schema(path_prefix="/api/"))


def openapi(request: HttpRequest) -> HttpResponse:
    """The API described for programs. It tells nothing of anybody, and is for everybody."""
    return JsonResponse(_schema())


@login_required
def api_page(request: HttpRequest) -> HttpResponse:
    """The same for people: each address, what it takes and what it gives."""
    schema = _schema()
    rows = [
        {
            "path": path,
            "summary": told["summary"],
            "description": told.get("description", ""),
            "parameters": [p for p in told.get("parameters", []) if p["in"] == "query"],
        }
        for path, methods in schema["paths"].items()
        for told in methods.values()
    ]
    kinds = [
        {
            "name": name,
            "description": told.get("description", ""),
            "fields": [
                {
                    "name": field,
                    "required": field in told.get("required", []),
                    "kind": _kind(content),
                    "description": content.get("description", ""),
                }
                for field, content in told.get("properties", {}).items()
            ],
        }
        for name, told in schema["components"]["schemas"].items()
        if not name.startswith(("Paged", "Input"))
    ]
    return render(request, "exchange/api.html", {"rows": rows, "kinds": kinds})


def _kind(content: dict[str, Any]) -> str:
    """ "integer", "list of RatingOut": the kind of a field in words of JSON."""
    if "$ref" in content:
        return str(content["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "allOf"):
        if several in content:
            return " | ".join(_kind(c) for c in content[several] if c.get("type") != "null")
    if content.get("type") == "array":
        return f"[{_kind(content.get('items', {}))}]"
    if content.get("additionalProperties"):
        return f"{{…: {_kind(content['additionalProperties'])}}}"
    return str(content.get("format") or content.get("type", ""))
