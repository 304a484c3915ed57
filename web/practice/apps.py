from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.practice"
    label = "practice"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from interview_analysis.web.answers import streams
        from interview_analysis.web.practice.agreement import PURPOSE, may_begin
        from interview_analysis.web.practice.held import HELD
        from interview_analysis.web.privacy.holdings import register

        for holding in HELD:
            register(holding)

        streams.register(PURPOSE, may_begin)
