"""Recording and job profile -> report. The main path of the product, read from top to bottom."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from interview_analysis.features.language.lexicons import background
from interview_analysis.features.moments.moments import KINDS
from interview_analysis.features.tables import FeatureTables, feature_tables
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.pipeline.answering import (
    alone,
    answers_of,
    asked_texts,
    content_of,
    match_answers,
    score_answers,
    whole_levels,
    with_content,
)
from interview_analysis.pipeline.common.config import (
    RunConfig,
    load_norms,
    load_run_config,
)
from interview_analysis.pipeline.common.lineage import lineage
from interview_analysis.pipeline.common.progress import Progress, ignore
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.job.files import load_job
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.candidate import VoiceSample, candidates_view, voice_sample
from interview_analysis.pipeline.observation.loaded import LoadedModels
from interview_analysis.pipeline.observation.observe import load_models, observe
from interview_analysis.pipeline.observation.observed import knowing_encoder, observed, tables_of
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.storage.places import local_copy
from interview_analysis.scoring.content.interview import Content
from interview_analysis.scoring.evidence.indicators import ContentEvidence, in_every_language, reference_texts
from interview_analysis.scoring.interview.answers import ScoredAnswer, add_up, answer_reports
from interview_analysis.scoring.interview.flags import flags
from interview_analysis.scoring.interview.state import state_report, timeline_event
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.provenance import (
    AudioTrack,
    JobDescription,
    Media,
    RecordingPart,
    Stretch,
)
from interview_analysis.scoring.report.report import Report, Series, Timeline
from interview_analysis.scoring.report.speakers import speakers
from interview_analysis.scoring.rubric.score import ScoreCard, score
from interview_analysis.types import MediaFacts, Observations


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report with everything that it was made from. `save` in outputs.py writes it to a folder.

    `observations` are the candidate's view, with what others said in its `conversation`.
    """

    report: Report
    profile: JobProfile
    observations: Observations
    tables: FeatureTables


def analyze(
    recording: str | os.PathLike[str],
    job: str | os.PathLike[str] | JobProfile,
    *,
    config: RunConfig | None = None,
    norms: Norms | None = None,
    models: LoadedModels | None = None,
    cache: ObservationCache | None = None,
    candidate_voice: str | os.PathLike[str] | None = None,
    on_progress: Progress = ignore,
    watch: Stopwatch | None = None,
) -> Analysis:
    """Score one recording by a job profile. Environment, standard streams and umask of the process stay as they are.

    Parameters
    ----------
    recording : path of any audio or video file that ffmpeg reads, or its URL (s3://, gs://, ...), of which a copy is fetched.
    job : a job profile, the path of its YAML file, the name of a built-in one, or the path of a job description.
    config, norms : what to measure and how it becomes a score; the built-in ones by default.
    models : pass the same `LoadedModels` for several recordings, so that each model is loaded once.
    cache : where observations are kept, so that scoring a recording again touches no model; none by default.
    candidate_voice : a recording of the candidate alone, which tells the candidate from others who speak.
    on_progress : called with a stage's name, the second of the recording that it has reached, and of how many.

    Raises
    ------
    MediaError, ProfileError, ConfigError, WeightsError, SystemLibraryError
        with one line that says what was received and what to do.
    """
    watch = watch or Stopwatch()
    norms = norms or load_norms()
    if models is None:
        models = LoadedModels(config or load_run_config(), on_progress=on_progress)
    elif config is not None and config != models.config:
        raise ValueError("pass the configuration to LoadedModels, or no LoadedModels: got two that differ")
    profile = job if isinstance(job, JobProfile) else load_job(job, lambda: models.job_parser)
    sample = None
    if candidate_voice is not None:
        with local_copy(candidate_voice) as path:
            sample = voice_sample(path, models, cache)
    with local_copy(recording) as path:
        with watch.stage("hash"):
            file = RecordingFile.at(path)
        if cache is not None:
            seen = observed(file, models, cache, on_progress=on_progress, watch=watch)
        else:
            load_models(path, models, watch)
            seen = observe(path, models, on_progress=on_progress, watch=watch)
            file.check_unchanged()
    view = candidates_view(seen, models.config.candidate_channel, sample)
    part = RecordingPart(
        name=file.name, sha256=file.sha256, start_s=0.0, duration_s=round(seen.facts.duration_s, 3)
    )
    tables, by_answer, encoder = None, None, None
    if cache is not None:
        with watch.stage("features"):
            tables = tables_of(view, [(file.sha256, None, None)], models, cache, norms.block_s)
        encoder, by_answer = _answers_kept(part, seen, view, norms, models, cache, watch)
    return score_observations(
        [part], view, profile, norms, models,
        tables=tables, answer_tables=by_answer, encoder=encoder, sample=sample, watch=watch,
    )  # fmt: skip


def score_observations(
    recordings: Sequence[RecordingPart],
    observations: Observations,
    profile: JobProfile,
    norms: Norms,
    models: LoadedModels,
    *,
    tables: FeatureTables | None = None,
    answer_tables: FeatureTables | None = None,
    encoder: SentenceEncoder | None = None,
    sample: VoiceSample | None = None,
    watch: Stopwatch | None = None,
) -> Analysis:
    """Score what was observed of one interview; no recording is opened.

    Parameters
    ----------
    recordings : what `observations` were made of, in order; see `joining.joined`.
    observations : all of them, or the view of the candidate (`candidates_view`), which is made of them otherwise.
    tables, answer_tables : the feature tables of that view and of its answers, where they are known.
    sample : how the candidate sounds, where that is known.
    encoder : one that knows the transcript's sentences (`observed.knowing_encoder`); that of `models` by default.
    """
    watch = watch or Stopwatch()
    view = candidates_view(observations, models.config.candidate_channel, sample)
    if tables is None:
        with watch.stage("features"):
            tables = feature_tables(
                view,
                block_s=norms.block_s,
                window_s=models.config.window_s,
                hop_s=models.config.hop_s,
            )
    with watch.stage("evidence"):
        found = _evidence(profile, norms, view, models, encoder)
    with watch.stage("content"):
        content = content_of(view, profile, models, encoder)
    with watch.stage("answers"):
        asked = match_answers(answers_of(recordings, view), profile, norms, models, encoder)
        scored = score_answers(asked, found, content, view, profile, norms, models, tables=answer_tables)
    with watch.stage("score"):
        levels = whole_levels(asked, content, profile)
        whole = score(
            profile, norms, view, tables, found, levels, face_and_body=models.config.policy.face_and_body
        )
        scored = scored or alone(asked, whole, view)
    report = _report(recordings, profile, norms, view, tables, found, content, models, whole, scored, sample)
    return Analysis(report, profile, view, with_content(tables, asked, content))


def _answers_kept(
    part: RecordingPart,
    seen: Observations,
    view: Observations,
    norms: Norms,
    models: LoadedModels,
    cache: ObservationCache,
    watch: Stopwatch,
) -> tuple[SentenceEncoder, FeatureTables | None]:
    """From the cache, an encoder that knows all that was said and asked, and the tables of the answers."""
    found = answers_of([part], view)
    with watch.stage("sentences"):
        encoder = knowing_encoder(view.transcript, models, cache, [seen.transcript], asked_texts(found))
    if len(found) < 2:
        return encoder, None
    with watch.stage("features"):
        windows = [answer.interval for answer in found]
        known = [(part.sha256, None, None)]
        return encoder, tables_of(view, known, models, cache, norms.block_s, windows)


def _evidence(
    profile: JobProfile,
    norms: Norms,
    observations: Observations,
    models: LoadedModels,
    encoder: SentenceEncoder | None,
) -> ContentEvidence | None:
    transcript = observations.transcript
    if transcript is None:
        return None
    unrelated: dict[str, Sequence[str]] = {
        language: background(language) for language in transcript.languages if language in profile.languages
    }
    for language, texts in unrelated.items():
        models.encoder.remember(texts)
        models.encoder.remember(reference_texts(profile, language))
    return in_every_language(profile, transcript, encoder or models.encoder, unrelated, norms.evidence)


def _report(
    recordings: Sequence[RecordingPart],
    profile: JobProfile,
    norms: Norms,
    observations: Observations,
    tables: FeatureTables,
    found: ContentEvidence | None,
    content: Content | None,
    models: LoadedModels,
    whole: ScoreCard,
    answers: Sequence[ScoredAnswer],
    sample: VoiceSample | None,
) -> Report:
    interview = add_up(profile, norms, whole, answers)
    card, policy = interview.card, models.config.policy
    transcript = observations.transcript
    return Report(
        job=profile.name,
        job_id=profile.id,
        language=transcript.language if transcript and transcript.words else None,
        media=_media(recordings[0].name, observations.facts),
        overall=card.overall,
        channels=card.channels,
        dimensions=card.dimensions,
        level_cuts=norms.level_cuts,
        norms_origin=norms.origin,
        bar=card.bar,
        description=_description(profile),
        answers=answer_reports(answers, interview.shares),
        reliability=interview.reliability,
        flags=flags(
            observations,
            tables,
            found,
            card,
            [answer.answer for answer in answers],
            content.to_the_scorer() if content else (),
            languages=profile.languages,
            min_word_probability=norms.limits.min_word_probability,
            face_and_body=policy.face_and_body,
        ),
        state=state_report(
            tables.events,
            observations.facts.duration_s,
            transcript,
            policy,
            norms.state,
            conversation=observations.conversation,
            answers=[(scored.answer.interval, scored.answer.question) for scored in answers],
        ),
        timeline=_timeline(tables, models.config, transcript.language if transcript else None),
        lineage=lineage(
            recordings, profile, models.config, norms, models.hashes(video=observations.facts.has_video)
        ),
        speakers=speakers(observations, sample.file if sample is not None else None),
        recordings=tuple(recordings) if len(recordings) > 1 or _is_part(recordings[0]) else (),
    )


def _description(profile: JobProfile) -> JobDescription | None:
    read = profile.description
    if read is None:
        return None
    return JobDescription(id=read.name, version=read.parser, sha256=read.sha256, model=read.model)


def _is_part(recording: RecordingPart) -> bool:
    return recording.clip_start_s > 0 or recording.clip_end_s is not None or recording.question != ""


def _media(name: str, facts: MediaFacts) -> Media:
    return Media(
        name=name,
        duration_s=round(facts.duration_s, 3),
        has_audio=facts.has_audio,
        has_video=facts.has_video,
        container=facts.container,
        width_px=facts.width_px,
        height_px=facts.height_px,
        fps=_number(facts.fps),
        variable_frame_rate=facts.variable_frame_rate,
        rotation_deg=facts.rotation_deg,
        mirrored=facts.mirrored,
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
        audio_rate_hz=facts.audio_rate_hz,
        loudness_lufs=_number(facts.loudness_lufs),
        clipping_ratio=_number(facts.clipping_ratio, 6),
        snr_db=_number(facts.snr_db),
        luma_median=_number(facts.luma_median),
        bandwidth_hz=_number(facts.bandwidth_hz),
        audio_tracks=tuple(
            AudioTrack(number=track.number, name=track.name, left_out=track.left_out)
            for track in facts.audio_tracks
        ),
        sound_holes=tuple(
            Stretch(start_s=round(hole.start_s, 3), end_s=round(hole.end_s, 3)) for hole in facts.sound_holes
        ),
    )


def _number(value: float, digits: int = 3) -> float | None:
    """A JSON number, or null for NaN and infinity."""
    return round(value, digits) if abs(value) < float("inf") else None


def _timeline(tables: FeatureTables, config: RunConfig, language: str | None) -> Timeline:
    centres = tuple(round((start + end) / 2, 3) for start, end in tables.timeline.index)
    series = [
        Series(
            id=item.feature,
            name=item.name,
            unit=item.unit,
            time_s=centres,
            value=tuple(_number(float(v), 4) for v in tables.timeline[item.feature]),
        )
        for item in config.timeline
        if tables.timeline[item.feature].notna().any()
    ]
    shown = {*config.timeline_events, *KINDS}
    events = [timeline_event(event, language) for event in tables.events if event.kind in shown]
    return Timeline(window_s=config.window_s, series=tuple(series), events=tuple(events))
