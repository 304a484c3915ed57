"""What goes wrong with a job description, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.site.language import reader_language


def description_fault(error: InterviewAnalysisError) -> str:
    """What the program says; to readers of another language with a sentence in theirs before it."""
    if reader_language() == "en":
        return str(error)
    lead = _(
        "This could not be read as a job description. Give the whole text of one, some sentences at least."
    )
    return f"{lead} ({error})"
