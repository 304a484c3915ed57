"""What goes wrong with an upload, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from interview_analysis.pipeline.common.messages import load_messages
from interview_analysis.web.site.language import reader_language


def upload_fault(code: str, error: str) -> str:
    """In the reader's language where the kind is known, else as the program says it."""
    own = {
        "consent": _("No consent is entered for this interview. Enter it before a recording."),
        "size": _("The file is empty, or larger than is taken here."),
        "full": _("There is no space left here for this file. Ask an administrator."),
    }
    if code in own:
        return own[code]
    language = reader_language()
    if language == "en":
        return error
    return load_messages()["failure_reasons"].get(code, {}).get(language) or error
