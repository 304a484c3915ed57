"""Interviews, their recordings, uploads under way, and who rates."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.people.models import STAFF, Role, User


class InterviewQuerySet(models.QuerySet["Interview"]):
    def visible_to(self, user: User) -> InterviewQuerySet:
        """All for staff, the assigned ones for an interviewer, none for others."""
        if user.may(*STAFF):
            return self
        if user.may(Role.INTERVIEWER):
            return self.filter(assignments__rater=user).distinct()
        return self.none()


class Interview(models.Model):
    """One conversation with a candidate, in one or more recordings."""

    application = models.ForeignKey("hiring.Application", on_delete=models.CASCADE, related_name="interviews")
    stage = models.ForeignKey("hiring.Stage", on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    held_at = models.DateTimeField(_("held at"), null=True, blank=True)
    consent = models.ForeignKey("privacy.Consent", on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = InterviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class RecordingQuerySet(models.QuerySet["Recording"]):
    def visible_to(self, user: User) -> RecordingQuerySet:
        return self.filter(interview__in=Interview.objects.visible_to(user))


class Recording(models.Model):
    """A file of an interview. The original is kept under its hash; `playable` is its remux for seeking."""

    class Kind(models.TextChoices):
        VIDEO = "video", _("video")
        AUDIO = "audio", _("sound alone")
        PICTURE = "picture", _("picture without sound")
        TRANSCRIPT = "transcript", _("transcript alone")
        WRITTEN = "written", _("in writing")

    WORDS = (Kind.TRANSCRIPT, Kind.WRITTEN)  # nothing of them plays

    key = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False
    )  # in addresses, so that ids are not guessed
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="recordings")
    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=255)  # as it was uploaded
    kind = models.CharField(max_length=10, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    duration_s = models.FloatField(null=True)
    original = models.CharField(max_length=200)  # paths under the home's files
    playable = models.CharField(max_length=200, blank=True)
    preparing_at = models.DateTimeField(
        null=True
    )  # when a worker that makes `playable` last said that it lives
    transcript = models.CharField(max_length=200, blank=True)  # one that was given with it
    question = models.CharField(_("question"), max_length=500, blank=True)
    language = models.CharField(max_length=5, blank=True)  # "" detects it
    candidate_channel = models.CharField(max_length=10, blank=True)
    gaps = models.JSONField(
        default=list
    )  # {"at_s", "lost_s"}: where nothing was recorded, see answers/joining.py
    uploaded_by = models.ForeignKey(  # none: the candidate
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = RecordingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["interview", "order", "pk"]


class Upload(models.Model):
    """A file that comes in numbered chunks. It lasts until all have come, or until it is too old."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    chunk_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)


class Assignment(models.Model):
    """Who is to rate an interview."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="assignments")
    rater = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["interview", "rater"], name="one_assignment_a_rater")
        ]
