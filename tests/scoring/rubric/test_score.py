"""What the scores must and must not do, on spoken answers in both languages."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

import pytest

from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.scoring.interview.flags import flags
from interview_analysis.scoring.report.report import Reason
from interview_analysis.scoring.rubric.measures import CONTENT_FEATURE, fitting
from interview_analysis.scoring.rubric.score import score
from tests.scoring.scene import content, evidence, levels, observe_text, score_text

SUBSTANCE = {
    "en": (
        "Last year our checkout lost a third of its customers and my task was to find out why. I interviewed twenty "
        "users and put the user research data into one sheet. The main user pain point was the address form. I "
        "turned that need into three product features and ranked them by feature priority. I planned the work in a "
        "Gantt chart with the developers and kept a risk response plan for the payment provider. We released every "
        "two weeks and iterated on user feedback. After three months conversion had risen from 61 to 78 percent."
    ),
    "zh": (
        "去年我们的下单流程流失了三成用户,我的任务是找出原因。我访谈了二十位用户,整理了用户调研数据。最大的用户痛点是地址表单太长。"
        "我把这个用户需求转化成三个产品功能,并做了功能优先级排序。我用甘特图和开发一起排了进度,也准备了支付渠道的风险应对方案。"
        "我们每两周发布一次,根据用户反馈迭代。三个月后转化率从百分之六十一提升到百分之七十八。"
    ),
}
DONT_KNOW = {
    "en": "I don't know. "
    * 3
    + "I have never done that, so I am not sure what to say. I really do not know much about it. "
    "Maybe someone else did it. I can't think of an example right now, sorry, I don't know.",
    "zh": "我不知道。我不太清楚。这个我没有做过,所以不知道该怎么说。我真的不了解这方面。可能是别人做的吧。我现在想不出例子,不好意思,我不知道。",
}
STUFFED = {
    "en": "User research data, feature priority, Gantt chart, risk response plan, user pain points, user feedback "
    "iteration, requirements analysis, roadmap, milestones, prioritisation, user research, product features, "
    "Gantt chart, risk management, user feedback, pain points, personas, user journey.",
    "zh": "用户调研数据,功能优先级排序,甘特图,风险应对方案,用户痛点,用户反馈迭代,需求分析,里程碑,用户需求,产品功能,用户画像,"
    "进度控制,风险应对,用户调研,用户反馈,优先级,甘特图,用户痛点。",
}
SMALL_TALK = {
    "en": "The weather was nice at the weekend, so we went to the lake with the family. The children liked the boats. "
    "In the evening we cooked noodles and watched a film about penguins. My sister called and told me about her garden. ",
    "zh": "周末天气很好,我们一家人去了湖边。孩子们很喜欢划船。晚上我们煮了面条,看了一部关于企鹅的电影。我姐姐打来电话,说起她的花园。",
}
LANGUAGES = ["en", "zh"]


def overall(text: str, language: str) -> float:
    value = score_text(text, language)[0].overall.score
    assert value is not None
    return value


# The terse Chinese answer is half taken for a plan, so that less is asked of it.
@pytest.mark.parametrize(("language", "level", "errors"), [("en", 4, 1.96), ("zh", 2, 0.5)])
def test_substance_outscores_not_knowing_and_bare_lists_by_more_than_their_errors(language, level, errors):
    good = score_text(SUBSTANCE[language], language)[0].overall

    def ahead(weak: str) -> float:
        """By how many standard errors of the difference."""
        other = score_text(weak, language)[0].overall
        return (good.score - other.score) / (good.standard_error**2 + other.standard_error**2) ** 0.5

    assert ahead(DONT_KNOW[language]) > 1.96
    assert ahead(STUFFED[language]) > errors
    assert good.level >= level
    assert overall(DONT_KNOW[language], language) < 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_keyword_stuffing_and_declining_are_flagged_and_substance_is_not(language):
    def codes(text):
        card, found, tables = score_text(text, language)
        return {flag.code for flag in flags(observe_text(text, language), tables, found, card)}

    assert "keyword_stuffing" in codes(STUFFED[language])
    assert "non_answer" in codes(DONT_KNOW[language])
    assert not codes(SUBSTANCE[language]) & {"keyword_stuffing", "non_answer"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_length_alone_wins_nothing(language):
    short = overall(SUBSTANCE[language], language)
    assert overall(SUBSTANCE[language] * 2, language) <= short + 1
    assert overall(SUBSTANCE[language] + SMALL_TALK[language] * 4, language) <= short + 6
    rambling = overall(SMALL_TALK[language] * 6, language)
    assert rambling < 45  # a story of something else; in English it is not wholly seen through
    assert rambling <= overall(SMALL_TALK[language], language) + 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dimension_that_nobody_asked_about_and_nothing_bears_on_is_not_scored(language):
    """Not even where voice, face and posture have a share of it: how it was said tells nothing of it."""
    profile = load_profile("customer-success-manager")
    seen = observe_text(SMALL_TALK[language], language)
    tables, found = feature_tables(seen), evidence(profile, seen)
    told = content(seen).whole(profile.dimensions)
    assert set(told.values()) == {None}
    card = score(profile, load_norms(), seen, tables, found, told)
    assert {d.abstention.reason for d in card.dimensions} == {Reason.NOT_ASKED}
    assert all(d.score is None and d.content == () for d in card.dimensions)
    assert card.channels["content"].abstention.reason is Reason.NOT_ASKED
    assert card.channels["voice"].score is not None
    assert card.overall.abstention.reason is Reason.NOTHING_SCORED


@pytest.mark.parametrize("language", LANGUAGES)
def test_indicators_are_shown_and_weigh_nothing(language):
    card, found, _ = score_text(SUBSTANCE[language], language)
    lines = [e for d in card.dimensions for e in d.evidence if e.kind in ("keyword", "meaning", "absent")]
    assert {e.kind for e in lines} >= {"keyword", "absent"}
    assert {(e.weight, e.score) for e in lines} == {(0.0, None)}
    profile, seen = load_profile("product-manager"), observe_text(SUBSTANCE[language], language)
    bare = replace(found, indicators=tuple(replace(i, hits=(), strength="absent") for i in found.indicators))
    same = score(profile, load_norms(), seen, feature_tables(seen), bare, levels(profile, seen))
    assert same.overall == card.overall


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dimension_is_the_weighted_mean_of_its_channels_and_the_overall_of_the_dimensions(language):
    card, _, _ = score_text(SUBSTANCE[language], language)
    for dimension in card.dimensions:
        parts = [(s, dimension.mix[c]) for c, s in dimension.channel_scores.items() if s is not None]
        assert dimension.score == pytest.approx(
            sum(s * m for s, m in parts) / sum(m for _, m in parts), abs=0.02
        )
    total = sum(d.weight for d in card.dimensions)
    mean = sum(d.score * d.weight for d in card.dimensions) / total
    assert card.overall.score == pytest.approx(mean, abs=0.02)


@pytest.mark.parametrize("job", ["product-manager", "customer-success-manager"])
def test_the_error_of_the_overall_follows_from_the_measures_that_the_report_shows(job):
    """Each measure counts once, with all the weight that it has in the dimensions together."""
    card, norms = score_text(SUBSTANCE["en"], profile=load_profile(job))[0], load_norms()
    curves = {n.feature: n for c in norms.channels.values() for n in fitting(c, "en")}
    moved: dict[tuple[str, str], float] = defaultdict(float)
    for d in card.dimensions:
        for line in (e for e in d.evidence if e.kind == "measure"):
            points = curves[line.id].score_error(line.value, line.value_standard_error)
            moved[line.id, d.id if line.id == CONTENT_FEATURE else ""] += d.weight * line.weight * points
    r, errors = norms.error_correlation, list(moved.values())
    by_hand = ((1 - r) * sum(e**2 for e in errors) + r * sum(errors) ** 2) ** 0.5
    assert card.overall.standard_error == pytest.approx(by_hand, abs=0.02)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_dimensions_that_rest_on_one_voice_are_together_no_surer_than_the_voice(count):
    profile = load_profile("product-manager")
    voices = tuple(
        d.model_copy(update={"channels": {"voice": 1.0}, "weight": 1 / count})
        for d in profile.dimensions[:count]
    )
    card = score_text(SUBSTANCE["en"], profile=profile.model_copy(update={"dimensions": voices}))[0]
    voice = card.channels["voice"]
    assert {d.standard_error for d in card.dimensions} == {voice.standard_error}
    assert (card.overall.score, card.overall.standard_error) == (voice.score, voice.standard_error)


def test_the_order_of_dimensions_and_indicators_does_not_matter():
    profile = load_profile("product-manager")
    shuffled = profile.model_copy(
        update={
            "dimensions": tuple(
                d.model_copy(
                    update={"indicators": tuple(random.Random(3).sample(d.indicators, len(d.indicators)))}
                )
                for d in reversed(profile.dimensions)
            )
        }
    )
    one = {d.id: d.score for d in score_text(SUBSTANCE["en"])[0].dimensions}
    other = {d.id: d.score for d in score_text(SUBSTANCE["en"], profile=shuffled)[0].dimensions}
    assert one == pytest.approx(other)


def test_too_few_words_abstain_instead_of_scoring_low():
    card, _, _ = score_text("I used a Gantt chart.")
    assert card.channels["content"].abstention.reason is Reason.TOO_FEW_WORDS
    assert card.overall.score is None
    assert card.overall.abstention.reason is Reason.NOTHING_SCORED


def test_a_profile_in_another_language_abstains():
    profile = load_profile("product-manager").model_copy(update={"languages": ("zh",)})
    seen = observe_text(SUBSTANCE["en"])
    card = score(profile, load_norms(), seen, feature_tables(seen), None, {})
    assert card.channels["content"].abstention.reason is Reason.LANGUAGE_MISMATCH
    assert card.channels["content"].abstention.values == {"language": "en", "expected": "zh"}


def test_a_missing_channel_is_left_out_and_marked():
    card, _, _ = score_text(SUBSTANCE["en"], profile=load_profile("customer-success-manager"))
    communication = next(d for d in card.dimensions if d.id == "communication")
    assert communication.channel_scores["face"] is None
    assert communication.partial
    assert card.overall.partial


def test_evidence_quotes_what_was_said_when_it_was_said():
    seen = observe_text(SUBSTANCE["zh"], "zh")
    profile = load_profile("product-manager")
    found = evidence(profile, seen)
    card = score(profile, load_norms(), seen, feature_tables(seen), found, levels(profile, seen))
    hits = [e for d in card.dimensions for e in d.evidence if e.kind == "keyword"]
    assert {"甘特图", "用户痛点"} <= {hit.match for hit in hits}
    for hit in hits:
        said = "".join(
            w.text
            for w in seen.transcript.words
            if hit.start_s - 1e-3 <= w.start_s and w.end_s <= hit.end_s + 1e-3
        )
        assert hit.match in said
