"""The recogniser's weights in 8 bits: what CTranslate2 makes of them itself, kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.asr.ct2_file import Ct2File, read_ct2, write_ct2
from interview_analysis.models.asr.eight_bits import eight_bit_copy
from interview_analysis.models.asr.faster import FasterWhisper
from interview_analysis.models.asr.recogniser import AsrSettings, load_engine
from interview_analysis.models.weights.store import ModelStore


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A model's folder with a matrix of two rows, one of them empty, its other name and a vector."""
    folder = tmp_path / "small"
    folder.mkdir()
    tensors = {
        "decoder/embeddings/weight": np.array([[0.5, -1.0, 0.25], [0, 0, 0]], np.float16),
        "decoder/layer_norm/gamma": np.array([1.0, 2.0], np.float16),
        "encoder/conv1/weight": np.ones((2, 2, 2), np.float16),
        "encoder/num_heads": np.array(8, np.int16),
    }
    aliases = {"decoder/projection/weight": "decoder/embeddings/weight"}
    write_ct2(Ct2File("WhisperSpec", 3, tensors, aliases), folder / "model.bin")
    (folder / "config.json").write_text("{}")
    return folder


def test_matrices_are_scaled_by_rows_by_hand(small: Path, tmp_path: Path):
    found = read_ct2(eight_bit_copy(small, tmp_path / "kept" / "copy") / "model.bin")
    assert found.tensors["decoder/embeddings/weight"].tolist() == [[64, -127, 32], [0, 0, 0]]
    assert found.tensors["decoder/embeddings/weight_scale"].tolist() == [127.0, 1.0]
    assert found.named()["decoder/projection/weight"].dtype == np.int8
    assert found.tensors["encoder/conv1/weight"].dtype == np.float16
    assert int(found.tensors["encoder/num_heads"]) == 8


def test_a_copy_is_made_once_and_anew_where_it_is_damaged(small: Path, tmp_path: Path):
    copy = eight_bit_copy(small, tmp_path / "kept" / "copy")
    weights = copy / "model.bin"
    whole, made = weights.read_bytes(), weights.stat()
    assert eight_bit_copy(small, copy) == copy
    assert (weights.stat().st_ino, weights.stat().st_mtime_ns) == (made.st_ino, made.st_mtime_ns)
    weights.write_bytes(whole[:-1] + b"x")
    assert eight_bit_copy(small, copy) == copy
    assert weights.read_bytes() == whole
    assert sorted(file.name for file in copy.iterdir()) == ["config.json", "model.bin", "model.bin.sha256"]
    assert list(copy.parent.iterdir()) == [copy]


def test_what_a_process_that_was_killed_had_begun_is_removed_after_an_hour(small: Path, tmp_path: Path):
    killed, at_work = tmp_path / "kept" / "copy-1", tmp_path / "kept" / "copy-2"
    for folder in (killed, at_work):
        folder.mkdir(parents=True)
    os.utime(killed, (time.time() - 3700, time.time() - 3700))
    copy = eight_bit_copy(small, tmp_path / "kept" / "copy")
    assert sorted(copy.parent.iterdir()) == [copy, at_work]


def test_where_nothing_can_be_kept_the_model_itself_is_used(small: Path, tmp_path: Path):
    (tmp_path / "a file").write_text("")
    assert eight_bit_copy(small, tmp_path / "a file" / "copy") == small
    (small / "model.bin").write_bytes(b"of another format")
    assert eight_bit_copy(small, tmp_path / "kept" / "copy") == small
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_file_is_written_as_it_was_read(model_store: ModelStore, tmp_path: Path):
    known = model_store.path("whisper-base") / "model.bin"
    write_ct2(read_ct2(known), tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == known.read_bytes()


def test_whisper_hears_the_same_to_the_last_bit(model_store: ModelStore, tmp_path: Path):
    from ctranslate2 import StorageView
    from ctranslate2.models import Whisper

    known = model_store.path("whisper-base")
    copy = eight_bit_copy(known, tmp_path / "kept" / "copy")
    assert (copy / "model.bin").stat().st_size < 0.55 * (known / "model.bin").stat().st_size
    heard = np.random.default_rng(5).normal(size=(1, 80, 3000)).astype(np.float32)
    encoded, said = [], []
    for folder in (known, copy):
        whisper = Whisper(str(folder), compute_type="int8", intra_threads=1)
        states = whisper.encode(StorageView.from_array(heard))
        encoded.append(np.array(states))
        said.append(whisper.detect_language(states)[0])
    assert np.array_equal(*encoded)
    assert said[0] == said[1]


@pytest.mark.parametrize(("kind", "kept"), [("int8", True), ("float32", False)])
def test_the_recogniser_takes_it_where_it_calculates_in_8_bits(
    model_store: ModelStore, tmp_path: Path, monkeypatch, kind, kept
):
    monkeypatch.setenv("INTERVIEW_ANALYSIS_MODELS", str(model_store.path("whisper-base").parent))
    engine = load_engine(AsrSettings(compute_type=kind), ModelStore(tmp_path))
    assert isinstance(engine, FasterWhisper)
    assert (tmp_path in engine.folder.parents) == kept
