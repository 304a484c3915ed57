"""What asks and what offers are told apart, by headings, and by a sentence's own words where there are none."""

from __future__ import annotations

import pytest

from interview_analysis.scoring.jobs.sections import outline

MARKDOWN = """# Warehouse Lead

## What you'll do
- Plan the shifts
- Train new staff

## What you bring
- Two years in a warehouse
- A forklift licence is preferred

## Nice to have
- SAP

## Benefits
- Teamwork training and leadership courses

## About us
We live innovation and customer focus.

## How to apply
Show initiative and send a CV.
"""
BRACKETS = """仓库主管
【岗位职责】1、负责排班；2、培训新员工。
【任职要求】1、两年以上仓库经验；2、有叉车证者优先。
【加分项】会用SAP
【福利待遇】五险一金、领导力培训
【公司介绍】公司以客户为中心，崇尚创新。
【应聘方式】请主动投递简历
"""
BILINGUAL = """Chef 厨师

Key Responsibilities 岗位职责
① Cook ② 订货 ③ Keep the kitchen clean

任职要求 Requirements
- 三年以上经验

Benefits / 福利
- 团队建设 team building
"""
OFFICIAL = """招聘会计
一、岗位职责
（一）负责核算；（二）负责申报。
二、应聘条件
（一）会计专业；（二）三年以上经验。
三、薪酬待遇
缴纳五险一金，培养创新能力。
四、报名方式
携带身份证现场报名，责任自负。
"""
PROSE_EN = (
    "We are looking for a sales adviser. You will greet customers and run the till. You must have one year of "
    "experience in retail. Experience with SAP is a plus. We offer a pension and free parking. Harlow & Sons is a "
    "family-owned company that believes in teamwork. We are an equal opportunity employer. Send your CV to "
    "jobs@shop.example."
)
PROSE_ZH = (
    "诚聘门店店长。负责门店日常经营，带领团队完成销售目标。要求两年以上零售经验，责任心强。有餐饮经验者优先。"
    "月薪八千，提供五险一金。公司成立于2010年，是一家知名企业。我们不因性别、民族区别对待。简历请发送至hr@shop.example。"
)


def parts(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for statement in outline(text).statements:
        found.setdefault(statement.part, []).append(statement.text.rstrip("；。."))
    return found


def test_markdown():
    assert parts(MARKDOWN) == {
        "duty": ["Plan the shifts", "Train new staff"],
        "must": ["Two years in a warehouse"],
        "nice": ["A forklift licence is preferred", "SAP"],
        "benefit": ["Teamwork training and leadership courses"],
        "company": ["We live innovation and customer focus"],
        "legal": ["Show initiative and send a CV"],
    }


def test_headings_in_brackets_with_their_text_on_the_line():
    assert parts(BRACKETS) == {
        "duty": ["负责排班", "培训新员工"],
        "must": ["两年以上仓库经验"],
        "nice": ["有叉车证者优先", "会用SAP"],
        "benefit": ["五险一金、领导力培训"],
        "company": ["公司以客户为中心，崇尚创新"],
        "legal": ["请主动投递简历"],
    }


def test_bilingual_headings_and_circled_numbers():
    assert parts(BILINGUAL) == {
        "duty": ["Cook", "订货", "Keep the kitchen clean"],
        "must": ["三年以上经验"],
        "benefit": ["团队建设 team building"],
    }


def test_numbered_headings_above_numbered_items():
    assert parts(OFFICIAL) == {
        "duty": ["负责核算", "负责申报"],
        "must": ["会计专业", "三年以上经验"],
        "benefit": ["缴纳五险一金，培养创新能力"],
        "legal": ["携带身份证现场报名，责任自负"],
    }


def test_one_paragraph_of_english_without_headings():
    found = parts(PROSE_EN)
    assert found["duty"] == ["You will greet customers and run the till"]
    assert found["must"] == ["You must have one year of experience in retail"]
    assert found["nice"] == ["Experience with SAP is a plus"]
    assert found["benefit"] == ["We offer a pension and free parking"]
    assert found["company"] == ["Harlow & Sons is a family-owned company that believes in teamwork"]
    assert found["legal"] == ["We are an equal opportunity employer", "Send your CV to jobs@shop.example"]


def test_one_paragraph_of_chinese_without_headings():
    found = parts(PROSE_ZH)
    assert found["duty"] == ["负责门店日常经营，带领团队完成销售目标"]
    assert found["must"] == ["要求两年以上零售经验，责任心强"]
    assert found["nice"] == ["有餐饮经验者优先"]
    assert found["benefit"] == ["月薪八千，提供五险一金"]
    assert found["company"] == ["公司成立于2010年，是一家知名企业"]
    assert found["legal"] == ["我们不因性别、民族区别对待", "简历请发送至hr@shop.example"]


@pytest.mark.parametrize(
    ("fact", "value"),
    [("Location: Leeds", "Leeds"), ("Working hours: 9 to 5", "9 to 5"), ("工作地点：上海", "上海")],
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_fact_on_a_line_of_its_own_affects_that_line_only(fact, value, place):
    rows = [
        "Chef",
        "Duties:",
        "- Cook the lunch menu",
        "- Order the food",
        "Requirements:",
        "- A certificate",
    ]
    rows.insert(place, fact)
    found = parts("\n".join(rows))
    assert found == {
        "other": [value],
        "duty": ["Cook the lunch menu", "Order the food"],
        "must": ["A certificate"],
    }


OFFERS = [
    ("Benefits\n- Leadership courses and teamwork", "benefit"),
    ("What we offer: leadership courses and teamwork", "benefit"),
    ("About us\nWe live innovation, integrity and customer focus.", "company"),
    ("Equal opportunity\nWe value integrity and inclusion.", "legal"),
    ("How to apply\nShow initiative and write to us.", "legal"),
    ("福利待遇\n- 领导力培训、团队建设", "benefit"),
    ("我们提供：领导力培训、团队建设", "benefit"),
    ("公司介绍\n公司崇尚创新，以客户为中心。", "company"),
    ("平等就业\n我们重视诚信与包容。", "legal"),
    ("应聘方式\n请主动与我们沟通。", "legal"),
]


@pytest.mark.parametrize(("text", "part"), OFFERS)
@pytest.mark.parametrize("before", ["", "Chef\n\nRequirements\n- Three years\n- A certificate\n\n"])
def test_what_is_offered_or_said_by_law_never_asks(text, part, before):
    asking = "\n\nDuties\n- Cook the lunch menu\n- Order the food" if not before else ""
    read = outline(before + text + asking)
    last = [s for s in read.statements if s.part not in ("duty", "must")]
    assert {s.part for s in last} == {part}
    assert not any(s.asks for s in last)


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("We are an equal opportunity employer.", "legal"),
        ("All qualified applicants are considered without regard to race or religion.", "legal"),
        ("We offer health insurance and annual leave.", "benefit"),
        ("公司提供五险一金、带薪年假。", "benefit"),
        ("我们不因性别、民族区别对待。", "legal"),
        ("Experience with SAP would be a plus", "nice"),
        ("有驾照者优先", "nice"),
        ("SAP preferred, team spirit required", "must"),
    ],
)
def test_a_sentence_among_the_requirements_may_say_otherwise(sentence, part):
    read = outline(f"Chef\n\nRequirements\n- Three years as a chef\n- {sentence}\n- Team spirit\n")
    assert [s.part for s in read.statements] == ["must", part, "must"]


def test_a_paragraph_after_a_list_is_no_part_of_it():
    text = "采购专员\n\n任职资格：\n- 大专以上学历\n- 有成本意识\n\n朗澜电子成立于2009年，专注工业传感器。周末双休，入职即缴五险一金。"
    assert [s.asks for s in outline(text).statements] == [True, True, False, False]


def test_place_in_a_section_runs_from_first_to_last():
    read = outline("Chef\n\nDuties\n- a one\n- a two\n- a three\n\nRequirements\n- b one\n")
    assert [(s.part, s.order) for s in read.statements] == [
        ("duty", 0.0),
        ("duty", 0.5),
        ("duty", 1.0),
        ("must", 0.0),
    ]


def test_language_is_that_of_the_text_unless_it_is_given():
    assert outline(PROSE_EN).language == "en"
    assert outline(PROSE_ZH).language == "zh"
    assert outline(PROSE_ZH, "en").language == "en"
    mixed = outline("厨师\n\n岗位职责\n- 负责午餐\n- Keep the kitchen clean and tidy\n")
    assert [s.language for s in mixed.statements] == ["zh", "en"]


def test_sections_with_a_heading_are_named():
    assert outline(MARKDOWN).headed == {"duty", "must", "nice", "benefit", "company", "legal"}
    assert outline(PROSE_EN).headed == frozenset()


def test_every_sentence_stands_verbatim_in_the_text():
    texts = [MARKDOWN, BRACKETS, BILINGUAL, OFFICIAL, PROSE_EN, PROSE_ZH]
    assert [text for text in texts if any(s.text not in text for s in outline(text).statements)] == []
