from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.afterwards"
    label = "afterwards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from interview_analysis.web.afterwards.held import HELD
        from interview_analysis.web.privacy.holdings import register

        for holding in HELD:
            register(holding)
