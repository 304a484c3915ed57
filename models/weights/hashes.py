"""SHA-256 of files, the one way in which the product takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

_BLOCK_BYTES = 1 << 20


def file_sha256(*paths: Path) -> str:
    """SHA-256 in hexadecimal digits of a file, or of several read one after the other, in constant memory."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def folder_sha256(hashes: Mapping[str, str]) -> str:
    """SHA-256 of a folder by those of its files: of the lines ``sha256  name``, sorted by name."""
    lines = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
