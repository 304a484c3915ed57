"""The answers of an interview, from what was asked to their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interview_analysis.features.conversation.answers import Answer
from interview_analysis.features.language.sentences import spoken_length
from interview_analysis.features.tables import FeatureTables
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.described import FEATURES, NAME
from interview_analysis.scoring.content.interview import Content, Levels
from interview_analysis.scoring.evidence.indicators import ContentEvidence
from interview_analysis.scoring.evidence.question_matching import Match, match_questions
from interview_analysis.scoring.interview.answers import ScoredAnswer, levels_of, score_answer
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.rubric.score import ScoreCard
from interview_analysis.types import Observations


def asked_texts(found: Sequence[Answer]) -> tuple[str, ...]:
    """Everything that was asked, for an encoder to know beforehand."""
    return tuple(dict.fromkeys(text for answer in found for text in _wordings(answer)))


def questions_meet(found: Sequence[Answer], profile: JobProfile) -> bool:
    """Whether questions were asked and the profile has some to hold them against."""
    return any(answer.question for answer in found) and any(d.questions for d in profile.dimensions)


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer with the questions of the job that were put."""

    answer: Answer
    matches: tuple[Match, ...]


def match_answers(
    found: Sequence[Answer], profile: JobProfile, encoder: SentenceEncoder, min_similarity: float
) -> tuple[Asked, ...]:
    """Each answer with the questions of the profile that it is to."""
    if not questions_meet(found, profile):
        return tuple(Asked(answer, ()) for answer in found)
    wordings = [_wordings(answer) for answer in found]
    matches = match_questions(wordings, profile, encoder, min_similarity)
    return tuple(Asked(answer, own) for answer, own in zip(found, matches, strict=True))


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
    parts: Sequence[Observations],
    tables: FeatureTables,
    evidence: ContentEvidence | None,
    content: Content | None,
    profile: JobProfile,
    norms: Norms,
    *,
    face_and_body: bool,
) -> tuple[ScoredAnswer, ...]:
    """Score each of several answers by itself.

    `parts` are what was observed of each on a clock of its own, `tables` those of all (`features.tables.answer_tables`).
    """
    return tuple(
        score_answer(
            profile, norms, one.answer, one.matches, part, tables, evidence, content, face_and_body=face_and_body
        )
        for one, part in zip(asked, parts, strict=True)
    )  # fmt: skip


def _wordings(answer: Answer) -> tuple[str, ...]:
    """A question as a whole and each of its parts; a part may ask about something else."""
    return tuple(dict.fromkeys(text for text in (answer.question, *answer.parts) if text))
