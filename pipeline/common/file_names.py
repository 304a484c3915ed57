"""Names of files as text: on Linux they are bytes, which need be no UTF-8."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def readable_name(path: Path) -> str:
    """The name of a file as text. One that is no UTF-8 is read as GB2312, as Chinese archives hold them, else escaped."""
    name = os.fsencode(path.name)
    for encoding in ("utf-8", "gb2312"):
        with suppress(UnicodeDecodeError):
            return name.decode(encoding)
    return name.decode("utf-8", "backslashreplace")
