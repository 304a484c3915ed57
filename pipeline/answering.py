"""The answers of an interview, from what was observed to their scores; no recording is opened."""

from __future__ import annotations

from collections.abc import Sequence

from interview_analysis.features.answers import Answer, AskedStretch, answers
from interview_analysis.features.sentences import unit_count
from interview_analysis.features.tables import FeatureTables, answer_tables
from interview_analysis.models.text_encoder import SentenceEncoder
from interview_analysis.pipeline.joining import clip
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.answers import ScoredAnswer, score_answer
from interview_analysis.scoring.indicators import ContentEvidence
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.provenance import RecordingPart
from interview_analysis.scoring.question_matching import Match, match_questions, reference_questions
from interview_analysis.scoring.score import ScoreCard
from interview_analysis.types import Interval, Observations


def answers_of(recordings: Sequence[RecordingPart], observations: Observations) -> tuple[Answer, ...]:
    """The answers of an interview that `observations` were made of, one recording after the other."""
    end_s = observations.facts.duration_s
    stretches = [
        AskedStretch(part.question, Interval(part.start_s, min(part.start_s + part.duration_s, end_s)))
        for part in recordings
    ]
    return answers(observations, stretches)


def asked_texts(found: Sequence[Answer]) -> tuple[str, ...]:
    """Everything that was asked, for an encoder to know beforehand."""
    return tuple(dict.fromkeys(text for answer in found for text in _wordings(answer)))


def score_answers(
    found: Sequence[Answer],
    whole: ScoreCard,
    evidence: ContentEvidence | None,
    observations: Observations,
    profile: JobProfile,
    norms: Norms,
    models: LoadedModels,
    encoder: SentenceEncoder | None = None,
    tables: FeatureTables | None = None,
) -> tuple[ScoredAnswer, ...]:
    """Score each answer by itself; one alone has the scores of the `whole`.

    `tables` are those of the answers (`features.tables.answer_tables`), where they are known.
    """
    matches = _matches(found, profile, norms, models, encoder)
    if len(found) == 1:
        spoken = observations.transcript
        words = unit_count(spoken.text, spoken.language) if spoken else 0
        return (ScoredAnswer(found[0], matches[0], whole, words),)
    windows = [answer.interval for answer in found]
    if tables is None and found:
        tables = answer_tables(observations, windows, block_s=norms.block_s)
    return tuple(
        score_answer(
            profile,
            norms,
            answer,
            matched,
            _part(observations, answer),
            tables,
            evidence,
            face_and_body=models.config.policy.face_and_body,
        )
        for answer, matched in zip(found, matches, strict=True)
        if tables is not None
    )


def _part(observations: Observations, answer: Answer) -> Observations:
    return clip(observations, answer.interval.start_s, answer.interval.end_s)


def _matches(
    found: Sequence[Answer],
    profile: JobProfile,
    norms: Norms,
    models: LoadedModels,
    encoder: SentenceEncoder | None,
) -> tuple[tuple[Match, ...], ...]:
    if not any(answer.question for answer in found) or not any(d.questions for d in profile.dimensions):
        return tuple(() for _ in found)
    models.encoder.remember(reference_questions(profile))
    wordings = [_wordings(answer) for answer in found]
    return match_questions(wordings, profile, encoder or models.encoder, norms.answers.match_similarity)


def _wordings(answer: Answer) -> tuple[str, ...]:
    """A question as a whole and each of its parts; a part may ask about something else."""
    return tuple(dict.fromkeys(text for text in (answer.question, *answer.parts) if text))
