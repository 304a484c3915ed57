"""Profiles and their changes as tables: everything is shown as it is written, in the language asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.pipeline.job.table import (
    changes_json,
    changes_table,
    language_of_profile,
    profile_table,
)
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.changes import Change, changes
from interview_analysis.scoring.profile import Description, Dimension, JobProfile, Language, Source
from tests.pipeline.tables import rows

MARKUP = "[red]x[/red] [bold [/] :smile:"
READ = Description(name="JD.txt", sha256="ab" * 32, language="zh", parser="a test")
QUOTE = "Writes requirements that engineers can build from, and defends them"


def profile(first: dict[str, Any] | None = None, **update: Any) -> JobProfile:
    """The built-in product manager, with its first dimension and its own facts changed."""
    original = load_profile("product-manager")
    dimensions = (original.dimensions[0].model_copy(update=first or {}), *original.dimensions[1:])
    return original.model_copy(update={"dimensions": dimensions} | update)


def dimension() -> Dimension:
    return load_profile("product-manager").dimensions[0]


def source(**update: Any) -> Source:
    return Source(quote=QUOTE, section="must", by="meaning", demand=0.5).model_copy(update=update)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_row_a_dimension(language: Language) -> None:
    shown = profile({"sources": (source(),), "expected_level": 4})
    table = rows(profile_table(shown, language))
    assert [row[0] for row in table] == [d.name.get(language) for d in shown.dimensions]
    assert [row[1] for row in table] == ["35%", "30%", "35%"]
    assert [row[2] for row in table] == ["4", "", ""]
    assert table[0][4] == f"{QUOTE} [{'语义' if language == 'zh' else 'meaning'}]"
    for row, each in zip(table, shown.dimensions, strict=True):
        names = "".join(i.name.get(language) for i in each.indicators)
        assert row[3].replace(" ", "") == names.replace(" ", "")


@pytest.mark.parametrize(
    ("update", "en", "zh"),
    [
        ({}, "", ""),
        ({"seniority": "lead", "years": 10, "pass_score": 70}, "lead · 10 years · pass score 70", "负责人 · 10年经验 · 通过分数 70"),
        ({"seniority": "junior", "years": 1}, "junior · 1 year", "初级 · 1年经验"),
        ({"years": 1.5}, "1.5 years", "1.5年经验"),
        ({"description": READ}, "seniority not stated, middle assumed", "职级未写明，按中级"),
    ],
)  # fmt: skip
def test_the_title_says_what_the_job_asks(update: dict[str, Any], en: str, zh: str) -> None:
    shown = profile(**update)
    facts: str
    language: Language
    for language, facts in (("en", en), ("zh", zh)):
        head = profile_table(shown, language).splitlines()[0].rstrip()
        assert head == " · ".join(filter(None, [shown.name.get(language), facts]))


@pytest.mark.parametrize("by", ["term", "skill", "title"])
def test_the_words_that_were_recognised_are_named(by: str) -> None:
    shown = profile({"sources": (source(by=by, match="requirements"),)})
    assert rows(profile_table(shown, "en"))[0][4].endswith(f"[{by} requirements]")


def test_a_long_quote_is_cut() -> None:
    shown = rows(profile_table(profile({"sources": (source(quote="word " * 40),)}), "en"))[0][4]
    assert "…" in shown
    assert shown.count("word") < 20


def test_without_a_sentence_the_reason_is_shown() -> None:
    reason = Text(en="Every job needs it.", zh="任何职位都需要。")
    assert rows(profile_table(profile({"reason": reason}), "zh"))[0][4] == "任何职位都需要。"


def test_indicators_quote_their_sentence_and_mark_what_a_model_proposed() -> None:
    first, second, *rest = dimension().indicators
    changed = (
        first.model_copy(update={"source": "Fluent SQL"}),
        second.model_copy(update={"origin": "model"}),
        *rest,
    )
    shown = rows(profile_table(profile({"indicators": changed}), "en"))[0][3]
    assert f"{first.name.en} ← Fluent SQL" in shown
    assert f"{second.name.en} *" in shown


def test_markup_is_never_interpreted() -> None:
    text = Text(en=MARKUP, zh=MARKUP)
    indicator = dimension().indicators[0].model_copy(update={"name": text, "source": MARKUP})
    first = {
        "name": text,
        "indicators": (indicator,),
        "sources": (source(quote=MARKUP, by="term", match=MARKUP),),
    }
    shown = profile_table(profile(first, name=text), "en")
    assert shown.splitlines()[0].rstrip() == MARKUP
    row = rows(shown)[0]
    assert [row[0], row[3], row[4]] == [MARKUP, f"{MARKUP} ← {MARKUP}", f"{MARKUP} [term {MARKUP}]"]
    found = [
        Change("dimension", text, None, 0.2, True),
        Change("indicator", text, Text(en=MARKUP), None, False),
    ]
    assert [row[1] for row in rows(changes_table(found, "en"))] == [MARKUP] * 2
    assert rows(changes_table(found, "en"))[1][2] == MARKUP
    assert "\x1b" not in shown + changes_table(found, "en")


@pytest.mark.parametrize(
    ("update", "asked", "shown_in"),
    [
        ({}, "zh", "zh"),
        ({}, "en", "en"),
        ({}, "auto", "en"),
        ({"name": Text(zh="产品经理")}, "auto", "zh"),
        ({"description": READ}, "auto", "zh"),
        ({"description": READ}, "en", "en"),
    ],
)
def test_the_language_to_show(update: dict[str, Any], asked: str, shown_in: Language) -> None:
    assert language_of_profile(profile(**update), asked) == shown_in


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        (Change("seniority", None, "junior", "middle", False), ["seniority", "", "junior", "middle", ""], ["职级", "", "初级", "中级", ""]),
        (Change("years", None, None, 3.0, False), ["years of experience", "", "", "3", ""], ["经验年限", "", "", "3", ""]),
        (Change("pass_score", None, 40.0, 50.0, True), ["pass score", "", "40", "50", "yes"], ["通过分数", "", "40", "50", "是"]),
        (Change("weight", Text(zh="沟通", en="Talk"), 0.2, 0.35, False), ["weight", "Talk", "20%", "35%", ""], ["权重", "沟通", "20%", "35%", ""]),
        (Change("dimension", Text(zh="沟通", en="Talk"), None, 0.2, True), ["dimension", "Talk", "", "20%", "yes"], ["维度", "沟通", "", "20%", "是"]),
        (Change("indicator", Text(zh="沟通", en="Talk"), None, Text(zh="倾听", en="Listening"), True), ["indicator", "Talk", "", "Listening", "yes"], ["指标", "沟通", "", "倾听", "是"]),
        (Change("channels", Text(zh="沟通", en="Talk"), "content 1", "content 0.5, voice 0.5", False), ["channels", "Talk", "content 1", "content 0.5, voice 0.5", ""], ["通道", "沟通", "content 1", "content 0.5, voice 0.5", ""]),
    ],
    ids=lambda value: value.field if isinstance(value, Change) else "",
)  # fmt: skip
def test_a_change_in_both_languages(change: Change, en: list[str], zh: list[str]) -> None:
    assert rows(changes_table([change], "en")) == [en]
    assert rows(changes_table([change], "zh")) == [zh]
    assert ("another interview" in changes_table([change], "en")) is change.ask_again
    assert ("补充面试" in changes_table([change], "zh")) is change.ask_again


def test_every_field_of_a_change_has_a_name() -> None:
    old = profile()
    new = profile({"weight": 0.4, "indicators": dimension().indicators[1:]}, years=3)
    assert len(rows(changes_table(changes(old, new), "zh"))) == len(changes(old, new)) == 3


def test_json_keeps_both_languages() -> None:
    found = [Change("question", Text(zh="沟通", en="Talk"), None, Text(zh="为什么？", en="Why?"), False)]
    assert json.loads(changes_json(found)) == [
        {
            "field": "question",
            "where": {"zh": "沟通", "en": "Talk"},
            "before": None,
            "after": {"zh": "为什么？", "en": "Why?"},
            "ask_again": False,
        }
    ]
    assert changes_json([]) == "[]"
