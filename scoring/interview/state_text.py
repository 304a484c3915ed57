"""Stretches of the state report in words, in both languages: what was seen and heard, and what to ask."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from interview_analysis.features.moments.moments import unit_of
from interview_analysis.scoring.edges import Text
from interview_analysis.types import Event

_RATE_UNITS = {
    "characters/min": Text(zh="字/分钟", en="characters a minute"),
    "words/min": Text(zh="词/分钟", en="words a minute"),
}
_PLACES = {"nose": "鼻子", "mouth": "嘴", "chin": "下巴", "cheek": "脸颊", "ear": "耳朵", "forehead": "额头"}
_SIDES = {"left": "画面左侧", "right": "画面右侧", "up": "上方", "down": "下方"}
_LOGIC = Text(
    zh="请重点关注这段回答的逻辑，并追问具体步骤：这一结论是怎样一步一步得出的？",
    en="Look closely at the logic of this answer and ask for the steps: how did you get there, one after the other?",
)
_DETAIL = Text(
    zh="请就刚才所说的某个细节追问一个事先难以准备的问题。",
    en="Ask about a detail of what was just said, something that could not be prepared.",
)
_OPTIONS = Text(
    zh="停顿可能是在思考，可追问：当时在权衡哪些选择？",
    en="A silence may be thinking: ask which options were being weighed.",
)
_STEPS = Text(
    zh="请对方补充这段话背后的具体做法。",
    en="Ask for the concrete steps behind what was said here.",
)


def description(events: Sequence[Event], language: str | None, answer: int | None) -> Text:
    """The moments of a stretch, the strongest of each kind, in one sentence. `language` is that of the transcript."""
    clauses = [clause(event, language) for event in events]
    zh, en = "，".join(c.zh for c in clauses), "; ".join(c.en for c in clauses)
    if answer is None:
        return Text(zh=f"{zh}。", en=f"{en[:1].upper()}{en[1:]}.")
    return Text(zh=f"回答第 {answer} 个问题时：{zh}。", en=f"While answering question {answer}: {en}.")


def suggestion(kinds: AbstractSet[str]) -> Text:
    """What a reviewer may do about a stretch with moments of these kinds."""
    if "script_signs" in kinds:
        return _DETAIL
    if kinds & {"rate_rise", "rate_drop", "volume_drop"}:
        return _LOGIC
    return _OPTIONS if kinds & {"long_pause", "late_answer"} else _STEPS


def clause(event: Event, language: str | None) -> Text:
    """One moment, such as ``speech rate 180 → 220 characters a minute``."""
    size = event.value
    match event.kind:
        case "rate_rise" | "rate_drop":
            unit = _RATE_UNITS[unit_of(event.kind, language)]
            change = f"{event.baseline:.0f} → {size:.0f}"
            return Text(zh=f"语速 {change} {unit.zh}", en=f"speech rate {change} {unit.en}")
        case "volume_drop":
            drop = event.baseline - size
            return Text(zh=f"音量比平时低 {drop:.0f} dB", en=f"voice {drop:.0f} dB quieter than usual")
        case "long_pause":
            return _with_usual(event, f"停顿 {size:.1f} 秒", f"a pause of {size:.1f} s")
        case "late_answer":
            return _with_usual(
                event, f"沉默 {size:.1f} 秒后才回答", f"{size:.1f} s of silence before the answer"
            )
        case "long_off_camera":
            return _with_usual(event, f"视线离开镜头 {size:.1f} 秒", f"gaze off camera for {size:.1f} s")
        case "brow_lowering_run":
            return _with_usual(event, f"眉毛下压 {size:.1f} 秒", f"brows lowered for {size:.1f} s")
        case "script_signs":
            return _script(event)
        case "face_touches":
            place = _PLACES.get(event.label, "")
            return Text(
                zh=f"手触面部 {size:.0f} 次（多为{place}）" if place else f"手触面部 {size:.0f} 次",
                en=f"the face touched {size:.0f} times" + (f", mostly the {event.label}" if place else ""),
            )
        case "hand_held_at_face":
            place = _PLACES.get(event.label, "面部")
            there = event.label if event.label in _PLACES else "face"
            return _with_usual(
                event, f"手停在{place} {size:.1f} 秒", f"a hand at the {there} for {size:.1f} s"
            )
        case "posture_shift":
            return Text(zh=f"坐姿移动 {size:.1f} 个肩宽", en=f"posture shifted by {size:.1f} shoulder widths")
    return Text(zh=event.kind, en=event.kind.replace("_", " "))


def _script(event: Event) -> Text:
    side = event.label.removeprefix("fixed_")
    gaze = Text(zh="视线按行移动", en="gaze moving as along lines")
    if side in _SIDES:
        there = f"{side}wards" if side in ("up", "down") else f"to the viewer's {side}"
        gaze = Text(zh=f"视线停在{_SIDES[side]}", en=f"gaze held {there}")
    rate = f"{event.value:.0f}", f"{event.baseline:.0f}"
    return Text(
        zh=f"{gaze.zh}，停顿和填充词少（每分钟 {rate[0]} 次，平时 {rate[1]} 次），语速均匀",
        en=f"{gaze.en}, few pauses and fillers ({rate[0]} a minute, usually {rate[1]}), an even rate",
    )


def _with_usual(event: Event, zh: str, en: str) -> Text:
    """A length with the usual one, where there were enough to know it."""
    if math.isnan(event.baseline):
        return Text(zh=zh, en=en)
    return Text(zh=f"{zh}（平时 {event.baseline:.1f} 秒）", en=f"{en} (usually {event.baseline:.1f} s)")
