from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.people.models import User
from interview_analysis.web.site.zones import zone_names


class PersonForm(forms.ModelForm[User]):
    """What an administrator enters."""

    class Meta:
        model = User
        fields = ("name", "email", "role", "language", "is_active")
        labels = {"name": _("Name")}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.exclude(pk=self.instance.pk).filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody with this address is there already."))
        return email


class MeForm(forms.ModelForm[User]):
    """What everybody sets for themselves."""

    zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ("name", "language", "zone")
        labels = {"name": _("Name")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["zone"].choices = [(zone, zone) for zone in zone_names()]  # type: ignore[attr-defined]
