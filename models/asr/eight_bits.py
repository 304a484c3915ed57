"""A CTranslate2 model kept in 8 bits. CTranslate2 makes them anew at each start, which takes five times as long and 170 MiB."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from interview_analysis.errors import WeightsError
from interview_analysis.models.asr.ct2_file import read_ct2, write_ct2
from interview_analysis.models.weights.hashes import file_sha256

_WEIGHTS, _HASH = "model.bin", "model.bin.sha256"
_ABANDONED_S = 3600.0


def eight_bit_copy(folder: Path, copy: Path) -> Path:
    """The model of `folder` in 8 bits, in the folder `copy`, where it is made the first time and checked by its hash after that.

    `folder` itself where it cannot be kept or is of another format: that takes longer and gives the same words.
    """
    try:
        if not _is_whole(copy):
            _make(folder, copy)
    except (OSError, WeightsError):
        return folder
    return copy


def _is_whole(copy: Path) -> bool:
    try:
        return (copy / _HASH).read_text(encoding="ascii") == file_sha256(copy / _WEIGHTS)
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _make(folder: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    begun = f"{copy.name[:8]}-"
    _remove_left_behind(copy.parent, begun)
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=begun) as made:
        aside = Path(made) / "copy"
        shutil.copytree(folder, aside, ignore=shutil.ignore_patterns(_WEIGHTS))
        write_ct2(read_ct2(folder / _WEIGHTS).in_eight_bits(), aside / _WEIGHTS)
        (aside / _HASH).write_text(file_sha256(aside / _WEIGHTS), encoding="ascii")
        if not _is_whole(copy):  # else another process was quicker
            shutil.rmtree(copy, ignore_errors=True)
            with suppress(OSError):
                aside.rename(copy)
    if not _is_whole(copy):
        raise WeightsError(f"{copy} cannot be kept")


def _remove_left_behind(folder: Path, begun: str) -> None:
    """What processes that were killed had begun; none takes an hour."""
    for made in folder.glob(f"{begun}*"):
        with suppress(FileNotFoundError):
            if time.time() - made.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(made, ignore_errors=True)
