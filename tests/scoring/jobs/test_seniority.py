"""Seniority from the words of a title, else from years; years in figures and in words of both languages."""

from __future__ import annotations

from interview_analysis.features.language.sentences import normalise
from interview_analysis.scoring.jobs.sections import outline
from interview_analysis.scoring.jobs.seniority import own_title, seniority_of, years_asked, years_in
from interview_analysis.scoring.jobs.settings import ParserSettings
from tests.scoring.jobs.descriptions import asking


def test_years_are_read():
    cases = [
        ("At least 5 years of experience in sales", 5),
        ("at least five years of experience", 5),
        ("3-5 years of experience", 3),
        ("3 – 5 years' experience", 3),
        ("three to five years in a similar role", 3),
        ("10+ years of software development experience", 10),
        ("Two years or more in retail", 2),
        ("minimum of 4 yrs experience", 4),
        ("One year of post-registration experience", 1),
        ("fifteen years of practice", 15),
        ("You have taught children for at least two years", 2),
        ("You've sold software for 3+ years and can prove it", 3),
        ("You've spent 3+ years closing deals", 3),
        ("you have two years closing the books behind you", 2),
        ("1.5 years of experience", 1.5),
        ("五年以上工作经验", 5),
        ("3-5年工作经验", 3),
        ("三至五年相关经验", 3),
        ("3年及以上行业经验", 3),
        ("十年以上管理经验", 10),
        ("十二年以上经验", 12),
        ("二十年从业经历", 20),
        ("至少两年教学经验", 2),
        ("工作经验：满3年", 3),
        ("实际驾龄三年以上", 3),
        ("具有３年以上总账会计工作经历", 3),
    ]
    assert [
        (sentence, years, found)
        for sentence, years in cases
        if (found := years_in(normalise(sentence))) != (years,)
    ] == []


def test_other_years_are_no_experience():
    sentences = [
        "The company was founded 20 years ago",
        "We have been in business for over 30 years",
        "We've spent ten years building software for banks",
        "You must be at least 18 years old",
        "A contract of two years",
        "A degree in engineering",
        "There is a party every year",
        "公司成立20年以上",
        "有五十年历史的老字号",
        "年满18周岁",
        "签订三年合同",
        "每年两次调薪",
        "2024年毕业",
        "100 years of experience together",
    ]
    assert [(sentence, got) for sentence in sentences if (got := years_in(normalise(sentence))) != ()] == []


def test_the_most_years_that_must_be_met_are_asked_for():
    assert years_asked(asking("Five years in sales, two years of it in management")) == 5
    assert years_asked(asking("3年以上销售经验", "5年以上管理经验", language="zh")) == 5
    assert years_asked(asking("A certificate")) is None


def test_years_of_wishes_and_of_the_company_do_not_count():
    assert years_asked(asking("Ten years of experience would be great", part="nice")) is None
    assert years_asked(asking("Our founders have 30 years of experience", part="company")) is None


def test_words_of_the_title(settings: ParserSettings):
    cases = [
        ("Junior Accountant", "junior"),
        ("Marketing Intern", "junior"),
        ("Graduate Engineer", "junior"),
        ("Mid-level Developer", "middle"),
        ("Senior Data Analyst", "senior"),
        ("Sr. Buyer", "senior"),
        ("Production Shift Supervisor", "senior"),
        ("Head of Talent Acquisition", "lead"),
        ("Sales Director", "lead"),
        ("Lead Engineer", "lead"),
        ("Senior Lead Engineer", "lead"),
        ("VP, Finance", "lead"),
        ("初级会计", "junior"),
        ("市场实习生", "junior"),
        ("应届生管培生", "junior"),
        ("中级工程师", "middle"),
        ("高级产品经理", "senior"),
        ("资深数据分析师", "senior"),
        ("生产主管", "senior"),
        ("技术总监", "lead"),
        ("财务部负责人", "lead"),
    ]
    assert [
        (title, seniority, found)
        for title, seniority in cases
        if (found := seniority_of(asking(title=title), None, settings.seniority)) != seniority
    ] == []


def test_who_serves_a_director_is_none(settings: ParserSettings):
    titles = [
        "Executive Assistant to the Director",
        "Assistant to our Managing Director",
        "Executive Assistant to CEO",
        "总裁助理",
        "总经理秘书",
        "销售总监助理",
        "Software Engineer",
        "Leadership Trainer",
        "产品经理",
        "Headhunter",
    ]
    assert [
        (title, found)
        for title in titles
        if (found := seniority_of(asking(title=title), None, settings.seniority)) is not None
    ] == []


def test_own_title_leaves_out_whom_it_serves():
    assert own_title("Executive Assistant to the Director") == "executive assistant "
    assert own_title("总裁助理") == "助理"


def test_years_decide_where_the_title_says_nothing(settings: ParserSettings):
    cases = [
        (None, None),
        (0.5, "junior"),
        (1, "junior"),
        (2, "middle"),
        (4, "middle"),
        (5, "senior"),
        (9, "senior"),
        (10, "lead"),
        (25, "lead"),
    ]
    assert [
        (years, seniority, found)
        for years, seniority in cases
        if (found := seniority_of(asking(title="Buyer"), years, settings.seniority)) != seniority
    ] == []


def test_the_title_goes_before_the_years(settings: ParserSettings):
    assert seniority_of(asking(title="Junior Buyer"), 6, settings.seniority) == "junior"
    assert seniority_of(asking(title="采购总监"), 3, settings.seniority) == "lead"


def test_a_description_from_title_to_years(settings: ParserSettings):
    read = outline(
        "产品经理\n\n公司介绍\n公司成立于二十年前。\n\n任职要求\n- 三年以上产品经验\n- 年满18周岁\n- 有五年以上经验者优先\n"
    )
    assert years_asked(read) == 3
    assert seniority_of(read, 3.0, settings.seniority) == "middle"
