from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from interview_analysis.web.privacy.holdings import register
        from interview_analysis.web.reports.held import HELD

        for holding in HELD:
            register(holding)
