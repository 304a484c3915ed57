"""A description on one line, and lists whose marks are pictograms, are read as they are with lines and plain marks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_analysis.scoring.jobs.headings import lines
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.sections import outline
from interview_analysis.scoring.jobs.unfolding import unfolded

ENGLISH = """Ward Nurse, Night Shift
About us
We run a small hospital by the sea.
Responsibilities
- Care for twelve patients on a surgical ward
- Keep the records complete, and hand over to the day team
- Talk with families and answer what they ask
What you bring
- At least 3 years of experience on a ward
- Good communication with people who are in pain
- Knowledge of English and Welsh
Benefits
- A pension and 28 days of holiday
"""
CHINESE = """病房护士（夜班）
公司介绍
我们是一家海边的小型医院。
岗位职责
1、负责外科病房十二名患者的护理；
2、完整记录病情，与白班交接；
3、与家属沟通，解答疑问。
任职要求
1、三年以上病房工作经验；
2、良好的沟通能力；
3、持有护士执业证书。
福利待遇
1、五险一金，年假二十八天。
"""
TEXTS = {"en": ENGLISH, "zh": CHINESE}


def joined(text: str, between: str) -> str:
    return between.join(text.strip().split("\n"))


def marked(text: str, mark: str) -> str:
    return re.sub(r"^(?:- |\d、)", lambda _: mark, text, flags=re.MULTILINE)


def said(text: str) -> tuple[str, list[tuple[str, str]], int]:
    """Title, sentences with their sections, and how many are items of a list."""
    read = outline(text)
    return read.title, [(s.part, s.text) for s in read.statements], read.listed


@pytest.mark.parametrize("between", [" ", "   ", "\\n", "\\r\\n", "\t", " | "])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_description_on_one_line_is_read_like_its_lines(language: str, between: str) -> None:
    title, sentences, _ = said(TEXTS[language])
    assert said(joined(TEXTS[language], between))[:2] == (title, sentences)


@pytest.mark.parametrize(("old", "new"), [("\n- ", "- "), ("\n- ", " • "), ("\n- ", " ✅ "), ("\n- ", " ")])
def test_english_items_that_run_into_each_other_come_apart(old: str, new: str) -> None:
    title, sentences, _ = said(ENGLISH)
    assert said(joined(ENGLISH.replace(old, new), " "))[:2] == (title, sentences)


def test_chinese_without_any_space_between_headings_and_items() -> None:
    text = re.sub(r"^(公司介绍|岗位职责|任职要求|福利待遇)$", r"\1：", CHINESE, flags=re.MULTILINE)
    assert said(joined(text, ""))[:2] == said(CHINESE)[:2]


@pytest.mark.parametrize(
    "text",
    [
        "值夜护士\n一、负责外科病房十二名患者的护理\n二、完整记录病情，与白班交接\n三、与家属沟通，解答疑问，耐心细致，遇到突发情况不慌不忙，及时上报",
        "櫃檯接待員\n工作內容：\n‧ 辦理住客入住與退房，收取房款並核對帳務\n‧ 提供旅遊諮詢及溫泉使用說明\n‧ 客訴第一線處理，無法解決時回報值班經理\n條件要求：\n工作經歷：一年以上\n語文條件：日文中等以上",
    ],
    ids=["numerals", "traditional"],
)
def test_chinese_lists_of_other_kinds(text: str) -> None:
    assert said(joined(text, " "))[:2] == said(text)[:2]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "mark", ["✅ ", "🚀", "👉🏽 ", "🔹 ", "➤ ", "1️⃣ ", "2\u20e3", "👩‍💻 ", "✔️ ", "📌📌 ", "☑ "]
)
def test_a_pictogram_is_a_list_mark(language: str, mark: str) -> None:
    text = TEXTS[language]
    assert said(marked(text, mark)) == said(marked(text, "- "))


@pytest.mark.parametrize(
    "text", ["📋 Responsibilities", "Responsibilities 🎯", "🔥🔥 岗位职责 🔥", "岗位职责 ✍️"]
)
def test_a_heading_between_pictograms_is_bare(text: str) -> None:
    assert lines(text)[0].text in ("Responsibilities", "岗位职责")


@pytest.mark.parametrize(
    "text",
    [
        "We need somebody who takes Requirements Gathering seriously, who has Experience to share, and who can tell what "
        "our Skills Matrix is for; the job description follows as soon as it is written.",
        "You will report to the head of operations - the person who built it - and talk to drivers every day. You must have "
        "three years of experience in a warehouse, a forklift licence and an eye for detail. Benefits include a pension.",
        "我们正在寻找一位对本地生活服务充满热情的产品经理，岗位职责和任职要求会在面试中详细说明，欢迎加入我们的团队，与设计、研发一起工作。",
        ENGLISH,
        CHINESE,
    ],
)
def test_what_has_its_lines_is_left_alone(text: str) -> None:
    assert unfolded(text) == text


@settings(max_examples=200)
@given(st.lists(st.sampled_from([*ENGLISH.split(), *CHINESE.split(), "-", "•", "✅", "|", "."]), max_size=80))
def test_nothing_is_lost_but_spaces_and_bars(words: list[str]) -> None:
    text = " ".join(words)
    assert re.sub(r"[\s|]", "", unfolded(text)) == re.sub(r"[\s|]", "", text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_profile_of_one_line_is_that_of_the_lines(parser: JobParser, language: str) -> None:
    whole, flat = (parser.parse(text, "JD") for text in (TEXTS[language], joined(TEXTS[language], " ")))
    assert (flat.name, flat.years, flat.dimensions) == (whole.name, whole.years, whole.dimensions)
