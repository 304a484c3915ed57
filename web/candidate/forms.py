from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.candidate.models import InterviewRules, Invitation, Slot
from interview_analysis.web.hiring.models import Application, Job
from interview_analysis.web.people.models import STAFF, Role, User
from interview_analysis.web.site.zones import NoSuchTimeError, instant, zone_names, zone_of

RULES = (
    "think_s",
    "answer_s",
    "retakes",
    "hard_end",
    "may_write",
    "code_asked",
)  # an invitation's copy of the job's
MINUTE = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(days=180)
SECONDS = {"think_s": (0, 1800), "answer_s": (15, 3600), "retakes": (0, 20)}


class WallTime(forms.DateTimeField):
    """What is typed: day and minute, without a zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE)

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            return datetime.strptime(str(value)[:16], MINUTE)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return value.strftime(MINUTE) if isinstance(value, datetime) else value


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in zone_names()]


def _staff() -> Any:
    return User.objects.filter(role__in=STAFF, is_active=True)


def _within(form: forms.BaseForm, data: dict[str, Any]) -> None:
    for name, (least, most) in SECONDS.items():
        value = data.get(name)
        if value is not None and not least <= value <= most:
            form.add_error(
                name,
                forms.ValidationError(
                    _("Expected a number from %(least)s to %(most)s."), params={"least": least, "most": most}
                ),
            )


class WindowForm(forms.Form):
    """From when until when, typed in the candidate's zone or in one's own."""

    zone = forms.ChoiceField(label=_("The candidate's time zone"), choices=_zones)
    typed_in = forms.ChoiceField(
        label=_("The times below are"),
        choices=[("candidate", ""), ("own", "")],  # with the zone's name, below
        initial="candidate",
    )
    opens = WallTime(label=_("From"))
    closes = WallTime(label=_("Until"))
    picks = forms.BooleanField(
        label=_("The candidate picks one of the job's times"), required=False,
        help_text=_("Those that lie between the two, see the job's times."),
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        own = [("candidate", _("in the candidate's zone")), ("own", f"{_('in my own zone')} ({user.zone})")]
        self.fields["typed_in"].choices = own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        typed = data.get("zone", "UTC") if data.get("typed_in") == "candidate" else self.user.zone
        for name, key in (("opens", "opens_at"), ("closes", "closes_at")):
            if data.get(name) is not None:
                try:
                    data[key] = instant(data[name], typed)
                except NoSuchTimeError:
                    self.add_error(
                        name, _("The clocks are set forward over this time on that day; it does not exist.")
                    )
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens is not None and closes is not None:
            if closes <= opens:
                self.add_error("closes", _("The end lies before the beginning."))
            elif closes <= timezone.now():
                self.add_error("closes", _("This time has passed."))
            elif closes - opens > LONGEST:
                self.add_error("closes", _("At most 180 days."))
        return data


def usual_window(zone: str) -> dict[str, Any]:
    """What a new invitation starts with: from now until the evening a week later, in the candidate's zone."""
    opens = datetime.now(zone_of(zone)).replace(second=0, microsecond=0)
    closes = (opens + timedelta(days=7)).replace(hour=20, minute=0)
    return {"zone": zone, "opens": opens, "closes": closes}


def window_of(invitation: Invitation) -> dict[str, Any]:
    """What the form starts with: the wall times of the candidate."""
    zone = zone_of(invitation.zone)
    closes = invitation.slots_until or invitation.closes_at
    return {
        "zone": invitation.zone,
        "opens": invitation.opens_at.astimezone(zone),
        "closes": closes.astimezone(zone),
        "picks": invitation.slots_until is not None,
    }


class InvitationForm(forms.ModelForm[Invitation]):
    """Everything but the window and the questions. The rules start with the job's."""

    title = forms.CharField(label=_("Title"), max_length=200)

    class Meta:
        model = Invitation
        fields = ("kind", "language", *RULES, "contact", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 4, "maxlength": 5000})}

    def __init__(self, application: Application, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidate = application.candidate
        self.fields["contact"].queryset = _staff()  # type: ignore[attr-defined]
        self.fields["contact"].required = True
        self.fields["note"].help_text = _("For a live interview: how to join, by which address or number.")
        rules = InterviewRules.of(application.job)
        for name in RULES:
            self.fields[name].initial = getattr(rules, name)
        self.fields["language"].initial = application.candidate.language

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        _within(self, data)
        if data.get("kind") == Invitation.Kind.LIVE and not data.get("note", "").strip():
            self.add_error(
                "note", _("Write how the candidate joins the live interview: the address or number.")
            )
        if data.get("code_asked") and not (self.candidate.email or self.candidate.phone):
            self.add_error(
                "code_asked",
                _("No address of this person is known, so no code could reach them. Enter one first."),
            )
        return data


def faults(*forms_sent: forms.BaseForm) -> list[tuple[str, str, str]]:
    """(id of the field, its label, what is wrong) of each mistake, for the top of a long page."""
    return [
        (form[name].id_for_label if name in form.fields else "", str(form[name].label) if name in form.fields else "", str(told))
        for form in forms_sent
        for name, found in (form.errors.items() if form.is_bound else ())
        for told in found
    ]  # fmt: skip


class WordsForm(forms.ModelForm[Invitation]):
    """What may change at any time without a new time: whom to ask, and own words."""

    class Meta:
        model = Invitation
        fields = ("contact", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 4, "maxlength": 5000})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = _staff()  # type: ignore[attr-defined]
        self.fields["contact"].required = True


class ExtraForm(forms.Form):
    """Extra time for one person, and why is nobody's business here."""

    per_cent = forms.TypedChoiceField(
        label=_("Extra time"),
        coerce=int,
        choices=[(0, _("none")), *((n, f"+{n} %") for n in (25, 50, 75, 100, 150, 200))],
    )
    tell = forms.BooleanField(label=_("Tell the candidate by a message"), required=False, initial=True)


class RulesForm(forms.ModelForm[InterviewRules]):
    class Meta:
        model = InterviewRules
        fields = (*RULES, "remind_h", "unconfirmed_h", "move_until_h", "heard_days")

    def clean_remind_h(self) -> str:
        """ "24, 1": hours before, the earliest first."""
        parts = [part.strip() for part in self.cleaned_data["remind_h"].replace("，", ",").split(",")]
        try:
            hours = sorted({float(part) for part in parts if part}, reverse=True)
        except ValueError as error:
            raise forms.ValidationError(_("Expected hours, as in 24, 1")) from error
        if hours == [0]:
            return "0"
        if len(hours) > 5 or any(not 0.25 <= h <= 24 * 14 for h in hours):
            raise forms.ValidationError(_("At most five, from 0.25 to 336 hours before."))
        return ", ".join(f"{h:g}" for h in hours)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        _within(self, data)
        return data


class SlotForm(forms.ModelForm[Slot]):
    """One time, or one a day for some days on."""

    start = WallTime(label=_("start"))
    days = forms.IntegerField(
        label=_("on so many working days in a row"), initial=1, min_value=1, max_value=20
    )

    class Meta:
        model = Slot
        fields = ("zone", "minutes", "places", "interviewer")

    field_order = ("start", "zone", "minutes", "places", "days", "interviewer")

    def __init__(self, job: Job, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        self.fields["zone"] = forms.ChoiceField(label=_("time zone"), choices=_zones, initial=user.zone)
        self.order_fields(self.field_order)
        rating = (Role.INTERVIEWER, Role.RECRUITER, Role.ADMINISTRATOR)
        self.fields["interviewer"].queryset = User.objects.filter(role__in=rating, is_active=True)  # type: ignore[attr-defined]

    def clean_minutes(self) -> int:
        return self._between("minutes", 5, 480)

    def clean_places(self) -> int:
        return self._between("places", 1, 100)

    def _between(self, name: str, least: int, most: int) -> int:
        value = int(self.cleaned_data[name])
        if not least <= value <= most:
            raise forms.ValidationError(
                _("Expected a number from %(least)s to %(most)s."), params={"least": least, "most": most}
            )
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, zone = data.get("start"), data.get("zone")
        if start is None or zone is None:
            return data
        days = data.get("days") or 1
        starts: list[datetime] = []
        day = start
        while len(starts) < days:
            if days == 1 or day.weekday() < 5:
                try:
                    starts.append(instant(day, zone))
                except NoSuchTimeError:
                    self.add_error(
                        "start",
                        _("The clocks are set forward over this time on that day; it does not exist."),
                    )
                    return data
            day += timedelta(days=1)
        if starts[0] <= timezone.now():
            self.add_error("start", _("This time has passed."))
        data["starts"] = starts
        return data


class NoticeForm(forms.Form):
    text = forms.CharField(
        label=_("the notice"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 24}),
        help_text=_("A line that begins with ## is a heading."),
    )  # fmt: skip
    agree = forms.CharField(
        label=_("what candidates agree to"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    without = forms.CharField(
        label=_("what they agree to without automated analysis"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
