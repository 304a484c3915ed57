"""The second step where a job asks for it: six digits by mail, for ten minutes and five tries.

Nothing here tells whether there is an address: page and answer are the same with and without one.
"""

from __future__ import annotations

import hmac
import unicodedata
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from interview_analysis.web.candidate import letters
from interview_analysis.web.candidate.letters import digits_of
from interview_analysis.web.candidate.models import Code, Invitation
from interview_analysis.web.privacy.trail import record

VALID_FOR = timedelta(minutes=10)
TRIES = 5
IN_A_ROW, ROW = 3, timedelta(minutes=15)  # codes that are sent within that time


@transaction.atomic
def send(invitation: Invitation) -> bool:
    """Send a code; the earlier ones end. False where too many were sent lately."""
    now = timezone.now()
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.codes.filter(made_at__gt=now - ROW).count() >= IN_A_ROW:
        return False
    invitation.codes.filter(expires_at__gt=now).update(expires_at=now)
    code = Code.objects.create(invitation=invitation, made_at=now, expires_at=now + VALID_FOR)
    letters.send_code(invitation, code)
    record(None, "invitation.code_sent", invitation)
    return True


def is_open(invitation: Invitation) -> bool:
    """Whether a code is out that may still be entered."""
    return _open(invitation) is not None


def holds(invitation: Invitation, typed: str) -> bool:
    """Whether it is the code that is out. Each try counts, and a code works once."""
    code = _open(invitation)
    if code is None or not Code.objects.filter(pk=code.pk, tries__lt=TRIES).update(tries=F("tries") + 1):
        return False
    digits = "".join(str(unicodedata.decimal(ch)) for ch in typed if ch.isdecimal())
    if not hmac.compare_digest(digits_of(code), digits):
        record(None, "invitation.code_wrong", invitation)
        return False
    if not Code.objects.filter(pk=code.pk, used_at=None).update(used_at=timezone.now()):
        return False
    record(None, "invitation.code_entered", invitation)
    return True


def _open(invitation: Invitation) -> Code | None:
    now = timezone.now()
    return invitation.codes.filter(used_at=None, expires_at__gt=now, tries__lt=TRIES).first()
