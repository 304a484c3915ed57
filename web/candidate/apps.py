from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.candidate"
    label = "candidate"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from interview_analysis.web.candidate.held import HELD
        from interview_analysis.web.candidate.letters import register_kinds, told_by_the_trail
        from interview_analysis.web.privacy.holdings import register
        from interview_analysis.web.privacy.trail import recorded

        register_kinds()
        for holding in HELD:
            register(holding)
        recorded.connect(told_by_the_trail)
