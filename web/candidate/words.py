"""What cannot be done, and what to do instead, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from interview_analysis.web.candidate.questions import MAX_QUESTIONS, MAX_TEXT, QuestionError


def consent_fault(code: str) -> str:
    return {
        "changed": _("The text was changed while you were reading. Read it again, please, and choose then."),
        "finished": _(
            "The interview was handed in already. To withdraw your consent, write to the contact below."
        ),
    }[code]


def slot_fault(code: str) -> str:
    return {
        "taken": _("Somebody else took this time a moment ago. Pick another one, please."),
        "late": _("It is too late to change the time here. Write to the contact below."),
        "begun": _("The interview has begun, or is called off."),
    }[code]


def question_fault(error: QuestionError) -> str:
    said = {
        "empty": _("A question that is used needs a text."),
        "long": _("A question has %(number)s characters at most.") % {"number": MAX_TEXT},
        "seconds": _("Expected 5 to 3600 seconds."),
        "many": _("%(number)s questions at most.") % {"number": MAX_QUESTIONS},
        "spoken": _("Expected a recording with sound as mp4, webm, m4a, mp3, ogg or wav, 50 MB at most."),
    }[error.code]
    return _("Question %(number)s: %(fault)s") % {"number": error.row + 1, "fault": said}


def invitation_fault(code: str) -> str:
    return {
        "begun": _("The interview has begun; this cannot be changed any more. Its end and extra time can."),
        "revoked": _("The invitation is called off. Make a new one."),
        "finished": _("The interview was handed in already."),
    }[code]


def why_rule(field: str) -> str:
    """Why a rule starts as it does; the sources stand in docs/candidates.md."""
    return {
        "think_s": _(
            "Starts at 90. The usual 30 s of such products are short: time to prepare raises rated performance and is received better (Basch et al. 2021; Tilston et al. 2024, 27,809 applicants)."
        ),
        "answer_s": _(
            "Starts at 180. The usual 2 minutes cut off accounts of something done; the time is a mark, not a wall."
        ),
        "retakes": _(
            "Starts at 1. A second try helps against mishaps and is received better (Tilston et al. 2024); more of them reward patience instead of skill."
        ),
        "hard_end": _(
            "Starts off: going over the time is noted and not cut, which is fairer to whoever speaks slowly."
        ),
        "may_write": _("Starts on, so that nobody drops out because of a camera, a browser or a disability."),
        "code_asked": _(
            "Starts off. Turn it on where somebody else might get hold of the link; it costs the candidate a minute."
        ),
        "remind_h": _(
            "Hours before the appointment, or before the time to answer is over, with commas. Quiet hours are kept. Empty: the company's own. 0: none."
        ),
        "unconfirmed_h": _(
            "So long after the invitation one more message goes to whoever did not confirm. Empty: the company's own. 0: none."
        ),
        "move_until_h": _(
            "Later than that the interviewer has prepared, and a change is agreed upon with the contact."
        ),
        "heard_days": _("Candidates are told this, so keep it."),
    }.get(field, "")
