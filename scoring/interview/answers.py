"""Scores of the answers of an interview, and how they add up to its own.

A dimension whose questions were asked is the mean of the answers to them, weighted by their words; one that nobody asked
about is looked for in the whole recording. The overall score is the mean of the dimensions as ever, so that an answer
carries a known share of it. Beyond the errors of the answers, the standard error has a part for the questions
themselves: other ones would have got other answers. It comes from the spread between answers, as in generalizability
theory (Brennan 2001; Shavelson & Webb 1991), and says how many questions would be enough (a D-study).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from interview_analysis.features.conversation.answers import Answer
from interview_analysis.features.language.sentences import spoken_length
from interview_analysis.features.tables import FeatureTables
from interview_analysis.scoring.content.interview import Content, Levels
from interview_analysis.scoring.content.scored import SETTLED
from interview_analysis.scoring.evidence.indicators import ContentEvidence, within
from interview_analysis.scoring.evidence.question_matching import Match
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import Dimension, JobProfile
from interview_analysis.scoring.report.report import (
    Abstention,
    AnswerDimension,
    AnswerReport,
    ChannelName,
    DimensionScore,
    Evidence,
    MatchedQuestion,
    Reason,
    Reliability,
    Score,
)
from interview_analysis.scoring.rubric.fusion import Estimate, fuse
from interview_analysis.scoring.rubric.job_bar import job_bar
from interview_analysis.scoring.rubric.score import ScoreCard, overall_estimate, overall_of, score
from interview_analysis.types import Observations

MAX_QUESTIONS = 100  # more are as good as none


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """An answer with the scores of the dimensions that it is scored on: those in `matches`, or all without any."""

    answer: Answer
    matches: tuple[Match, ...]
    card: ScoreCard
    words: int

    def dimension(self, dimension_id: str) -> DimensionScore | None:
        """The score of a dimension that the question asks about, None where it does not or there is too little."""
        if dimension_id not in {match.dimension_id for match in self.matches}:
            return None
        found = next(d for d in self.card.dimensions if d.id == dimension_id)
        return found if found.score is not None else None


@dataclass(frozen=True, slots=True)
class InterviewScores:
    """`shares` are the parts of the overall score that rest on each answer; they add up to 1, or to 0 without a score."""

    card: ScoreCard
    shares: tuple[float, ...]
    reliability: Reliability | None


def score_answer(
    profile: JobProfile,
    norms: Norms,
    answer: Answer,
    matches: tuple[Match, ...],
    part: Observations,
    tables: FeatureTables,
    found: ContentEvidence | None,
    content: Content | None,
    *,
    face_and_body: bool = True,
) -> ScoredAnswer:
    """Score one answer. `part` is what was observed of it on its own clock, the rest is the recording's."""
    asked = {match.dimension_id for match in matches}
    dimensions = tuple(d for d in profile.dimensions if not asked or d.id in asked)
    total = sum(d.weight for d in dimensions)
    if asked:
        own = [d.model_copy(update={"weight": d.weight / total}) for d in dimensions]
        narrowed = profile.model_copy(update={"dimensions": tuple(own)})
    else:
        narrowed = profile
    inside = within(found, narrowed, answer.interval) if found else None
    levels = levels_of(content, answer, matches, narrowed)
    card = score(
        narrowed, norms, part, tables.of(answer.interval), inside, levels, face_and_body=face_and_body
    )
    transcript = part.transcript
    words = spoken_length(transcript) if transcript else 0
    return ScoredAnswer(answer, matches, card, words)


def levels_of(
    content: Content | None, answer: Answer, matches: Sequence[Match], profile: JobProfile
) -> Levels:
    """The levels of one answer for the dimensions of `profile`; none where nothing usable was transcribed."""
    if content is None:
        return {}
    asked = frozenset(match.dimension_id for match in matches)
    return content.answer(answer.interval, answer.question, profile.dimensions, asked)


def add_up(
    profile: JobProfile, norms: Norms, whole: ScoreCard, answers: Sequence[ScoredAnswer]
) -> InterviewScores:
    """The scores of an interview from those of its answers, and of the whole where no answer tells.

    An answer alone, or none with a score, changes nothing: the scores are those of `whole`.
    """
    if len(answers) < 2 or all(answer.card.overall.score is None for answer in answers):
        alone = float(len(answers) == 1 and whole.overall.score is not None)
        return InterviewScores(whole, (alone,) * len(answers), None)
    weights = {d.id: _weights(d.id, answers) for d in whole.dimensions}
    estimates = {
        d.id: estimate
        for d in whole.dimensions
        if (estimate := _estimate(d.id, whole, answers, weights[d.id])) is not None
    }
    plain = tuple(
        _dimension(d, asked_for, answers, weights[d.id], estimates.get(d.id), norms)
        for d, asked_for in zip(whole.dimensions, profile.dimensions, strict=True)
    )
    shares = _shares(plain, weights)
    known_variance = _question_variance(answers, shares, norms.error_correlation)
    question_variance = known_variance or 0.0
    dimensions = tuple(_with_questions(d, weights[d.id], question_variance) for d in plain)
    overall = overall_of(plain, estimates, norms)
    if overall.score is None:
        return InterviewScores(replace(whole, overall=overall, dimensions=dimensions), tuple(shares), None)
    estimate = overall_estimate(plain, estimates)
    within_error = estimate.standard_error(norms.error_correlation)
    error = math.hypot(within_error, math.sqrt(question_variance * float(shares @ shares)))
    overall = overall.model_copy(update={"standard_error": round(error, 2)})
    card = ScoreCard(overall, whole.channels, dimensions, estimates, job_bar(profile, overall))
    reliability = None
    if known_variance is not None:
        reliability = _d_study(shares, estimate, known_variance, norms)
    return InterviewScores(card, tuple(float(share) for share in shares), reliability)


def _weights(dimension_id: str, answers: Sequence[ScoredAnswer]) -> np.ndarray:
    """The weight of each answer in a dimension; of one that no answer is about, each answer's share of the interview.

    By words, and by seconds where none of them has any: a silent answer may still be scored by face or posture.
    """
    about = np.array([answer.dimension(dimension_id) is not None for answer in answers])
    counted = about if about.any() else np.ones(len(answers), dtype=bool)
    words = np.where(counted, [answer.words for answer in answers], 0)
    amount = words if words.any() else np.where(counted, [a.answer.interval.duration_s for a in answers], 0.0)
    return np.asarray(amount / amount.sum())


def _estimate(
    dimension_id: str, whole: ScoreCard, answers: Sequence[ScoredAnswer], weights: np.ndarray
) -> Estimate | None:
    """The mean of the answers to a dimension's questions, that of the whole where there is none."""
    parts = [
        (answer.card.estimates[dimension_id].of(f"answer {number}"), float(weight))
        for number, (answer, weight) in enumerate(zip(answers, weights, strict=True), 1)
        if answer.dimension(dimension_id) is not None
    ]
    if not parts:
        return whole.estimates.get(dimension_id)
    fused = fuse(parts)
    return Estimate(round(fused.score, 2), fused.errors)


def _dimension(
    whole: DimensionScore,
    profile: Dimension,
    answers: Sequence[ScoredAnswer],
    weights: np.ndarray,
    estimate: Estimate | None,
    norms: Norms,
) -> DimensionScore:
    """The mean of the answers to a dimension's questions, with their evidence; `whole` where there is none."""
    cells = [
        (number, own, float(weights[number - 1]))
        for number, answer in enumerate(answers, 1)
        if (own := answer.dimension(whole.id)) is not None
    ]
    if not cells or estimate is None:
        return whole.model_copy(update={"abstention": _why_unanswered(whole, answers)})
    level = norms.level(estimate.score)
    return whole.model_copy(
        update={
            "score": estimate.score,
            "standard_error": round(estimate.standard_error(norms.error_correlation), 2),
            "level": level,
            "anchor": profile.anchors[level] if _is_settled(level, cells) else None,  # type: ignore[index]
            "channel_scores": {c: _mean_channel(c, cells) for c in whole.mix},
            "partial": any(own.partial for _, own, _ in cells),
            "evidence": tuple(
                line.model_copy(update={"weight": round(line.weight * weight, 4)})
                for _, own, weight in cells
                for line in own.evidence
            ),
            "abstention": None,
            "answers": tuple(number for number, _, _ in cells),
            "content": tuple(
                told.model_copy(update={"answer": number}) for number, own, _ in cells for told in own.content
            ),
        }
    )


def _is_settled(level: int, cells: Sequence[tuple[int, DimensionScore, float]]) -> bool:
    """Whether what was said in an answer is at this level; means of others are not described by its words."""
    told = [content for _, own, _ in cells for content in own.content]
    return not told or any(content.probabilities[level - 1] >= SETTLED for content in told)


def _why_unanswered(whole: DimensionScore, answers: Sequence[ScoredAnswer]) -> Abstention | None:
    """The reason of the answers to a dimension's questions where it was asked about and none could be scored."""
    if whole.abstention is None or whole.abstention.reason is not Reason.NOT_ASKED:
        return whole.abstention
    asked = [a for a in answers if whole.id in {match.dimension_id for match in a.matches}]
    told = [d.abstention for a in asked for d in a.card.dimensions if d.id == whole.id and d.abstention]
    return told[0] if told else whole.abstention


def _mean_channel(channel: ChannelName, cells: Sequence[tuple[int, DimensionScore, float]]) -> float | None:
    known = [(value, w) for _, own, w in cells if (value := own.channel_scores.get(channel)) is not None]
    total = sum(weight for _, weight in known)
    return round(sum(value * weight for value, weight in known) / total, 2) if total else None


def _shares(dimensions: Sequence[DimensionScore], weights: dict[str, np.ndarray]) -> np.ndarray:
    """How much of the overall score rests on each answer."""
    scored = [d for d in dimensions if d.score is not None]
    total = sum(d.weight for d in scored)
    rows = [weights[d.id] * d.weight / total for d in scored] or [np.zeros(len(next(iter(weights.values()))))]
    return np.asarray(np.sum(rows, axis=0))


def _question_variance(
    answers: Sequence[ScoredAnswer], shares: np.ndarray, correlation: float
) -> float | None:
    """The variance between answers beyond that of their own errors, by moments; 0 where there is no more.

    Answers to the profile's questions, which are scored on what was asked, are compared with each other, and so are
    the others, which are scored on everything. Errors that all answers share, by `correlation`, move them together
    and do not spread them. None where no two answers can be compared.
    """
    found, freedom = 0.0, 0
    for matched in (True, False):
        scored = [
            (answer.card.overall.score, _overall(answer).own_error(correlation), share)
            for answer, share in zip(answers, shares, strict=True)
            if share > 0 and bool(answer.matches) == matched and answer.card.overall.score is not None
        ]
        if len(scored) < 2:
            continue
        scores, own_errors, weights = (np.array(column, dtype=float) for column in zip(*scored, strict=True))
        weights /= weights.sum()
        spread = weights @ (scores - weights @ scores) ** 2 / (1 - weights @ weights)
        found += (len(scored) - 1) * float(spread - weights @ own_errors**2)
        freedom += len(scored) - 1
    return max(0.0, found / freedom) if freedom else None


def _overall(answer: ScoredAnswer) -> Estimate:
    return overall_estimate(answer.card.dimensions, answer.card.estimates)


def _with_questions(
    dimension: DimensionScore, weights: np.ndarray, question_variance: float
) -> DimensionScore:
    if dimension.standard_error is None:
        return dimension
    error = math.hypot(dimension.standard_error, math.sqrt(question_variance * float(weights @ weights)))
    return dimension.model_copy(update={"standard_error": round(error, 2)})


def _d_study(shares: np.ndarray, overall: Estimate, question_variance: float, norms: Norms) -> Reliability:
    """How many questions like these would bring the standard error under the target.

    What all answers share stays however many there are; the rest falls with their number. Answers of different weight
    are worth as many equal ones as ``1 / sum(shares ** 2)``.
    """
    concentration = float(shares @ shares)
    own, shared = (error(norms.error_correlation) ** 2 for error in (overall.own_error, overall.shared_error))
    alone = (own + question_variance * concentration) / concentration  # of one question
    target = norms.answers.target_standard_error
    left = target**2 - shared
    needed = math.ceil(alone / left - 1e-9) if left > 0 else None
    return Reliability(
        answers=int(np.count_nonzero(shares)),
        standard_error=round(math.sqrt(shared + alone * concentration), 2),
        question_sd=round(math.sqrt(question_variance), 2),
        shared_error=round(math.sqrt(shared), 2),
        target=target,
        questions=max(needed, 1) if needed is not None and needed <= MAX_QUESTIONS else None,
    )


def answer_reports(answers: Sequence[ScoredAnswer], shares: Sequence[float]) -> tuple[AnswerReport, ...]:
    """The answers as the report shows them, numbered from 1."""
    return tuple(
        _answer_report(number, answer, share)
        for number, (answer, share) in enumerate(zip(answers, shares, strict=True), 1)
    )


def _answer_report(number: int, scored: ScoredAnswer, share: float) -> AnswerReport:
    answer, card = scored.answer, scored.card
    return AnswerReport(
        number=number,
        question=answer.question,
        matched=tuple(
            MatchedQuestion(dimension=m.dimension_id, question=m.question, similarity=round(m.similarity, 3))
            for m in scored.matches
        ),
        source=answer.source,
        start_s=round(answer.interval.start_s, 3),
        end_s=round(answer.interval.end_s, 3),
        asked_s=round(answer.asked.start_s, 3) if answer.asked else None,
        latency_s=round(answer.latency_s, 3) if math.isfinite(answer.latency_s) else None,
        words=scored.words,
        weight=round(share, 4),
        overall=_plain(card.overall),
        channels={name: _plain(channel) for name, channel in card.channels.items()},
        dimensions=tuple(
            AnswerDimension(
                id=d.id, name=d.name, partial=d.partial, content=d.content, **_fields(d, d.evidence)
            )
            for d in card.dimensions
        ),
    )


def _plain(scored: Score) -> Score:
    return Score(**_fields(scored, ()))


def _fields(scored: Score, evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    return {
        "score": scored.score,
        "standard_error": scored.standard_error,
        "level": scored.level,
        "weight": scored.weight,
        "evidence": evidence,
        "abstention": scored.abstention,
    }
