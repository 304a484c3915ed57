"""Reasons for a level that rest on answers in writing: they name no times, because a text has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from interview_analysis.scoring.content.words import clock
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.report import (
    AnswerDimension,
    ContentReport,
    DimensionScore,
    Evidence,
    Report,
)

Scored = TypeVar("Scored", AnswerDimension, DimensionScore)
# What scoring/content/words.py puts before the parts that were heard.
_HEARD_EN = re.compile(r"Heard (?:at|between) \d+:\d\d(?: and \d+:\d\d)?: ")
_HEARD_ZH = re.compile(r"在 \d+:\d\d(?: 至 \d+:\d\d)? 听到：")


def without_made_up_times(report: Report) -> Report:
    """The report with reasons that say "in the written answer" where they rest on one.

    A reason that rests on recordings as well keeps the times of what was said in them.
    """
    typed = {answer.number for answer in report.answers if answer.source == "written"}
    if not typed:
        return report
    answers = tuple(
        answer.model_copy(update={"dimensions": tuple(_told(d, lambda _: True) for d in answer.dimensions)})
        if answer.number in typed
        else answer
        for answer in report.answers
    )
    dimensions = tuple(_told(d, lambda told: told.answer in typed, report) for d in report.dimensions)
    return report.model_copy(update={"answers": answers, "dimensions": dimensions})


def _told(scored: Scored, is_typed: Callable[[ContentReport], bool], whole: Report | None = None) -> Scored:
    content = tuple(
        told.model_copy(update={"why": _in_writing(told.why)})
        if is_typed(told)
        else told.model_copy(update={"why": _in_part(told.why, scored.evidence, whole)})
        if whole is not None and told.answer is None
        else told
        for told in scored.content
    )
    return scored.model_copy(update={"content": content})


def _in_writing(why: Text) -> Text:
    return Text(
        en=_HEARD_EN.sub("In the written answer: ", why.en).replace(
            "Not clearly heard:", "Not clearly told:"
        ),
        zh=_HEARD_ZH.sub("书面回答中写到：", why.zh).replace("没有明确听到：", "没有明确写到："),
    )


def _in_part(why: Text, evidence: tuple[Evidence, ...], whole: Report) -> Text:
    """Of a reason that rests on the whole interview."""
    heard = [
        (line.start_s, line.end_s)
        for line in evidence
        if line.kind == "part" and line.start_s is not None and line.end_s is not None
    ]
    spoken = [(start_s, end_s) for start_s, end_s in heard if not whole.is_written(start_s)]
    if len(spoken) == len(heard):
        return why
    if not spoken:
        return _in_writing(why)
    start, end = clock(min(s for s, _ in spoken)), clock(max(e for _, e in spoken))
    where = f"at {start}" if start == end else f"between {start} and {end}"
    return Text(
        en=_HEARD_EN.sub(f"Heard {where} and told in writing: ", why.en),
        zh=_HEARD_ZH.sub(f"在 {start if start == end else f'{start} 至 {end}'} 及书面回答中讲到：", why.zh),
    )
