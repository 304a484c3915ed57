"""Invitations: what a candidate is asked to, by which rules, and the link that leads there."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.site.zones import zone_of

GRACE = timedelta(hours=24)  # after the end of its window a link leads to a page that says so
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]


class InterviewRules(models.Model):
    """A job's rules for interviews that candidates answer alone, and for what they are reminded of.

    An invitation takes its copy of those that bear on a score; docs/candidates.md says where the defaults come from.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="interview_rules")
    think_s = models.PositiveSmallIntegerField(_("time to think, in seconds"), default=90)
    answer_s = models.PositiveSmallIntegerField(_("time to answer, in seconds"), default=180)
    retakes = models.PositiveSmallIntegerField(_("retakes of a question"), default=1)
    hard_end = models.BooleanField(_("an answer is cut at its time"), default=False)
    may_write = models.BooleanField(_("answers may be written"), default=True)
    code_asked = models.BooleanField(_("a code by mail as the second step"), default=False)
    remind_h = models.CharField(
        _("reminders, in hours before"), max_length=60, blank=True
    )  # with commas; empty: the operator's, 0: none
    unconfirmed_h = models.PositiveSmallIntegerField(
        _("ask again without a confirmation, in hours"), null=True, blank=True
    )  # empty: the operator's, 0: never
    move_until_h = models.PositiveSmallIntegerField(
        _("a time may be moved until, in hours before"), default=24
    )
    heard_days = models.PositiveSmallIntegerField(_("candidates hear from you within, in days"), default=14)

    @property
    def reminders(self) -> list[timedelta] | None:
        """How long before, the earliest first; none where the operator's hold."""
        if not self.remind_h:
            return None
        return [timedelta(hours=float(hours)) for hours in self.remind_h.split(",") if float(hours)]

    @classmethod
    def of(cls, job: Job) -> InterviewRules:
        """Those of the job; the defaults, not saved, where nobody has set any."""
        return cls.objects.filter(job=job).first() or cls(job=job)


class SlotQuerySet(models.QuerySet["Slot"]):
    def visible_to(self, user: User) -> SlotQuerySet:
        return self.filter(job__in=Job.objects.visible_to(user))


class Slot(models.Model):
    """A time at which an interview of the job may be held, for so many candidates as it has places."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="slots")
    interviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("interviewer"),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("start"))
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), default=45)
    zone = models.CharField(_("time zone"), max_length=64)  # that the recruiter typed it in
    places = models.PositiveSmallIntegerField(_("places"), default=1)
    taken = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(taken__lte=models.F("places")), name="no_slot_is_overfull"
            )
        ]

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> InvitationQuerySet:
        return self.filter(interview__in=Interview.objects.visible_to(user))


class Invitation(models.Model):
    """One interview that a candidate is invited to. Its link is a random token, of which
    only the hash is kept.

    Times are instants; `zone` is the IANA zone in whose wall time the candidate is told them. The rules are copied from
    the job when the invitation is made, so that they stand beside the score later. `extra_share` is extra time for one
    person (0.5: half as much again); raters never see it.
    """

    class Kind(models.TextChoices):
        ALONE = "alone", _("recorded alone")
        LIVE = "live", _("live")
        UPLOAD = "upload", _("a recording is uploaded")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="invitation")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ALONE)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    opens_at = models.DateTimeField(_("from"))
    closes_at = models.DateTimeField(_("until"))
    zone = models.CharField(_("time zone"), max_length=64)
    slots_until = models.DateTimeField(
        null=True, blank=True
    )  # where the candidate picks one of the job's times
    slot = models.ForeignKey(
        Slot, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations"
    )
    think_s = models.PositiveSmallIntegerField(_("time to think, in seconds"), default=90)
    answer_s = models.PositiveSmallIntegerField(_("time to answer, in seconds"), default=180)
    retakes = models.PositiveSmallIntegerField(_("retakes of a question"), default=1)
    hard_end = models.BooleanField(_("an answer is cut at its time"), default=False)
    may_write = models.BooleanField(_("answers may be written"), default=True)
    extra_share = models.FloatField(_("extra time, as a share"), default=0.0)
    code_asked = models.BooleanField(_("a code by mail as the second step"), default=False)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("whom to ask"),
    )
    note = models.TextField(_("own words to the candidate"), blank=True)
    link_number = models.PositiveSmallIntegerField(default=0)  # grows when the link is made anew
    token_sha256 = models.CharField(max_length=64, unique=True)  # of the link that holds, see access.py
    sent_at = models.DateTimeField(null=True, blank=True)  # none: the recruiter is still at it
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)  # first time that the link was used
    confirmed_at = models.DateTimeField(null=True, blank=True)  # "I will be there"
    started_at = models.DateTimeField(null=True, blank=True)  # first question shown
    finished_at = models.DateTimeField(null=True, blank=True)  # handed in
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return str(self.interview)

    @property
    def may_enter(self) -> bool:
        """Whether the link still leads in: to look, to practise, to see progress; as long as the data are kept."""
        return self.revoked_at is None and self.interview.application.candidate.keep_until >= _today(
            self.zone
        )

    @property
    def to_be_picked(self) -> bool:
        """Whether the candidate has yet to pick a time."""
        return self.slots_until is not None and self.slot_id is None

    def is_over(self, at: datetime | None = None) -> bool:
        """Whether its time has passed with nothing handed in; what was begun in time may be sent for a while yet."""
        return self.finished_at is None and (at or timezone.now()) >= self.closes_at + GRACE

    def may_answer(self, at: datetime | None = None) -> bool:
        """Whether answers are taken now. What was begun in time may be sent after the end, see answers/."""
        now = at or timezone.now()
        return (
            self.revoked_at is None
            and self.finished_at is None
            and not self.to_be_picked
            and self.opens_at <= now < self.closes_at
        )

    @property
    def consented(self) -> bool:
        """Whether a consent to being recorded is on record and not withdrawn."""
        consent = self.interview.consent
        return consent is not None and consent.recording and consent.withdrawn_at is None


def _today(zone: str) -> date:
    return timezone.localdate(timezone=zone_of(zone))


class Code(models.Model):
    """A short code that went out by mail. It is not kept: codes.py makes it from the row and a key outside of the database."""

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="codes")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "-pk"]


class Question(models.Model):
    """A question of an interview that is recorded alone, as text and, where the recruiter gave one, as a recording with captions."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField()
    text = models.TextField(_("question"))
    dimension = models.CharField(
        max_length=80, blank=True
    )  # the id of the profile's dimension that it asks about
    spoken = models.CharField(max_length=200, blank=True)  # a recording of it, under the home's files
    captions = models.TextField(blank=True)  # as WebVTT
    think_s = models.PositiveSmallIntegerField(null=True, blank=True)  # in the place of the invitation's
    answer_s = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["invitation", "order"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["invitation", "order"], name="one_question_a_place")
        ]

    @property
    def thinking_s(self) -> int:
        """Seconds to think, this person's extra time included."""
        return round((self.think_s or self.invitation.think_s) * (1 + self.invitation.extra_share))

    @property
    def answering_s(self) -> int:
        """Seconds to answer, this person's extra time included."""
        return round((self.answer_s or self.invitation.answer_s) * (1 + self.invitation.extra_share))
