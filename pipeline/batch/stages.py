"""What the workers of a batch do: probe a recording, observe it, score an interview. The same for every executor.

Observations go from one stage to the next through the cache, which every worker reaches. Heavy modules are imported
inside, because a worker sets its threads before it loads them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.batch.fetched import Fetched
from interview_analysis.pipeline.batch.workers.executor import Stages
from interview_analysis.pipeline.storage.places import Folder, local_copy, shown

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from interview_analysis.pipeline.batch.manifest.manifest import Interview
    from interview_analysis.pipeline.batch.results import Row
    from interview_analysis.pipeline.common.config import RunConfig
    from interview_analysis.pipeline.learning.scorer_source import ScorerSource
    from interview_analysis.pipeline.loaded import LoadedModels
    from interview_analysis.pipeline.observation.cache import ObservationCache
    from interview_analysis.pipeline.observation.candidate import VoiceSample
    from interview_analysis.pipeline.observation.part import ObservedPart
    from interview_analysis.pipeline.transcript.given import GivenTranscript
    from interview_analysis.scoring.norms import Norms
    from interview_analysis.scoring.profile import JobProfile

INTERVIEWS = "interviews"  # the folder of a run that the reports are in
ReportLanguage = Literal["auto", "en", "zh"]


@dataclass(frozen=True, slots=True)
class Probe:
    """What is known of a recording before it is observed. `duration_s` is what it declares, 0 where it does not."""

    sha256: str
    duration_s: float
    seconds: float = 0.0  # that probing took


@dataclass(frozen=True, slots=True)
class Observing:
    """A recording to observe; `language` is spoken in it, None to go by that of the run, or to detect it. `worded`: its words are known."""

    path: str
    sha256: str
    language: str | None
    worded: bool = False


@dataclass(frozen=True, slots=True)
class Listening:
    """A recording of a candidate alone, to hear how the voice sounds."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """An interview to score, with the SHA-256 of each of its recordings; `inputs` is that of all its row depends on.

    `voice` is the SHA-256 of the recording of the candidate alone, where there is one; `transcripts` those of the transcripts.
    """

    interview: Interview
    recordings: tuple[str, ...]
    inputs: str
    voice: str | None = None
    transcripts: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Unobserved:
    """An interview cannot be scored yet: the cache lacks these of its recordings, by their place, or the `voice`."""

    recordings: tuple[int, ...]
    voice: bool = False


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """All that a worker goes by. Calling it gives the stages; models are loaded when they are first needed."""

    config: RunConfig
    norms: Norms
    profiles: Mapping[str, JobProfile]
    out: Folder
    cache: ObservationCache
    language: ReportLanguage  # of the reports
    scorer: ScorerSource | None = None
    fetched: Fetched | None = (
        None  # where recordings from elsewhere wait; without it they are fetched for each stage
    )

    def __call__(self) -> Stages:
        from interview_analysis.pipeline.common.allocator import bound_allocator
        from interview_analysis.pipeline.common.system import quiet_dependencies
        from interview_analysis.pipeline.loaded import LoadedModels

        quiet_dependencies()
        bound_allocator()
        worker = Worker(self, LoadedModels(self.config))
        return {"probe": worker.probe, "observe": worker.observe, "score": worker.score}


class Worker:
    """The stages of one worker, with its models."""

    def __init__(self, setup: WorkerSetup, models: LoadedModels) -> None:
        self._setup, self._models, self._cache = setup, models, setup.cache
        self._scorer = setup.scorer.load() if setup.scorer else None

    def probe(self, path: str) -> Probe:
        """Fetch a recording, hash it and look how long it says it is. Raises MediaError for what is no recording."""
        from interview_analysis.models.weights.hashes import file_sha256
        from interview_analysis.pipeline.media.probe import probe
        from interview_analysis.pipeline.transcript.given import is_transcript, read_transcript

        begin = time.perf_counter()
        with local_copy(path) as local:
            if is_transcript(path):
                given = read_transcript(local)
                return Probe(given.file.sha256, given.end_s, time.perf_counter() - begin)
            duration_s, sha256 = probe(local).duration_s, file_sha256(local)
            if self._setup.fetched is not None:
                self._setup.fetched.keep(path, sha256, local)
            return Probe(sha256, duration_s, time.perf_counter() - begin)

    def observe(self, task: Observing | Listening) -> float:
        """Put what the models see and hear of a recording into the cache; gives the seconds that it took."""
        from interview_analysis.pipeline.observation.candidate import voice_sample
        from interview_analysis.pipeline.observation.observed import knowing_encoder, observed
        from interview_analysis.pipeline.observation.recording import RecordingFile

        begin = time.perf_counter()
        with self._recording(task) as local:
            recording = RecordingFile.at(local)
            if recording.sha256 != task.sha256:
                raise _changed(task.path)
            if isinstance(task, Listening):
                voice_sample(local, self._models.observers, self._cache)
            else:
                self._models.load_readers()
                observers = self._speaking(task.language).observers
                observers = observers.beside_transcript() if task.worded else observers
                seen = observed(recording, observers, self._cache)
                knowing_encoder(seen.transcript, self._models.encoder, self._cache)  # for scores to know
        return time.perf_counter() - begin

    def _speaking(self, language: str | None) -> LoadedModels:
        """The models for an interview in `language`, by default in the language of the configuration."""
        return self._models.speaking(language or self._setup.config.asr.language)

    def _recording(self, task: Observing | Listening) -> AbstractContextManager[Path]:
        if self._setup.fetched is None:
            return local_copy(task.path)
        return self._setup.fetched.recording(task.path, task.sha256)

    def _sample(self, task: Scoring) -> VoiceSample | None:
        """How the candidate sounds, from the cache; None where no recording says it, or it is not kept."""
        from interview_analysis.pipeline.observation.candidate import recalled_voice

        if task.voice is None or task.interview.candidate_voice is None:
            return None
        name = _file_name(task.interview.candidate_voice)
        return recalled_voice(name, task.voice, self._models.observers, self._cache)

    def _part(self, task: Scoring, place: int, models: LoadedModels) -> ObservedPart | None:
        """One recording of an interview, or the transcript that stands for one; None where the cache lacks it."""
        from interview_analysis.pipeline.observation.observed import recalled
        from interview_analysis.pipeline.observation.part import ObservedPart, transcript_alone
        from interview_analysis.pipeline.transcript.given import is_transcript

        recording, sha256, language = (
            task.interview.recordings[place],
            task.recordings[place],
            models.config.asr.language,
        )
        if is_transcript(recording.path):
            words = transcript_alone(_read(recording.path, sha256, language), recording.question)
            return replace(words, start_s=recording.start_s, end_s=recording.end_s)
        words_sha256 = task.transcripts[place] if task.transcripts else None
        observers = models.observers if words_sha256 is None else models.observers.beside_transcript()
        seen = recalled(sha256, observers, self._cache)
        if seen is None:
            return None
        part = ObservedPart(
            _file_name(recording.path), sha256, seen, recording.start_s, recording.end_s, recording.question
        )
        if recording.transcript is None or words_sha256 is None:
            return part
        return part.worded(_read(recording.transcript, words_sha256, language))

    def score(self, task: Scoring) -> Row | Unobserved:
        """Score an interview from the cache and put its report in place; its row is the driver's to write."""
        from interview_analysis.pipeline.batch.results import scored_row
        from interview_analysis.pipeline.interview import score_interview
        from interview_analysis.pipeline.outputs import report_language, write_files

        begin = time.perf_counter()
        interview, profile = task.interview, self._setup.profiles[task.interview.job]
        models = self._speaking(interview.language)
        seen = [self._part(task, place, models) for place in range(len(interview.recordings))]
        sample = self._sample(task)
        missing = tuple(place for place, found in enumerate(seen) if found is None)
        unheard = sample is None and task.voice is not None
        if missing or unheard:
            return Unobserved(missing, unheard)
        parts = [found for found in seen if found is not None]
        analysis = score_interview(
            parts, profile, self._setup.norms, models, self._cache,
            channel=interview.candidate_channel, sample=sample, scorer=self._scorer,
        )  # fmt: skip
        place = f"{INTERVIEWS}/{interview.slug}"
        language = report_language(self._setup.language, analysis.report, profile)
        self._setup.out.write_tree(place, lambda folder: write_files(analysis, folder, language))
        return scored_row(
            interview,
            analysis.report,
            analysis.tables,
            inputs=task.inputs,
            recordings=task.recordings,
            candidate_voice=task.voice,
            report_path=f"{place}/report.html",
            seconds={"score": time.perf_counter() - begin},
            finished_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )


def _read(path: str, sha256: str, language: str | None) -> GivenTranscript:
    """A transcript, that it is still what it was. Raises TranscriptError."""
    from interview_analysis.pipeline.transcript.given import read_transcript

    with local_copy(path) as local:
        given = read_transcript(local, language)
    if given.file.sha256 != sha256:
        raise _changed(path)
    return given


def _changed(path: str) -> MediaError:
    return MediaError(
        f"{shown(path)} is not what it was when the batch looked at it first; leave it as it is "
        "until the batch is done, and run it again",
        "changed",
    )


def _file_name(path: str) -> str:
    from interview_analysis.pipeline.common.file_names import readable_name

    return readable_name(Path(shown(path)))
