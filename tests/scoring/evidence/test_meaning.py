"""Meaning, on labelled sentences: `dev` chose the limits, `held_out` is measured here."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from interview_analysis.features.language.lexicons import background
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.scoring.evidence import meaning
from tests.conftest import ROOT

DATA = Path(__file__).parent / "data"


def _labelled(language: str, split: str) -> list[tuple[str, str]]:
    content = yaml.safe_load((DATA / f"meaning_{language}.yaml").read_text(encoding="utf-8"))
    return [(label, text) for label, texts in content[split].items() for text in texts]


def _told(language: str) -> tuple[float, float]:
    """Precision and recall as docs/scoring.md gives them."""
    text = " ".join((ROOT / "docs" / "scoring.md").read_text(encoding="utf-8").split())
    name = {"en": "English", "zh": "Chinese"}[language]
    found = re.search(rf"precision of ([\d.]+) and a recall of ([\d.]+) in {name}", text)
    assert found, f"docs/scoring.md no longer gives precision and recall in {name}"
    return float(found[1]), float(found[2])


@pytest.mark.parametrize(("language", "auc"), [("en", 0.90), ("zh", 0.86)])
def test_meaning_on_held_out_sentences_is_as_good_as_the_docs_say(encoder, product_manager, language, auc):
    texts = {
        i.id: [i.description.get(language), *i.examples.get(language)]
        for d in product_manager.dimensions
        for i in d.indicators
    }
    model = meaning.fit(texts, encoder, background(language))
    assert model is not None
    labelled = _labelled(language, "held_out")
    similarities = model.similarities(encoder.encode([text for _, text in labelled]))
    truth = np.array([[label == key for key in model.keys] for label, _ in labelled])
    none = np.array([label == "none" for label, _ in labelled])
    settings = load_norms().evidence
    limit = meaning.threshold(len(labelled), settings.z_floor, settings.false_hit_rate)
    found = meaning.hits(similarities, limit, settings.margin_z)
    measured = roc_auc_score(truth.ravel(), similarities.ravel()), truth[found].mean(), found[truth].mean()
    print(f"{language}: AUC {measured[0]:.3f} precision {measured[1]:.3f} recall {measured[2]:.3f}")
    assert measured[0] >= auc
    assert measured[1:] == pytest.approx(_told(language), abs=0.04)  # one sentence, as processors differ
    assert not found[none].any()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_labelled_sentences_hold_no_keyword_and_repeat_no_example(product_manager, language):
    from interview_analysis.features.language.sentences import locate
    from interview_analysis.scoring.evidence.literal import KeywordMatcher
    from tests.transcripts import transcript_from_text

    indicators = [i for d in product_manager.dimensions for i in d.indicators]
    matcher = KeywordMatcher({i.id: (*i.keywords.zh, *i.keywords.en) for i in indicators})
    examples = {e for i in indicators for e in i.examples.get(language)} | set(background(language))
    labelled = _labelled(language, "dev") + _labelled(language, "held_out")
    assert len(labelled) >= 60
    assert len({label for label, _ in labelled}) >= 9
    for _, text in labelled:
        words = transcript_from_text(text, language).words
        assert matcher.find(locate(words, language)) == (), text
        assert text not in examples


def test_threshold_follows_sidak_above_its_floor():
    assert meaning.threshold(1, 1.0, 0.05) == pytest.approx(1.6449, abs=1e-3)
    assert meaning.threshold(100, 1.0, 0.01) == pytest.approx(3.717, abs=2e-3)
    assert meaning.threshold(0, 3.5, 0.01) == 3.5
    values = [meaning.threshold(n, 3.5, 0.01) for n in (1, 10, 50, 200, 1000)]
    assert values == sorted(values)


def test_similarity_is_in_standard_deviations_of_the_background():
    class Plane:
        id = "plane"

        def encode(self, texts):
            table = {"north": (0, 1), "a": (1, 0.0), "b": (-1, 0.0), "c": (0, 0.5), "d": (0, -0.5)}
            return np.array([table[t] for t in texts], dtype=np.float32)

    model = meaning.fit({"n": ["north"], "empty": []}, Plane(), ["a", "b", "c", "d"])
    assert model is not None
    assert model.keys == ("n",)
    # Cosines of the background to north are 0, 0, 1, -1: mean 0, sample SD sqrt(2/3).
    z = model.similarities(np.array([(0, 2.0), (3.0, 0), (0, -1)], dtype=np.float32))
    np.testing.assert_allclose(z[:, 0], [np.sqrt(1.5), 0, -np.sqrt(1.5)], atol=1e-9)
    assert model.similarities(np.empty((0, 2), np.float32)).shape == (0, 1)
    assert meaning.fit({"n": ["north"]}, Plane(), []) is None


def test_a_sentence_speaks_for_its_closest_indicator_only():
    similarities = np.array([[4.0, 5.0, 1.0], [3.0, 3.2, 0.0], [5.0, 4.9, 4.8]])
    found = meaning.hits(similarities, limit=3.5, margin=1.0)
    assert found.tolist() == [[False, True, False], [False, False, False], [False, False, False]]


def test_without_others_to_compare_with_the_limit_decides():
    assert meaning.hits(np.array([[4.0], [3.0]]), 3.5, 1.0).tolist() == [[True], [False]]
    assert meaning.hits(np.array([[4.0, 3.9]]), 3.5, 1.0).tolist() == [[True, False]]
