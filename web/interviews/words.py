"""Why a file is not taken, in the reader's language."""

from __future__ import annotations

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.common.messages import load_messages
from interview_analysis.web.interviews.uploads import UploadError
from interview_analysis.web.site.language import reader_language


def upload_fault(error: InterviewAnalysisError) -> str:
    """As the program says it in English; else in the reader's language by its code, where the kind is known."""
    code, language = getattr(error, "code", "") or "", reader_language()
    if language == "en":
        return str(error)
    if isinstance(error, UploadError):
        return {
            "empty": _("The file is empty. Choose one that holds a recording."),
            "size": _("The file is larger than the %(most)s that are taken here.")
            % {"most": filesizeformat(settings.MAX_UPLOAD_BYTES)},
            "full": _(
                "There is no space left here. What has come is kept; the upload goes on once there is."
            ),
            "chunk_damaged": _("A piece was damaged on its way; it is sent again."),
            "missing": _("Some pieces have not come yet."),
            "store": _("All of it has come and is kept, but cannot be stored yet. Try again later."),
        }.get(code, str(error))
    return load_messages()["failure_reasons"].get(code, {}).get(language) or str(error)
