"""Fitting on a small set with vectors that mean nothing: twice the same, weights not negative, errors in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import check_grad

from interview_analysis.errors import LearningError
from interview_analysis.models.text.encoder import Vectors
from interview_analysis.models.text.packed import packed_encoder, packed_path
from interview_analysis.pipeline.content.model_file import load_content_model, save_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.examples import GRADED, STORY, Known
from interview_analysis.scoring.content.fit import FOLDS, Fitted, fit, prepare
from interview_analysis.scoring.content.fit_levels import _loss, fit_levels, fit_spread, shares
from interview_analysis.scoring.content.fit_reader import Training
from interview_analysis.scoring.content.levels import GATES
from interview_analysis.scoring.content.summary import PARTS

TRAIN = Path(__file__).resolve().parents[3] / "data" / "graded_answers" / "train"
KINDS = {"we": 2, "would": 2, "plan": 2, "secondhand": 2, "offtopic": 1, "keywords": 1}
TOLD_ABOUT = 6  # competencies
SHALLOW = replace(packed_encoder(packed_path()), layers=1)
QUICK = Training(rounds=1, rank=2, frozen=0)


class Hashing:
    """A sum of a random vector for each word, which its hash chooses."""

    id = "hashing-24"

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, 24), np.float32)
        sums = np.stack([sum((_vector(w) for w in _words(t)), np.full(24, 1e-3)) for t in texts])
        return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)


def _words(text: str) -> list[str]:
    return text.split() if text.isascii() else [text[i : i + 2] for i in range(len(text))]


@cache
def _vector(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).normal(size=24)


def some(name: str) -> list[Known]:
    """Levels 1, 2, 3 and 5 of the first six competencies, and a trap of each kind."""
    entries = json.loads((TRAIN / name).read_text(encoding="utf-8"))
    own = sorted({e["competency"] for e in entries})[:6]
    graded = [
        next(e for e in entries if (e["competency"], e["level"]) == (c, level))
        for c in own
        for level in (1, 2, 3, 5)
    ]
    left = dict(KINDS)
    for entry in entries:
        if left.get(entry["kind"], 0) > 0:
            left[entry["kind"]] -= 1
            graded.append(entry)
    return [Known.model_validate(e) for e in graded]


def stories(name: str, about: Sequence[str]) -> list[Known]:
    """Three about each competency."""
    entries = json.loads((TRAIN / name).read_text(encoding="utf-8"))
    return [Known.model_validate(e) for c in about for e in [e for e in entries if e["competency"] == c][:3]]


@pytest.fixture(scope="module")
def known() -> list[Known]:
    answers = [*some("t1_en.json"), *some("t2_zh.json")]
    about = sorted({k.competency for k in answers if k.kind == GRADED})[:TOLD_ABOUT]
    return [*answers, *stories("stories_en.json", about), *stories("stories_zh.json", about)]


@pytest.fixture(scope="module")
def seen() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture(scope="module")
def fitted(known, seen) -> Fitted:
    return fit(known, load_library(), Hashing(), SHALLOW, QUICK, lambda *step: seen.append(step))


def test_it_is_small(known):
    assert len(known) == 2 * (24 + sum(KINDS.values()) + 3 * TOLD_ABOUT)


def test_a_fit_is_deterministic(fitted, known, tmp_path):
    again = fit(known, load_library(), Hashing(), SHALLOW, QUICK, lambda *_: None)
    assert (again.probabilities == fitted.probabilities).all()
    assert (again.bears_on == fitted.bears_on).all()
    saved = [
        save_content_model(f.model, tmp_path / f"{i}" / "m.npz").version
        for i, f in enumerate((fitted, again))
    ]
    assert saved[0] == saved[1]


def test_a_fit_is_whole(fitted, known, seen):
    model = fitted.model
    assert (model.version, model.encoder) == ("", "hashing-24")
    for levels in (model.levels["en"], model.levels["zh"]):
        assert tuple(levels.weights) == PARTS
        assert all(weight >= 0.0 for weight in levels.weights.values())
        assert (np.diff(levels.thresholds) > 0).all()
        assert set(levels.gates) == set(GATES)
        assert min(levels.spread, levels.floor) >= 0
        assert levels.spread + levels.floor > 0
    assert model.bearing.whitening.shape == (24, 24)
    assert len(model.bearing.stories.ids) == TOLD_ABOUT
    assert model.bearing.stories.by_language["zh"].shape == (TOLD_ABOUT, 24)
    assert model.bearing.usual["en"].shape == (TOLD_ABOUT, 6)
    assert set(fitted.functions_right) == {"en", "zh"}
    assert fitted.probabilities.shape == (len(fitted.rows), 5)
    assert fitted.probabilities.sum(axis=1) == pytest.approx(np.ones(len(fitted.rows)))
    assert ((fitted.bears_on >= 0) & (fitted.bears_on <= 1)).all()
    assert {row.known.said for row in fitted.rows} == {k.said for k in known if k.kind != STORY}
    assert {stage for stage, _, _ in seen} == {"sentence vectors", "reader", "levels"}
    assert all(done <= total for _, done, total in seen)


def test_a_fit_reads_back_as_it_was_saved(fitted, tmp_path):
    saved = save_content_model(fitted.model, tmp_path / "model.npz")
    assert load_content_model("hashing-24", str(tmp_path / "model.npz")).version == saved.version
    assert saved.levels["zh"].weights == fitted.model.levels["zh"].weights


def test_every_competency_stays_in_one_fold(fitted):
    folds: dict[str, set[int]] = {}
    for row in fitted.rows:
        folds.setdefault(row.known.group, set()).add(row.fold)
    assert all(len(found) == 1 for found in folds.values())
    assert {fold for found in folds.values() for fold in found} == set(range(FOLDS))


def test_both_wordings_are_measured_once(known):
    rows = prepare(known[:3], Hashing(), lambda *_: None)
    assert 3 <= len(rows) <= 6
    bare = known[0].model_copy(update={"segments": (), "text": "i mended it"})
    rows = prepare([bare], Hashing(), lambda *_: None)
    assert [row.labels for row in rows] == [None]


@pytest.mark.parametrize(
    "left_out", ["zh", "segments", "we", "would", "level 1", "level 3 and up", "one competency", "stories"]
)
def test_too_little_to_learn_from_is_said(known, left_out):
    kept = {
        "zh": [k for k in known if k.lang == "en"],
        "segments": [k.model_copy(update={"text": k.said, "segments": ()}) for k in known],
        "we": [k for k in known if k.kind not in ("we", "secondhand")],
        "would": [k for k in known if k.kind not in ("would", "plan")],
        "level 1": [k for k in known if k.level is None or k.level > 1],
        "level 3 and up": [k for k in known if k.level is None or k.level < 3],
        "stories": [k for k in known if (k.kind, k.lang) != (STORY, "zh")],
        "one competency": [k.model_copy(update={"competency": "teamwork"}) for k in known],
    }[left_out]
    with pytest.raises(LearningError, match="the content model cannot be learned from these answers"):
        fit(kept, load_library(), Hashing(), SHALLOW, QUICK, lambda *_: None)


def test_shares_of_a_level_between_two():
    assert shares(3.0).tolist() == [0, 0, 1, 0, 0]
    assert shares(2.25) == pytest.approx([0, 0.75, 0.25, 0, 0])


def test_the_gradient_of_the_levels_is_right(rng):
    table, weights = rng.random((20, len(PARTS))), np.full(20, 1 / 20)
    wanted = np.stack([shares(level) for level in rng.integers(2, 11, 20) / 2])
    at = np.concatenate([[-1.0, 0.3, 0.2, 0.1], rng.random(len(PARTS))])
    error = check_grad(
        lambda x: _loss(x, table, wanted, weights)[0], lambda x: _loss(x, table, wanted, weights)[1], at
    )
    assert error < 1e-5


def test_levels_follow_the_part_that_makes_them(rng):
    examples = [
        ({name: float(rng.random()) for name in PARTS} | {"deeds": (level - 1) / 4}, float(level), 1.0, "graded")
        for level in (1, 2, 3, 4, 5)
        for _ in range(20)
    ]  # fmt: skip
    found = fit_levels(examples, {})
    assert max(found.weights, key=lambda name: found.weights[name]) == "deeds"
    assert min(found.weights.values()) >= 0.0
    # Refusals and what the gates keep out are not learned from.
    whole = dict.fromkeys(PARTS, 1.0)
    more = [*examples, (whole, 1.0, 50.0, "graded"), (whole, 2.0, 50.0, "plan")]
    assert fit_levels(more, {}).weights == found.weights


def test_the_spread_is_that_of_the_errors(rng):
    sure = np.eye(5)[2]
    rows = [(sure, 3.0 + 0.4 * z, 1.0) for z in rng.normal(size=4000)]
    spread, floor = fit_spread(rows)
    assert floor == pytest.approx(0.4, abs=0.02)
    assert spread > 0
    wide = np.array([0.0, 0.5, 0.0, 0.5, 0.0])  # standard deviation 1
    spread, floor = fit_spread([*rows, *((wide, 3.0 + 1.4 * z, 1.0) for z in rng.normal(size=4000))])
    assert spread**2 + floor**2 == pytest.approx(1.4**2, rel=0.08)


def test_a_real_person_counts_more(fitted):
    row = fitted.rows[0]
    assert row.weight == 1.0
    assert replace(row, known=row.known.model_copy(update={"person": "p1"})).weight == 3.0
