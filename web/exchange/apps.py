from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from interview_analysis.web.exchange.events import on_entry
        from interview_analysis.web.privacy.trail import recorded

        recorded.connect(on_entry, dispatch_uid="exchange")
