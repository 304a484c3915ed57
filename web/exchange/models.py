"""Tokens of other programs, and the addresses that are told of events."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.people.models import Role, User

KEPT_BESIDE = timedelta(hours=24)  # how long an old secret signs beside its successor


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, user: User) -> TokenQuerySet:
        """One's own."""
        return self.filter(user=user)


class Token(models.Model):
    """Lets a program read as a person. Only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, user: User) -> WebhookQuerySet:
        return self if user.may(Role.ADMINISTRATOR) else self.none()


class Webhook(models.Model):
    """An address that is told of events, signed as Standard Webhooks says."""

    url = models.URLField(_("address"), max_length=500)
    secret = models.CharField(max_length=100)
    previous_secret = models.CharField(max_length=100, blank=True)
    previous_until = models.DateTimeField(null=True)  # until when the previous secret signs as well
    events = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at"]


class Delivery(models.Model):
    """One event for one address, tried again with growing pauses."""

    class Fault(models.TextChoices):
        ADDRESS = "address", _("leads into a private network")
        CONNECTION = "connection", _("no connection")
        TIME = "time", _("no answer within 10 seconds")
        ANSWER = "answer", _("no HTTP answer")
        STATUS = "status", _("refused")
        GONE = "gone", _("gone for good; nothing more is sent there")

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=60)
    body = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, db_index=True)  # none once it came, or was given up
    delivered_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # of the last answer
    fault = models.CharField(max_length=10, choices=Fault.choices, blank=True)  # of the last attempt
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
