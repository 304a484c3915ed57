"""The text of a job description, from a file or standard input: plain text, markdown, docx and pdf.

What a file is is decided by its first bytes, not by its name. No text of it goes into an error.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.common.encodings import decode
from interview_analysis.pipeline.job.markup import without_markup

STANDARD_INPUT = "-"
MAX_BYTES = 20_000_000
ACCEPTED = "pass a description as txt, md, docx or pdf with a text layer"

# First bytes of what a description is often mistaken for or saved as, and what to do then.
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"{\\rtf", "rich text (RTF)", "save it as docx, pdf or txt"),
    (b"\x89PNG\r\n", "a picture (PNG)", "paste its text into a txt file"),
    (b"\xff\xd8\xff", "a picture (JPEG)", "paste its text into a txt file"),
    (b"GIF8", "a picture (GIF)", "paste its text into a txt file"),
    (b"II*\0", "a picture (TIFF)", "paste its text into a txt file"),
    (b"MM\0*", "a picture (TIFF)", "paste its text into a txt file"),
    (b"\x1aE\xdf\xa3", "a recording (Matroska)", ACCEPTED),
    (b"OggS", "a recording (Ogg)", ACCEPTED),
    (b"ID3", "a recording (MP3)", ACCEPTED),
    (b"fLaC", "a recording (FLAC)", ACCEPTED),
    (b"\x1f\x8b", "an archive (gzip)", "unpack it first"),
    (b"7z\xbc\xaf", "an archive (7z)", "unpack it first"),
    (b"Rar!", "an archive (RAR)", "unpack it first"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_HTML = ("<!doctype html", "<html", "<head", "<body")
_MAX_CONTROL = 0.01
_CONTROL = frozenset(chr(c) for c in [*range(32), 127]) - set("\t\n\r\v\f\x1c\x1d\x1e")

_BREAKS = {ord(c): "\n" for c in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
_SPACES = {ord(c): " " for c in "\xa0\u2002\u2003\u2007\u2009\u200a\u202f"}
_NOTHING = {ord(c): None for c in [*"\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0f\xad", *_CONTROL]}
# Forms that fonts of PDF files yield for ordinary characters: radicals (⽤ for 用), ligatures, compatibility forms.
_FORMS = {
    c: unicodedata.normalize("NFKC", chr(c))
    for c in [*range(0x2F00, 0x2FD6), *range(0xFB00, 0xFB07), *range(0xF900, 0xFB00)]
} | dict(
    zip(
        map(ord, "⼾⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳"),
        "户民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
        strict=True,
    )
)
_TIDY = _BREAKS | _SPACES | _NOTHING | _FORMS


def read_description(source: str | Path) -> str:
    """The text of the description at `source`, or on standard input for "-", line by line as it is laid out.

    Headings of a docx or pdf begin with "# ", items of its lists with a list mark, and an empty line stands
    between paragraphs. Raises ProfileError for what is missing, unreadable, too large or no text.
    """
    origin = "standard input" if str(source) == STANDARD_INPUT else str(source)
    return tidy(_text_of(_bytes_of(source, origin), origin))


def tidy(text: str) -> str:
    """`text` with plain line ends and spaces, and ordinary characters in place of forms that look the same."""
    lines = text.replace("\r\n", "\n").translate(_TIDY).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _bytes_of(source: str | Path, origin: str) -> bytes:
    try:
        if str(source) == STANDARD_INPUT:
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ProfileError(f"{origin}: no such file; check the path") from error
    except IsADirectoryError as error:
        raise ProfileError(f"{origin} is a folder; pass the file of one description") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no valid path"
        raise ProfileError(f"{origin}: cannot be read ({reason}); check the path and its rights") from error
    if len(data) > MAX_BYTES:
        raise ProfileError(
            f"{origin}: over {MAX_BYTES // 1_000_000} MB, too large for a description; {ACCEPTED}", "too_long"
        )
    if not data:
        raise ProfileError(f"{origin} is empty (0 bytes); {ACCEPTED}", "empty")
    return data


def _text_of(data: bytes, origin: str) -> str:
    if b"%PDF-" in data[:1024]:
        from interview_analysis.pipeline.job.pdf import read_pdf

        return read_pdf(data, origin)
    if data.startswith(_ZIP):
        from interview_analysis.pipeline.job.docx import read_docx

        return read_docx(data, origin)
    refuse_others(data, origin)
    return _plain_text(data, origin)


def refuse_others(data: bytes, origin: str) -> None:
    """Raises ProfileError that names the format, where `data` is one that descriptions come in but cannot be read."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ProfileError(f"{origin} is protected by a password; save it without one", "protected")
        raise ProfileError(
            f"{origin} is an old Office document (such as .doc); save it as docx, pdf or txt", "format"
        )
    for magic, what, advice in _OTHERS:
        if data.startswith(magic):
            raise ProfileError(f"{origin} is {what}; {advice}", "format")
    if data[4:8] == b"ftyp" or (data.startswith(b"RIFF") and data[8:12] in (b"WAVE", b"AVI ", b"WEBP")):
        raise ProfileError(f"{origin} is a recording or a picture; {ACCEPTED}", "format")


def _plain_text(data: bytes, origin: str) -> str:
    text = decode(data)
    control = sum(c in _CONTROL for c in text or "")
    if text is None or "\0" in text or control > _MAX_CONTROL * len(text):
        raise ProfileError(
            f"{origin} is no text, or text in an unknown encoding; {ACCEPTED}, and save text files as UTF-8",
            "format",
        )
    if text.lstrip().lower().startswith(_HTML):
        raise ProfileError(
            f"{origin} is a web page (HTML); paste its text into a txt file, or print it to pdf", "format"
        )
    return without_markup(text)
