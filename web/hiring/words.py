"""What goes wrong with a job description, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.site.language import reader_language


def description_fault(error: InterviewAnalysisError) -> str:
    """What the program says; to readers of another language with a sentence in theirs before it."""
    if reader_language() == "en":
        return str(error)
    lead = {
        "yaml": _("The file is no YAML. Correct the line that is named here."),
        "profile": _("The file is YAML, and no job profile. Correct what is named here."),
        "too_long": _("This is too long for a job description. Give the text of one alone."),
        "too_short": _("This is too short to tell what the job needs. Give the whole job description."),
        "empty": _("There is no text in it. Give the whole job description."),
        "protected": _("The file is protected by a password. Save it without one."),
        "damaged": _("The file is damaged and cannot be read. Export it again, or paste its text."),
        "scanned": _(
            "The file has pictures in the place of text. Paste the text, or recognise it (OCR) first."
        ),
        "format": _("Files of this kind cannot be read. Give txt, md, docx or a pdf with text."),
        "other_kind": _(
            "This reads like another text than a job description. Give one with its duties or requirements."
        ),
    }.get(
        getattr(error, "code", ""),
        _(
            "This could not be read as a job description. Give the whole text of one, some sentences at least."
        ),
    )
    return f"{lead} ({error})"
