from __future__ import annotations

import pytest

from interview_analysis.features.language.sentences import locate
from interview_analysis.scoring.evidence.literal import KeywordMatcher, stem
from tests.transcripts import transcript_from_text


def _found(keywords: list[str], text: str, language: str) -> list[str]:
    words = transcript_from_text(text, language).words
    located = locate(words, language)
    return [located.text[s.start : s.end] for s in KeywordMatcher({"k": keywords}).find(located)]


def test_inflections_and_spellings_share_a_stem():
    words = [
        [
            "prioritise",
            "prioritize",
            "prioritised",
            "prioritizing",
            "prioritisation",
            "prioritization",
            "prioritizes",
        ],
        ["survey", "surveys", "surveyed", "surveying"],
        ["story", "stories"],
        ["plan", "plans", "planned", "planning"],
        ["analyse", "analyzed", "analysis", "analyses"],
        ["iterate", "iteration", "iterations", "iterating"],
        ["behaviour", "behavior", "behaviours"],
        ["build", "built", "building"],
        ["KPI".lower(), "kpis"],
        ["user", "users", "user's"],
        ["rate", "rates", "rated", "rating"],
        ["hire", "hired", "hiring"],
        ["score", "scored", "scoring"],
    ]
    assert [(forms, found) for forms in words if (found := len({stem(form) for form in forms})) != 1] == []


def test_different_words_have_different_stems():
    cases = [
        ("user", "use"),
        ("art", "start"),
        ("us", "use"),
        ("rate", "rat"),
        ("priority", "prioritise"),
    ]
    assert [(one, other) for one, other in cases if stem(one) == stem(other)] == []


def test_english_keywords():
    cases = [
        ("art", "we start smart", []),
        ("user research", "We did USER Research, and more", ["user research"]),
        ("user research", "we asked the user, research came later", []),
        ("user research", "user-research helped", ["user-research"]),
        ("prioritise backlog", "I prioritized our backlog", ["prioritized our backlog"]),
        ("prioritise backlog", "I prioritized before lunch the backlog", []),
        ("A/B test", "we ran A/B tests", ["a/b tests"]),
        ("user pain point", "the users' pain points", ["users' pain points"]),
        ("PRD", "I wrote a PRD", ["prd"]),
        ("PRD", "spread prdx", []),
    ]
    assert [
        (keyword, text, found, got)
        for keyword, text, found in cases
        if (got := _found([keyword], text, "en")) != found
    ] == []


def test_chinese_keywords():
    cases = [
        ("用户调研", "我们做了用户调研", ["用户调研"]),
        ("用户调研", "我們做了用戶調研", ["用户调研"]),
        ("用戶調研", "我们做了用户调研", ["用户调研"]),
        ("用户痛点", "这是用户的痛点", ["用户的痛点"]),
        ("会员", "大会员工都来了", []),
        ("会员", "我们的会员很多", ["会员"]),
        ("PRD", "我写了PRD文档", ["prd"]),
        ("需求", "需求很多", ["需求"]),
        ("KANO模型", "用kano模型来排", ["kano模型"]),
        ("AB测试", "做了AB测试", ["ab测试"]),
        ("user story", "我写 user story 给开发", ["user story"]),
    ]
    assert [
        (keyword, text, found, got)
        for keyword, text, found in cases
        if (got := _found([keyword], text, "zh")) != found
    ] == []


def test_the_longest_match_wins():
    assert _found(["用户", "用户反馈", "用户反馈迭代"], "做用户反馈迭代", "zh") == ["用户反馈迭代"]
    assert _found(["user", "user feedback"], "user feedback and a user", "en") == ["user feedback", "user"]


def test_a_keyword_of_two_owners_belongs_to_both():
    located = locate(transcript_from_text("a roadmap", "en").words, "en")
    matcher = KeywordMatcher({"b": ["roadmap"], "a": ["roadmap"]})
    assert [s.owner for s in matcher.find(located)] == ["a", "b"]


def test_hits_lead_back_to_words_and_times():
    words = transcript_from_text("we did user research twice", "en", wpm=60).words
    located = locate(words, "en")
    (span,) = KeywordMatcher({"k": ["user research"]}).find(located)
    first, last = located.words(span.start, span.end)
    assert (words[first].start_s, words[last].end_s) == (2.0, pytest.approx(3.9))
