"""What was scored -> the report."""

from __future__ import annotations

from collections.abc import Sequence

from interview_analysis.features.moments.moments import KINDS
from interview_analysis.features.tables import FeatureTables
from interview_analysis.pipeline.common.config import RunConfig
from interview_analysis.pipeline.common.lineage import lineage
from interview_analysis.pipeline.observation.candidate import VoiceSample
from interview_analysis.pipeline.observation.joining import joint_starts_s
from interview_analysis.pipeline.observation.part import ObservedPart
from interview_analysis.scoring.content.interview import Content
from interview_analysis.scoring.evidence.indicators import ContentEvidence
from interview_analysis.scoring.interview.answers import ScoredAnswer, add_up, answer_reports
from interview_analysis.scoring.interview.flags import flags
from interview_analysis.scoring.interview.state import state_report, timeline_event
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.provenance import (
    AudioTrack,
    Hashed,
    JobDescription,
    Media,
    RecordingPart,
    Stretch,
)
from interview_analysis.scoring.report.report import Report, Series, Timeline
from interview_analysis.scoring.report.speakers import speakers
from interview_analysis.scoring.rubric.score import ScoreCard
from interview_analysis.types import MediaFacts, Observations


def filled_report(
    parts: Sequence[ObservedPart],
    clipped: Sequence[Observations],
    profile: JobProfile,
    norms: Norms,
    observations: Observations,
    tables: FeatureTables,
    found: ContentEvidence | None,
    content: Content | None,
    whole: ScoreCard,
    answers: Sequence[ScoredAnswer],
    sample: VoiceSample | None,
    config: RunConfig,
    models: tuple[Hashed, ...],
) -> Report:
    """The report of an interview, but for what a trained model adds to it.

    Parameters
    ----------
    parts : the recordings and answers in writing as they follow each other on the clock.
    clipped : what was observed of that part of each that counts.
    observations : the candidate's view of all of them, joined.
    tables, found, content : the measures, the evidence of indicators and what was told, None without a word.
    whole, answers : the scores of the interview as one and of each answer.
    models : all that anything of the parts depends on.
    """
    recordings = _recordings(parts, clipped)
    interview = add_up(profile, norms, whole, answers)
    card, policy = interview.card, config.policy
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
        timeline=_timeline(tables, config, transcript.language if transcript else None, norms),
        lineage=lineage(
            recordings,
            profile,
            config,
            norms,
            models,
            [part.transcript for part in parts if part.transcript is not None],
        ),
        speakers=speakers(observations, sample.file if sample is not None else None),
        word_times=transcript.word_times if transcript else "recognised",
        recordings=tuple(recordings) if len(recordings) > 1 or _is_part(recordings[0]) else (),
    )


def _recordings(parts: Sequence[ObservedPart], clipped: Sequence[Observations]) -> tuple[RecordingPart, ...]:
    """The recordings as the report has them."""
    return tuple(
        RecordingPart(
            name=part.name,
            sha256=part.sha256,
            start_s=round(start_s, 3),
            duration_s=round(seen.facts.duration_s, 3),
            clip_start_s=part.start_s or 0.0,
            clip_end_s=part.end_s,
            question=part.question,
            written=part.is_written,
        )
        for part, seen, start_s in zip(parts, clipped, joint_starts_s(clipped), strict=True)
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


def _timeline(tables: FeatureTables, config: RunConfig, language: str | None, norms: Norms) -> Timeline:
    """Curves of what could be observed; a window of which too little was, as where the face is away, is a gap."""
    centres = tuple(round((start + end) / 2, 3) for start, end in tables.timeline.index)
    series = [
        Series(
            id=item.feature,
            name=item.name,
            unit=item.unit,
            time_s=centres,
            value=tuple(
                _number(float(v), 4) for v in tables.over_time(item.feature, norms.limits.min_coverage_ratio)
            ),
        )
        for item in config.timeline
        if tables.timeline[item.feature].notna().any()
    ]
    shown = {*config.timeline_events, *KINDS}
    events = [timeline_event(event, language) for event in tables.events if event.kind in shown]
    return Timeline(window_s=config.window_s, series=tuple(series), events=tuple(events))
