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
        from interview_analysis.web.messages.held import HELD
        from interview_analysis.web.messages.models import Message
        from interview_analysis.web.privacy.holdings import register

        rules.check()
        for holding in HELD:
            register(holding)
        post_delete.connect(forget_file, Message, dispatch_uid="outbox")
