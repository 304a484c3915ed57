from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Application
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import RATERS, User
from interview_analysis.web.privacy.models import Consent


class InterviewForm(forms.ModelForm[Interview]):
    class Meta:
        model = Interview
        fields = ("title", "stage", "held_at")
        labels = {"stage": _("Stage")}
        widgets = {"held_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}

    def __init__(self, application: Application, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["stage"].queryset = application.job.stages.all()  # type: ignore[attr-defined]
        self.fields["stage"].initial = application.stage_id


class ConsentForm(forms.ModelForm[Consent]):
    """The consent that was given outside of the application. Nothing is agreed to until somebody ticks it."""

    class Meta:
        model = Consent
        fields = ("given_on", "how", "recording", "analysis", "note")
        widgets = {"given_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, data: Mapping[str, object] | None = None) -> None:
        nothing = {"given_on": date.today(), "recording": False, "analysis": False}
        super().__init__(data, prefix="consent", initial=nothing)

    def clean_given_on(self) -> date:
        given: date = self.cleaned_data["given_on"]
        if given > date.today():
            raise forms.ValidationError(_("This day has not come yet."))
        return given

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if not data.get("recording"):
            raise forms.ValidationError(_("Without consent to being recorded no recording may be kept."))
        return data


class RatersForm(forms.Form):
    raters = forms.ModelMultipleChoiceField(
        label=_("Who rates"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["raters"].queryset = User.objects.filter(role__in=RATERS, is_active=True)  # type: ignore[attr-defined]
