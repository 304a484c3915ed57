"""From an interview of the application to a report on disk, through the pipeline's own way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.common.progress import Progress
from interview_analysis.pipeline.common.system import quiet_dependencies
from interview_analysis.pipeline.interview import ObservedPart, score_interview
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.observed import observed
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.outputs import REPORT_FILE, report_language, save
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Recording


@dataclass(frozen=True, slots=True)
class Result:
    """The columns of `Analysis` that lists sort by, and where the report lies."""

    folder: str
    report_sha256: str
    overall: float | None
    standard_error: float | None
    partial: bool
    abstention: str


class Engine:
    """What a worker loads once: the models, and the cache of observations that all workers share."""

    @cached_property
    def models(self) -> LoadedModels:
        quiet_dependencies()
        return LoadedModels(load_run_config())

    @cached_property
    def cache(self) -> ObservationCache:
        return ObservationCache.at(settings.HOME.observations)

    def run(self, analysis: Analysis, on_progress: Progress) -> Result:
        """Score all recordings of the interview, and write the report aside and in place.

        Raises InterviewAnalysisError with one line that says what was received and what to do.
        """
        profile = profile_of(analysis.profile)
        recordings = list(analysis.interview.recordings.exclude(kind=Recording.Kind.TRANSCRIPT))
        models = self.models.speaking(recordings[0].language or None)
        parts = []
        for recording in recordings:
            file = RecordingFile.at(settings.HOME.files / recording.original)
            if file.sha256 != recording.sha256:
                raise MediaError(f"{recording.name} is not what was uploaded; upload it again", "changed")
            seen = observed(file, models.observers, self.cache, on_progress=on_progress)
            parts.append(ObservedPart(recording.name, recording.sha256, seen, question=recording.question))
        channel = recordings[0].candidate_channel or None
        made = score_interview(parts, profile, load_norms(), models, self.cache, channel=channel)  # type: ignore[arg-type]
        folder = settings.HOME.files / f"analysis-{analysis.key.hex}"
        save(made, folder, report_language("auto", made.report, profile))
        overall = made.report.overall
        return Result(
            folder.name,
            hashlib.sha256((folder / REPORT_FILE).read_bytes()).hexdigest(),
            overall.score,
            overall.standard_error,
            overall.partial,
            overall.abstention.reason.value if overall.abstention else "",
        )
