"""Names that stay the same and tell nothing: a hash with a salt that the home folder keeps."""

from __future__ import annotations

import hashlib
import hmac

from interview_analysis.web.site.settings import HOME


def pseudonym(kind: str, number: int) -> str:
    """ "c3f1d2…", 16 letters, of the candidate, interview or rater of that number."""
    told = hmac.new(HOME.salt().encode(), f"{kind}/{number}".encode(), hashlib.sha256).hexdigest()
    return f"{kind[0]}{told[:16]}"
