"""The tensors of a checkpoint that PyTorch saved, without PyTorch.

Since PyTorch 1.6 such a file is a zip archive of a pickle, which says what there is, and the bytes of each storage. What
the pickle may ask for is what is listed here, tensors and ordered dictionaries: no code is run that it names, as with
``weights_only``.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import WeightsError

_DTYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}

Tensors = dict[str, NDArray[Any]]


def read_checkpoint(path: Path) -> Tensors:
    """The named tensors of a checkpoint, or of its ``state_dict``. Raises WeightsError where it is anything else."""
    try:
        with zipfile.ZipFile(path) as archive:
            (listing,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
            folder = listing.removesuffix("data.pkl")
            found = _Reader(archive.read(listing), lambda key: archive.read(f"{folder}data/{key}")).load()
            if not isinstance(found, dict):
                raise ValueError(f"it holds a {type(found).__name__}")
            state = found.get("state_dict", found)
            return {name: value for name, value in state.items() if isinstance(value, np.ndarray)}
    except (OSError, zipfile.BadZipFile, pickle.UnpicklingError, KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"{path} is no checkpoint of PyTorch ({error})") from error


class _Reader(pickle.Unpickler):
    def __init__(self, listing: bytes, storage: Callable[[str], bytes]) -> None:
        super().__init__(io.BytesIO(listing))
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _DTYPES:
            return np.dtype(_DTYPES[name])
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[bytes, np.dtype[Any]]:
        _, dtype, key, *_ = pid
        return self._storage(key), dtype


def _tensor(
    storage: tuple[bytes, np.dtype[Any]], offset: int, shape: tuple[int, ...], steps: tuple[int, ...], *_: Any
) -> NDArray[Any]:
    """A tensor as the pickle describes it: in its storage, from an element on, with so many elements from one to the next."""
    data, dtype = storage
    strides = [step * dtype.itemsize for step in steps]
    return np.ndarray(shape, dtype, data, offset * dtype.itemsize, strides)
