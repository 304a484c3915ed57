"""Hashes of the product's own files: what they made is kept for as long as they stay what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

PACKAGE: Traversable = files("interview_analysis")
Named = tuple[str, Traversable]


@cache
def sources_sha256(*places: str) -> str:
    """SHA-256 of the Python sources in these folders and files of the package, such as ``features`` or ``types.py``.

    Raises FileNotFoundError for one that is not there.
    """
    found = (named for place in places for named in _files(PACKAGE / place, place))
    return _sha256((name, item) for name, item in found if name.endswith(".py"))


@cache
def product_sha256() -> str:
    """SHA-256 of everything in the package: code, configuration, texts and fitted models."""
    return _sha256(_files(PACKAGE, ""))


def _sha256(named: Iterable[Named]) -> str:
    digest = hashlib.sha256()
    for name, item in named:
        digest.update(f"{name}\0".encode() + hashlib.sha256(item.read_bytes()).digest())
    return digest.hexdigest()


def _files(place: Traversable, name: str) -> Iterator[Named]:
    """The files at a place with their names in the package, by name; what Python compiles is none of them."""
    if not place.is_dir():
        yield name, place
        return
    for item in sorted(place.iterdir(), key=lambda item: item.name):
        if item.name != "__pycache__":
            yield from _files(item, f"{name}/{item.name}" if name else item.name)
