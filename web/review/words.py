"""What goes wrong with a scorecard, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def result_fault() -> str:
    """That the files of a result are missing or damaged, and what to do."""
    return _(
        "The machine's report of this interview is missing or damaged. Analyse the interview again; ratings and decisions are kept."
    )


def scorecard_fault(code: str, error: str) -> str:
    return {
        "submitted": _("This scorecard was submitted. To change it, open a new version and say why."),
        "unrated": _(
            "Some dimensions are not rated yet. Choose a level for each, or that it was not observed."
        ),
        "reason": _("Say why the scorecard is changed."),
        "no_profile": _("The job has no profile to rate by yet."),
        "not_assigned": _("You are not among those who rate this interview."),
    }.get(code, error)


def consensus_fault(code: str) -> str:
    return {
        "early": _("Not everybody who is assigned has submitted yet."),
        "not_named": _("The job names somebody else for the final rating."),
        "levels": _("Choose a level for every dimension, or that it was not observed."),
    }.get(code, code)
