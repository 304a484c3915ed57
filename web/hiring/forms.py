from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Application, Candidate, Job, Note, Stage
from interview_analysis.web.people.models import STAFF, User

MAX_DESCRIPTION_BYTES = 10 * 2**20
KEPT_FOR = timedelta(days=180)


class NewJobForm(forms.Form):
    """A description, pasted or as a file, or a profile in YAML."""

    either = True  # the page does not call a field optional of which one is needed

    text = forms.CharField(
        label=_("Job description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=200_000,
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("txt, md, docx, pdf with text, or a profile as yaml"),
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if self.errors:  # the field says already what is wrong with it
            return data
        if bool(data.get("text", "").strip()) == bool(data.get("file")):
            raise forms.ValidationError(_("Paste a job description, or choose a file; one of the two."))
        file = data.get("file")
        if file and file.size > MAX_DESCRIPTION_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 10 MB. A job description is some pages of text.")
            )
        return data


class RulesForm(forms.ModelForm[Job]):
    """The rules of a job's reviews."""

    class Meta:
        model = Job
        fields = ("name", "open", "machine_shown", "others_shown", "merge", "rater_error", "final_rater")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        staff = User.objects.filter(role__in=STAFF, is_active=True)
        self.fields["final_rater"].queryset = staff  # type: ignore[attr-defined]
        self.fields["rater_error"].widget.attrs |= {"min": 0.1, "max": 2, "step": 0.1}

    def clean_rater_error(self) -> float:
        value = float(self.cleaned_data["rater_error"])
        if not 0.1 <= value <= 2:
            raise forms.ValidationError(_("Expected a number from 0.1 to 2 levels."))
        return value


class StageForm(forms.ModelForm[Stage]):
    class Meta:
        model = Stage
        fields = ("name_en", "name_zh")


class CandidateForm(forms.ModelForm[Candidate]):
    """A person, why their data are kept and until when."""

    resume_file = forms.FileField(
        label=_("Résumé"), required=False, help_text=_("pdf, docx or txt, 10 MB at most")
    )

    class Meta:
        model = Candidate
        fields = ("name", "email", "phone", "language", "kept_for", "keep_until")
        labels = {"name": _("Name")}
        widgets = {"keep_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["keep_until"].initial = date.today() + KEPT_FOR
        if self.instance._state.adding:
            self.initial.update({"language": get_language(), "kept_for": _("recruitment")})

    def clean_keep_until(self) -> date:
        until: date = self.cleaned_data["keep_until"]
        if until <= date.today():
            raise forms.ValidationError(_("This day has passed. Enter until when the data may be kept."))
        return until

    def clean_resume_file(self) -> object:
        file = self.cleaned_data.get("resume_file")
        if file is None:
            return None
        if file.size > MAX_DESCRIPTION_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        if not file.name.lower().endswith((".pdf", ".docx", ".txt")):
            raise forms.ValidationError(_("Expected a pdf, docx or txt file."))
        return file


class ApplicationForm(forms.ModelForm[Application]):
    class Meta:
        model = Application
        fields = ("job",)
        labels = {"job": _("Job")}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["job"].queryset = Job.objects.filter(open=True)  # type: ignore[attr-defined]


class NoteForm(forms.ModelForm[Note]):
    class Meta:
        model = Note
        fields = ("text",)
        labels = {"text": _("Note among staff")}
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
