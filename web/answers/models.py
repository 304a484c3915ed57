"""Answers of a candidate: takes, the streams of chunks that they are made of, and what the monitor shows."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.candidate.models import Invitation, Question
from interview_analysis.web.people.models import User


class StreamQuerySet(models.QuerySet["Stream"]):
    def visible_to(self, user: User) -> StreamQuerySet:
        return self.filter(invitation__in=Invitation.objects.visible_to(user))


class Stream(models.Model):
    """What one recorder wrote from its start to its end, in numbered chunks on disk (`streams.py`).

    A recorder that was killed cannot be continued: whoever goes on begins another stream of the same `group`, which is a
    take, a clip of the device check or a practice answer. `begun_at` is the server's time; a browser's clock is never
    believed, only how long ago something was.
    """

    class Kind(models.TextChoices):
        VIDEO = "video"
        AUDIO = "audio"
        FILE = "file"  # chosen by the candidate, where the browser cannot record

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # made by the browser
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="streams")
    purpose = models.CharField(max_length=20)  # one that a room registered
    group = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    mime = models.CharField(max_length=100, blank=True)
    begun_at = models.DateTimeField()
    count = models.PositiveIntegerField(null=True)  # of its chunks, once it has ended
    chunks_sha256 = models.CharField(
        max_length=64, blank=True
    )  # over the hashes of its chunks, in hex and in order
    pauses = models.JSONField(
        default=list
    )  # [at_s, lost_s]: the browser recorded nothing, as with a closed lid
    ended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # no chunk is taken any more

    objects = StreamQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["begun_at", "pk"]


class Asked(models.Model):
    """A question that the candidate has seen, from when on the time to think runs."""

    question = models.OneToOneField(Question, on_delete=models.CASCADE, related_name="asked")
    shown_at = models.DateTimeField(auto_now_add=True)


class Take(models.Model):
    """One try at a question. Its streams have its key as their group.

    The allowed times are those at its begin, with extra time; what was used stands beside them, because answers with other
    times are not comparable.
    """

    class Way(models.TextChoices):
        VIDEO = "video", _("video")
        AUDIO = "audio", _("sound alone")
        FILE = "file", _("an uploaded file")
        WRITTEN = "written", _("in writing")

    key = models.UUIDField(unique=True, editable=False)  # of the question and the number, see taking.py
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="takes")
    number = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.VIDEO)
    text = models.TextField(blank=True)  # of an answer in writing
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    thought_s = models.FloatField(null=True)  # none for a retake, and in writing
    # As the page counted, then as it was recorded; in writing from the question to the finished text, none for a retake.
    answered_s = models.FloatField(null=True)
    allowed_think_s = models.PositiveIntegerField()
    allowed_answer_s = models.PositiveIntegerField()
    given = models.BooleanField(
        default=True
    )  # to be judged; the newest, unless the candidate chose an earlier one
    settled_at = models.DateTimeField(null=True)  # its recordings are there
    fault = models.CharField(max_length=20, blank=True)  # "empty", "unreadable"

    class Meta:
        ordering: ClassVar[list[str]] = ["question", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["question", "number"], name="one_take_a_number")
        ]


class Notes(models.Model):
    """The candidate's scratch pad and keywords for a question. Nobody else sees them unless they were given."""

    question = models.OneToOneField(Question, on_delete=models.CASCADE, related_name="notes")
    texts = models.JSONField(default=dict)  # field -> text, see taking.NOTES
    given = models.BooleanField(default=False)


class HandIn(models.Model):
    """The candidate handed in, or a recruiter took what there was."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="handed_in")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # none: the candidate
    as_it_is = models.BooleanField(default=False)  # not to wait for what has not come
    settled_at = models.DateTimeField(null=True)  # all recordings are there, and the analysis is queued


class Presence(models.Model):
    """What the page of a candidate said last about itself, and how many faces a worker saw. No picture, no sound."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="presence")
    at = models.DateTimeField()
    question = models.PositiveSmallIntegerField(null=True)
    recording = models.BooleanField(default=False)
    level = models.FloatField(null=True)  # of the microphone, 0 to 1
    camera = models.CharField(
        max_length=10, blank=True
    )  # "back" where all is well, as recorder.js names them
    microphone = models.CharField(max_length=10, blank=True)
    waiting = models.PositiveIntegerField(default=0)  # chunks that are not here yet
    connection = models.CharField(max_length=10, blank=True)
    faces = models.PositiveSmallIntegerField(
        null=True
    )  # none where nobody looked or there was nothing to see
    faces_at = models.DateTimeField(null=True)


class Word(models.Model):
    """What a recruiter tells a candidate during the interview."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="words")
    text = models.CharField(_("message"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["sent_at"]
