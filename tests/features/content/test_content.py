"""The content extractors: figures, hedges, STAR parts, non-answers, lexical variety, length."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.features.content import answer_length, figures, hedges, lexical, non_answer, star
from interview_analysis.features.content.figures import figure_spans
from interview_analysis.features.content.lexical import mattr
from interview_analysis.features.content.non_answer import text_declines
from interview_analysis.features.content.star import has_action, has_result, parts_of_text
from interview_analysis.features.core.extractor import Extractor, tabulate
from interview_analysis.features.language.lexicons import background, phrases, spans
from interview_analysis.features.language.sentences import normalise
from interview_analysis.types import Interval, MediaFacts, Observations
from tests.transcripts import observations_from_text, whole

EXTRACTORS = [m.EXTRACTOR for m in (answer_length, figures, hedges, lexical, non_answer, star)]


def _values(extractor: Extractor, text: str, language: str) -> dict[str, float]:
    observations = observations_from_text(text, language)
    return dict(extractor.compute(observations, whole(observations)))


def _figures(text: str, language: str) -> list[str]:
    folded = normalise(text)
    return [folded[a:b].strip() for a, b in figure_spans(folded, language)]


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda e: e.name)
def test_without_words_there_is_no_value_and_no_coverage(extractor):
    silent = Observations(MediaFacts(5.0, has_audio=True, has_video=False))
    table = tabulate(extractor, silent, [Interval(0, 5)])
    assert table.drop(columns=f"{extractor.name}.coverage_ratio").isna().all(axis=None)
    assert table[f"{extractor.name}.coverage_ratio"].tolist() == [0.0]
    assert extractor.events(silent) == ()


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda e: e.name)
def test_strange_text_stays_within_bounds(extractor):
    texts = ["!!! ??? ...", "<b>'; DROP TABLE", "1 2 3", "a" * 500, "\U0001f600 \u202e ab", "。。。"]
    for text, language in product(texts, ("en", "zh", "ru")):
        observations = observations_from_text(text, language)
        table = tabulate(extractor, observations, [whole(observations), Interval(0, 0.1)])
        assert len(table) == 2, (text, language)


def test_english_figures():
    cases = [
        ("churn was at twenty percent", ["twenty percent"]),
        ("it fell from 20% to 12.5 %", ["20%", "12.5 %"]),
        ("we saved $1.5 million in 2021", ["$1.5 million", "2021"]),
        ("a team of twenty-five people for one month", ["twenty-five", "one month"]),
        ("a hundred and twenty users", ["a hundred and twenty"]),
        ("two million users, half of them paid", ["two million", "half of"]),
        ("one of the best, first of all, no one knew", []),
        ("there are two reasons and three main points", []),
        ("it is a B2B product with HTML5 and Q3 goals", []),
        ("hundreds of users, the first version", []),
        ("in the one on one we talked", []),
    ]
    assert [(text, found, got) for text, found in cases if (got := _figures(text, "en")) != found] == []


def test_chinese_figures():
    cases = [
        ("流失率有百分之三十五", ["百分之三十五"]),
        ("三个月内涨到12万", ["三个月", "12万"]),
        ("八成用户愿意，花了两百块", ["八成", "两百块"]),
        ("2021年提升了15.5%", ["2021年", "15.5%"]),
        ("二零二一年做了三十多个访谈", ["二零二一年", "三十多个"]),
        ("一个月以后一年过去了", ["一个月", "一年"]),
        ("我有一个想法，等一下，一些人，一起，一直", []),
        ("第一个是第二点，第三次", []),
        ("有三个方面，两点原因", []),
        ("几十个人，十分满意，万一呢，有一天", []),
    ]
    assert [(text, found, got) for text, found in cases if (got := _figures(text, "zh")) != found] == []


def test_figures_are_counted_per_hundred_units():
    assert (
        _values(figures.EXTRACTOR, "We had 30 users and they stayed two years there", "en")["figures_per_100"]
        == 20.0
    )
    values = _values(figures.EXTRACTOR, "我们有30个用户而且三个月都在", "zh")
    assert values["figures_count"] == 2
    assert values["figures_per_100"] == pytest.approx(100 * 2 / 14)


def test_a_figure_event_has_the_time_of_its_words():
    observations = observations_from_text("we saw twenty percent more", "en", wpm=60)
    (event,) = figures.EXTRACTOR.events(observations)
    assert (event.start_s, event.end_s, event.label) == (2.0, pytest.approx(3.9), "twenty percent")


def test_hedges():
    cases = [
        ("maybe it was kind of luck, I guess", "en", 3),
        ("what kind of user, all kinds of users, this sort of thing", "en", 0),
        ("in May we sorted it out", "en", 0),
        ("可能大概是运气吧", "zh", 3),
        ("尽可能减少可能出现的风险，不可能的可能性", "zh", 0),
        ("我们去酒吧做访谈", "zh", 0),
        ("也許好像是這樣", "zh", 2),
    ]
    assert [
        (text, language, count, found)
        for text, language, count in cases
        if (found := _values(hedges.EXTRACTOR, text, language)["hedges_count"]) != count
    ] == []


STORY_EN = (
    "When I was at a bank last year, our app was slow. My task was to make it faster. "
    "I interviewed thirty users and we rebuilt the start page. As a result complaints dropped by 40 percent."
)
STORY_ZH = "去年我在一家银行的时候，应用很慢。我的任务是让它变快。我访谈了三十个用户，重构了首页。结果投诉下降了百分之四十。"


@pytest.mark.parametrize(("text", "language"), [(STORY_EN, "en"), (STORY_ZH, "zh")])
def test_a_full_story_has_all_four_parts_in_order(text, language):
    observations = observations_from_text(text, language)
    assert star.EXTRACTOR.compute(observations, whole(observations))["parts_ratio"] == 1.0
    times = {}
    for event in star.EXTRACTOR.events(observations):
        times.setdefault(event.kind, event.start_s)
    assert times["star_situation"] < times["star_action"] < times["star_result"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I am a hard worker and I like teams.", "en"),
        ("My dog is brown.", "en"),
        ("我是一个很努力的人，我喜欢团队。", "zh"),
        ("今天天气不错。", "zh"),
    ],
)
def test_empty_praise_has_no_part(text, language):
    assert _values(star.EXTRACTOR, text, language)["parts_ratio"] == 0.0


def test_action_is_the_speakers_own_doing():
    cases = [
        ("i built a prototype", "en", True),
        ("then we carefully analysed the logs", "en", True),
        ("i was responsible for the roadmap", "en", True),
        ("i usually talk to users first", "en", True),
        ("i've led a team", "en", True),
        ("i have never built a prototype", "en", False),
        ("i didn't build it", "en", False),
        ("i wanted to build it", "en", False),
        ("the company built it", "en", False),
        ("i need a job", "en", False),
        ("i indeed like it", "en", False),
        ("i planned it", "en", True),
        ("我负责用户调研", "zh", True),
        ("做了三轮访谈", "zh", True),
        ("我们把它拆成了三步", "zh", True),
        ("我没有做过访谈", "zh", False),
        ("我从来没做过访谈", "zh", False),
        ("我喜欢做访谈", "zh", False),
        ("访谈很重要", "zh", False),
    ]
    assert [
        (text, language, told, found)
        for text, language, told in cases
        if (found := has_action(text, language)) is not told
    ] == []


def test_a_result_needs_an_outcome():
    cases = [
        ("churn dropped to 12%", "en", True),
        ("in the end we launched on time", "en", True),
        ("my task was to reduce it within three months", "en", False),
        ("in the end i went home", "en", False),
        ("转化率提升了百分之十", "zh", True),
        ("最后我回家了", "zh", False),
    ]
    assert [
        (text, language, told, found)
        for text, language, told in cases
        if (found := has_result(text, language)) is not told
    ] == []


def test_declining_to_answer():
    cases = [
        ("i don't know", "en", True),
        ("honestly i have never done that", "en", True),
        ("no idea, sorry", "en", True),
        ("i don't know i need more time", "en", True),
        ("we didn't know why they left so we asked them", "en", False),
        ("i don't know why they left, so i interviewed thirty of them", "en", False),
        ("users don't know where to click", "en", False),
        ("这个我不太清楚", "zh", True),
        ("我没有做过", "zh", True),
        ("不知道", "zh", True),
        ("用户不知道从哪里开始", "zh", False),
        ("我不知道原因，所以我访谈了三十个用户", "zh", False),
    ]
    assert [
        (text, language, declined, found)
        for text, language, declined in cases
        if (found := text_declines(text, language)) is not declined
    ] == []


def test_non_answer_share_is_of_sentences():
    values = _values(non_answer.EXTRACTOR, "I don't know. We built an app. No idea. It was blue.", "en")
    assert values["non_answer_ratio"] == 0.5


def test_mattr_of_known_sequences():
    assert np.isnan(mattr(["a"] * 49))
    assert mattr(["a"] * 80) == pytest.approx(1 / 50)
    assert mattr([str(i) for i in range(80)]) == 1.0
    assert mattr([str(i % 25) for i in range(400)]) == pytest.approx(0.5)


def test_mattr_matches_its_definition(rng):
    items = [str(i) for i in rng.integers(0, 40, 200)]
    direct = np.mean([len(set(items[i : i + 50])) / 50 for i in range(151)])
    assert mattr(items) == pytest.approx(direct)


def test_mattr_does_not_grow_with_length(rng):
    items = [str(i) for i in rng.integers(0, 60, 4000)]
    assert mattr(items[:400]) == pytest.approx(mattr(items), abs=0.03)


def test_length_is_words_in_english_and_characters_in_chinese():
    english = _values(answer_length.EXTRACTOR, "We did it. It worked.", "en")
    assert english["word_count"] == 5
    assert "char_count" not in english
    assert _values(answer_length.EXTRACTOR, "我们做到了。", "zh")["char_count"] == 5


def test_only_words_of_the_window_count():
    observations = observations_from_text("maybe maybe yes yes", "en", wpm=60)
    assert hedges.EXTRACTOR.compute(observations, Interval(0, 1.9))["hedges_count"] == 2
    assert hedges.EXTRACTOR.compute(observations, Interval(2, 4))["hedges_count"] == 0


def test_star_parts_of_one_sentence():
    assert parts_of_text("last year my goal was to find out why", "en") == {"situation", "task"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_background_is_large_and_without_repetition(language):
    lines = background(language)
    assert len(lines) >= 190
    assert len(set(lines)) == len(lines)


def test_unknown_lists_are_named_in_the_error():
    with pytest.raises(ConfigError, match="no list 'nothing'"):
        phrases("hedges", "nothing", "en")
    with pytest.raises(ConfigError, match="no lexicon 'nowhere'"):
        phrases("nowhere", "nothing", "en")
    assert background("xx") == ()


def test_lexicons_hold_text_only_and_no_entry_twice():
    from interview_analysis.features.language.lexicons import _load

    names = ("hedges", "non_answers", "denials", "star", "function_words", "figures")
    lists = {
        (lexicon, language, name): items
        for lexicon, language in product(names, ("en", "zh"))
        for name, items in _load(lexicon)[language].items()
    }
    entries = [(where, item) for where, items in lists.items() for item in items]
    assert [entry for entry in entries if not isinstance(entry[1], str) or not entry[1]] == []
    assert [entry for entry, count in Counter(entries).items() if count > 1] == []


def test_gaps_in_phrases_match_a_few_words():
    assert list(spans("star", "outcome", "it paid off within three short months", "en"))
    assert list(spans("star", "situation", "在一家很小的公司我们", "zh"))


@pytest.mark.parametrize(
    "extractor", [m.EXTRACTOR for m in (figures, hedges, non_answer, star)], ids=lambda e: e.name
)
def test_a_language_without_lists_has_no_value_and_no_coverage(extractor):
    text = "Я не знаю, maybe I don't know, I built 20 of them last year"
    for language in ("ru", "de", "ja", "yue"):
        observations = observations_from_text(text, language)
        assert extractor.compute(observations, whole(observations)) == {"coverage_ratio": 0.0}, language
        assert extractor.events(observations) == (), language


def test_a_date_alone_has_more_figures_than_units():
    observations = observations_from_text("12/5/2021", "zh")
    table = tabulate(figures.EXTRACTOR, observations, [whole(observations)])
    assert table["figures.figures_per_100"].item() == 300.0
