from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.guide"
    label = "guide"
    default_auto_field = "django.db.models.BigAutoField"
