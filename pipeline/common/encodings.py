"""Which encoding a text is in, of those that its users' programs write."""

from __future__ import annotations

import unicodedata

_PLAUSIBLE = 0.9  # share of the letters beyond ASCII that are common in an encoding's language
_MAX_ACCENTED = 0.3  # share of a Western text's characters that lie beyond ASCII
_WESTERN = frozenset("’‘“”–—…•·€£©®™°±½¼¾«»§´ªº¿¡\xa0\xad¶×²³")


def decode(data: bytes) -> str | None:
    """`data` as text, None where no encoding gives a plausible one.

    UTF-8 and UTF-16 (by its byte order mark) first, then what Chinese Windows writes (GB18030, Big5) and what
    Western Windows does (cp1252). Those accept nearly any bytes, so their text has to look like the language.
    """
    marks = (b"\xff\xfe", b"\xfe\xff")
    first = "utf-16" if data.startswith(marks) else "utf-8-sig"
    text = _decoded(data, first)
    if text is not None or first == "utf-16":
        return text
    for encoding, common, last in (("gb18030", "gb2312", 0xD7), ("big5hkscs", "big5", 0xC6)):
        text = _decoded(data, encoding)
        if text is not None and _is_chinese(text, common, last):
            return text
    text = _decoded(data, "cp1252")
    return text if text is not None and _is_western(text) else None


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text: str, common: str, last: int) -> bool:
    """Whether nearly all letters beyond ASCII are common ones: in the rows up to `last` of the encoding `common`."""
    beyond = [c for c in text if ord(c) > 127]
    rows = [c.encode(common, "ignore")[:1] for c in beyond]
    return sum(b"" < row <= bytes([last]) for row in rows) >= _PLAUSIBLE * len(beyond)


def _is_western(text: str) -> bool:
    beyond = [c for c in text if ord(c) > 127]
    letters = sum(
        c in _WESTERN or unicodedata.normalize("NFD", c)[0].isascii() or c in "ßæøÆØœŒðþ" for c in beyond
    )
    return letters >= _PLAUSIBLE * len(beyond) and len(beyond) <= _MAX_ACCENTED * len(text)
