"""Which competency a sentence of a description asks for where no term names it: by its meaning and by its wording.

The two heads err on different sentences, so that their log posteriors added up (a logarithmic opinion pool, Genest &
Zidek 1986, Statistical Science 1) are right more often than either. Both are far too sure of themselves: the
discriminant's scores are divided by a temperature (Guo et al. 2017, ICML), naive Bayes' log posteriors count in part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.scoring.jobs.meaning_head import MeaningHead
from interview_analysis.scoring.jobs.word_head import WordHead
from interview_analysis.scoring.profile import Language


@dataclass(frozen=True, slots=True)
class SentenceHead:
    """Two fitted heads with the same classes; how they are pooled stands in configs/job_parsing.yaml."""

    meaning: MeaningHead
    words: WordHead
    temperature: float
    words_share: float

    @property
    def classes(self) -> tuple[str, ...]:
        return self.meaning.classes

    def probabilities(
        self, texts: Sequence[str], vectors: NDArray[np.float32], language: Language
    ) -> NDArray[np.float64]:
        """Posterior of each class, shape (n, k), for sentences of one language and their vectors (n, d)."""
        pooled = self.meaning.scores(vectors, language) / self.temperature
        pooled = pooled + self.words_share * self.words.log_probabilities(texts, language)
        exponents = np.exp(pooled - pooled.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))
