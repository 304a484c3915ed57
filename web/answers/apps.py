from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class Room(AppConfig):
    name = "interview_analysis.web.answers"
    label = "answers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from interview_analysis.web.answers import streams, taking
        from interview_analysis.web.answers.held import HELD
        from interview_analysis.web.answers.models import Stream
        from interview_analysis.web.privacy.holdings import register

        for holding in HELD:
            register(holding)

        post_delete.connect(_drop_chunks, sender=Stream)
        streams.register("check", lambda invitation, group: "" if invitation.may_enter else "closed")
        streams.register(taking.PURPOSE, taking.may_begin)


def _drop_chunks(instance: Any, **_: object) -> None:
    """What is deleted in the database, as when a candidate is erased, goes from the disk, too."""
    from django.db import transaction

    from interview_analysis.web.answers import streams

    transaction.on_commit(lambda: streams.drop(instance))
