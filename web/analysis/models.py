"""What an analysis became: its state, and where its report lies."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import STAFF, User


class AnalysisQuerySet(models.QuerySet["Analysis"]):
    def visible_to(self, user: User) -> AnalysisQuerySet:
        """Those of visible interviews. Whether a rater may see the *result* is decided in review/blind.py."""
        if user.may(*STAFF):
            return self  # all; a list of thirty thousand is not looked up in another one
        return self.filter(interview__in=Interview.objects.visible_to(user))


class Analysis(models.Model):
    """One run of the pipeline over an interview by one version of a profile.

    The report is never copied into the database: `folder` says where it lies, `report_sha256` what it was, and the
    few columns below are those that lists sort by.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    class Trial(models.TextChoices):
        OPEN = "open", _("trial")
        KEPT = "kept", _("kept trial")
        DROPPED = "dropped", _("dropped trial")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="analyses")
    profile = models.ForeignKey("hiring.ProfileVersion", on_delete=models.PROTECT, related_name="analyses")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    current = models.BooleanField(default=True)  # false for an older one, and for a trial of another profile
    trial = models.CharField(max_length=10, choices=Trial.choices, blank=True)
    against = models.ForeignKey(  # the result that a trial is compared with, and may take the place of
        "self", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    stage = models.CharField(max_length=40, blank=True)
    at_s = models.FloatField(null=True)  # of `of_s` seconds of the recording
    of_s = models.FloatField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=80, blank=True)
    beat_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)  # one line, as the pipeline says it
    error_code = models.CharField(max_length=40, blank=True)
    requested_by = models.ForeignKey(  # none: the candidate, by handing in
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField(auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    folder = models.CharField(max_length=200, blank=True)  # under the home's files
    report_sha256 = models.CharField(max_length=64, blank=True)
    overall = models.FloatField(null=True)
    standard_error = models.FloatField(null=True)
    partial = models.BooleanField(default=False)
    abstention = models.CharField(max_length=40, blank=True)

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-requested_at"]
        verbose_name_plural = "analyses"
