"""The answers of an interview, from what was observed to their scores; no recording is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interview_analysis.features.conversation.answers import Answer, AskedStretch, answers
from interview_analysis.features.language.sentences import spoken_length
from interview_analysis.features.tables import FeatureTables, answer_tables
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.pipeline.observation.joining import clip
from interview_analysis.pipeline.observation.loaded import LoadedModels
from interview_analysis.scoring.content.bearing import reference_texts
from interview_analysis.scoring.content.described import FEATURES, NAME
from interview_analysis.scoring.content.interview import Content, Levels
from interview_analysis.scoring.evidence.indicators import ContentEvidence
from interview_analysis.scoring.evidence.question_matching import Match, match_questions, reference_questions
from interview_analysis.scoring.interview.answers import ScoredAnswer, levels_of, score_answer
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.provenance import RecordingPart
from interview_analysis.scoring.rubric.score import ScoreCard
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


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer with the questions of the job that were put."""

    answer: Answer
    matches: tuple[Match, ...]


def match_answers(
    found: Sequence[Answer],
    profile: JobProfile,
    norms: Norms,
    models: LoadedModels,
    encoder: SentenceEncoder | None = None,
) -> tuple[Asked, ...]:
    """Each answer with the questions of the profile that it is to."""
    matches = _matches(found, profile, norms, models, encoder)
    return tuple(Asked(answer, own) for answer, own in zip(found, matches, strict=True))


def content_of(
    observations: Observations,
    profile: JobProfile,
    models: LoadedModels,
    encoder: SentenceEncoder | None = None,
) -> Content | None:
    """What was said in the profile's languages, ready to be read; None where nothing was."""
    spoken = observations.transcript
    languages = [code for code in profile.languages if spoken and spoken.words and code in spoken.languages]
    if spoken is None or not languages:
        return None
    for dimension in profile.dimensions:
        if dimension.competency not in models.content_model.bearing.texts.ids:
            for language in languages:
                models.encoder.remember(reference_texts(dimension, language))
    return Content.of(spoken, models.content_model, encoder or models.encoder, languages)


def with_content(tables: FeatureTables, asked: Sequence[Asked], content: Content | None) -> FeatureTables:
    """The tables with what the answers do beside what was measured of the whole recording, for others to learn from."""
    if content is None:
        values = dict.fromkeys(FEATURES, float("nan"))
    else:
        windows = [(one.answer.interval, one.answer.question) for one in asked]
        values = content.described(windows or [(content.everything(), "")])
    whole = tables.whole.assign(**{f"{NAME}.{name}": value for name, value in values.items()})
    return replace(tables, whole=whole)


def whole_levels(asked: Sequence[Asked], content: Content | None, profile: JobProfile) -> Levels:
    """The levels of the whole recording: of its one answer, or of whatever bears on a dimension."""
    if content is None:
        return {}
    if len(asked) == 1:
        return levels_of(content, asked[0].answer, asked[0].matches, profile)
    return content.whole(profile.dimensions)


def alone(asked: Sequence[Asked], whole: ScoreCard, observations: Observations) -> tuple[ScoredAnswer, ...]:
    """A single answer has the scores of the whole."""
    spoken = observations.transcript
    words = spoken_length(spoken) if spoken else 0
    return tuple(ScoredAnswer(one.answer, one.matches, whole, words) for one in asked[:1])


def score_answers(
    asked: Sequence[Asked],
    evidence: ContentEvidence | None,
    content: Content | None,
    observations: Observations,
    profile: JobProfile,
    norms: Norms,
    models: LoadedModels,
    tables: FeatureTables | None = None,
) -> tuple[ScoredAnswer, ...]:
    """Score each of several answers by itself; of one alone nothing is told that the whole does not.

    `tables` are those of the answers (`features.tables.answer_tables`), where they are known.
    """
    if len(asked) < 2:
        return ()
    if tables is None:
        windows = [one.answer.interval for one in asked]
        tables = answer_tables(observations, windows, block_s=norms.block_s)
    return tuple(
        score_answer(
            profile,
            norms,
            one.answer,
            one.matches,
            _part(observations, one.answer),
            tables,
            evidence,
            content,
            face_and_body=models.config.policy.face_and_body,
        )
        for one in asked
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
