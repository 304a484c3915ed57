"""The fitted heads: that of meaning as a file, so that nobody has to encode the library before the first description;
that of words is fitted as it is loaded, which takes a second.

`make head` fits it again after the library was edited. A head that does not fit the library and encoder at
hand is not used; then it is fitted on the spot, and the library's vectors are kept for the next time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.common.progress import Progress
from interview_analysis.scoring.jobs.meaning_head import (
    LANGUAGES,
    Known,
    MeaningHead,
    fingerprint,
    fit_meaning,
)
from interview_analysis.scoring.jobs.sentence_head import SentenceHead
from interview_analysis.scoring.jobs.settings import DemandSettings
from interview_analysis.scoring.jobs.word_head import fit_words

FILE = BUILT_IN / "job_head.npz"
STEP = 64  # sentences between two reports of progress


def load_head(
    known: Known, encoder: RememberingEncoder, settings: DemandSettings, on_progress: Progress
) -> SentenceHead:
    """The heads for these sentences: meaning from the package where it was fitted on them with this encoder."""
    meaning = _saved(known, encoder) or new_meaning(known, encoder, on_progress)
    return pooled(meaning, known, settings)


def pooled(meaning: MeaningHead, known: Known, settings: DemandSettings) -> SentenceHead:
    """A head of words fitted on `known` beside one of meaning."""
    words = fit_words(known, meaning.classes)
    return SentenceHead(meaning, words, settings.temperature, settings.words_share)


def _saved(known: Known, encoder: RememberingEncoder) -> MeaningHead | None:
    with FILE.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
        if str(saved["fingerprint"]) == fingerprint(known, encoder):
            centres = {language: saved[f"centre_{language}"].astype(np.float64) for language in LANGUAGES}
            coefficients = saved["coefficients"].astype(np.float64)
            classes = tuple(str(name) for name in saved["classes"])
            return MeaningHead(classes, coefficients, saved["intercepts"], centres)
    return None


def new_meaning(known: Known, encoder: RememberingEncoder, on_progress: Progress) -> MeaningHead:
    """Fit a head of meaning. What is encoded is kept in pieces, so that an edit costs only what it touches."""
    texts = list(dict.fromkeys(text for pairs in known.values() for _, text in pairs))
    for start in range(0, len(texts), STEP):
        on_progress("competency library", start, len(texts))
        encoder.remember(texts[start : start + STEP])
    on_progress("competency library", len(texts), len(texts))
    return fit_meaning(known, encoder)


def save_head(head: MeaningHead, known: Known, encoder: RememberingEncoder, path: Path) -> None:
    """Write a head; single precision moves no posterior by more than a millionth."""
    np.savez_compressed(
        path,
        fingerprint=np.array(fingerprint(known, encoder)),
        classes=np.array(head.classes),
        coefficients=head.coefficients.astype(np.float32),
        intercepts=head.intercepts,
        centre_zh=head.centres["zh"].astype(np.float32),
        centre_en=head.centres["en"].astype(np.float32),
    )
