"""Scorecards, their ratings and notes, and the final rating of a panel."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.people.models import STAFF, Role, User


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def visible_to(self, user: User) -> ScorecardQuerySet:
        """One's own; others' submitted ones as the job allows it. Whoever is to rate an interview and has not
        submitted sees nobody else's, whatever their role."""
        from interview_analysis.web.hiring.models import Job

        own = Q(rater=user)
        submitted = self.model.objects.filter(rater=user, submitted_at__isnull=False).values("interview")
        assigned = Assignment.objects.filter(rater=user).values("interview")
        always = Q(interview__application__job__others_shown=Job.Shown.ALWAYS)
        after = Q(interview__application__job__others_shown=Job.Shown.AFTER, interview__in=submitted)
        if user.may(*STAFF):
            others = ~Q(interview__in=assigned) | Q(interview__in=submitted) | always
        elif user.may(Role.INTERVIEWER):
            others = Q(interview__in=assigned) & (after | always)
        else:
            return self.none()
        return self.filter(own | (others & Q(submitted_at__isnull=False)))

    def latest_submitted(self) -> ScorecardQuerySet:
        """Of each rater of an interview the last one that was submitted."""
        later = self.model.objects.filter(
            interview=OuterRef("interview"), rater=OuterRef("rater"),
            version__gt=OuterRef("version"), submitted_at__isnull=False,
        )  # fmt: skip
        return self.filter(~Exists(later), submitted_at__isnull=False)


class Scorecard(models.Model):
    """One rater's ratings of one interview. Submitting locks it; a change is a new version with a reason."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="scorecards")
    rater = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="scorecards")
    version = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(_("why it was changed"), max_length=300, blank=True)
    profile = models.ForeignKey("hiring.ProfileVersion", on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(
        max_length=64, blank=True
    )  # hash of recordings, profile and machine's result at submission
    machine_seen_at = models.DateTimeField(
        null=True
    )  # first look at the machine's result, if before submitting
    remark = models.TextField(_("remark"), blank=True)
    saved_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["interview", "rater", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["interview", "rater", "version"], name="one_scorecard_a_version")
        ]


class Rating(models.Model):
    """A level 1 to 5 on a dimension, or that it was not observed. Without either it is not rated yet."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="ratings")
    dimension = models.CharField(max_length=80)  # its id in the profile
    level = models.PositiveSmallIntegerField(null=True)
    observed = models.BooleanField(default=True)
    note = models.TextField(blank=True)
    quotes = models.JSONField(default=list)  # of {"recording", "start_s", "end_s", "text"}

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scorecard", "dimension"], name="one_rating_a_dimension"),
            models.CheckConstraint(
                condition=Q(level=None) | Q(observed=True, level__range=(1, 5)),
                name="level_or_not_observed",
            ),
        ]


class Mark(models.Model):
    """A rater's own note at a moment of a recording."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="marks")
    recording = models.ForeignKey("interviews.Recording", on_delete=models.CASCADE, related_name="marks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at_s = models.FloatField()
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["recording", "at_s"]


class Consensus(models.Model):
    """The final rating of an interview, beside the initial ones, which stay."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="consensus")
    levels = models.JSONField(default=dict)  # dimension -> level, or null for not observed
    notes = models.JSONField(default=dict)  # dimension -> text
    remark = models.TextField(blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now=True)
    basis = models.CharField(max_length=64, blank=True)

    def unobserved(self, dimension: str) -> bool:
        """Whether it says that the dimension was not observed."""
        return dimension in self.levels and self.levels[dimension] is None
