"""Codes of this room in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def why_unsettled(code: str) -> str:
    return {
        "abstained": _("the machine gives no score"),
        "not_observed": _("no rater observed it"),
        "wide": _("the margin is wider than a level"),
        "apart": _("raters lie two levels or more apart"),
        "differ": _("people and the machine differ beyond their errors"),
        "below": _("below the level that the job asks for"),
    }[code]


def recommendation_fault(code: str) -> str:
    return {
        "early": _("Not everybody who is assigned has submitted yet."),
        "what": _("Choose what you recommend."),
        "reason": _("Say why you recommend it."),
    }[code]


def feedback_fault(code: str) -> str:
    return {
        "hidden": _("The job's rules do not show you the result that feedback is drawn from."),
        "released": _("This text was released in the meantime and is locked. A change is a new release."),
        "outdated": _(
            "Somebody else saved this text in the meantime. Yours is below; take over what you need, and save again."
        ),
        "result": _("There is no result that this text could be drawn from."),
        "empty": _("There is no text to release yet."),
        "result_changed": _(
            "The result changed while this page was open. Look again before you release the text."
        ),
    }[code]
