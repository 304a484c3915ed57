"""Where what was observed of a candidate's recordings is kept, and when it goes."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from interview_analysis.web.interviews.models import Interview


def observations_of(candidate: int) -> Path:
    """What was observed of a candidate's recordings, which all workers share; a folder a person, so that it can be erased."""
    folder: Path = settings.HOME.observations / f"candidate-{candidate}"
    return folder


def forget_gone() -> None:
    """Remove from this machine what was observed of people who, by now, were erased or do without the analysis."""
    folders: Path = settings.HOME.observations
    for folder in folders.glob("candidate-*"):
        number = folder.name.removeprefix("candidate-")
        agreed = Interview.objects.filter(consent__analysis=True, consent__withdrawn_at=None)
        if number.isdecimal() and not agreed.filter(application__candidate=int(number)).exists():
            shutil.rmtree(folder, ignore_errors=True)
