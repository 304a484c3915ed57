"""What this room holds about a candidate."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from interview_analysis.web.privacy.holdings import Holding, Row
from interview_analysis.web.privacy.models import Consent


def _consents(candidate: int) -> list[Row]:
    fields = ("given_on", "how", "recording", "analysis", "note", "entered_at", "withdrawn_at")
    return list(Consent.objects.filter(candidate=candidate).values(*fields))


HELD = (Holding("consents", _("Consents"), _consents),)
