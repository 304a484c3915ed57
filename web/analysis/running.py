"""From an interview of the application to a report on disk, through the pipeline's own way."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from django.conf import settings

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.common.config import CandidateChannel, load_norms, load_run_config
from interview_analysis.pipeline.common.progress import Progress
from interview_analysis.pipeline.common.system import quiet_dependencies
from interview_analysis.pipeline.interview import score_interview
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.candidate import is_called
from interview_analysis.pipeline.observation.observed import observed
from interview_analysis.pipeline.observation.part import ObservedPart, transcript_alone
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.outputs import REPORT_FILE, report_language, save
from interview_analysis.pipeline.transcript.given import GivenTranscript, read_transcript, read_written
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import observations_of
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.site import store


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
    """What a worker loads once."""

    @cached_property
    def models(self) -> LoadedModels:
        quiet_dependencies()
        return LoadedModels(load_run_config())

    def run(self, analysis: Analysis, on_progress: Progress) -> Result:
        """Score all recordings of the interview, and write the report aside and in place.

        Raises InterviewAnalysisError with one line that says what was received and what to do.
        """
        profile = profile_of(analysis.profile)
        cache = ObservationCache.at(observations_of(analysis.interview.application.candidate_id))
        recordings = _recordings(analysis)
        models = self.models.speaking(recordings[0].language or None)
        parts = [self._part(recording, models, cache, on_progress) for recording in recordings]
        candidate = _called(str(analysis.interview.application.candidate.name), parts)
        channel: CandidateChannel | None = recordings[0].candidate_channel or None  # type: ignore[assignment]
        made = score_interview(
            parts,
            profile,
            load_norms(),
            models,
            cache,
            channel=channel,
            candidate=candidate,
        )
        folder = settings.HOME.files / f"analysis-{analysis.key.hex}"
        save(made, folder, report_language("auto", made.report, profile))
        sha256 = hashlib.sha256((folder / REPORT_FILE).read_bytes()).hexdigest()
        overall = made.report.overall
        return Result(
            store.put(folder),
            sha256,
            overall.score,
            overall.standard_error,
            overall.partial,
            overall.abstention.reason.value if overall.abstention else "",
        )

    def _part(
        self, recording: Recording, models: LoadedModels, cache: ObservationCache, on_progress: Progress
    ) -> ObservedPart:
        with store.local(settings.HOME.files / recording.original) as path:
            return self._part_at(path, recording, models, cache, on_progress)

    def _part_at(
        self,
        path: Path,
        recording: Recording,
        models: LoadedModels,
        cache: ObservationCache,
        on_progress: Progress,
    ) -> ObservedPart:
        file = RecordingFile.at(path)
        if file.sha256 != recording.sha256:
            raise MediaError(f"{recording.name} is not what was uploaded; upload it again", "changed")
        language = recording.language or None
        if recording.kind in Recording.WORDS:
            read = read_written if recording.kind == Recording.Kind.WRITTEN else read_transcript
            return transcript_alone(_named(read(path, language), recording.name), recording.question)
        observers = models.observers.beside_transcript() if recording.transcript else models.observers
        seen = observed(file, observers, cache, on_progress=on_progress)
        part = ObservedPart(recording.name, recording.sha256, seen, question=recording.question)
        if not recording.transcript:
            return part
        with store.local(settings.HOME.files / recording.transcript) as words:
            return part.worded(_named(read_transcript(words, language), f"{recording.name}: transcript"))


def _recordings(analysis: Analysis) -> list[Recording]:
    """What the interview is scored from. Raises MediaError for transcripts beside recordings that they are not said to be of."""
    found = list(analysis.interview.recordings.all())
    loose = [recording for recording in found if recording.kind == Recording.Kind.TRANSCRIPT]
    if loose and len(loose) < len(found):
        raise MediaError(
            f"{loose[0].name} is a transcript beside recordings; say on the interview's page which one it is of, or remove it",
            "loose_transcript",
        )
    return found


def _named(given: GivenTranscript, name: str) -> GivenTranscript:
    """A transcript under the name that it was uploaded with."""
    return replace(given, file=given.file.model_copy(update={"id": name}))


def _called(candidate: str, parts: Sequence[ObservedPart]) -> str | None:
    """The candidate's name where a transcript has a speaker of that name."""
    names = [name for part in parts if part.seen.voices for name in part.seen.voices.names]
    return candidate if is_called(candidate, names) else None
