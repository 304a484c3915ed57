"""What a candidate's browser sends while it records: streams of chunks."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from interview_analysis.web.candidate.models import Invitation
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
