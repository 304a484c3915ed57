"""Fitting on a small set with vectors that mean nothing: twice the same, weights not negative, errors in words."""

from __future__ import annotations

import hashlib
import json
import os
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
from interview_analysis.pipeline.content.kept_readers import ReaderFolder
from interview_analysis.pipeline.content.model_file import load_content_model, save_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content import fit_readers
from interview_analysis.scoring.content.examples import GRADED, STORY, Known
from interview_analysis.scoring.content.fit import Fitted, Heard, _heard, fit
from interview_analysis.scoring.content.fit_levels import _loss, fit_gates, fit_levels, fit_spread, shares
from interview_analysis.scoring.content.fit_reader import Training, fit_reader
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.content.levels import GATES
from interview_analysis.scoring.content.prepare import FOLDS, Row, prepare
from interview_analysis.scoring.content.presence import CURVED, Presence
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


def readers_in(root: Path, known: Sequence[Known]) -> ReaderFolder:
    return ReaderFolder.of(root, known, load_library(), SHALLOW, QUICK)


@pytest.fixture(scope="module")
def readers(known, tmp_path_factory) -> ReaderFolder:
    return readers_in(tmp_path_factory.mktemp("readers"), known)


@pytest.fixture(scope="module")
def fitted(known, seen, readers) -> Fitted:
    return fit(known, load_library(), Hashing(), SHALLOW, QUICK, readers, lambda *step: seen.append(step))


def test_it_is_small(known):
    assert len(known) == 2 * (24 + sum(KINDS.values()) + 3 * TOLD_ABOUT)


def test_a_fit_is_deterministic(fitted, known, tmp_path):
    kept = readers_in(tmp_path / "readers", known)
    again = fit(known, load_library(), Hashing(), SHALLOW, QUICK, kept, lambda *_: None)
    assert (again.probabilities == fitted.probabilities).all()
    assert (again.bears_on == fitted.bears_on).all()
    saved = [
        save_content_model(f.model, tmp_path / f"{i}" / "m.npz").version
        for i, f in enumerate((fitted, again))
    ]
    assert saved[0] == saved[1]


def test_a_fit_that_was_stopped_goes_on_with_the_readers_that_were_learned(
    fitted, readers, known, monkeypatch, tmp_path
):
    learned: list[int] = []

    def counted(*args):
        learned.append(1)
        return fit_reader(*args)

    monkeypatch.setattr(fit_readers, "fit_reader", counted)

    def again() -> Fitted:
        return fit(known, load_library(), Hashing(), SHALLOW, QUICK, readers, lambda *_: None)

    assert (again().probabilities == fitted.probabilities).all()
    assert not learned
    saved = [
        save_content_model(f.model, tmp_path / f"{i}.npz").version for i, f in enumerate((fitted, again()))
    ]
    assert saved[0] == saved[1]
    (readers.folder / "unseen-1.npz").write_bytes(b"half of it")
    assert (again().bears_on == fitted.bears_on).all()
    assert len(learned) == 1
    (readers.folder / "reader.npz").unlink()
    assert (again().probabilities == fitted.probabilities).all()
    assert len(learned) == 2


def test_clauses_that_are_cut_elsewhere_are_read_anew(known, tmp_path, monkeypatch):
    few = [k for k in known if k.kind == GRADED][:6]
    rows = prepare(few, Hashing(), lambda *_: None)
    kept, learned = readers_in(tmp_path, few), []

    def counted(*args):
        learned.append(1)
        return fit_reader(*args)

    monkeypatch.setattr(fit_readers, "fit_reader", counted)
    folds = len({row.fold for row in rows})

    def taught(rows: list[Row]) -> int:
        learned.clear()
        fit_readers.taught_readers(few, rows, load_library(), SHALLOW, QUICK, kept, lambda *_: None)
        return len(learned)

    assert taught(rows) == folds + 1  # a fold without rows needs no reader
    assert taught(rows) == 0
    cut = replace(rows[0], spoken=rows[0].spoken.of([False, *[True] * (len(rows[0].spoken.clauses) - 1)]))
    assert taught([cut, *rows[1:]]) == 1


def test_only_the_readers_of_the_last_fits_are_kept(readers, tmp_path):
    reader = readers.reader()
    (tmp_path / "of somebody else").mkdir()
    names = [f"{number:024x}" for number in range(10)]
    for age, name in enumerate(names):
        ReaderFolder(tmp_path / name, SHALLOW).keep_reader(reader)
        os.utime(tmp_path / name, (age, age))
    assert sorted(f.name for f in tmp_path.iterdir()) == [*names[2:], "of somebody else"]
    ReaderFolder(tmp_path / names[2], SHALLOW).keep_reader(reader)  # the oldest, but in use
    assert (tmp_path / names[2]).is_dir()


def test_a_folder_that_cannot_be_written_costs_nothing_else(readers, tmp_path):
    (tmp_path / "readers").write_text("a file")
    kept = ReaderFolder(tmp_path / "readers" / "0", SHALLOW)
    kept.keep_reader(readers.reader())
    assert kept.reader() is None


def test_readers_of_other_answers_or_another_training_are_others(readers, known):
    root = readers.folder.parent
    assert readers_in(root, known) == readers
    assert readers_in(root, known[:-1]) != readers
    other = ReaderFolder.of(root, known, load_library(), SHALLOW, replace(QUICK, rounds=2))
    assert other != readers
    assert other.reader() is None
    assert other.unseen(0) is None


def test_a_fit_is_whole(fitted, known, seen):
    model = fitted.model
    assert (model.version, model.encoder) == ("", "hashing-24")
    for levels in (model.levels["en"], model.levels["zh"]):
        assert tuple(levels.weights) == PARTS
        assert all(weight >= 0.0 for weight in levels.weights.values())
        assert (np.diff(levels.thresholds) > 0).all()
        assert set(levels.gates) == set(GATES)
        assert tuple(levels.presence.curves) == CURVED
        assert min(levels.spread, levels.floor) >= 0
        assert levels.spread + levels.floor > 0
    assert model.bearing.whitening.shape == (24, 24)
    assert len(model.bearing.stories.ids) == TOLD_ABOUT
    assert model.bearing.stories.by_language["zh"].shape == (TOLD_ABOUT, 24)
    assert model.bearing.usual["en"].shape == (TOLD_ABOUT, 6)
    assert set(fitted.functions_right) == {"en", "zh"}
    parts_heard = ("deeds", "difficulty", "reasoning", "reflection", "result", "setting")
    assert list(fitted.heard) == [(lang, part) for lang in ("en", "zh") for part in parts_heard]
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
    assert saved.levels["zh"].presence == fitted.model.levels["zh"].presence


def test_a_gate_does_not_depend_on_how_many_traps_there_are(rng):
    """Nor on how many honest answers: the same ones many times over change nothing."""

    def answers(count: int, middle: float, level: float, kind: str):
        return [
            (dict.fromkeys(GATES, np.array([middle, 0.0]) + own), level, 1.0, kind)
            for own in np.random.default_rng(count).normal(size=(count, 2))
        ]

    told, traps = answers(40, 1.0, 4.0, GRADED), answers(20, -1.0, 1.75, "secondhand")
    rest = [*answers(21, 0.0, 1.0, GRADED), *answers(22, -0.5, 2.0, "plan")]
    at = np.array([0.2, 0.0])
    once = fit_gates([*told, *traps, *rest])["own"]
    more = fit_gates([*told * 5, *traps, *rest])["own"]
    assert 0.1 < once.probability(at) < 0.95
    # Counted one by one, five times the honest ones would add log 5 to the logit: 0.92 instead of 0.70.
    assert more.probability(at) == pytest.approx(once.probability(at), abs=0.1)


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
    "left_out",
    [
        "zh",
        "segments",
        "Chinese segments",
        "we",
        "would",
        "level 1",
        "level 3 and up",
        "one competency",
        "stories",
    ],
)
def test_too_little_to_learn_from_is_said(known, readers, left_out):
    kept = {
        "zh": [k for k in known if k.lang == "en"],
        "segments": [k.model_copy(update={"text": k.said, "segments": ()}) for k in known],
        "Chinese segments": [
            k if k.lang == "en" else k.model_copy(update={"text": k.said, "segments": ()}) for k in known
        ],
        "we": [k for k in known if k.kind not in ("we", "secondhand")],
        "would": [k for k in known if k.kind not in ("would", "plan")],
        "level 1": [k for k in known if k.level is None or k.level > 1],
        "level 3 and up": [k for k in known if k.level is None or k.level < 3],
        "stories": [k for k in known if (k.kind, k.lang) != (STORY, "zh")],
        "one competency": [k.model_copy(update={"competency": "teamwork"}) for k in known],
    }[left_out]
    with pytest.raises(LearningError, match="the content model cannot be learned from these answers"):
        fit(kept, load_library(), Hashing(), SHALLOW, QUICK, readers, lambda *_: None)


def test_what_is_said_to_be_heard_is_held_against_the_labels(known):
    rows = prepare(
        [k for k in known if k.kind == GRADED and k.lang == "en" and k.good][:4], Hashing(), lambda *_: None
    )
    there = [bool((row.labels[:, FUNCTIONS.index("result")] > 0.2).any()) for row in rows]
    assert 0 < sum(there) < len(rows)
    said = [True] + [False] * (len(rows) - 1)
    nothing = dict.fromkeys(("setting", "difficulty", "deeds", "reasoning", "reflection"), False)
    found = _heard([(row, nothing | {"result": heard}) for row, heard in zip(rows, said, strict=True)])
    assert found["en", "result"] == Heard(float(there[0]), there[0] / sum(there))
    assert np.isnan(found["en", "deeds"].right)
    assert found["en", "deeds"].found == 0.0


def test_shares_of_a_level_between_two():
    assert shares(3.0).tolist() == [0, 0, 1, 0, 0]
    assert shares(2.25) == pytest.approx([0, 0.75, 0.25, 0, 0])


def test_the_gradient_of_the_levels_is_right(rng):
    table, weights = rng.random((20, len(PARTS))), np.full(20, 1 / 20)
    wanted = np.stack([shares(level) for level in rng.integers(2, 11, 20) / 2])
    at = np.concatenate([[-1.0, 0.3, 0.2, 0.1], rng.random(len(PARTS))])
    fixed = (table, rng.uniform(0.2, 1.0, 20), wanted, weights)
    error = check_grad(lambda x: _loss(x, *fixed)[0], lambda x: _loss(x, *fixed)[1], at)
    assert error < 1e-5


def test_levels_follow_the_part_that_makes_them(rng):
    examples = [
        ({name: float(rng.random()) for name in PARTS} | {"deeds": (level - 1) / 4}, float(level), 1.0, "graded")
        for level in (1, 2, 3, 4, 5)
        for _ in range(20)
    ]  # fmt: skip
    found = fit_levels(examples, {}, Presence({}))
    assert max(found.weights, key=lambda name: found.weights[name]) == "deeds"
    assert min(found.weights.values()) >= 0.0
    # Refusals and what the gates keep out are not learned from.
    whole = dict.fromkeys(PARTS, 1.0)
    more = [*examples, (whole, 1.0, 50.0, "graded"), (whole, 2.0, 50.0, "plan")]
    assert fit_levels(more, {}, Presence({})).weights == found.weights


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
