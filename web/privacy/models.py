"""The audit trail, consent, and why a person's data are kept until when."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.people.models import Role, User


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: User) -> EntryQuerySet:
        return self if user.may(Role.ADMINISTRATOR, Role.AUDITOR) else self.none()


class Entry(models.Model):
    """Who did what to what and when. Append-only: each entry's hash covers the hash before it (`trail.py`).

    `actor` and `subject` are numbers, never names; `details` hold what changed, no personal value.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.PositiveBigIntegerField(null=True)  # a user's id; none for the system and for candidates
    action = models.CharField(max_length=60, db_index=True)  # "scorecard.submitted"
    kind = models.CharField(max_length=40)  # of the subject: "interview"
    subject = models.CharField(max_length=64)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["kind", "subject"])]

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("entries of the trail are never deleted one by one")


class Head(models.Model):
    """The last entry, in one row that is locked while the next is written."""

    number = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="0" * 64)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        return self if user.may(Role.ADMINISTRATOR, Role.RECRUITER, Role.AUDITOR) else self.none()


class Notice(models.Model):
    """A version of what candidates are told about their data and asked to agree to, in one language.

    Without a job it is the company's own, for every job that has none. A version is never changed; see notices.py.
    """

    job = models.ForeignKey("hiring.Job", on_delete=models.CASCADE, null=True, related_name="notices")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    text = models.TextField(_("the notice"))
    agree = models.TextField(_("what candidates agree to"))
    without = models.TextField(_("what they agree to without automated analysis"))
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(  # none: the text that comes with the application
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "language", "number"], name="one_notice_a_number"),
            models.UniqueConstraint(
                fields=["language", "number"], condition=models.Q(job=None), name="one_own_notice_a_number"
            ),
        ]


class Consent(models.Model):
    """A candidate's consent to being recorded and analysed, as it was given and by whom it was entered.

    `shown` is how the candidate was asked online: page, language, version and hash of the notice.
    """

    class How(models.TextChoices):
        WRITTEN = "written", _("in writing")
        SPOKEN = "spoken", _("spoken, in the recording")
        ONLINE = "online", _("online")

    candidate = models.ForeignKey("hiring.Candidate", on_delete=models.CASCADE, related_name="consents")
    given_on = models.DateField(_("given on"))
    how = models.CharField(_("how"), max_length=10, choices=How.choices)
    recording = models.BooleanField(_("to being recorded"), default=True)
    analysis = models.BooleanField(_("to an analysis by machine"), default=True)
    note = models.CharField(_("where the proof is kept"), max_length=200, blank=True)
    entered_by = models.ForeignKey(  # none: the candidate, online
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    notice = models.ForeignKey(Notice, on_delete=models.SET_NULL, null=True, related_name="consents")
    shown = models.JSONField(default=dict)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


class Erasure(models.Model):
    """The receipt of an erasure. It names nobody: the candidate's number, how much was found and how much was left."""

    class Why(models.TextChoices):
        WITHDRAWN = "withdrawn", _("the candidate withdrew")
        ASKED = "asked", _("the candidate asked for it")
        EXPIRED = "expired", _("the time for which the data were kept was over")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    candidate = models.PositiveBigIntegerField(unique=True)
    why = models.CharField(max_length=10, choices=Why.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    found = models.JSONField(default=dict)  # holding -> how many rows there were
    left = models.JSONField(default=dict)  # holding -> how many there are now
    files = models.JSONField(default=list)  # files and folders that are still to be removed
    files_found = models.PositiveIntegerField(default=0)
