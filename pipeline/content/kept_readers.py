"""What fitting learned already, as files: arrays only, nothing is unpickled, and no text of an answer."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models import half_precision
from interview_analysis.models.text import adapted, adapters, packed, unigram
from interview_analysis.models.text.packed import PackedEncoder
from interview_analysis.pipeline.content.model_file import NO_ARRAYS, reader_as_arrays, reader_of_arrays
from interview_analysis.pipeline.storage.disk import make_folders, write_aside
from interview_analysis.scoring.content import examples, fit_reader, fit_readers, functions, prepare, reader
from interview_analysis.scoring.content.examples import Known
from interview_analysis.scoring.content.fit_reader import Training
from interview_analysis.scoring.content.fit_readers import Unseen
from interview_analysis.scoring.content.reader import Reader, Readout
from interview_analysis.scoring.jobs.library import Competency

# The code that decides what is learned: another version of it learns anew.
_CODE = (
    adapted, adapters, half_precision, packed, unigram, examples, fit_reader, fit_readers, functions, prepare, reader,
)  # fmt: skip
_NAME = re.compile("[0-9a-f]{24}")
_KEPT = 8  # sets of readers; the oldest go
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ReaderFolder:
    """A `KeptReaders`: `folder` holds what was learned on `base` from the answers of one fit. A folder that cannot be read or
    written costs time and nothing else."""

    folder: Path
    base: PackedEncoder

    @classmethod
    def of(
        cls,
        root: Path,
        known: Sequence[Known],
        library: Sequence[Competency],
        base: PackedEncoder,
        training: Training,
    ) -> ReaderFolder:
        """The folder in `root` for all that the readers depend on."""
        digest = hashlib.sha256()
        said = [one.model_dump_json() for one in (*known, *library)]
        for part in (base.id, str(base.layers), json.dumps(asdict(training), sort_keys=True), *said):
            digest.update(part.encode() + b"\0")
        for module in _CODE:
            digest.update(Path(str(module.__file__)).read_bytes() + b"\0")
        return cls(root / digest.hexdigest()[:24], base)

    def reader(self) -> Reader | None:
        """See `KeptReaders.reader`."""
        return self._read("reader", lambda arrays: reader_of_arrays(arrays, self.base))

    def keep_reader(self, reader: Reader) -> None:
        """See `KeptReaders.keep_reader`."""
        self._write("reader", reader_as_arrays(reader))

    def unseen(self, fold: int) -> Mapping[int, Unseen] | None:
        """See `KeptReaders.unseen`."""
        return self._read(f"unseen-{fold}", _as_unseen)

    def keep_unseen(self, fold: int, found: Mapping[int, Unseen]) -> None:
        """See `KeptReaders.keep_unseen`."""
        every = list(found.values())
        self._write(
            f"unseen-{fold}",
            {
                "rows": np.array(list(found), dtype=np.int64),
                "said": np.array([one.said for one in every]),
                "clauses": np.array([len(one.own.functions) for one in every], dtype=np.int64),
                "functions": np.concatenate([one.own.functions for one in every]),
                "clearest": np.concatenate([one.own.clearest for one in every]),
                "answers": np.array([one.own.answers for one in every]),
                "against": np.array([len(one.answers_others) for one in every], dtype=np.int64),
                "others": np.array(
                    [logit for one in every for logit in one.answers_others], dtype=np.float64
                ),
            },
        )

    def _read(self, name: str, made_of: Callable[[Mapping[str, NDArray[np.generic]]], _T]) -> _T | None:
        try:
            with np.load(self.folder / f"{name}.npz", allow_pickle=False) as saved:
                return made_of({key: saved[key] for key in saved.files})
        except (*NO_ARRAYS, KeyError):  # not there, or damaged: it is learned again
            return None

    def _write(self, name: str, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        stream = io.BytesIO()
        np.savez(stream, **arrays)  # type: ignore[arg-type]
        with suppress(OSError):
            make_folders(self.folder.parent, self.folder, private=True)
            write_aside(self.folder / f"{name}.npz", stream.getvalue(), private=True)
            self._forget_the_oldest()

    def _forget_the_oldest(self) -> None:
        others = [f for f in self.folder.parent.iterdir() if _NAME.fullmatch(f.name) and f != self.folder]
        others.sort(key=lambda folder: folder.stat().st_mtime)
        for folder in others[: max(0, len(others) - _KEPT + 1)]:
            shutil.rmtree(folder, ignore_errors=True)


def _as_unseen(arrays: Mapping[str, NDArray[np.generic]]) -> dict[int, Unseen]:
    def pieces(name: str, counts: str) -> list[NDArray[np.float64]]:
        return np.split(arrays[name].astype(np.float64), np.cumsum(arrays[counts].astype(np.int64))[:-1])

    numbers = zip(
        arrays["rows"].tolist(), pieces("functions", "clauses"), pieces("clearest", "clauses"), arrays["answers"].tolist(),
        pieces("others", "against"), arrays["said"].tolist(), strict=True,
    )  # fmt: skip
    return {
        row: Unseen(Readout(shares, clearest, answers), tuple(others.tolist()), said)
        for row, shares, clearest, answers, others, said in numbers
    }
