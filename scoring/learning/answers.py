"""Features and embeddings of answers that are known as text, with no recording behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from interview_analysis.features.core.extractor import COVERAGE, Extractor, extractors, tabulate
from interview_analysis.features.language.sentences import normalise, sentences, unit_count
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.described import NAME, described
from interview_analysis.scoring.content.model import ContentModel, read, spoken
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.types import Interval, MediaFacts, Observations, Segment, Transcript, Word

# Those that read nothing but words, or words and how long the answer took.
FROM_TEXT = (
    "answer_length", "figures", "fillers", "hedges", "lexical", "non_answer", "person_words", "sentiment", "star",
)  # fmt: skip
_NEED_TIME = ("fillers",)  # rates a minute: nothing without a duration
STRETCH = 80
_WORDS_PER_S = 2.5  # where no duration is known; no feature that needs time is then kept


def text_extractors(*, timed: bool) -> tuple[Extractor, ...]:
    """The project's extractors that work on text, those that need durations only where they are `timed`."""
    return tuple(e for e in extractors() if e.name in FROM_TEXT and (timed or e.name not in _NEED_TIME))


def transcript_of(text: str, language: str, duration_s: float = math.nan) -> Transcript:
    """A transcript of `text` with its words evenly over `duration_s`; times are made up, words are not."""
    pieces = text.split() if language == "en" else [c for c in text if not c.isspace()]
    total = duration_s if math.isfinite(duration_s) else len(pieces) / _WORDS_PER_S
    step = total / max(1, len(pieces))
    words = tuple(Word(piece, i * step, (i + 1) * step, 1.0) for i, piece in enumerate(pieces))
    return Transcript(language, 1.0, (Segment(text, 0.0, total, words),), "text", "person")


def text_features(texts: Sequence[str], durations_s: Sequence[float], language: str) -> pd.DataFrame:
    """One row a text, columns ``<channel>.<extractor>.<feature>``; an extractor that none of them has is left out."""
    timed = all(math.isfinite(duration) for duration in durations_s)
    rows: list[Mapping[str, float]] = []
    for text, duration in zip(texts, durations_s, strict=True):
        row: dict[str, float] = {}
        transcript = transcript_of(text, language, duration)
        end_s = transcript.segments[0].end_s
        seen = Observations(MediaFacts(end_s, has_audio=True, has_video=False), transcript=transcript)
        for extractor in text_extractors(timed=timed):
            values = tabulate(extractor, seen, [Interval(0.0, end_s)]).iloc[0]
            row |= {
                f"{extractor.channel}.{name}": float(value)
                for name, value in values.items()
                if not str(name).endswith(COVERAGE)
            }
        rows.append(row)
    frame = pd.DataFrame(rows, dtype=float)
    return frame.dropna(axis=1, how="all")


def level_features(
    texts: Sequence[str], language: str, encoder: SentenceEncoder, model: ContentModel
) -> pd.DataFrame:
    """One row a text, columns ``content.level.<part>``: what the answer does, whatever it is about.

    `model` has to be fitted with `encoder`.
    """
    rows = []
    for text in texts:
        said = spoken(transcript_of_text(text, language), encoder) if text.strip() else None
        rows.append(described([read(model, said)] if said else []))
    return pd.DataFrame(rows, dtype=float).rename(columns=lambda name: f"content.{NAME}.{name}")


def word_count(text: str, language: str) -> int:
    """Words of `text`; characters in Chinese."""
    return unit_count(normalise(text), language)


def embed(texts: Sequence[str], language: str, encoder: SentenceEncoder) -> np.ndarray:
    """The mean vector of each text's stretches of some sentences, of length 1, shape (n, d); NaN without words."""
    found: list[np.ndarray] = []
    for text in texts:
        units = _stretches(text, language)
        mean = (
            encoder.encode(units).mean(axis=0) if units else np.full(encoder.encode(["."]).shape[1], np.nan)
        )
        norm = float(np.linalg.norm(mean))
        found.append(mean / norm if norm > 0 else mean)
    return np.stack(found).astype(float)


def _stretches(text: str, language: str) -> list[str]:
    """Sentences joined to stretches of `STRETCH` words or characters: ten short texts cost more than one long one."""
    stretches: list[str] = []
    length = STRETCH
    for sentence in sentences(transcript_of(text, language)):
        if length >= STRETCH:
            stretches.append("")
            length = 0
        stretches[-1] = f"{stretches[-1]} {sentence.text}".strip()
        length += unit_count(sentence.text, language)
    return [stretch for stretch in stretches if stretch]
