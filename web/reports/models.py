"""The recommendation of a person, and the feedback that was released to a candidate."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Recommendation(models.Model):
    """What a person recommends after an interview, and why."""

    class What(models.TextChoices):
        NEXT = "next", _("next round")
        NOT = "not", _("not to be continued")
        MORE = "more", _("more is needed")

    interview = models.OneToOneField(
        "interviews.Interview", on_delete=models.CASCADE, related_name="recommendation"
    )
    what = models.CharField(_("recommendation"), max_length=10, choices=What.choices)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)


class Feedback(models.Model):
    """What a candidate is told. A recruiter reads, edits and releases it."""

    interview = models.OneToOneField(
        "interviews.Interview", on_delete=models.CASCADE, related_name="feedback"
    )
    language = models.CharField(max_length=10)
    strengths = models.TextField(_("strengths"), blank=True)
    advice = models.TextField(_("what to work on"), blank=True)
    drafted_from = models.CharField(
        max_length=64, blank=True
    )  # hash of the report that the draft was made of
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True)
