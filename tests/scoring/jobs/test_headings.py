"""Lines lose their list marks, lists inside a line come apart, and headings open their sections."""

from __future__ import annotations

import pytest

from interview_analysis.scoring.jobs.headings import heading, language_of, lines


def test_a_heading_alone_on_its_line_opens_its_section():
    cases = [
        ("Responsibilities", "duty"),
        ("## Responsibilities", "duty"),
        ("### What you’ll do", "duty"),
        ("DUTIES AND RESPONSIBILITIES", "duty"),
        ("Duties & Responsibilities:", "duty"),
        ("Your Key Responsibilities", "duty"),
        ("**Requirements:**", "must"),
        ("**Requirements**:", "must"),
        ("Requirements (must have)", "must"),
        ("__Who you are__", "must"),
        ("[Requirements]", "must"),
        ("Nice to have:", "nice"),
        ("Preferred Qualifications", "nice"),
        ("What we offer", "benefit"),
        ("Perks & Benefits", "benefit"),
        ("About us", "company"),
        ("About Pinglow", "company"),
        ("Equal Opportunity", "legal"),
        ("How to apply", "legal"),
        ("岗位职责", "duty"),
        ("岗位职责：", "duty"),
        ("【岗位职责】", "duty"),
        ("崗位職責", "duty"),
        ("一、岗位职责", "duty"),
        ("1. 工作内容", "duty"),
        ("🔥 你将负责 🔥", "duty"),
        ("## 任职要求", "must"),
        ("二、任职要求：", "must"),
        ("任职要求（硬性）", "must"),
        ("岗位要求如下：", "must"),
        ("加分项", "nice"),
        ("福利待遇", "benefit"),
        ("三、薪酬待遇", "benefit"),
        ("公司介绍", "company"),
        ("关于半亩云", "company"),
        ("应聘方式", "legal"),
        ("岗位职责 Responsibilities", "duty"),
        ("Job Responsibilities 岗位职责", "duty"),
        ("Requirements / 任职要求：", "must"),
        ("Benefits 福利", "benefit"),
    ]
    assert [
        (text, kind, found)
        for text, kind in cases
        if (found := [heading(line, []) for line in lines(text)]) != [(kind, "")]
    ] == []


def test_text_on_the_line_of_a_heading_belongs_to_its_section():
    cases = [
        ("Responsibilities: run the shop", "duty", "run the shop"),
        ("**Requirements:** two years in retail", "must", "two years in retail"),
        ("Nice to have: SAP", "nice", "SAP"),
        ("Benefits: leadership courses", "benefit", "leadership courses"),
        ("Location: Leeds", "other", "Leeds"),
        ("Job title: Nurse", "title", "Nurse"),
        ("职责：负责门店销售", "duty", "负责门店销售"),
        ("【任职要求】三年以上经验", "must", "三年以上经验"),
        ("工作地点：上海", "other", "上海"),
        ("岗位名称：护士", "title", "护士"),
    ]
    assert [
        (text, kind, rest, found)
        for text, kind, rest in cases
        if (found := heading(lines(text)[0], [])) != (kind, rest)
    ] == []


def test_a_sentence_opens_no_section():
    texts = [
        "Responsibilities include running the shop.",
        "You must have a licence.",
        "Negotiation: agree on prices with suppliers",
        "- Requirements analysis with users",
        "- About 20 calls a day",
        "See https://jobs.example/requirements",
        "负责客户开发：维护老客户，拓展新客户",
        "具备良好的职责意识。",
        "- 数据分析",
    ]
    assert [
        (text, found) for text in texts if (found := [heading(line, [])[0] for line in lines(text)]) != [None]
    ] == []


@pytest.mark.parametrize(
    "text", ["YOU RUN THE SHOP", "### The fun part", "Fun stuff:", "【关键词】", "这些事归你："]
)
def test_an_unknown_heading_opens_a_section_without_a_name(text):
    (line,) = lines(text)
    assert heading(line, []) == ("unmarked", "")


def test_a_short_line_before_a_list_is_a_heading():
    first, *following = lines("The shop floor\n- Greet customers\n- Run the till")
    assert heading(first, following) == ("unmarked", "")
    assert heading(first, lines("Greet customers")) == (None, "The shop floor")


def test_list_marks_are_taken_off():
    texts = [
        "- run the shop",
        "* run the shop",
        "• run the shop",
        "– run the shop",
        "1. run the shop",
        "12) run the shop",
        "(3) run the shop",
        "a) run the shop",
        "iv) run the shop",
        "① run the shop",
        "1、run the shop",
        "一、run the shop",
        "（二）run the shop",
        "  - **run the shop**",
    ]
    assert [
        (text, found)
        for text in texts
        if (found := [(line.text, line.listed) for line in lines(text)]) != [("run the shop", True)]
    ] == []


def test_numbers_and_letters_that_are_no_list_marks_stay():
    texts = [
        "3.5 years of experience",
        "3-5年工作经验",
        "10年以上经验",
        "十年以上经验",
        "24小时待命",
        "5S管理",
        "A/B tests",
        "C端产品经验",
        "2.1% of sales",
        "Experience with Python 3.11 and Go 1.22",
    ]
    assert [
        (text, found)
        for text in texts
        if (found := [(line.text, line.listed) for line in lines(text)]) != [(text, False)]
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "①负责销售②负责回款③负责客情",
        "1、负责销售；2、负责回款；3、负责客情",
        "1.负责销售 2.负责回款 3.负责客情",
        "1)负责销售,2)负责回款,3)负责客情",
        "（1）负责销售；（2）负责回款；（3）负责客情",
        "（一）负责销售；（二）负责回款；（三）负责客情",
        "（一）负责销售（二）负责回款（三）负责客情",
    ],
)
def test_a_list_inside_a_line_comes_apart(text):
    found = lines(text)
    assert [line.text.rstrip("；,") for line in found] == ["负责销售", "负责回款", "负责客情"]
    assert all(line.listed for line in found)


def test_headings_inside_a_line_begin_a_new_one():
    text = "本科以上学历。【岗位职责】1、负责招聘；2、负责培训。任职要求：三年以上经验。福利待遇：五险一金"
    found = [line.text for line in lines(text)]
    assert found == [
        "本科以上学历。",
        "【岗位职责】1、负责招聘；",
        "负责培训。",
        "任职要求：三年以上经验。",
        "福利待遇：五险一金",
    ]


def test_line_ends_of_any_kind_and_blank_lines():
    found = lines("Duties\r\n\r\n- cook\r- clean\n\n \nmore")
    assert [(line.text, line.after_blank) for line in found] == [
        ("Duties", True),
        ("cook", True),
        ("clean", False),
        ("more", True),
    ]


def test_language_is_that_of_most_of_the_text():
    cases = [
        ("Run the shop", "en"),
        ("负责门店销售", "zh"),
        ("熟练使用 Python、SQL 和 Excel", "zh"),
        ("Purchasing Specialist 采购专员 with five years of experience in a factory", "en"),
        ("2024 - 15", "en"),
    ]
    assert [
        (text, language, found) for text, language in cases if (found := language_of(text)) != language
    ] == []


def test_language_of_a_text_without_words_is_the_default():
    assert language_of("15-25", default="zh") == "zh"
