"""One interview, from what was observed of its recordings to its report. Nothing is opened but the cache.

The one way to score: of a single recording (analyze.py) and of the interviews of a batch (batch/stages.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interview_analysis.features.conversation.answers import Answer, AskedStretch, answers
from interview_analysis.features.language.lexicons import background
from interview_analysis.features.moments.moments import KINDS
from interview_analysis.features.tables import FeatureTables
from interview_analysis.models.text.encoder import RememberingEncoder, SentenceEncoder
from interview_analysis.pipeline.common.config import CandidateChannel, RunConfig
from interview_analysis.pipeline.common.lineage import lineage
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.cache import Cache, NoCache
from interview_analysis.pipeline.observation.candidate import VoiceSample, candidates_view
from interview_analysis.pipeline.observation.joining import clip, joined, joint_starts_s
from interview_analysis.pipeline.observation.observed import (
    Grid,
    knowing_encoder,
    observation_keys,
    tables_of,
)
from interview_analysis.pipeline.observation.written import WrittenAnswers
from interview_analysis.pipeline.transcript.given import GivenTranscript, in_place, nothing_but
from interview_analysis.scoring.content import bearing
from interview_analysis.scoring.content.interview import Content
from interview_analysis.scoring.content.model import ContentModel
from interview_analysis.scoring.evidence.indicators import ContentEvidence, in_every_language, reference_texts
from interview_analysis.scoring.evidence.question_matching import reference_questions
from interview_analysis.scoring.interview.answering import (
    alone,
    asked_texts,
    match_answers,
    questions_meet,
    score_answers,
    whole_levels,
    with_content,
)
from interview_analysis.scoring.interview.answers import ScoredAnswer, add_up, answer_reports
from interview_analysis.scoring.interview.flags import flags
from interview_analysis.scoring.interview.state import state_report, timeline_event
from interview_analysis.scoring.learning.learned_score import NamedScorer, learned_scores
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile, Language
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
from interview_analysis.scoring.rubric.score import ScoreCard, score
from interview_analysis.types import Interval, MediaFacts, Observations, Transcript


@dataclass(frozen=True, slots=True)
class ObservedPart:
    """A recording of an interview, with what was observed of all of it, and the part of it that counts.

    `start_s` and `end_s` are seconds of the recording, None for its start and end; `question` is what was asked, empty
    where nobody wrote it down. `transcript` is the file of words that were handed in; with the part's own hash it is all there is.
    """

    name: str
    sha256: str
    seen: Observations
    start_s: float | None = None
    end_s: float | None = None
    question: str = ""
    transcript: Hashed | None = None

    @property
    def is_recorded(self) -> bool:
        return self.transcript is None or self.transcript.sha256 != self.sha256

    @property
    def is_written(self) -> bool:
        """Whether it is an answer in writing, which was never said."""
        return self.seen.transcript is not None and self.seen.transcript.word_times == "written"

    def worded(self, given: GivenTranscript) -> ObservedPart:
        """The part with the words of a transcript. Raises TranscriptError for that of another recording."""
        return replace(self, seen=in_place(self.seen, given), transcript=given.file)


def transcript_alone(given: GivenTranscript, question: str = "") -> ObservedPart:
    """A transcript without a recording as a part, or an answer in writing."""
    return ObservedPart(
        given.file.id, given.file.sha256, nothing_but(given), question=question, transcript=given.file
    )


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report with everything that it was made from. `save` in outputs.py writes it to a folder.

    `observations` are the candidate's view, with what others said in its `conversation`.
    """

    report: Report
    profile: JobProfile
    observations: Observations
    tables: FeatureTables


def score_interview(
    parts: Sequence[ObservedPart],
    profile: JobProfile,
    norms: Norms,
    models: LoadedModels,
    cache: Cache | None = None,
    *,
    channel: CandidateChannel | None = None,
    sample: VoiceSample | None = None,
    candidate: str | None = None,
    scorer: NamedScorer | None = None,
    watch: Stopwatch | None = None,
) -> Analysis:
    """Score an interview by a job profile.

    Parameters
    ----------
    parts : its recordings in order, one at least; their observations as `observed` or `recalled` gives them. Answers in writing
        keep their place among the questions and lie after all recordings on the clock: nothing of them is voice, face or
        posture.
    models : those that the recordings were observed with, in the interview's language (`LoadedModels.speaking`).
    cache : where feature tables and the vectors of sentences are kept; none by default.
    channel : the candidate's, where each voice has its own; that of the configuration by default.
    sample : how the candidate sounds, where that is known.
    candidate : what a transcript that was handed in calls the candidate; goes before the others.
    scorer : predicts ratings beside the rubric, where given.

    Raises MediaError for a part in which nothing lies, TranscriptError where no speaker is called `candidate`, WeightsError,
    ModelError, and OutputError of the cache.
    """
    watch, cache, config = watch or Stopwatch(), cache or NoCache(), models.config
    face_and_body = config.policy.face_and_body
    recorded = [part for part in parts if not part.is_written] or list(parts)
    typed = [part for part in parts if part not in recorded]
    laid = [*recorded, *typed]
    clipped = [clip(part.seen, part.start_s, part.end_s) for part in laid]
    spoken = candidates_view(
        joined(clipped[: len(recorded)]), channel or config.candidate_channel, sample, candidate
    )
    written = WrittenAnswers.of(clipped, len(recorded)) if typed else None
    view = spoken if written is None else written.beside(spoken)
    found = answers(spoken, _stretches(parts, laid, clipped))
    said = view.transcript
    languages = _usable(said, profile)
    with watch.stage("sentences"):
        encoder = knowing_encoder(
            said, models.encoder, cache, [part.seen.transcript for part in parts], asked_texts(found)
        )
        _remember_references(models.encoder, models.content_model, profile, languages, found)
    with watch.stage("features"):
        tables, by_answer = _tables(recorded, spoken, found, models, cache, norms.block_s)
        if written is not None and by_answer is not None:
            by_answer = written.with_tables(by_answer, found, norms.block_s)
    with watch.stage("evidence"):
        evidence = _evidence(said, languages, profile, norms, encoder)
    with watch.stage("content"):
        content = Content.of(said, models.content_model, encoder, languages) if said and languages else None
    with watch.stage("answers"):
        asked = match_answers(found, profile, encoder, norms.answers.match_similarity)
        scored: tuple[ScoredAnswer, ...] = ()
        if by_answer is not None:
            each = [
                clip(spoken, one.interval.start_s, one.interval.end_s)
                if written is None or one.source != "written"
                else written.answer(one)
                for one in found
            ]
            scored = score_answers(
                asked, each, by_answer, evidence, content, profile, norms, face_and_body=face_and_body
            )
    with watch.stage("score"):
        levels = whole_levels(asked, content, profile)
        whole = score(profile, norms, view, tables, evidence, levels, face_and_body=face_and_body)
    report = _report(
        parts, _recordings(laid, clipped), profile, norms, view, tables, evidence, content, models, whole,
        scored or alone(asked, whole, view), sample,
    )  # fmt: skip
    tables = with_content(tables, asked, content)
    if scorer is not None:
        learned = learned_scores(scorer, report.overall.abstention, tables, view.transcript, encoder)
        report = report.model_copy(update={"learned": learned})
    return Analysis(report, profile, view, tables)


def _stretches(
    parts: Sequence[ObservedPart], laid: Sequence[ObservedPart], clipped: Sequence[Observations]
) -> list[AskedStretch]:
    """Where each part lies on the joint clock, to the digit at which its observations lie there, in the order of the questions.

    `laid` and `clipped` are the parts as they follow each other on the clock.
    """
    starts_s = joint_starts_s(clipped)
    lies = {
        id(part): Interval(start_s, start_s + seen.facts.duration_s)
        for part, seen, start_s in zip(laid, clipped, starts_s, strict=True)
    }
    return [AskedStretch(part.question, lies[id(part)], part.is_written) for part in parts]


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


def _usable(transcript: Transcript | None, profile: JobProfile) -> list[Language]:
    """The languages of the profile in which something was said."""
    if transcript is None or not transcript.words:
        return []
    return [language for language in profile.languages if language in transcript.languages]


def _remember_references(
    encoder: RememberingEncoder,
    model: ContentModel,
    profile: JobProfile,
    languages: Sequence[Language],
    found: Sequence[Answer],
) -> None:
    """Encode what every interview for the job is held against, from the files of an earlier run where there are some."""
    if questions_meet(found, profile):
        encoder.remember(reference_questions(profile))
    for language in languages:
        encoder.remember(background(language))
        encoder.remember(reference_texts(profile, language))
        for dimension in profile.dimensions:
            if dimension.competency not in model.bearing.texts.ids:
                encoder.remember(bearing.reference_texts(dimension, language))


def _tables(
    parts: Sequence[ObservedPart],
    view: Observations,
    found: Sequence[Answer],
    models: LoadedModels,
    cache: Cache,
    block_s: float,
) -> tuple[FeatureTables, FeatureTables | None]:
    """The tables of the whole, and those of the answers where there are several; of one alone the whole tells all."""
    origin = [(_origin(part, models), part.start_s, part.end_s) for part in parts]
    grid = Grid(block_s, models.config.window_s, models.config.hop_s)
    tables = tables_of(view, origin, cache, grid)
    if len(found) < 2:
        return tables, None
    spoken = [one.interval for one in found if one.interval.start_s < view.facts.duration_s]
    by_answer = tables_of(view, origin, cache, grid, spoken)
    faults = dict.fromkeys((*tables.faults, *by_answer.faults))
    return replace(tables, faults=tuple(faults)), by_answer


def _evidence(
    said: Transcript | None,
    languages: Sequence[Language],
    profile: JobProfile,
    norms: Norms,
    encoder: SentenceEncoder,
) -> ContentEvidence | None:
    if said is None:
        return None
    unrelated: dict[str, Sequence[str]] = {language: background(language) for language in languages}
    return in_every_language(profile, said, encoder, unrelated, norms.evidence)


def _report(
    parts: Sequence[ObservedPart],
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
            recordings,
            profile,
            models.config,
            norms,
            _models(parts, models, video=observations.facts.has_video),
            [part.transcript for part in parts if part.transcript is not None],
        ),
        speakers=speakers(observations, sample.file if sample is not None else None),
        word_times=transcript.word_times if transcript else "recognised",
        recordings=tuple(recordings) if len(recordings) > 1 or _is_part(recordings[0]) else (),
    )


def _models(parts: Sequence[ObservedPart], models: LoadedModels, *, video: bool) -> tuple[Hashed, ...]:
    """The models that anything of the parts depends on."""
    used = models if any(part.transcript is None for part in parts) else models.beside_transcript()
    return used.hashes(video=video, recording=any(part.is_recorded for part in parts))


def _origin(part: ObservedPart, models: LoadedModels) -> dict[str, str]:
    """The keys of all that was observed of a part, and the hash of what was handed in."""
    kind = "written" if part.is_written else "transcript"  # the same bytes are read otherwise
    handed_in = {} if part.transcript is None else {kind: part.transcript.sha256}
    if not part.is_recorded:
        return handed_in
    observers = models.observers.beside_transcript() if handed_in else models.observers
    return {str(kind): key for kind, key in observation_keys(part.sha256, observers).items()} | handed_in


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
