"""Job profiles and their changes as tables for the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console as RichConsole
from rich.table import Table
from rich.text import Text as Cell

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.changes import Change
from interview_analysis.scoring.profile import Dimension, JobProfile, Language, Source

WIDTH = 120  # where there is no terminal to ask
_HEADS = {
    "en": ("dimension", "weight", "level", "indicators", "where it comes from"),
    "zh": ("维度", "权重", "期望等级", "指标", "来源"),
}
_BY = {
    "en": {"title": "title", "term": "term", "skill": "skill", "meaning": "meaning"},
    "zh": {"title": "职位名称", "term": "用词", "skill": "技能", "meaning": "语义"},
}
_FIELDS = {
    "en": {
        "seniority": "seniority", "years": "years of experience", "pass_score": "pass score", "dimension": "dimension",
        "weight": "weight", "expected_level": "expected level", "indicator": "indicator",
        "indicator_wording": "indicator reworded", "question": "question",
        "anchors": "anchors reworded", "channels": "channels",
    },
    "zh": {
        "seniority": "职级", "years": "经验年限", "pass_score": "通过分数", "dimension": "维度", "weight": "权重",
        "expected_level": "期望等级", "indicator": "指标", "indicator_wording": "指标有改动", "question": "问题", "anchors": "行为锚定有改动", "channels": "通道",
    },
}  # fmt: skip
_SENIORITY = {"junior": "初级", "middle": "中级", "senior": "高级", "lead": "负责人"}


def language_of_profile(profile: JobProfile, asked: str) -> Language:
    """The language to show a profile in: as asked, else that of its description, else of its name."""
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    if profile.description:
        return profile.description.language
    return "en" if profile.name.en else "zh"


def profile_table(profile: JobProfile, language: Language) -> str:
    """Weights, expected levels, indicators, and the sentences that they come from."""
    table = Table(title=Cell(_title(profile, language)), title_justify="left", show_lines=True)
    for head, justify in zip(_HEADS[language], ("left", "right", "right", "left", "left"), strict=True):
        table.add_column(head, justify=justify)  # type: ignore[arg-type]  # a literal of rich's
    for dimension in profile.dimensions:
        table.add_row(
            Cell(dimension.name.get(language)),
            f"{dimension.weight:.0%}",
            "" if dimension.expected_level is None else str(dimension.expected_level),
            Cell("\n".join(_indicators(dimension, language))),
            Cell("\n".join(_origins(dimension, language))),
        )
    return _drawn(table)


def changes_table(changes: Sequence[Change], language: Language) -> str:
    """One row a change; the last column marks what candidates have not been asked about."""
    if not changes:
        return "没有变化" if language == "zh" else "no change"
    heads = (
        ("变化", "维度", "之前", "之后", "需重新考察")
        if language == "zh"
        else ("change", "dimension", "before", "after", "ask again")
    )
    table = Table()
    for head in heads:
        table.add_column(head)
    for change in changes:
        table.add_row(
            _FIELDS[language][change.field],
            Cell(change.where.get(language) if change.where else ""),
            Cell(_value(change, change.before, language)),
            Cell(_value(change, change.after, language)),
            ("是" if language == "zh" else "yes") if change.ask_again else "",
        )
    text = _drawn(table)
    if any(change.ask_again for change in changes):
        text += (
            "\n标“是”的内容是新增的，或比旧版要求更高：按旧版面试过的候选人可以考虑补充面试。"
            if language == "zh"
            else '\nWhat is marked "yes" is new, or more than the old version asked for: those interviewed under it may need another interview.'
        )
    return text


def changes_json(changes: Sequence[Change]) -> str:
    """The same for machines: names and questions in both languages."""
    rows = [
        {
            key: value.model_dump() if isinstance(value, Text) else value
            for key, value in asdict(change).items()
        }
        for change in changes
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _title(profile: JobProfile, language: Language) -> str:
    zh = language == "zh"
    parts = [profile.name.get(language) or profile.id]
    if profile.seniority:
        parts.append(_SENIORITY[profile.seniority] if zh else profile.seniority)
    elif profile.description:
        parts.append("职级未写明，按中级" if zh else "seniority not stated, middle assumed")
    if profile.years is not None:
        parts.append(
            f"{profile.years:g}年经验" if zh else f"{profile.years:g} year{'' if profile.years == 1 else 's'}"
        )
    if profile.pass_score is not None:
        parts.append(f"通过分数 {profile.pass_score:g}" if zh else f"pass score {profile.pass_score:g}")
    return " · ".join(parts)


def _indicators(dimension: Dimension, language: Language) -> list[str]:
    lines = []
    for indicator in dimension.indicators:
        mark = " *" if indicator.origin == "model" else ""
        source = f" ← {_short(indicator.source, 40)}" if indicator.source else ""
        lines.append(f"{indicator.name.get(language)}{mark}{source}")
    return lines


def _origins(dimension: Dimension, language: Language) -> list[str]:
    if not dimension.sources:
        return [dimension.reason.get(language)]
    return [_source(source, language) for source in dimension.sources]


def _source(source: Source, language: Language) -> str:
    how = _BY[language][source.by] + (f" {source.match}" if source.match else "")
    return f"{_short(source.quote, 70)} [{how}]"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _value(change: Change, value: Text | str | float | int | None, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, Text):
        return value.get(language)
    if change.field in ("weight", "dimension") and not isinstance(value, str):
        return f"{value:.0%}"
    if change.field == "seniority" and language == "zh":
        return _SENIORITY.get(str(value), str(value))
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _drawn(table: Table) -> str:
    console = RichConsole()
    wide = RichConsole(width=None if console.is_terminal else WIDTH, highlight=False)
    with wide.capture() as capture:
        wide.print(table)
    return capture.get().rstrip("\n")
