"""A made-up answer in Chinese or English, with the times of its words."""

from __future__ import annotations

from typing import Literal

import numpy as np

from interview_analysis.types import Segment, Transcript, Word

Spoken = Literal["en", "zh"]

SENTENCES: dict[Spoken, tuple[str, ...]] = {
    "en": (
        "In my last role I owned the onboarding flow of a payroll product with about forty thousand users.",
        "New customers dropped out at the third step, and nobody could tell me why.",
        "So I ran twelve user interviews and read through three months of support tickets.",
        "The user research showed that people did not have their tax number at hand.",
        "I ranked the fixes by reach and effort and made a roadmap with two engineers and a designer.",
        "We moved that step to the end and let people save a draft.",
        "Completion went from 58 to 74 percent in six weeks, and tickets fell by a third.",
        "One risk was the payroll deadline, so I kept a rollback plan and a weekly check with finance.",
        "Looking back, I would have talked to the support team a month earlier.",
    ),
    "zh": (
        "上一份工作里我负责一款薪酬产品的新手引导，大概有四万名用户。",
        "很多新客户走到第三步就流失了，当时没有人说得清原因。",
        "所以我做了十二场用户访谈，又把三个月的客服工单都看了一遍。",
        "用户调研数据说明，大家手边根本没有税号，这就是用户痛点。",
        "我按影响面和工作量做了功能优先级排序，和两位工程师、一位设计师排了甘特图。",
        "我们把这一步挪到最后，并且允许先保存草稿。",
        "六周之内完成率从百分之五十八提高到百分之七十四，工单少了三分之一。",
        "风险是发薪日不能出错，所以我准备了风险应对方案，每周和财务核对一次。",
        "回头看，我应该提前一个月就去找客服团队聊。",
    ),
}


def sample_transcript(spoken: Spoken, duration_s: float = 96.0) -> Transcript:
    """Sentences of SENTENCES over and over, 9 s each with 1.2 s between them, until `duration_s`."""
    segments = []
    for index in range(max(1, int(duration_s // 10.2))):
        text = SENTENCES[spoken][index % len(SENTENCES[spoken])]
        pieces = [text[i : i + 2] for i in range(0, len(text), 2)]
        pieces = [f" {w}" for w in text.split()] if spoken == "en" else pieces
        start = index * 10.2 + 0.4
        edges = np.linspace(start, start + 9.0, len(pieces) + 1)
        words = tuple(
            Word(
                piece,
                round(float(edges[i]), 2),
                round(float(edges[i + 1]), 2),
                0.34 if (index + i) % 37 == 11 else 0.93,
            )
            for i, piece in enumerate(pieces)
        )
        segments.append(Segment(text, words[0].start_s, words[-1].end_s, words))
    return Transcript(spoken, 0.98, tuple(segments), "faster-whisper 1.2.1", "base")
