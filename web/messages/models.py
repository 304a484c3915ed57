"""What goes out to candidates: one row a message and channel, what candidates refuse, and appointments of calendars."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.people.models import STAFF, User


class Channel(models.TextChoices):
    MAIL = "mail", _("mail")
    SMS = "sms", _("text message")
    WECOM = "wecom", _("WeCom")
    GROUP = "group", _("WeCom group")


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Those of the candidates that staff see; nobody else, since a message may hold a candidate's link."""
        if not user.may(*STAFF):
            return self.none()
        return self.filter(candidate__in=Candidate.objects.visible_to(user))

    def by_time(self) -> MessageQuerySet:
        """The latest first, by the time that lists show: when it was sent, is tried next, or was due."""
        return self.order_by(Coalesce("sent_at", "next_at", "due_at").desc(), "-pk")


class Message(models.Model):
    """One message on one channel. It is written when it is sent; what is kept of it afterwards holds no link and no code.

    `subject` is what it is about, an invitation say. `next_at` is when it is tried, none once nothing more is tried.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        BOUNCED = "bounced", _("came back")
        UNKNOWN = "unknown", _("unknown whether it went")
        DROPPED = "dropped", _("not sent")

    class Fault(models.TextChoices):
        ADDRESS = "address", _("no address that can be used")
        CONNECTION = "connection", _("no connection")
        REFUSED = "refused", _("refused by the other side")
        LATER = "later", _("the other side asks to try later")
        ANSWER = "answer", _("no answer that says whether it went")
        STOPPED = "stopped", _("the program stopped while it was being sent")
        NAME = "name", _("it names a person, and a group gets no names")
        TEXT = "text", _("its text could not be written")
        SETTINGS = "settings", _("the channel is not set up")
        # why it was not sent
        WITHDRAWN = "withdrawn", _("withdrawn")
        UNWANTED = "unwanted", _("its reason was gone")
        LATE = "late", _("it would have come too late")
        OPTED_OUT = "opted_out", _("the candidate wants nothing on this channel")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    candidate = models.ForeignKey("hiring.Candidate", on_delete=models.CASCADE, related_name="messages")
    application = models.ForeignKey(
        "hiring.Application", on_delete=models.CASCADE, null=True, related_name="messages"
    )
    subject_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    data = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, db_index=True)
    useful_until = models.DateTimeField(null=True)  # later than that it is not sent
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=12, choices=Fault.choices, blank=True)  # of the last attempt
    detail = models.CharField(max_length=80, blank=True)  # a number or code of the other side
    sent_to = models.CharField(max_length=254, blank=True)
    sent_title = models.CharField(max_length=500, blank=True)
    sent_text = models.TextField(blank=True)
    file = models.CharField(max_length=80, blank=True)  # in the home's folder of mails
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject_type", "subject_id"], name="messages_of_a_subject")
        ]


class Preference(models.Model):
    """How one candidate is reached, beyond mail and phone, and by which channels no more."""

    candidate = models.OneToOneField("hiring.Candidate", on_delete=models.CASCADE, related_name="preference")
    refused = models.JSONField(default=list)  # values of Channel
    wecom = models.CharField(_("account in WeCom"), max_length=64, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)  # an IANA name


class Appointment(models.Model):
    """One event in a candidate's calendar: the same UID for good, and a sequence that grows with every change."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    sequence = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="one_appointment_a_subject")
        ]
