"""What candidates ask for after an interview, and how they look back on it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import STAFF, User


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: User) -> RequestQuerySet:
        return self if user.may(*STAFF) else self.none()


class Request(models.Model):
    """An objection, or the wish that a person looks again. It stands on the recruiters' list until it is answered."""

    class Kind(models.TextChoices):
        LOOK = "look", _("a person is to look again")
        OBJECT = "object", _("objection")

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at"]


class OwnReview(models.Model):
    """A candidate's own look back. Private to the candidate: no staff page, export or API shows it."""

    class Overall(models.IntegerChoices):
        DISSATISFIED = 1, _("dissatisfied")
        BASICALLY = 2, _("basically satisfied")
        SATISFIED = 3, _("satisfied")
        VERY = 4, _("very satisfied")

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="own_review")
    overall = models.PositiveSmallIntegerField(choices=Overall.choices, null=True, blank=True)
    questions = models.JSONField(
        default=list
    )  # of {"question", "well", "interrupted", "asked_again", "better"}
    relation = models.TextField(blank=True)
    strengths = models.TextField(blank=True)
    next_time = models.TextField(blank=True)
    saved_at = models.DateTimeField(auto_now=True)
