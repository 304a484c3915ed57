from __future__ import annotations

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.demo"
    label = "demo"
