"""Wrong words and processor time of the recogniser on recordings with a reference text.

    python -m interview_analysis.pipeline.dev.recognition_benchmark --data FOLDER

Every recording under FOLDER beside which a NAME.ref.txt lies is read twice: alone, and joined to the others of its language,
where chunks are full and voices follow each other. The language is given. Every other recording, in order of their paths, is one
on which settings may be chosen; the rest is held out.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer
import numpy as np

from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.common.system import quiet_dependencies
from interview_analysis.pipeline.dev.benchmark import machine
from interview_analysis.pipeline.dev.diarization_benchmark import decoded
from interview_analysis.pipeline.dev.word_errors import chinese_characters, english_words
from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ, AudioSpool
from interview_analysis.pipeline.observation.observers import Observers

_REFERENCE = ".ref.txt"
_SOUND = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".mp4", ".webm")
_PAUSE_S = 0.7  # between two recordings that are joined
_SPLIT = {"en": english_words, "zh": chinese_characters}  # what is counted


@dataclass(frozen=True, slots=True)
class Said:
    """A recording and the text of its reference."""

    path: Path
    text: str
    language: str
    held_out: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Words (characters in Chinese) that are wrong, of how many, and what hearing them took."""

    wrong: int = 0
    words: int = 0
    cpu_s: float = 0.0
    length_s: float = 0.0

    def __add__(self, other: Heard) -> Heard:
        return Heard(
            self.wrong + other.wrong, self.words + other.words,
            self.cpu_s + other.cpu_s, self.length_s + other.length_s,
        )  # fmt: skip


def recordings(data: Path) -> list[Said]:
    """In order of their paths. A reference is Chinese where most of its letters are."""
    found: list[Said] = []
    for reference in sorted(data.rglob(f"*{_REFERENCE}")):
        name = reference.name.removesuffix(_REFERENCE)
        beside = sorted(
            path for path in reference.parent.iterdir() if path.stem == name and path.suffix in _SOUND
        )
        if beside:
            text = reference.read_text(encoding="utf-8")
            chinese = sum("\u3400" <= sign <= "\u9fff" for sign in text)
            language = "zh" if 2 * chinese > sum(map(str.isalpha, text)) else "en"
            found.append(Said(beside[0], text, language, held_out=len(found) % 2 == 1))
    return found


def heard(spool: AudioSpool, language: str, reference: str, observers: Observers) -> Heard:
    begin = time.process_time()
    transcript, _ = observers.speaking(language).transcribe(spool, lambda _: None)
    cpu_s = time.process_time() - begin
    wanted, found = (" ".join(_SPLIT[language](text)) for text in (reference, transcript.text))
    errors = jiwer.process_words(wanted, found)
    wrong = errors.substitutions + errors.deletions + errors.insertions
    return Heard(wrong, len(wanted.split()), cpu_s, spool.samples / SAMPLE_RATE_HZ)


def alone(said: Sequence[Said], observers: Observers) -> Heard:
    total = Heard()
    for one in said:
        with decoded(one.path) as spool:
            total += heard(spool, one.language, one.text, observers)
    return total


def joined(said: Sequence[Said], observers: Observers) -> Heard:
    """All in one file; they are in one language."""
    with AudioSpool() as spool:
        for one in said:
            with decoded(one.path) as part:
                spool.append(part.read(0, part.samples))
            spool.append(np.zeros(round(_PAUSE_S * SAMPLE_RATE_HZ), dtype=np.float32))
        spool.finish()
        return heard(spool, said[0].language, " ".join(one.text for one in said), observers)


def lines(data: Path, observers: Observers) -> Iterator[str]:
    """The table, a line at a time."""
    yield f"{'':10}{'':10}{'':8}{'wrong':>14}{'':8}{'CPU s a minute':>16}"
    found = recordings(data)
    for language in _SPLIT:
        for half, held_out in (("chosen on", False), ("held out", True)):
            own = [one for one in found if (one.language, one.held_out) == (language, held_out)]
            for how, measure in (("alone", alone), ("joined", joined)) if own else ():
                row = measure(own, observers)
                share = row.wrong / max(1, row.words)
                minute = 60 * row.cpu_s / max(row.length_s, 1e-9)
                yield (
                    f"{language:10}{half:10}{how:8}{row.wrong:6} of {row.words:4}{share:8.1%}{minute:16.2f}"
                )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder of recordings and references")
    asked = parser.parse_args(arguments)
    quiet_dependencies()
    sys.stdout.write(machine() + "\n")
    for line in lines(asked.data, Observers(load_run_config(), ModelStore())):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
