"""Recording and job profile -> report. The main path of the product begins here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from interview_analysis.errors import TranscriptError
from interview_analysis.pipeline.common.config import RunConfig, load_norms, load_run_config
from interview_analysis.pipeline.common.progress import Progress, ignore
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.interview import Analysis, score_interview
from interview_analysis.pipeline.job.files import load_job
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.cache import NoCache, ObservationCache
from interview_analysis.pipeline.observation.candidate import voice_sample
from interview_analysis.pipeline.observation.observed import observed
from interview_analysis.pipeline.observation.part import ObservedPart, transcript_alone
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.storage.places import local_copy
from interview_analysis.pipeline.transcript.given import GivenTranscript, is_transcript, read_transcript
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile

if TYPE_CHECKING:
    from interview_analysis.scoring.learning.learned_score import NamedScorer

LOADING = "load models"  # what a run does first, as progress and as a stage


def analyze(
    recording: str | os.PathLike[str],
    job: str | os.PathLike[str] | JobProfile,
    *,
    config: RunConfig | None = None,
    norms: Norms | None = None,
    models: LoadedModels | None = None,
    cache: ObservationCache | None = None,
    candidate_voice: str | os.PathLike[str] | None = None,
    transcript: str | os.PathLike[str] | None = None,
    candidate: str | None = None,
    scorer: NamedScorer | None = None,
    on_progress: Progress = ignore,
    watch: Stopwatch | None = None,
) -> Analysis:
    """Score one recording by a job profile. Environment, standard streams and umask of the process stay as they are.

    Parameters
    ----------
    recording : path of any audio or video file that ffmpeg reads, or its URL (s3://, gs://, ...), of which a copy is fetched;
        or a transcript alone (vtt, srt, txt, docx), of which only what is said can be scored.
    job : a job profile, the path of its YAML file, the name of a built-in one, or the path of a job description.
    config, norms : what to measure and how it becomes a score; the built-in ones by default.
    models : pass the same `LoadedModels` for several recordings, so that each model is loaded once.
    cache : where observations are kept, so that scoring a recording again touches no model; none by default.
    candidate_voice : a recording of the candidate alone, which tells the candidate from others who speak.
    transcript : the recording's transcript, which takes the place of the recogniser's; see docs/transcripts.md.
    candidate : what the transcript calls the candidate.
    scorer : a model that learned from ratings, whose score stands beside the rubric's.
    on_progress : called with a stage's name, the second of the recording that it has reached, and of how many.

    Raises
    ------
    MediaError, ProfileError, ConfigError, WeightsError, SystemLibraryError
        with one line that says what was received and what to do.
    """
    watch, kept = watch or Stopwatch(), cache or NoCache()
    norms = norms or load_norms()
    if models is None:
        models = LoadedModels(config or load_run_config(), on_progress=on_progress)
    elif config is not None and config != models.config:
        raise ValueError("pass the configuration to LoadedModels, or no LoadedModels: got two that differ")
    profile = job if isinstance(job, JobProfile) else load_job(job, lambda: models.job_parser)
    given = _given(recording, transcript, candidate_voice, models.config.asr.language)
    on_progress(LOADING, 0.0, 1.0)
    with watch.stage(LOADING):
        models.load_readers()
    sample = None
    if candidate_voice is not None:
        with local_copy(candidate_voice) as path:
            sample = voice_sample(path, models.observers, kept)
    on_progress(LOADING, 1.0, 1.0)
    if given is not None and is_transcript(recording):
        part = transcript_alone(given)
    else:
        with local_copy(recording) as path:
            with watch.stage("hash"):
                file = RecordingFile.at(path)
            observers = models.observers if given is None else models.observers.beside_transcript()
            seen = observed(file, observers, kept, on_progress=on_progress, watch=watch)
        part = ObservedPart(file.name, file.sha256, seen)
        part = part if given is None else part.worded(given)
    return score_interview(
        [part], profile, norms, models, kept, sample=sample, candidate=candidate, scorer=scorer, watch=watch
    )


def _given(
    recording: str | os.PathLike[str],
    transcript: str | os.PathLike[str] | None,
    candidate_voice: str | os.PathLike[str] | None,
    language: str | None,
) -> GivenTranscript | None:
    """The transcript that was handed in: the recording itself, its own, or none."""
    alone = is_transcript(recording)
    if alone and transcript is not None:
        raise TranscriptError(f"{recording} is a transcript, and so is {transcript}; pass one of them")
    if alone and candidate_voice is not None:
        raise TranscriptError(
            f"{recording} has no sound to compare {candidate_voice} with; name the speaker with --candidate"
        )
    words = recording if alone else transcript
    if words is None:
        return None
    with local_copy(words) as path:
        return read_transcript(path, language)
