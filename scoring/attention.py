"""Moments worth a follow-up question: measured behaviour that stands out from the speaker's own baseline.

A rise of the speech rate counts only together with something else that was seen or heard in the same stretch.
What is named is behaviour, never a state of mind; the question goes to the answer's logic.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from interview_analysis.features.extractor import COVERAGE
from interview_analysis.features.sentences import join_words
from interview_analysis.features.tables import FeatureTables
from interview_analysis.scoring.norms import AttentionRules
from interview_analysis.scoring.report import AttentionPoint, Text
from interview_analysis.types import Interval, Transcript

QUOTE_LENGTH = 160
QUOTE_MARGIN_S = 3.0  # a pause has no words of its own
RATE_UNITS = {
    "zh": Text(zh="字/分钟", en="characters a minute"),
    "en": Text(zh="词/分钟", en="words a minute"),
}
RATE_FEATURES = {"zh": "speech_rate.speaking_rate_cpm", "en": "speech_rate.speaking_rate_wpm"}


@dataclass(frozen=True, slots=True)
class _Companion:
    """Something that happened in the same stretch, as a clause in both languages."""

    key: str
    value: float
    text: Text


def attention_points(
    tables: FeatureTables, transcript: Transcript | None, rules: AttentionRules
) -> tuple[AttentionPoint, ...]:
    """At most `rules.max_points` moments, those with most companions first, returned in order of time."""
    found = [*_rate_rises(tables, transcript, rules), *_contacts(tables, rules), *_pauses(tables, rules)]
    found.sort(key=lambda point: (-len(point.values), point.start_s))
    kept: list[AttentionPoint] = []
    for point in found:
        span = Interval(point.start_s, point.end_s)
        if all(span.overlap_s(Interval(other.start_s, other.end_s)) == 0 for other in kept):
            kept.append(point.model_copy(update={"quote": _quote(transcript, span)}))
    return tuple(sorted(kept[: rules.max_points], key=lambda point: point.start_s))


def clock(seconds: float) -> str:
    """``m:ss`` from the start of the recording."""
    whole = int(seconds)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def _quote(transcript: Transcript | None, span: Interval) -> str | None:
    if transcript is None:
        return None
    near = Interval(span.start_s - QUOTE_MARGIN_S, span.end_s + QUOTE_MARGIN_S)
    said = [w for w in transcript.words if near.start_s <= (w.start_s + w.end_s) / 2 < near.end_s]
    text = join_words(said, transcript.language).strip()
    return (text if len(text) <= QUOTE_LENGTH else text[:QUOTE_LENGTH].rstrip() + "…") or None


def _rate_rises(
    tables: FeatureTables, transcript: Transcript | None, rules: AttentionRules
) -> Iterable[AttentionPoint]:
    if transcript is None or transcript.language not in RATE_FEATURES:
        return
    feature = RATE_FEATURES[transcript.language]
    heard = tables.timeline[f"speech_rate.{COVERAGE}"] >= rules.rate_min_coverage_ratio
    rates = tables.timeline.loc[heard, feature].dropna()
    if len(rates) < 3:
        return
    baseline = float(rates.median())
    unit = RATE_UNITS[transcript.language]
    for span, peak in _merge(rates[rates >= baseline * (1 + rules.rate_rise_ratio)]):
        companions = _companions(tables, span, rules)
        if not companions:
            continue
        head = Text(
            zh=f"{clock(span.start_s)} 处语速由 {baseline:.0f} 升至 {peak:.0f} {unit.zh}，同时",
            en=f"At {clock(span.start_s)} speech rate rose from {baseline:.0f} to {peak:.0f} {unit.en} together with ",
        )
        yield AttentionPoint(
            code="rate_rise",
            start_s=span.start_s,
            end_s=span.end_s,
            values={
                "baseline": round(baseline, 1),
                "peak": round(peak, 1),
                **{c.key: round(c.value, 2) for c in companions},
            },
            text=Text(
                zh=head.zh + "、".join(c.text.zh for c in companions) + "。",
                en=head.en + ", ".join(c.text.en for c in companions) + ".",
            ),
            question=Text(
                zh="建议追问这段回答的逻辑：能否把推理过程一步一步再讲一遍？",
                en="Probe the logic of this answer: could you take me through the reasoning step by step?",
            ),
        )


def _merge(peaks: pd.Series) -> Iterable[tuple[Interval, float]]:
    """Runs of touching or overlapping windows with the highest value of each."""
    run: Interval | None = None
    highest = float("-inf")
    for (start, end), value in zip(peaks.index, peaks.to_numpy(dtype=float), strict=True):
        if run is not None and start <= run.end_s:
            run, highest = Interval(run.start_s, float(end)), max(highest, float(value))
            continue
        if run is not None:
            yield run, highest
        run, highest = Interval(float(start), float(end)), float(value)
    if run is not None:
        yield run, highest


def _companions(tables: FeatureTables, span: Interval, rules: AttentionRules) -> list[_Companion]:
    found = []
    contacts = _count(tables, "hand_to_face", span)
    if contacts >= rules.hand_to_face_count:
        text = Text(zh=f"手触面部 {contacts} 次", en=f"{contacts} hand-to-face contacts")
        found.append(_Companion("hand_to_face_count", contacts, text))
    windows = [
        tables.timeline.loc[key, "gaze.on_camera_ratio"]
        for key in tables.timeline.index
        if key[0] >= span.start_s - 1e-6 and key[1] <= span.end_s + 1e-6
    ]
    seen = np.array([value for value in windows if np.isfinite(value)], dtype=float)
    if seen.size and 1 - seen.mean() >= rules.off_camera_ratio:
        share = float(1 - seen.mean())
        text = Text(zh=f"视线离开镜头占 {share:.0%}", en=f"gaze off camera for {share:.0%} of the time")
        found.append(_Companion("off_camera_ratio", share, text))
    longest = max((e.end_s - e.start_s for e in _inside(tables, "pause", span)), default=0.0)
    if longest >= rules.long_pause_s:
        text = Text(zh=f"停顿 {longest:.1f} 秒", en=f"a pause of {longest:.1f} s")
        found.append(_Companion("longest_pause_s", longest, text))
    return found


def _inside(tables: FeatureTables, kind: str, span: Interval) -> list[Interval]:
    return [
        Interval(event.start_s, event.end_s)
        for event in tables.events
        if event.kind == kind and span.start_s <= event.start_s < span.end_s
    ]


def _count(tables: FeatureTables, kind: str, span: Interval) -> int:
    return len(_inside(tables, kind, span))


def _contacts(tables: FeatureTables, rules: AttentionRules) -> Iterable[AttentionPoint]:
    """Windows with twice the contacts that would count beside a rate rise."""
    needed = 2 * rules.hand_to_face_count
    counts = pd.Series({key: _count(tables, "hand_to_face", Interval(*key)) for key in tables.timeline.index})
    for span, _ in _merge(counts[counts >= needed]):
        count = _count(tables, "hand_to_face", span)
        yield AttentionPoint(
            code="hand_to_face",
            start_s=span.start_s,
            end_s=span.end_s,
            values={"hand_to_face_count": count},
            text=Text(
                zh=f"{clock(span.start_s)} 至 {clock(span.end_s)} 手触面部 {count} 次。",
                en=f"{count} hand-to-face contacts between {clock(span.start_s)} and {clock(span.end_s)}.",
            ),
            question=Text(
                zh="手势本身不说明问题；可就此处内容请对方补充具体步骤。",
                en="The gesture itself says nothing; ask for the concrete steps behind what was said here.",
            ),
        )


def _pauses(tables: FeatureTables, rules: AttentionRules) -> Iterable[AttentionPoint]:
    for event in tables.events:
        length = event.end_s - event.start_s
        if event.kind == "pause" and length >= rules.long_pause_s:
            yield AttentionPoint(
                code="long_pause",
                start_s=event.start_s,
                end_s=event.end_s,
                values={"longest_pause_s": round(length, 2)},
                text=Text(
                    zh=f"{clock(event.start_s)} 处停顿 {length:.1f} 秒。",
                    en=f"A pause of {length:.1f} s at {clock(event.start_s)}.",
                ),
                question=Text(
                    zh="停顿可能是在思考；可追问：当时你在权衡哪些选择？",
                    en="A pause may be thinking: ask which options were being weighed.",
                ),
            )
