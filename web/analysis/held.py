"""What this room holds about a candidate."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from interview_analysis.pipeline.outputs import REPORT_FILE
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import observations_of
from interview_analysis.web.privacy.holdings import Holding, Row


def _analyses(candidate: int) -> list[Row]:
    fields = (
        "interview__title",
        "state",
        "overall",
        "standard_error",
        "abstention",
        "report_sha256",
        "finished_at",
    )
    return list(Analysis.objects.filter(interview__application__candidate=candidate).values(*fields))


def _folders(candidate: int) -> list[Path]:
    found = Analysis.objects.filter(interview__application__candidate=candidate).exclude(folder="")
    return [settings.HOME.files / analysis.folder for analysis in found]


def _given(candidate: int) -> list[tuple[str, Path]]:
    return [(f"{folder.name}.json", folder / REPORT_FILE) for folder in _folders(candidate)]


def _files(candidate: int) -> list[Path]:
    return [*_folders(candidate), observations_of(candidate)]


HELD = (Holding("analyses", _("Results of the machine"), _analyses, given=_given, files=_files),)
