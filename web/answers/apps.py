from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.answers"
    label = "answers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from interview_analysis.web.answers import streams

        streams.register("check", lambda invitation, group: "" if invitation.may_enter else "closed")
