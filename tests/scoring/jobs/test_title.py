"""The title of a job, without its pay, its head count and the call for applicants."""

from __future__ import annotations

import pytest

from interview_analysis.scoring.jobs.sections import outline
from interview_analysis.scoring.jobs.title import clean_title

DUTIES_EN = "\n\nDuties\n- Cook the lunch menu\n- Order the food\n"
DUTIES_ZH = "\n\n岗位职责\n- 负责午餐\n- 负责订货\n"


def test_english_titles_at_the_head():
    cases = [
        ("Registered Nurse", "Registered Nurse"),
        ("# Product Manager", "Product Manager"),
        ("**Registered Nurse (Adult)**", "Registered Nurse (Adult)"),
        (">>> STORE MANAGER <<<", "STORE MANAGER"),
        ("Executive Assistant to the Director", "Executive Assistant to the Director"),
        ("Executive Assistant to the Director, Geneva", "Executive Assistant to the Director, Geneva"),
        ("Senior Data Analyst - $90,000-$110,000", "Senior Data Analyst"),
        ("Nurse, £30,000 - £36,000 pro rata", "Nurse"),
        ("Hiring: Barista", "Barista"),
        ("C++ Engineer", "C++ Engineer"),
        ("Cook (no. 12!) @ Pebblecart", "Cook (no. 12!) @ Pebblecart"),
        ("Job title: Payroll Officer", "Payroll Officer"),
        ("Position: Cook", "Cook"),
    ]
    assert [
        (line, title, found) for line, title in cases if (found := outline(line + DUTIES_EN).title) != title
    ] == []


def test_chinese_titles_at_the_head():
    cases = [
        ("产品经理", "产品经理"),
        ("诚聘 销售经理 2名 8-15K", "销售经理"),
        ("招聘：护士（3名）", "护士"),
        ("诚聘门店店长一名", "门店店长"),
        ("【急聘】司机 月薪8000-12000元", "司机"),
        ("高薪诚聘行政助理", "行政助理"),
        ("招 注塑车间班组长 2名 综合工资7500-9500", "注塑车间班组长"),
        ("客服专员招聘启事", "客服专员"),
        ("Java开发工程师（15-25K·14薪）", "Java开发工程师"),
        ("产品经理（用户端）", "产品经理（用户端）"),
        ("客户经理（第12号员工！）", "客户经理（第12号员工！）"),
        ("岗位名称：财务经理", "财务经理"),
        ("【招聘岗位】财务经理", "财务经理"),
    ]
    assert [
        (line, title, found) for line, title in cases if (found := outline(line + DUTIES_ZH).title) != title
    ] == []


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Location: Leeds\nSales Adviser", "Sales Adviser"),
        ("Acme Bakeries Ltd\nPastry Chef", "Pastry Chef"),
        ("上海某某科技有限公司\n前端工程师", "前端工程师"),
        ("工作地点：上海\n前端工程师", "前端工程师"),
    ],
)
def test_a_company_or_a_place_above_is_no_title(head, title):
    assert outline(head + DUTIES_EN).title == title


def test_titles_in_prose():
    cases = [
        (
            "We are looking for an experienced warehouse manager to run our site in Hull. You will lead a team.",
            "warehouse manager",
        ),
        (
            "Our client is seeking a payroll officer for its Leeds office. You will run the payroll.",
            "payroll officer",
        ),
        ("本公司因业务发展需要，现诚聘一名仓库主管，负责日常管理。要求有相关经验。", "仓库主管"),
        ("某某快运总部（武汉）招数据分析师一名，隶属经营分析部，双休。每天写报表。", "数据分析师"),
        ("我们正在寻找一位用户研究员，和产品一起工作。你将负责访谈。", "用户研究员"),
    ]
    assert [
        (text, title, found) for text, title in cases if (found := outline(text).title.lower()) != title
    ] == []


def test_a_title_in_prose_keeps_its_capitals():
    text = "Harrow & Finch Markets is looking for a Data Analyst to join our team. You will write SQL."
    assert outline(text).title == "Data Analyst"


@pytest.mark.parametrize(
    "text",
    [
        "Responsibilities:\n- Cook the lunch menu\n- Clean the kitchen",
        "岗位职责：\n- 负责午餐\n- 负责订货",
        "You will cook the lunch menu, order the food and keep the kitchen clean every day. You must be tidy.",
    ],
)
def test_no_title_where_none_is_said(text):
    assert outline(text).title == ""


def test_the_line_of_the_title_is_no_sentence_of_the_description():
    read = outline("Warehouse Lead" + DUTIES_EN)
    assert [s.text for s in read.statements] == ["Cook the lunch menu", "Order the food"]


def test_a_title_is_cut_at_80_characters():
    assert len(clean_title("Assistant " * 20)) <= 80
