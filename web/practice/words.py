"""What is told of an answer that was practised, in words. Parts of a case are told as in the feedback after the interview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from interview_analysis.scoring.coaching.findings import Coached, Finding, Quote
from interview_analysis.scoring.coaching.parts import told_of_own
from interview_analysis.web.reports.advice import ADVICE, GATES, STRENGTHS

TELLS: Mapping[str, str] = {
    "task": gettext_noop(
        "what was hard was not clearly heard: say what stood in the way, or what made it more than routine."
    ),
    "seen": gettext_noop("name the size and the result: how much, how many, how long, compared with what."),
    "values": gettext_noop(
        "you are asked why this company, and nothing that it says it stands for was heard: %(names)s. Say which of it matters to "
        "you, and by what you know it."
    ),
    "hedges": gettext_noop(
        "%(count)d words took the certainty from what you said (%(names)s): say plainly what you know, and leave them out."
    ),
    "fast": gettext_noop(
        "you spoke %(rate)d %(unit)s a minute; between %(low)d and %(high)d is usual. Pause at the end of each thought."
    ),
    "slow": gettext_noop(
        "you spoke %(rate)d %(unit)s a minute, pauses included; between %(low)d and %(high)d is usual. Decide on your points before "
        "you begin."
    ),
    "time_left": gettext_noop(
        "you used %(used_s)d of %(given_s)d seconds: there is room for what is missing above."
    ),
    "over_time": gettext_noop(
        "you spoke for %(used_s)d seconds, and the time is %(given_s)d: leave out what does not serve the point."
    ),
    "gaze": gettext_noop(
        "you looked near the camera for %(share)d %% of the time: look into it when you make a point, as into somebody’s eyes."
    ),
    "no_face": gettext_noop(
        "your face was hardly in the picture: sit so that head and shoulders are in it, at the height of the camera."
    ),
    "dark": gettext_noop(
        "the picture is too dark: turn towards a window or a lamp, with the light before you."
    ),
    "noisy": gettext_noop(
        "there is much noise around your voice: close doors and windows, or use a headset."
    ),
    "quiet": gettext_noop("your voice is hardly loud enough: come nearer to the microphone."),
    "too_loud": gettext_noop(
        "your voice is cut off where it is loud: go back from the microphone, or turn it down."
    ),
}
UNSAID: Mapping[str, str] = {
    "nothing_said": gettext_noop(
        "No speech was heard, so nothing can be told of the content. Check the microphone."
    ),
    "too_little": gettext_noop(
        "Too little was said to tell anything of the content; two or three sentences are the least."
    ),
    "language": gettext_noop(
        "What was heard is neither English nor Chinese, so nothing is told of the content."
    ),
    "no_picture": gettext_noop("There is no picture, so nothing is told of light and gaze."),
    "dark": gettext_noop("In a picture as dark as this nothing can be told of where you looked."),
    "no_face": gettext_noop("Your face was seen too little to tell where you looked."),
    "no_gaze": gettext_noop("Your eyes were seen too little to tell where you looked."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of advice with the own words that it rests on, and where something would belong."""

    text: str
    quotes: tuple[Quote, ...]
    place: Quote | None
    place_is_before: bool


def lines(coached: Coached) -> list[Line]:
    return [
        Line(_told(one, coached.language), one.quotes, one.before or one.after, one.before is not None)
        for one in coached.findings
    ]


def strengths(coached: Coached) -> list[tuple[str, Quote]]:
    """What was heard of a good answer, each with a sentence of it that stands for nothing else, where there is one."""
    found, used = [], set[float]()
    own = told_of_own(coached.parts)
    for name, praise in STRENGTHS.items():
        quotes = coached.parts[name] if name in own else ()
        quote = next((one for one in quotes if one.start_s not in used), None)
        if quote is not None:
            used.add(quote.start_s)
            found.append((_(praise), quote))
    return found


def unsaid(coached: Coached) -> list[str]:
    return [_(UNSAID[code]) for code in coached.unsaid]


def _told(finding: Finding, language: str) -> str:
    text = TELLS.get(finding.kind) or ADVICE.get(finding.kind) or GATES[finding.kind]
    told = {name: round(value) for name, value in finding.numbers.items()}
    if "share" in finding.numbers:
        told["share"] = round(100 * finding.numbers["share"])
    unit = _("characters") if language == "zh" else _("words")
    return _(text) % {**told, "unit": unit, "names": _listed(finding.names)} if "%(" in text else _(text)


def _listed(names: Sequence[str]) -> str:
    return pgettext("between names", ", ").join(f"“{name}”" for name in names)
