"""What persons recommend after an interview, and what is told to the candidate."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.review.models import Scorecard


def _rates(user: User) -> Q:
    return Q(interview__in=Assignment.objects.filter(rater=user).values("interview"))


def _has_rated(user: User) -> Q:
    submitted = Scorecard.objects.filter(rater=user, submitted_at__isnull=False)
    return Q(interview__in=submitted.values("interview"))


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def visible_to(self, user: User) -> RecommendationQuerySet:
        """Staff, but not of interviews that they are to rate and have not."""
        if not user.may(*STAFF):
            return self.none()
        return self.filter(~_rates(user) | _has_rated(user))


class Recommendation(models.Model):
    """What a person recommends, and why. The latest one counts; earlier ones stay."""

    class What(models.TextChoices):
        NEXT = "next", _("next round")
        NOT = "not", _("not to be continued")
        MORE = "more", _("more is needed")

    interview = models.ForeignKey(
        "interviews.Interview", on_delete=models.CASCADE, related_name="recommendations"
    )
    what = models.CharField(_("recommendation"), max_length=10, choices=What.choices)
    reason = models.TextField(_("reason"))
    basis = models.CharField(max_length=64)  # hash of recordings, profile and machine's result that were seen
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["interview", "-pk"]


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: User) -> FeedbackQuerySet:
        """Staff who may see the machine's result that it is drawn from, as `review.blind.machine_visible` says."""
        if not user.may(*STAFF):
            return self.none()
        always = Q(interview__application__job__machine_shown=Job.Shown.ALWAYS)
        after = Q(interview__application__job__machine_shown=Job.Shown.AFTER)
        return self.filter(~_rates(user) | always | (after & _has_rated(user)))


class Feedback(models.Model):
    """What a candidate is told, in numbered releases. A released one is locked; a change is the next one."""

    interview = models.ForeignKey("interviews.Interview", on_delete=models.CASCADE, related_name="feedback")
    number = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=10)
    strengths = models.TextField(_("strengths"), blank=True)
    advice = models.TextField(_("what to work on"), blank=True)
    drafted_from = models.CharField(max_length=64)  # hash of the report that the draft was made of
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["interview", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["interview", "number"], name="one_feedback_a_number"),
            models.UniqueConstraint(
                fields=["interview"], condition=Q(released_at=None), name="one_open_feedback"
            ),
        ]
