"""What an answer touches: substance beats recitation and "I don't know", and length alone gains nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from interview_analysis.features.language.lexicons import background
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.scoring.evidence.indicators import (
    ContentEvidence,
    IndicatorEvidence,
    find_evidence,
    reference_texts,
)
from interview_analysis.scoring.profile import JobProfile
from tests.transcripts import transcript_from_text

SUBSTANCE = {
    "en": """When I was at a bookshop company last year, many people gave up at the checkout.
        I interviewed thirty users and we ran a survey with five hundred answers.
        We found that people had to type their address again every time.
        I prioritised the ideas by value and effort and wrote a PRD with user stories.
        I made a Gantt chart, and we prepared a contingency plan for the payment provider.
        As a result the conversion rose by 12 percent, and we kept iterating on user feedback.""",
    "zh": """去年我在一家卖书的公司，很多人在结账的时候放弃了。
        我做了用户调研，访谈了三十个用户，还发了五百份问卷。
        我们发现大家每次都要重新填地址。
        我按价值和成本做了优先级排序，写了需求文档。
        我用甘特图跟踪进度，还准备了支付渠道的备选方案。
        结果转化率提升了百分之十二，我们继续根据用户反馈迭代。""",
}
DECLINED = {
    "en": "I don't know. I have never done user research. Gantt charts, I've never used them. "
    "I'm not familiar with risk management. I can't think of an example. No idea.",
    "zh": "这个我不太清楚。我没有做过用户调研。甘特图我不会用。用户痛点这块没什么经验。优先级排序没有接触过。想不起来。",
}
STUFFED = {
    "en": "User research, feature prioritization, user story, Gantt chart, risk management, pain point, "
    "user feedback, user experience. Stakeholder management. Agile. PRD.",
    "zh": "用户调研，功能优先级排序，需求文档，甘特图，风险应对方案，跨部门协作，用户痛点，用户反馈迭代，用户体验。",
}
PRAISED = {
    "en": "I am a hard worker and a quick learner. I really love working with people. "
    "I am passionate about technology and I always give my best. I would be a great fit for your company.",
    "zh": "我是一个特别努力的人，学习能力很强。我非常喜欢跟人打交道。我对科技充满热情。我觉得我很适合贵公司。",
}
RAMBLING = {
    "en": "On the weekend we went to the lake. The weather was nice and the water was cold. My cousin brought a cake. "
    "We took the train back in the evening. It was late and I was tired. My neighbour has a new dog. "
    "I usually drink coffee in the morning. The bakery around the corner is closed on Mondays.",
    "zh": "周末我们去了湖边。天气很好，水有点凉。我表哥带了一个蛋糕。晚上我们坐火车回来。那天很晚，我也累了。"
    "邻居家新养了一只狗。我早上一般喝咖啡。街角的面包店星期一不开门。",
}
LANGUAGES = ["en", "zh"]
SHIPPED = load_norms().evidence


def _find(profile: JobProfile, text: str, language: str, encoder=None, **settings: float) -> ContentEvidence:
    transcript = transcript_from_text(text, language)
    return find_evidence(profile, transcript, encoder, background(language), replace(SHIPPED, **settings))


def _total(profile: JobProfile, evidence: ContentEvidence) -> float:
    """The credit of all indicators in their weights, 0 to 1."""
    total = 0.0
    for dimension in profile.dimensions:
        parts = evidence.of(dimension.id)
        total += dimension.weight * sum(p.weight * p.credit for p in parts) / sum(p.weight for p in parts)
    return total


def _of(evidence: ContentEvidence, indicator: str) -> IndicatorEvidence:
    return next(i for i in evidence.indicators if i.indicator_id == indicator)


@pytest.mark.parametrize("language", LANGUAGES)
def test_substance_beats_everything_else(product_manager, encoder, language):
    totals = {
        name: _total(product_manager, _find(product_manager, texts[language], language, encoder))
        for name, texts in {
            "substance": SUBSTANCE,
            "no": DECLINED,
            "list": STUFFED,
            "praise": PRAISED,
        }.items()
    }
    assert totals["substance"] > 0.6
    assert totals["no"] == 0.0
    assert totals["list"] == 0.0
    assert totals["praise"] == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_rambling_or_repeating_gains_nothing(product_manager, encoder, language):
    text = SUBSTANCE[language]
    alone = _total(product_manager, _find(product_manager, text, language, encoder))
    for longer in (f"{text}\n{text}", f"{text}\n{RAMBLING[language]}", f"{RAMBLING[language]}\n{text}"):
        assert _total(product_manager, _find(product_manager, longer, language, encoder)) <= alone + 1e-9
    assert _total(product_manager, _find(product_manager, RAMBLING[language], language, encoder)) == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bare_list_is_flagged_and_an_answer_is_not(product_manager, language):
    stuffed = _find(product_manager, STUFFED[language], language).stuffing
    assert stuffed.flagged
    assert stuffed.listed_ratio == 1.0
    assert stuffed.density_ratio > 0.8
    used = _find(product_manager, SUBSTANCE[language], language).stuffing
    assert not used.flagged
    assert used.listed_ratio == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_after_an_answer_is_flagged_but_takes_nothing_away(product_manager, language):
    alone = _find(product_manager, SUBSTANCE[language], language)
    both = _find(product_manager, f"{SUBSTANCE[language]}\n{STUFFED[language]}", language)
    assert both.stuffing.keyword_count > alone.stuffing.keyword_count
    assert _total(product_manager, both) == pytest.approx(_total(product_manager, alone))


def test_lists_dressed_as_sentences_are_still_lists(product_manager):
    text = "I know user research. I know feature prioritization. I know Gantt charts. I know user stories."
    evidence = _find(product_manager, text, "en")
    assert evidence.stuffing.flagged
    assert _total(product_manager, evidence) == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_order_of_indicators_and_dimensions_does_not_matter(product_manager, encoder, language):
    turned = product_manager.model_copy(
        update={
            "dimensions": tuple(
                d.model_copy(update={"indicators": d.indicators[::-1]})
                for d in reversed(product_manager.dimensions)
            )
        }
    )
    one = _find(product_manager, SUBSTANCE[language], language, encoder)
    other = _find(turned, SUBSTANCE[language], language, encoder)
    for indicator in one.indicators:
        assert indicator == _of(other, indicator.indicator_id)
    for dimension in product_manager.dimensions:
        assert {i.indicator_id for i in one.of(dimension.id)} == {
            i.indicator_id for i in other.of(dimension.id)
        }
    assert one.stuffing == other.stuffing


def test_strength_of_a_hit(product_manager):
    cases = [
        ("I ran a survey with users.", "en", "user_research_data", "demonstrated"),
        ("A survey is important to me.", "en", "user_research_data", "mentioned"),
        ("There was one survey. We interviewed ten people.", "en", "user_research_data", "demonstrated"),
        ("Survey.", "en", "user_research_data", "listed"),
        ("The weather was nice.", "en", "user_research_data", "absent"),
        ("I have never run a survey.", "en", "user_research_data", "absent"),
        ("I never skip a survey and I ran five last year.", "en", "user_research_data", "demonstrated"),
        ("A survey is something I have never done.", "en", "user_research_data", "absent"),
        ("I've never done a survey, but I wrote a PRD.", "en", "need_to_feature", "demonstrated"),
        ("I've never done a survey, but I wrote a PRD.", "en", "user_research_data", "absent"),
        ("Surveys, I have never done them.", "en", "user_research_data", "absent"),
        ("We ran a survey, I don't know how long.", "en", "user_research_data", "demonstrated"),
        ("The survey, yes. I don't know.", "en", "user_research_data", "absent"),
        ("我负责用户调研。", "zh", "user_research_data", "demonstrated"),
        ("我負責用戶調研。", "zh", "user_research_data", "demonstrated"),
        ("我觉得用户调研非常重要。", "zh", "user_research_data", "mentioned"),
        ("用户调研。", "zh", "user_research_data", "listed"),
        ("我没有做过用户调研。", "zh", "user_research_data", "absent"),
        ("我没有做过用户调研，但是我写过需求文档。", "zh", "need_to_feature", "demonstrated"),
        ("用户调研我没做过。", "zh", "user_research_data", "absent"),
        ("用户调研，这个我不知道。", "zh", "user_research_data", "absent"),
    ]
    assert [
        (text, language, indicator, strength, found)
        for text, language, indicator, strength in cases
        if (found := _of(_find(product_manager, text, language), indicator).strength) != strength
    ] == []


def test_denied_hits_are_kept_apart_with_their_words(product_manager):
    found = _of(_find(product_manager, "I have never done user research.", "en"), "user_research_data")
    assert found.hits == ()
    assert found.credit == 0.0
    assert [hit.match for hit in found.denied] == ["user research"]


def test_a_hit_has_the_words_the_sentence_and_the_time(product_manager):
    transcript = transcript_from_text("Well then. I ran two surveys there.", "en", wpm=60)
    evidence = find_evidence(product_manager, transcript, None, (), SHIPPED)
    (hit,) = _of(evidence, "user_research_data").hits
    assert (hit.kind, hit.match, hit.quote) == ("keyword", "surveys", "I ran two surveys there.")
    assert (hit.start_s, hit.end_s) == (5.0, pytest.approx(5.9))
    assert math.isnan(hit.similarity_z)


@pytest.mark.parametrize(
    ("text", "language", "indicator"),
    [
        (
            "We asked people in a hundred interviews what they really needed.",
            "en",
            "user_research_data",
        ),
        ("我打电话问了一百个人，他们真正需要的到底是什么。", "zh", "user_research_data"),
    ],
)
def test_meaning_finds_what_no_keyword_says_and_weighs_less(
    product_manager, encoder, text, language, indicator
):
    assert _of(_find(product_manager, text, language), indicator).strength == "absent"
    found = _of(_find(product_manager, text, language, encoder), indicator)
    assert [hit.kind for hit in found.hits] == ["meaning"]
    assert found.strength == "demonstrated"
    assert found.hits[0].similarity_z >= 3.5
    assert found.credit == SHIPPED.meaning_factor * SHIPPED.credit_demonstrated < SHIPPED.credit_demonstrated


def test_credits_come_from_the_settings(product_manager):
    assert _of(_find(product_manager, "Survey.", "en", credit_listed=0.1), "user_research_data").credit == 0.1
    text = "A survey is important to me."
    assert _of(_find(product_manager, text, "en", credit_mentioned=0.2), "user_research_data").credit == 0.2


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_hostile_text_finds_nothing_and_breaks_nothing(product_manager, language):
    for text in ("", "???", "<script>alert(1)</script>", "{{ 7*7 }}", "(((((", "a" * 3000, "\u202e用户"):
        evidence = _find(product_manager, text, language)
        assert _total(product_manager, evidence) == 0.0, text
        assert not evidence.stuffing.flagged, text


def test_an_empty_transcript_has_no_declined_share(product_manager):
    evidence = _find(product_manager, "", "en")
    assert math.isnan(evidence.declined_ratio)
    assert math.isnan(evidence.stuffing.density_ratio)
    assert {i.strength for i in evidence.indicators} == {"absent"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_declined_share_counts_sentences(product_manager, language):
    assert _find(product_manager, DECLINED[language], language).declined_ratio >= 0.5
    assert _find(product_manager, SUBSTANCE[language], language).declined_ratio == 0.0


@pytest.mark.parametrize("name", ["product_manager", "customer_success_manager"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_profiles_are_complete_in_both_languages(request, name, language):
    profile = request.getfixturevalue(name)
    for dimension in profile.dimensions:
        assert dimension.name.zh
        assert dimension.name.en
        assert len(dimension.indicators) >= 3
        assert all(getattr(anchor, language) for anchor in dimension.anchors.values())
        for indicator in dimension.indicators:
            assert len(indicator.keywords.get(language)) >= 5
            assert 3 <= len(indicator.examples.get(language)) <= 5
            assert getattr(indicator.description, language)
    assert len(reference_texts(profile, language)) >= 4 * sum(len(d.indicators) for d in profile.dimensions)


def test_the_product_manager_has_its_weights_and_the_other_profile_all_channels(
    product_manager, customer_success_manager
):
    weights = {d.name.zh: d.weight for d in product_manager.dimensions}
    assert weights == {"需求分析能力": 0.35, "项目管理能力": 0.30, "用户思维": 0.35}
    communication = next(d for d in customer_success_manager.dimensions if d.id == "communication")
    assert set(communication.channels) == {"content", "voice", "face", "posture"}


@pytest.mark.parametrize("name", ["product_manager", "customer_success_manager"])
def test_every_keyword_finds_itself(request, name):
    profile = request.getfixturevalue(name)
    for dimension in profile.dimensions:
        for indicator in dimension.indicators:
            for language in LANGUAGES:
                for keyword in indicator.keywords.get(language):
                    text = f"I used {keyword} in it" if language == "en" else f"我用{keyword}来做"
                    found = _find(profile, text, language)
                    assert _of(found, indicator.id).hits, keyword
