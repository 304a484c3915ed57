"""Jobs with the versions of their profile, candidates, and applications with their stages."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.people.models import STAFF, Role, User
from interview_analysis.web.site.language import reader_language


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """All for administrators, recruiters and data scientists; an interviewer's are those of assigned interviews."""
        if user.may(*STAFF, Role.DATA_SCIENTIST):
            return self
        if user.may(Role.INTERVIEWER):
            return self.filter(applications__interviews__assignments__rater=user).distinct()
        return self.none()


class Job(models.Model):
    """What is hired for, and the rules of its reviews."""

    class Shown(models.TextChoices):
        NEVER = "never", _("never")
        AFTER = "after", _("after submitting their own")
        ALWAYS = "always", _("always")

    class Merge(models.TextChoices):
        HUMAN = "human", _("people only")
        RATER = "rater", _("the machine as one more rater")
        PRECISION = "precision", _("mean weighted by precision")

    name = models.CharField(_("name"), max_length=200)
    open = models.BooleanField(_("open"), default=True)
    machine_shown = models.CharField(
        _("raters see the machine's result"), max_length=10, choices=Shown.choices, default=Shown.AFTER
    )
    others_shown = models.CharField(
        _("raters see each other's ratings"), max_length=10, choices=Shown.choices, default=Shown.AFTER
    )
    merge = models.CharField(_("merged score"), max_length=10, choices=Merge.choices, default=Merge.HUMAN)
    rater_error = models.FloatField(_("standard error of a single rater, in levels"), default=0.6)
    final_rater = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("who enters the final rating"),
    )  # fmt: skip
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def profile(self) -> ProfileVersion | None:
        """The latest version."""
        return self.profiles.order_by("-number").first()


class ProfileVersion(models.Model):
    """A job profile as YAML. Saving makes a new version; what was scored by an old one keeps it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="profiles")
    number = models.PositiveIntegerField()
    yaml = models.TextField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    description = models.TextField(blank=True)  # the job description that it was parsed from
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["job", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "number"], name="one_profile_a_number")
        ]


class Stage(models.Model):
    """A step of a job's process, in order; `default_stages` in stages.py gives the usual ones."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="stages")
    order = models.PositiveSmallIntegerField()
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)

    class Meta:
        ordering: ClassVar[list[str]] = ["job", "order"]

    def __str__(self) -> str:
        return self.name_zh if reader_language() == "zh" else self.name_en


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, user: User) -> CandidateQuerySet:
        if user.may(*STAFF):
            return self
        if user.may(Role.INTERVIEWER):
            return self.filter(applications__interviews__assignments__rater=user).distinct()
        return self.none()


class Candidate(models.Model):
    """A person who applies, why their data are kept, and until when."""

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=[("en", _("English")), ("zh-hans", _("Chinese"))], default="en"
    )
    resume = models.CharField(max_length=200, blank=True)  # path under the home's files
    resume_name = models.CharField(max_length=200, blank=True)  # as it was uploaded
    kept_for = models.CharField(_("why the data are kept"), max_length=200, default="recruitment")
    keep_until = models.DateField(_("kept until"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> ApplicationQuerySet:
        if user.may(*STAFF):
            return self
        if user.may(Role.INTERVIEWER):
            return self.filter(interviews__assignments__rater=user).distinct()
        return self.none()


class Application(models.Model):
    """One candidate for one job."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        HIRED = "hired", _("hired")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="applications")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="applications")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, null=True, related_name="applications")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["candidate", "job"], name="one_application_a_job")
        ]

    def __str__(self) -> str:
        return f"{self.candidate} · {self.job}"


class Note(models.Model):
    """What staff write about an application among themselves. Never shown to candidates, nor to blind raters."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
