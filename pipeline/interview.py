"""One interview, from what was observed of its recordings to its report. Nothing is opened but the cache.

The one way to score: of a single recording (analyze.py) and of the interviews of a batch (batch/stages.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from interview_analysis.features.conversation.answers import Answer, AskedStretch, answers
from interview_analysis.features.language.lexicons import background
from interview_analysis.features.tables import FeatureTables
from interview_analysis.models.blas_threads import one_blas_thread
from interview_analysis.models.text.encoder import RememberingEncoder, SentenceEncoder
from interview_analysis.pipeline.common.config import CandidateChannel
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
from interview_analysis.pipeline.observation.part import ObservedPart
from interview_analysis.pipeline.observation.written import WrittenAnswers
from interview_analysis.pipeline.report.filling import filled_report
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
from interview_analysis.scoring.interview.answers import ScoredAnswer
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile, Language
from interview_analysis.scoring.report.provenance import Hashed
from interview_analysis.scoring.report.report import Report
from interview_analysis.scoring.rubric.score import score
from interview_analysis.types import Interval, Observations, Transcript

if TYPE_CHECKING:
    from interview_analysis.scoring.learning.learned_score import NamedScorer


@dataclass(frozen=True, slots=True)
class Analysis:
    """A report with everything that it was made from. `save` in outputs.py writes it to a folder.

    `observations` are the candidate's view, with what others said in its `conversation`.
    """

    report: Report
    profile: JobProfile
    observations: Observations
    tables: FeatureTables


@one_blas_thread()
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
    recorded = [part for part in parts if not part.is_written]
    typed = [part for part in parts if part.is_written]
    if not recorded:
        recorded, typed = typed, []
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
        typed_at = [one.interval for one in found if one.source == "written"]
        content = (
            Content.of(said, models.content_model, encoder, languages, typed_at)
            if said and languages
            else None
        )
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
    report = filled_report(
        laid, clipped, profile, norms, view, tables, evidence, content, whole,
        scored or alone(asked, whole, view), sample, config, _models(parts, models, video=view.facts.has_video),
    )  # fmt: skip
    tables = with_content(tables, asked, content)
    if scorer is not None:
        # pandas, which takes 60 MB, comes in once observation is over
        from interview_analysis.scoring.learning.learned_score import learned_scores

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
