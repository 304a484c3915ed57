"""Which competency a sentence of a description asks for by its wording, learned from sentences that are known.

Multinomial naive Bayes over TF-IDF weighted character n-grams, which needs no word segmentation in Chinese and reads
through inflection in English. On short texts it is hard to beat (Wang & Manning 2012, "Baselines and Bigrams").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.language.sentences import normalise
from interview_analysis.scoring.profile import Language

SMOOTHING = 0.1  # added to each count
# English within words, with their edges; Chinese words are one to three characters long.
_GRAMS: dict[Language, dict[str, Any]] = {
    "en": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "zh": {"analyzer": "char", "ngram_range": (1, 3)},
}


@dataclass(frozen=True, slots=True)
class WordHead:
    """A vectorizer and a fitted naive Bayes model for each language; all know the same classes, in one order."""

    vectorizers: Mapping[Language, Any]
    models: Mapping[Language, Any]

    def log_probabilities(self, texts: Sequence[str], language: Language) -> NDArray[np.float64]:
        """Log posterior of each class, shape (n, k), all classes being equally likely beforehand."""
        counted = self.vectorizers[language].transform([normalise(text) for text in texts])
        return np.asarray(self.models[language].predict_log_proba(counted))


def fit_words(known: Mapping[Language, Sequence[tuple[str, str]]], classes: Sequence[str]) -> WordHead:
    """Learn from `known`, pairs of class and sentence in each language; a second's work."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import MultinomialNB

    vectorizers, models = {}, {}
    numbers = {name: number for number, name in enumerate(classes)}
    for language, pairs in known.items():
        vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, **_GRAMS[language])
        counted = vectorizer.fit_transform([normalise(text) for _, text in pairs])
        model = MultinomialNB(alpha=SMOOTHING, fit_prior=False)
        model.partial_fit(counted, [numbers[name] for name, _ in pairs], classes=list(range(len(classes))))
        vectorizers[language], models[language] = vectorizer, model
    return WordHead(vectorizers, models)
