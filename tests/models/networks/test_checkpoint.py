"""Checkpoints of PyTorch read without it: the same tensors, and nothing that a file might ask for beside them."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import WeightsError
from interview_analysis.models.networks.checkpoint import read_checkpoint


def test_tensors_are_those_that_torch_saved(tmp_path: Path) -> None:
    import torch

    whole = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    state = {
        "whole": whole,
        "turned": whole.T,
        "part": whole[1:3, 2:5],
        "count": torch.tensor(7),
        "none": torch.empty(0, 3),
    }
    for name, saved in (("plain.pt", state), ("wrapped.pt", {"format_version": "1", "state_dict": state})):
        torch.save(saved, tmp_path / name)
        found = read_checkpoint(tmp_path / name)
        assert list(found) == list(state)
        for key, tensor in state.items():
            np.testing.assert_array_equal(found[key], tensor.numpy())
            assert found[key].dtype == tensor.numpy().dtype


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("harm"),)  # type: ignore[return-value]


@pytest.mark.parametrize("listing", [pickle.dumps(_Harmful()), pickle.dumps([1, 2]), b"nothing"])
def test_a_file_that_asks_for_anything_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listing: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "made.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("made/data.pkl", listing)
    with pytest.raises(WeightsError, match=r"made\.pt is no checkpoint of PyTorch"):
        read_checkpoint(path)
    assert not (tmp_path / "harm").exists()


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.pt").write_text("meeting notes")
    for name in ("notes.pt", "absent.pt"):
        with pytest.raises(WeightsError, match="is no checkpoint"):
            read_checkpoint(tmp_path / name)
