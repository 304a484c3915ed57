"""What a state, a stage and a failure are called, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from interview_analysis.pipeline.common.messages import load_messages
from interview_analysis.web.site.language import reader_language


def stage_words(stage: str) -> str:
    known = {
        "": _("starting"),
        "load models": _("loading the models"),
        "decode": _("reading the recording"),
        "transcribe": _("transcribing"),
        "voice": _("listening to the voices"),
        "face": _("looking at the face"),
        "pose": _("looking at the posture"),
    }
    return known.get(stage, stage)


def refusal(code: str) -> str:
    """Why an analysis may not be asked for, and what to do."""
    return {
        "consent": _("The candidate's consent to an analysis is not on record. Enter it first."),
        "no_recording": _("There is no recording yet. Upload one first."),
        "no_profile": _("The job has no profile yet. Make one first."),
    }.get(code, code)


def failure(code: str, error: str) -> str:
    """Why an analysis failed: in the reader's language where the kind is known, else as the program says it."""
    own = {
        "lost": _("The worker was lost three times; the recording may need more memory than there is."),
        "fault": _("A fault of the program. It is in the log; try again, or report it."),
        "loose_transcript": _(
            "A transcript stands beside recordings. Say on the interview's page which recording it is of, or remove it."
        ),
        "changed": _("The file is not what was uploaded. Upload it again."),
    }
    if code in own:
        return own[code]
    language = reader_language()
    if language == "en":
        return error
    return load_messages()["failure_reasons"].get(code, {}).get(language) or error
