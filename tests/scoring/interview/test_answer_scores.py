"""Scores of answers and how they add up to the interview's."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.conversation.answers import Answer
from interview_analysis.features.tables import answer_tables, feature_tables
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.observation.joining import clip
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.evidence.indicators import within
from interview_analysis.scoring.evidence.question_matching import Match
from interview_analysis.scoring.interview.answers import ScoredAnswer, add_up, answer_reports, score_answer
from interview_analysis.scoring.report.report import Reason
from interview_analysis.scoring.rubric.fusion import Estimate, fuse
from interview_analysis.scoring.rubric.score import ScoreCard, overall_estimate, score
from interview_analysis.types import Interval, MediaFacts, Observations
from tests.features.tracks import face_track
from tests.scoring.rubric.test_score import SUBSTANCE
from tests.scoring.scene import QUESTION, content, evidence, levels, observe_text

NORMS = load_norms()
R = NORMS.error_correlation


def answered(
    card: ScoreCard, scores: dict[str, tuple[float, float]], words: int, asks: tuple[str, ...] | None = None
) -> ScoredAnswer:
    """An answer whose dimensions have the given score and standard error, each of a measure of its own; its overall is their mean."""
    dimensions = tuple(
        d.model_copy(update={"score": scores[d.id][0], "standard_error": scores[d.id][1]})
        for d in card.dimensions
        if d.id in scores
    )
    estimates = {d.id: Estimate(scores[d.id][0], {(d.id,): scores[d.id][1]}) for d in dimensions}
    fused = overall_estimate(dimensions, estimates)
    told = {"score": fused.score, "standard_error": fused.standard_error(R)}
    overall = card.overall.model_copy(update=told)
    matches = tuple(Match(name, Text(en="?"), 0.8) for name in (scores if asks is None else asks))
    answer = Answer("What?", ("What?",), Interval(0.0, 10.0), "conversation")
    return ScoredAnswer(answer, matches, ScoreCard(overall, card.channels, dimensions, estimates), words)


@pytest.fixture(scope="module")
def spoken(product_manager):
    """Both texts in one recording, and the whole's scores."""
    seen = observe_text(f"{SUBSTANCE['en']}\nI like the sea and long walks with my dog. Yes.")
    tables, found = feature_tables(seen), evidence(product_manager, seen)
    return seen, found, score(product_manager, NORMS, seen, tables, found, levels(product_manager, seen))


def test_an_answer_that_is_everything_scores_like_the_whole(spoken, product_manager):
    seen, found, whole = spoken
    window = Interval(0.0, seen.facts.duration_s)
    answer = Answer(QUESTION["en"], (QUESTION["en"],), window, "recording")
    every = tuple(Match(d.id, Text(en="Asked?"), 0.9) for d in product_manager.dimensions)
    tables, part = answer_tables(seen, [window]), clip(seen, 0.0, window.end_s)
    scored = score_answer(product_manager, NORMS, answer, every, part, tables, found, content(seen))
    same = tuple(  # whose weights were divided by their sum, 1 but for the last digit
        d.model_copy(update={"weight": w.weight})
        for d, w in zip(scored.card.dimensions, whole.dimensions, strict=True)
    )
    assert [d.weight for d in scored.card.dimensions] == pytest.approx([d.weight for d in same])
    assert replace(scored.card, dimensions=same, channels=whole.channels) == whole
    assert scored.card.channels.keys() == whole.channels.keys()
    for name, channel in scored.card.channels.items():
        other = whole.channels[name]
        assert (channel.score, channel.standard_error) == (other.score, other.standard_error)
        values = [[line.value for line in one.evidence] for one in (channel, other)]
        assert values[0] == pytest.approx(values[1], abs=2e-4)  # the last digit again


def test_an_answer_to_a_question_of_no_dimension_is_scored_on_what_it_bears_on(spoken, product_manager):
    seen, found, _ = spoken
    window = Interval(0.0, seen.facts.duration_s)
    answer = Answer("Why should we hire you?", ("Why should we hire you?",), window, "conversation")
    tables, part, said = answer_tables(seen, [window]), clip(seen, 0.0, window.end_s), content(seen)
    scored = score_answer(product_manager, NORMS, answer, (), part, tables, found, said)
    borne_on = said.answer(window, answer.question, product_manager.dimensions, frozenset())
    assert any(level is None for level in borne_on.values())
    for dimension in scored.card.dimensions:
        told = borne_on[dimension.id]
        assert (dimension.score is None) == (told is None)
        if told is None:
            assert dimension.abstention.reason is Reason.NOT_ASKED


def test_answers_are_scored_by_what_was_said_in_them(spoken, product_manager):
    seen, found, _ = spoken
    cut_s = seen.transcript.segments[-1].start_s - 0.4
    windows = [Interval(0.0, cut_s), Interval(cut_s, seen.facts.duration_s)]
    tables = answer_tables(seen, windows)
    match, said = (Match(product_manager.dimensions[0].id, Text(en="Asked?"), 0.9),), content(seen)
    first, second = (
        score_answer(
            product_manager, NORMS, Answer("Q", ("Q",), w, "conversation"), match, clip(seen, w.start_s, w.end_s), tables, found, said
        )
        for w in windows
    )  # fmt: skip
    assert [d.id for d in first.card.dimensions] == [match[0].dimension_id]
    assert first.card.overall.score == pytest.approx(first.card.dimensions[0].score)
    assert second.card.overall.abstention is not None
    assert second.card.dimensions[0].abstention.reason is Reason.TOO_FEW_WORDS
    times = [(e.start_s, e.end_s) for d in first.card.dimensions for e in d.evidence if e.start_s is not None]
    assert all(0.0 <= start_s <= end_s <= cut_s + 0.01 for start_s, end_s in times)
    lone = add_up(product_manager, NORMS, spoken[2], [first, second])
    asked, *others = (
        lone.card.dimensions
    )  # scored from the only answer to its question, the others from the whole
    assert (asked.score, asked.answers) == (first.card.dimensions[0].score, (1,))
    assert [told.answer for told in asked.content] == [1]
    assert others == list(spoken[2].dimensions[1:])
    assert lone.reliability is None  # no two to compare
    report = answer_reports([first, second], lone.shares)[1]
    assert (report.number, report.overall.score, report.latency_s) == (2, None, None)


def test_a_level_that_no_answer_is_at_is_not_described_by_its_words(spoken, product_manager):
    first = spoken[2].dimensions[0]
    told = first.content[0]

    def anchor(*probabilities: tuple[float, ...]) -> str | None:
        own = [told.model_copy(update={"probabilities": p}) for p in probabilities]
        cards = [
            replace(spoken[2], dimensions=(first.model_copy(update={"content": (one,)}),)) for one in own
        ]
        answers = [answered(card, {first.id: (50.0, 9.0)}, 100) for card in cards]
        found = add_up(product_manager, NORMS, spoken[2], answers).card.dimensions[0]
        assert found.level == 3
        return found.anchor

    half = (0.0, 0.45, 0.1, 0.45, 0.0)
    assert anchor((0.1, 0.2, 0.5, 0.2, 0.0), half) == product_manager.dimensions[0].anchors[3]
    assert anchor(half, half) is None
    assert anchor((0.9, 0.1, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.1, 0.9)) is None


def test_evidence_of_a_part_is_that_of_the_whole_in_it(spoken, product_manager):
    seen, found, _ = spoken
    everything = within(found, product_manager, Interval(0.0, seen.facts.duration_s))
    assert everything.indicators == found.indicators
    nothing = within(found, product_manager, Interval(1000.0, 1001.0))
    assert all(part.strength == "absent" and not part.hits for part in nothing.indicators)


def test_the_overall_score_is_the_weighted_mean_of_the_answers(spoken, product_manager):
    whole = spoken[2]
    a, b, c = (d.id for d in whole.dimensions)
    answers = [
        answered(whole, {a: (70.0, 12.0)}, 100),
        answered(whole, {a: (50.0, 12.0), b: (40.0, 10.0)}, 300),
        answered(whole, {c: (60.0, 9.0)}, 80),
    ]
    result = add_up(product_manager, NORMS, whole, answers)
    by_id = {d.id: d for d in result.card.dimensions}
    assert by_id[a].score == pytest.approx(0.25 * 70 + 0.75 * 50)
    assert by_id[a].answers == (1, 2)
    assert sum(result.shares) == pytest.approx(1)
    weight = {d.id: d.weight for d in whole.dimensions}
    used = [0.25 * weight[a] * 70, 0.75 * weight[a] * 50 + weight[b] * 40, weight[c] * 60]
    assert result.card.overall.score == pytest.approx(sum(used), abs=0.01)
    assert result.shares == pytest.approx([0.25 * weight[a], 0.75 * weight[a] + weight[b], weight[c]])
    assert sum(e.weight for e in by_id[a].evidence if e.kind == "measure") == pytest.approx(1, abs=0.01)


def test_a_dimension_that_nobody_asked_about_is_scored_from_the_whole(spoken, product_manager):
    whole = spoken[2]
    a, b, c = (d.id for d in whole.dimensions)
    answers = [answered(whole, {a: (70.0, 12.0)}, 100), answered(whole, {b: (50.0, 12.0)}, 100)]
    result = add_up(product_manager, NORMS, whole, answers)
    kept = next(d for d in result.card.dimensions if d.id == c)
    assert kept.score == whole.dimensions[2].score
    assert kept.answers == ()
    assert sum(result.shares) == pytest.approx(1)


def test_answers_that_match_nothing_leave_the_score_and_widen_its_error(spoken, product_manager):
    whole = spoken[2]
    every = [d.id for d in whole.dimensions]
    answers = [answered(whole, dict.fromkeys(every, (score, 2.0)), 100, asks=()) for score in (20.0, 80.0)]
    result = add_up(product_manager, NORMS, whole, answers)
    assert [d.score for d in result.card.dimensions] == [d.score for d in whole.dimensions]
    assert result.card.overall.score == whole.overall.score
    assert result.shares == pytest.approx((0.5, 0.5))
    own_error = overall_estimate(answers[0].card.dimensions, answers[0].card.estimates).own_error(R)
    question_variance = 60**2 / 2 - own_error**2
    wanted = math.hypot(whole.overall.standard_error, math.sqrt(question_variance / 2))
    assert result.card.overall.standard_error == pytest.approx(wanted, abs=0.01)
    assert result.reliability.question_sd == pytest.approx(math.sqrt(question_variance), abs=0.01)


def test_answers_no_further_apart_than_their_errors_add_no_question_variance(spoken, product_manager):
    whole = spoken[2]
    a, b, c = (d.id for d in whole.dimensions)
    answers = [answered(whole, {d: (60.0, 10.0)}, 100) for d in (a, b, c)]
    result = add_up(product_manager, NORMS, whole, answers)
    assert result.reliability.question_sd == 0
    parts = [(Estimate(60.0, {(d.id,): 10.0}), d.weight) for d in whole.dimensions]
    assert result.card.overall.standard_error == pytest.approx(fuse(parts).standard_error(R), abs=0.01)


def test_the_number_of_questions_that_reach_the_target(spoken, product_manager):
    whole = spoken[2]
    every = [d.id for d in whole.dimensions]
    spread = [answered(whole, dict.fromkeys(every, (s, 8.0)), 100) for s in (30.0, 60.0, 90.0)]
    result = add_up(product_manager, NORMS, whole, spread)
    told = result.reliability
    assert told.questions > told.answers == 3
    part = told.standard_error**2 - told.shared_error**2
    enough, one_less = (
        math.sqrt(told.shared_error**2 + part * 3 / n) for n in (told.questions, told.questions - 1)
    )
    assert enough <= told.target < one_less
    wide = [answered(whole, dict.fromkeys(every, (s, 30.0)), 100) for s in (30.0, 60.0, 90.0)]
    assert add_up(product_manager, NORMS, whole, wide).reliability.questions is None
    calm = [answered(whole, dict.fromkeys(every, (60.0, 3.0)), 100) for _ in range(3)]
    assert add_up(product_manager, NORMS, whole, calm).reliability.questions == 1


def test_the_variance_between_questions_is_recovered_from_many_interviews(spoken, product_manager, rng):
    """Errors that are shared by all answers move the mean and must not count as differences between questions."""
    whole = spoken[2]
    every = [d.id for d in whole.dimensions]
    error, question_sd, count = 8.0, 12.0, 6
    card = answered(whole, dict.fromkeys(every, (60.0, error)), 100).card
    alone = overall_estimate(card.dimensions, card.estimates)
    found = []
    for _ in range(150):
        shared = rng.normal(0, alone.shared_error(R))
        own = rng.normal(0, math.hypot(alone.own_error(R), question_sd), count)
        answers = []
        for value in 50 + shared + own:
            item = answered(whole, dict.fromkeys(every, (60.0, error)), 100)
            overall = item.card.overall.model_copy(update={"score": float(value)})
            answers.append(replace(item, card=replace(item.card, overall=overall)))
        found.append(add_up(product_manager, NORMS, whole, answers).reliability.question_sd ** 2)
    assert np.mean(found) == pytest.approx(question_sd**2, rel=0.15)


def test_dimensions_of_one_answer_share_its_voice(spoken, product_manager):
    """Two dimensions from one answer, with one voice behind both; the third from another answer."""
    whole = spoken[2]
    a, b, c = (d.id for d in whole.dimensions)
    voice = Estimate(60.0, {("voice",): 8.0})

    def by_voice(*names: str) -> ScoredAnswer:
        answer = answered(whole, dict.fromkeys(names, (60.0, 8.0)), 100)
        return replace(answer, card=replace(answer.card, estimates=dict.fromkeys(names, voice)))

    result = add_up(product_manager, NORMS, whole, [by_voice(a, b), by_voice(c)])
    last = whole.dimensions[2].weight
    first, second = 8.0 * (1 - last), 8.0 * last
    by_hand = math.sqrt((1 - R) * (first**2 + second**2) + R * (first + second) ** 2)
    assert result.card.overall.standard_error == pytest.approx(by_hand, abs=0.01)


@pytest.mark.parametrize("asked", [True, False])
def test_silent_answers_weigh_by_their_seconds(spoken, product_manager, asked):
    whole = spoken[2]
    every = [d.id for d in whole.dimensions]
    answers = [
        answered(whole, dict.fromkeys(every, (score, 5.0)), 0, asks=None if asked else ())
        for score in (40.0, 80.0)
    ]
    longer = replace(answers[1].answer, interval=Interval(10.0, 40.0))
    answers[1] = replace(answers[1], answer=longer)
    result = add_up(product_manager, NORMS, whole, answers)
    assert result.shares == pytest.approx((0.25, 0.75))
    assert result.card.overall.score == pytest.approx(70.0 if asked else whole.overall.score)
    assert result.card.overall.standard_error > 0


def test_two_silent_answers_that_are_scored_by_face_give_a_score(product_manager):
    """From the picture to the overall: nobody says a word in either answer."""
    face = tuple(d.model_copy(update={"channels": {"face": 1.0}}) for d in product_manager.dimensions)
    profile = product_manager.model_copy(update={"dimensions": face})
    media = MediaFacts(duration_s=40.0, has_audio=False, has_video=True, luma_median=120.0)
    seen = Observations(facts=media, faces=face_track(40.0))
    whole = score(profile, NORMS, seen, feature_tables(seen), None, {})
    windows = [Interval(0.0, 20.0), Interval(20.0, 40.0)]
    tables = answer_tables(seen, windows)
    answers = [
        score_answer(
            profile, NORMS, Answer("Q", ("Q",), w, "recording"), (Match(d.id, Text(en="Q"), 0.9),),
            clip(seen, w.start_s, w.end_s), tables, None, None,
        )
        for w, d in zip(windows, profile.dimensions, strict=False)
    ]  # fmt: skip
    result = add_up(profile, NORMS, whole, answers)
    assert [answer.words for answer in answers] == [0, 0]
    assert result.card.overall.abstention is None
    assert result.card.overall.score == pytest.approx(whole.overall.score, abs=5.0)
    assert all(math.isfinite(d.score) and math.isfinite(d.standard_error) for d in result.card.dimensions)
    assert sum(result.shares) == pytest.approx(1)


def test_answers_on_different_things_are_not_compared(spoken, product_manager):
    whole = spoken[2]
    every = {d.id: (20.0, 5.0) for d in whole.dimensions}
    asked = answered(whole, {whole.dimensions[0].id: (90.0, 5.0)}, 100)
    other = answered(whole, every, 100, asks=())
    result = add_up(product_manager, NORMS, whole, [asked, other])
    assert result.reliability is None
    assert result.card.dimensions[0].standard_error == pytest.approx(5.0)
    assert result.card.dimensions[0].score == pytest.approx(90.0)


@pytest.mark.parametrize("count", [0, 1])
def test_one_answer_or_none_changes_nothing(count, spoken, product_manager):
    whole = spoken[2]
    answers = [answered(whole, {d.id: (10.0, 5.0) for d in whole.dimensions}, 50)] * count
    result = add_up(product_manager, NORMS, whole, answers)
    assert result.card is whole
    assert result.reliability is None
    assert result.shares == (1.0,) * count
