"""The machine's result of an interview, read from where the analysis keeps it."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from interview_analysis.errors import InterviewAnalysisError, OutputError
from interview_analysis.pipeline.outputs import REPORT_FILE, load_saved
from interview_analysis.scoring.report.report import Report
from interview_analysis.types import Transcript
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.site import store

log = logging.getLogger(__name__)


class ResultDamagedError(InterviewAnalysisError):
    """The files of a result are missing or not what they were; `result_fault` in words.py says it to a reader."""


@dataclass(frozen=True, slots=True)
class Saved:
    analysis: Analysis
    report: Report
    transcript: Transcript | None


def current_analysis(interview: Interview) -> Analysis | None:
    done = (a for a in interview.analyses.all() if a.current and a.state == Analysis.State.DONE)
    return next(done, None)


def current_result(interview: Interview) -> Saved | None:
    """None where there is none yet. Raises ResultDamagedError."""
    analysis = current_analysis(interview)
    return saved(analysis) if analysis is not None else None


def saved(analysis: Analysis) -> Saved:
    """Raises ResultDamagedError where its files are missing or not what they were; the log says which."""
    folder = settings.HOME.files / analysis.folder
    try:
        report, transcript = _load(folder, analysis.report_sha256)
    except (OutputError, OSError, store.StoreAwayError) as error:
        log.error("the result of analysis %s cannot be read: %s", analysis.key, error)
        raise ResultDamagedError(
            "the report of this analysis is missing or damaged; analyse the interview again"
        ) from error
    return Saved(analysis, report, transcript)


@lru_cache(maxsize=32)
def _load(folder: Path, sha256: str) -> tuple[Report, Transcript | None]:
    with store.local(folder) as read:
        path = read / REPORT_FILE
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise OutputError(f"{folder / REPORT_FILE} is missing or was changed")
        return load_saved(read)


def basis(interview: Interview) -> str:
    """A hash of what a scorecard rests on: the recordings with their transcripts, the rubric and the machine's result."""
    analysis = current_analysis(interview)
    profile = interview.application.job.profile
    told = [
        *interview.recordings.values_list("sha256", flat=True),
        *interview.recordings.exclude(transcript="").values_list("transcript", flat=True),
        profile.sha256 if profile else "",
        analysis.report_sha256 if analysis else "",
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
