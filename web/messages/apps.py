from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.messages"
    label = "outbox"  # Django has a room of the name messages itself
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from interview_analysis.web.messages import rules
        from interview_analysis.web.messages.channels.mail import forget_file
        from interview_analysis.web.messages.models import Message

        rules.check()
        post_delete.connect(forget_file, Message, dispatch_uid="outbox")
