"""A stretch of a recording to hear and to look at: its sound, the pitch, the syllables and the words that voice measures rest on."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from interview_analysis.models.voice.mel import RANGE_DB, band_hz, mel_levels
from interview_analysis.pipeline.common.messages import Messages, format_number
from interview_analysis.pipeline.report.page import asset, clean, environment, policy
from interview_analysis.scoring.profile import Language
from interview_analysis.types import AcousticTrack, Word, clock

_PX_PER_S = 90
_EDGE = 46  # px on both sides of the drawings, for their axes
_SOUND, _PITCH, _WORDS, _AXIS = 150, 90, 64, 20  # heights, px
_ROWS, _LATIN, _NARROW, _WIDE = (
    3,
    0x2E80,
    8.0,
    14.0,
)  # rows of words; widths of letters below and from U+2E80 on, px
_TICKS_HZ = (500, 1000, 2000, 4000)
_PAPER, _INK = np.array([0xFD, 0xFC, 0xF9]), np.array([0x1B, 0x25, 0x30])
_SEMITONES = 12.0
_LEAST_SPAN_ST = 6.0  # so that a level voice is not drawn as a lively one


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is drawn: `samples` (n,) from `start_s` of the recording `name` on, the acoustics and the words of the recording."""

    name: str
    start_s: float
    samples: NDArray[np.float32]
    rate_hz: int
    voice: AcousticTrack
    words: tuple[Word, ...]

    @property
    def end_s(self) -> float:
        return self.start_s + len(self.samples) / self.rate_hz

    def holds(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.end_s


def sound_page(stretch: Stretch, language: Language) -> str:
    """The page, UTF-8 when encoded. It holds the sound itself and fetches nothing; every text is escaped."""
    messages = Messages(language)
    css, script = asset("sound.css"), asset("sound.js")
    drawn = _Drawing(stretch, messages)
    return (
        environment()
        .get_template("sound.html.j2")
        .render(
            m=messages,
            lang="zh-CN" if language == "zh" else "en",
            name=clean(stretch.name),
            start=clock(stretch.start_s),
            end=clock(stretch.end_s),
            start_s=stretch.start_s,
            px_per_s=_PX_PER_S,
            edge=_EDGE,
            facts=_facts(stretch, messages),
            picture=drawn.picture(),
            sound=Markup("data:audio/wav;base64,{}").format(_wav(stretch)),
            css=Markup(css),
            script=Markup(script),
            policy=policy(css, script) + "; img-src data:; media-src data:",
        )
    )


def _facts(stretch: Stretch, messages: Messages) -> list[tuple[str, str]]:
    voice = stretch.voice
    inside = (voice.time_s >= stretch.start_s) & (voice.time_s < stretch.end_s)
    f0_hz = voice.f0_hz[inside]
    voiced = f0_hz[np.isfinite(f0_hz)]
    syllables = sum(stretch.holds(at) for at in voice.nucleus_s.tolist())
    length_s = stretch.end_s - stretch.start_s
    facts = [
        (messages("sound", "syllables"), messages("sound", "counted", count=syllables, rate=syllables / length_s)),
        (messages("sound", "voiced"), messages("sound", "share", voiced_ratio=float(np.isfinite(f0_hz).mean()) if len(f0_hz) else 0.0)),
    ]  # fmt: skip
    if len(voiced):
        spread = float(np.std(_SEMITONES * np.log2(voiced)))
        pitch = messages("sound", "pitch_is", hz=float(np.median(voiced)), spread=spread)
        facts.append((messages("sound", "pitch"), pitch))
    if stretch.words:
        count = sum(stretch.holds(word.start_s) for word in stretch.words)
        facts.append((messages("sound", "words"), format_number(count)))
    return facts


def _wav(stretch: Stretch) -> str:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(stretch.rate_hz)
        file.writeframes((np.clip(stretch.samples, -1, 1) * 32767).astype("<i2").tobytes())
    return base64.b64encode(stream.getvalue()).decode()


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Marks of one SVG, in pixels: the sound above, then the pitch, the words and the clock."""

    stretch: Stretch
    messages: Messages

    def picture(self) -> Markup:
        marks = [*self._sound(), *self._syllables(), *self._pitch(), *self._words(), *self._clock()]
        width = 2 * _EDGE + (self.stretch.end_s - self.stretch.start_s) * _PX_PER_S
        height = _SOUND + _PITCH + _WORDS + _AXIS
        head = Markup('<svg class="sound" role="img" aria-label="{}" width="{}" height="{}">')
        label = self.messages("sound", "drawn")
        return head.format(label, round(width), height) + Markup("").join(marks) + Markup("</svg>")

    def _x(self, time_s: float) -> float:
        return round(_EDGE + (time_s - self.stretch.start_s) * _PX_PER_S, 1)

    def _sound(self) -> Iterator[Markup]:
        """Dark is loud."""
        import cv2

        levels = mel_levels(self.stretch.samples, self.stretch.rate_hz)
        loud = (1 + levels / RANGE_DB)[::-1, :, None]
        colours = (_PAPER + (_INK - _PAPER) * loud).astype(np.uint8)
        _, png = cv2.imencode(".png", colours[:, :, ::-1])
        encoded = base64.b64encode(png.tobytes()).decode()
        width = self._x(self.stretch.end_s) - _EDGE
        yield Markup(
            f'<image x="{_EDGE}" y="0" width="{width}" height="{_SOUND}" preserveAspectRatio="none" '
            f'href="data:image/png;base64,{encoded}"/>'
        )  # numbers and letters of our own
        middles = band_hz(self.stretch.rate_hz)
        for hz in _TICKS_HZ:
            if hz < middles[-1]:
                y = _SOUND * (1 - float(np.interp(hz, middles, np.arange(len(middles)))) / len(middles))
                yield self._tick(y, f"{hz / 1000:g} kHz")

    def _syllables(self) -> Iterator[Markup]:
        for at in self.stretch.voice.nucleus_s.tolist():
            if self.stretch.holds(at):
                x = self._x(at)
                yield Markup(f'<path class="syllable" d="M{x - 4} 2h8l-4 8z"/>')

    def _pitch(self) -> Iterator[Markup]:
        """On a scale of semitones, over the range that is heard."""
        voice, top = self.stretch.voice, _SOUND + 8
        height = _PITCH - 16
        inside = (voice.time_s >= self.stretch.start_s) & (voice.time_s < self.stretch.end_s)
        times, semitones = voice.time_s[inside], _SEMITONES * np.log2(voice.f0_hz[inside])
        heard = np.isfinite(semitones)
        if not heard.any():
            return
        middle = float(semitones[heard].min() + semitones[heard].max()) / 2
        span = max(_LEAST_SPAN_ST, float(np.ptp(semitones[heard])))
        for offset in (-span / 2, span / 2):
            y = top + height * (0.5 - offset / span)
            yield self._tick(y, f"{2 ** ((middle + offset) / _SEMITONES):.0f} Hz")
        runs = np.split(np.arange(len(times)), np.flatnonzero(np.diff(heard)) + 1)
        for run in runs:
            if heard[run[0]]:
                points = " ".join(
                    f"{self._x(float(times[i]))},{top + height * (0.5 - (semitones[i] - middle) / span):.1f}"
                    for i in run
                )
                yield Markup(f'<polyline class="pitch" points="{points}"/>')

    def _words(self) -> Iterator[Markup]:
        """Each in the first of three rows that is free, so that they do not cover each other."""
        top, taken = _SOUND + _PITCH, [0.0] * _ROWS
        for word in self.stretch.words:
            if not self.stretch.holds(word.start_s):
                continue
            begin, end = self._x(word.start_s), self._x(min(word.end_s, self.stretch.end_s))
            said = clean(word.text).strip()
            row = next((row for row, until in enumerate(taken) if until <= begin), int(np.argmin(taken)))
            taken[row] = begin + sum(_WIDE if ord(letter) > _LATIN else _NARROW for letter in said)
            y = top + 18 * (row + 1)
            yield Markup(
                f'<line class="word" x1="{begin}" x2="{max(begin, end - 2) + 1:.1f}" y1="{top}" y2="{top}"/>'
            )
            yield Markup('<text class="said" x="{}" y="{}">{}</text>').format(begin, y, said)

    def _clock(self) -> Iterator[Markup]:
        y = _SOUND + _PITCH + _WORDS + _AXIS - 6
        for second in range(int(np.ceil(self.stretch.start_s)), int(np.floor(self.stretch.end_s)) + 1):
            x = self._x(second)
            yield Markup(f'<line class="second" x1="{x}" x2="{x}" y1="0" y2="{_SOUND + _PITCH + _WORDS}"/>')
            yield Markup(f'<text class="tick" x="{x}" y="{y}">{clock(second)}</text>')

    def _tick(self, y: float, text: str) -> Markup:
        return Markup('<text class="tick end" x="{}" y="{}">{}</text>').format(
            _EDGE - 6, round(y + 4, 1), text
        )
