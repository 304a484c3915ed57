"""Signing in by password, code or passkey, as the trail has it. Links are noted where they are used."""

from __future__ import annotations

from typing import Any

from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record


def note(sender: object, user: User, **_: Any) -> None:
    """Called by allauth once somebody is in, with a second factor where one is set up."""
    record(user, "person.signed_in", user)
