"""What a candidate practises before the interview. It is the candidate's own: no staff account may see any of it."""

from __future__ import annotations

import uuid
from typing import ClassVar, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import User

Row = TypeVar("Row", bound=models.Model)


class Private(models.QuerySet[Row]):
    """Rows of a candidate. They are found by the invitation that a browser came in by, never by who is signed in."""

    def visible_to(self, user: User) -> Private[Row]:
        """Nothing, whatever the role."""
        return self.none()


class Practice(models.Model):
    """That somebody practises, and what was agreed to: the machine may hear the answers that are practised.

    `agreed_at` is set by a button of its own where there is no consent to an analysis. What was practised goes once the
    interview is handed in; with `kept` once the invitation's window is over.
    """

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="practice")
    agreed_at = models.DateTimeField(null=True)
    agreed_to = models.CharField(max_length=64, blank=True)  # hash of the words that were shown
    kept = models.BooleanField(default=False)

    objects = Private["Practice"].as_manager()


class Round(models.Model):
    """Three questions to practise. The practice process chooses them, which takes a model of meaning."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="rounds")
    asked_at = models.DateTimeField(default=timezone.now)
    chosen_at = models.DateTimeField(null=True)

    objects = Private["Round"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]


class Task(models.Model):
    """A question to practise."""

    class Kind(models.TextChoices):
        PAST = "past", _("something that you did")
        SITUATIONAL = "situational", _("what you would do")
        MOTIVE = "motive", _("why this company")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="tasks")
    order = models.PositiveSmallIntegerField()
    text = models.TextField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    dimension = models.CharField(max_length=80, blank=True)

    objects = Private["Task"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["round", "order"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "order"], name="one_task_a_place")
        ]


class Attempt(models.Model):
    """One answer to a task: `key` is the group of its streams (answers/streams.py).

    `worker` holds it while it writes `beat_at`. `coached` is what is told of it (scoring/coaching), `spent` the seconds that
    each step took, `recordings` the names of the files that are played.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being recorded, or waiting")
        HEARD = "heard", _("heard")
        FAILED = "failed", _("could not be heard")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="attempts")
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # the candidate has stopped
    sent_at = models.DateTimeField(null=True)  # and everything has come
    heard_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN, db_index=True)
    worker = models.CharField(max_length=100, blank=True)
    beat_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    coached = models.JSONField(null=True)
    spent = models.JSONField(default=dict)
    recordings = models.JSONField(default=list)

    objects = Private["Attempt"].as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["begun_at", "pk"]

    @property
    def invitation(self) -> Invitation:
        return self.task.round.practice.invitation


class CompanyValues(models.Model):
    """What a company says that it stands for, a line each, for the practice question why this company."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="company_values")
    en = models.TextField(_("in English, one a line"), blank=True, max_length=2000)
    zh = models.TextField(_("in Chinese, one a line"), blank=True, max_length=2000)

    def in_language(self, language: str) -> tuple[str, ...]:
        text = self.zh if language.startswith("zh") else self.en
        return tuple(line.strip() for line in text.splitlines() if line.strip())
