"""What recruiters change in a job's guide. Everything with a number in it is drawn from the profile and the norms instead."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import STAFF, User


class GuideTextQuerySet(models.QuerySet["GuideText"]):
    def visible_to(self, user: User) -> GuideTextQuerySet:
        return self if user.may(*STAFF) else self.none()


class GuideText(models.Model):
    """One version of the words of a job's guide in one language. Without a row, and where a text is empty, the usual words stand."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="guide_texts")
    language = models.CharField(max_length=10, choices=[("en", _("English")), ("zh-hans", _("Chinese"))])
    number = models.PositiveIntegerField()
    welcome = models.TextField(_("welcome"), blank=True)
    advice = models.TextField(_("advice"), blank=True)
    question = models.CharField(_("question of the example"), max_length=300, blank=True)
    thin = models.TextField(_("a thin answer"), blank=True)
    good = models.TextField(_("a good answer"), blank=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(auto_now_add=True)

    objects = GuideTextQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["job", "language", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "language", "number"], name="one_guide_text_a_number")
        ]
