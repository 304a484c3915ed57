from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.messages"
    label = "outbox"  # Django has a room of the name messages itself
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from interview_analysis.web.messages import rules

        rules.check()
