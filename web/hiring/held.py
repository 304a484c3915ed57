"""What this room holds about a candidate."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.hiring.models import Application, Candidate
from interview_analysis.web.privacy.holdings import Holding, Row


def _person(candidate: int) -> list[Row]:
    fields = ("name", "email", "phone", "language", "resume_name", "kept_for", "keep_until", "created_at")
    return list(Candidate.objects.filter(pk=candidate).values(*fields))


def _applications(candidate: int) -> list[Row]:
    """With the notes that staff wrote among themselves, once it is decided."""
    found = (
        Application.objects.filter(candidate=candidate)
        .select_related("job", "stage")
        .prefetch_related("notes")
    )
    return [
        {
            "job": a.job.name,
            "stage": a.stage.name_en if a.stage else None,
            "state": a.state,
            "created_at": a.created_at,
            "notes": [n.text for n in a.notes.all()] if a.state != Application.State.ACTIVE else None,
        }
        for a in found
    ]


def _resume(candidate: int) -> list[tuple[str, Path]]:
    found = Candidate.objects.filter(pk=candidate).exclude(resume="")
    return [(c.resume_name or c.resume, settings.HOME.files / c.resume) for c in found]


def _erase(candidate: int) -> None:
    Candidate.objects.filter(pk=candidate).delete()


HELD = (
    Holding(
        "person", _("Name, contacts and résumé"), _person,
        given=_resume, files=lambda candidate: [path for _name, path in _resume(candidate)], erase=_erase,
    ),
    Holding("applications", _("Applications with notes"), _applications),
)  # fmt: skip
