"""Invitations: what a candidate is asked to, by which rules, and the link that leads there."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User


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
    language = models.CharField(
        _("language"), max_length=10, choices=[("en", _("English")), ("zh-hans", _("Chinese"))]
    )
    opens_at = models.DateTimeField(_("from"))
    closes_at = models.DateTimeField(_("until"))
    zone = models.CharField(_("time zone"), max_length=64)
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
        """Whether the link still leads in: to look, to practise, to see progress."""
        return self.revoked_at is None

    def may_answer(self, at: datetime | None = None) -> bool:
        """Whether answers are taken now. What was begun in time may be sent after the end, see answers/."""
        now = at or timezone.now()
        return self.revoked_at is None and self.finished_at is None and self.opens_at <= now < self.closes_at

    @property
    def consented(self) -> bool:
        """Whether a consent to being recorded is on record and not withdrawn."""
        consent = self.interview.consent
        return consent is not None and consent.recording and consent.withdrawn_at is None


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
