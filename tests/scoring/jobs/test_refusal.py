"""Texts that are no job description are refused in one line that says why and what to do."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from interview_analysis.errors import ProfileError
from interview_analysis.scoring.jobs.matching import Reading
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.refusal import PASS_ONE, check_kind, check_length
from interview_analysis.scoring.jobs.sections import Outline, Statement, outline
from interview_analysis.scoring.jobs.settings import ParserSettings
from tests.scoring.jobs.descriptions import DEV, REFUSED, read

Check = Callable[[str], str]


@pytest.fixture(scope="module")
def check(parser: JobParser, settings: ParserSettings) -> Check:
    """Why a text is refused, empty for a job description."""

    def checked(text: str) -> str:
        try:
            check_length(text, "jd.txt", settings.refusal)
            cut = outline(text)
            check_kind(text, cut, parser.matcher.read(cut), "jd.txt", settings.refusal)
        except ProfileError as error:
            return str(error)
        return ""

    return checked


def refusal(text: str, check: Check) -> str:
    message = check(text)
    assert message.startswith("jd.txt")
    assert "\n" not in message
    assert PASS_ONE in message
    return message


@pytest.mark.parametrize("text", ["", "   \n\t\n", "...---...", "。，、"])
def test_empty(text, check):
    assert refusal(text, check).startswith("jd.txt is empty;")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Project manager wanted", "3 words are too few"),
        ("招聘经理", "4 characters are too few"),
        ("诚聘销售经理，五年以上经验", "12 characters are too few"),
    ],
)
def test_too_short(text, message, check, settings):
    assert message in refusal(text, check)
    assert f"at least {settings.refusal.min_units}" in refusal(text, check)


def test_too_long(check, settings):
    assert "50,001 characters, a job description has at most 50,000" in refusal("x" * 50_001, check)
    check_length("word " * 10_000, "jd.txt", settings.refusal)


GENRES = {
    "a resume": (
        "Anna Smith\nProfile\nWarehouse manager.\nWork history\nFarrow Ltd, 2019-present\nRan a team of six.\n"
        "Hale Ltd, 2013-2019\nStock control.\nEducation\nBSc 2012\nInterests: chess. Languages: English, German.\n",
        "个人简历\n姓名：罗某某\n出生年月：1993年4月\n求职意向：产品经理\n期望薪资：25K\n工作经历\n2020年至今 某公司 产品经理\n"
        "教育背景\n毕业于某大学\n自我评价：认真负责。\n",
    ),
    "a letter": (
        "Dear Ms Lind,\nI am writing because I saw your advert. I have organised events for three years and I was in "
        "charge of the budget. My manager will confirm it. I would like to meet you.\nYours sincerely,\nAnna",
        "尊敬的负责人：\n您好！我在校报担任副主编，我曾编发稿件三百篇。我相信我的文字能力符合贵公司的要求，我希望有机会面谈。\n此致\n敬礼",
    ),
    "a news page": (
        "The plant will close on Friday, the company said on Monday. According to a spokesperson the quarter was weak. "
        "Analysts reported falling shares, and a union statement announced last week called for talks.",
        "本报讯 记者昨日获悉，据介绍，该公司宣布二期工厂投产。发布会上负责人表示，产量同比增长。业内人士指出，消息符合预期。",
    ),
    "minutes of a meeting": (
        "Minutes of the weekly meeting\nAttendees: Ruth, Joel. Apologies: Carys.\nAgenda: month-end.\nAction items: Joel "
        "corrects the invoices. Agreed that the cut-off moves. Next meeting on Tuesday.",
        "项目会议纪要\n会议时间：周二\n出席：沈某、杜某\n主持人：沈某  记录人：唐某\n议题：上线\n决议：周四完成压测\n待办：用户手册",
    ),
    "a course description": (
        "This course teaches statistics. Students attend lectures in each semester. Enrol by May; tuition is paid per "
        "module. Learners hand in assignments and get credits and a certificate of completion.",
        "数据课程招生\n学员将在十二个课时内完成学习目标。适合人群：零基础。授课老师介绍见官网。学费两千，开班时间五月，结业发证书。",
    ),
    "a contract": (
        "This agreement is made between the parties hereinafter named. The employer shall pay monthly. Termination "
        "follows clause 4. Breach by either party is settled under the governing law. Signed hereby.",
        "本合同由甲方与乙方签订。甲方按月支付。任何一方违约，应承担责任。争议提交仲裁。本协议自签字盖章之日起生效，终止见条款四。",
    ),
    "a privacy policy": (
        "This privacy policy says how we collect and how we process personal data. Cookies need your consent. Your "
        "rights under GDPR, the retention period and the data controller are named below.",
        "隐私政策：本政策说明我们收集的信息与个人信息的存储期限。经您同意后使用cookie，与第三方共享见下文。您的权利包括删除您的数据。",
    ),
    "a manual": (
        "Press the button until the LED turns green. Plug the cable into the charger. The battery lasts six hours. For "
        "troubleshooting, reset the device in the settings. Keep the warranty card.",
        "使用说明书：使用前请阅读。长按电源按钮开机，指示灯变绿。充电四小时。故障排除步骤见下页，恢复出厂设置请按下复位键。保修一年。",
    ),
    "a recipe": (
        "Preheat the oven. Fry the chopped onion in butter with garlic, stir in two cups of flour and a teaspoon of "
        "salt, simmer for ten minutes in the pan, whisk and serve.",
        "用料：排骨六百克，生抽两勺，老抽半勺，料酒两勺。做法：排骨焯水后下锅翻炒，小火炖四十分钟，大火收汁即可出锅。",
    ),
    "an advertisement": (
        "Buy now and save! Our customers love the new planner. Free shipping this week, limited time only. Sign up for "
        "a free trial, pricing from $9 per month, features include reminders. Order now.",
        "新品上市，限时优惠价九十九元！官网购买或旗舰店下单，全国包邮，颜色可选，续航三十天。立即购买，一键下单，免费试用。",
    ),
}  # fmt: skip


def test_other_genres(check):
    told = {(genre, text): refusal(text, check) for genre, texts in GENRES.items() for text in texts}
    wrong = {
        (genre, text): message
        for (genre, text), message in told.items()
        if f"reads like {genre}, not like a job description" not in message
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "The lighthouse stands on a rock far out at sea. Gulls nest on its gallery every spring, and the waves break "
        "over the door in winter storms.",
        "这座灯塔立在远海的一块礁石上，每年春天都有海鸥在它的回廊上筑巢，冬天的浪头会漫过门槛，从窗口望出去只有一片灰白。",
    ],
)
def test_text_of_no_kind_says_what_it_lacks(text, check):
    message = refusal(text, check)
    assert "it says nothing of hiring, pay or terms, qualifications, how to apply" in message


def test_an_advert_that_asks_for_nothing(check):
    text = (
        "We are hiring! Apply now with your CV. Salary of $50,000, health insurance, annual leave and free lunch. We "
        "offer a pension. We are an equal opportunity employer. Send your resume to jobs@x.example."
    )
    assert "nothing in it says what the job needs" in refusal(text, check)


@pytest.mark.parametrize("signs", product([False, True], repeat=3))
def test_a_known_title_sentences_that_ask_and_a_list_are_signs(signs, settings):
    text = "The ledger is on the third floor, where it has been for a long time already."
    title, asks, listed = signs
    rules = settings.refusal
    statements = (Statement("Keep the ledger", "duty", 0.0, "en"), Statement("Close it", "duty", 1.0, "en"))
    lines = rules.min_listed if listed else rules.min_listed - 1
    cut = Outline("Bookkeeper", "en", statements, frozenset({"duty"}), lines)
    reading = Reading((), title, rules.min_asking_ratio if asks else rules.min_asking_ratio - 0.01, {})
    heading = 1
    if heading + sum(signs) >= rules.min_signs:
        check_kind(text, cut, reading, "jd.txt", rules)
    else:
        with pytest.raises(ProfileError, match="is no job description as far as can be told"):
            check_kind(text, cut, reading, "jd.txt", rules)


def test_collected_texts_are_refused(check):
    assert len(REFUSED) >= 16
    for file in REFUSED:
        assert refusal(read(f"refused/{file}"), check), file


def test_descriptions_are_not_refused(check):
    assert {file: message for file in DEV if (message := check(read(file)))} == {}
