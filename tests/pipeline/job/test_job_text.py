"""Descriptions as plain text in any encoding, from files and standard input, and what is no description."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.common.encodings import decode
from interview_analysis.pipeline.job.text import MAX_BYTES, read_description, tidy
from tests.pipeline.job.job_descriptions import refusal

CHINESE = "高级产品经理\n\n岗位职责：\n1、负责需求分析；\n2、推动项目落地，跟进上线效果。\n薪资：15-25K（“五险一金”）\n"
TRADITIONAL = "高級產品經理\n\n工作內容：\n1、負責需求分析；\n2、推動專案落地。\n"
ENGLISH = (
    "Café Manager\n\n- Lead a team of six – and the rota\n- “Naïve” isn’t what we’re after: £28,000–£31,000\n"
)


def write(folder: Path, data: bytes, name: str = "job.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_encodings(tmp_path: Path) -> None:
    cases = [
        *((text, encoding) for text in (CHINESE, ENGLISH) for encoding in ("utf-8", "utf-8-sig", "utf-16")),
        (CHINESE, "gb18030"),
        (CHINESE, "gbk"),
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "big5"),
        (ENGLISH, "cp1252"),
        ("Résumé requis, français courant et goût du détail.\n", "latin-1"),
        ("SQL, Excel and 10 years.\n", "ascii"),
    ]
    assert [
        (text, encoding, found)
        for text, encoding in cases
        if (found := read_description(write(tmp_path, text.encode(encoding)))) != text.strip("\n")
    ] == []


def test_big_endian_with_a_byte_order_mark(tmp_path: Path) -> None:
    data = b"\xfe\xff" + CHINESE.encode("utf-16-be")
    assert read_description(write(tmp_path, data)) == CHINESE.strip("\n")


def test_lines_are_kept(tmp_path: Path) -> None:
    text = "# Title\r\n\r\n* one  \r\n  * two\rthree\x0bfour\n\n\n**Must**\n1. five\n"
    expected = "# Title\n\n* one\n  * two\nthree\nfour\n\n\n**Must**\n1. five"
    assert read_description(write(tmp_path, text.encode(), "job.md")) == expected


def test_same_looking_characters_become_ordinary_ones() -> None:
    assert tidy("⽤⼾增⻓\u200b，e\ufb03cient\xa0work\xad") == "用户增长，efficient work"


def test_emoji_and_full_width_forms_stay() -> None:
    assert tidy("👉 Ｓａｌｅｓ：５年") == "👉 Ｓａｌｅｓ：５年"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CHINESE.encode("gb18030"))))
    assert read_description("-") == CHINESE.strip("\n")


@pytest.mark.parametrize(("data", "what"), [(b"", "is empty"), (b"\x89PNG\r\n\x1a\n", "picture")])
def test_bad_standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes, what: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert what in refusal("-", "standard input")


def test_name_of_a_folder_or_nothing(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "nowhere.txt")
    assert "is a folder" in refusal(tmp_path)
    assert "no valid path" in refusal("a\0b.txt")
    assert "Not a directory" in refusal(write(tmp_path, b"x") / "job.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="SKIPPED: root may read everything")
def test_forbidden(tmp_path: Path) -> None:
    path = write(tmp_path, b"x")
    path.chmod(0)
    assert "Permission denied" in refusal(path)


def test_too_large_is_not_read_to_its_end() -> None:
    assert "over 20 MB" in refusal("/dev/zero")


def test_largest(tmp_path: Path) -> None:
    assert len(read_description(write(tmp_path, b"a" * MAX_BYTES))) == MAX_BYTES
    assert "over 20 MB" in refusal(write(tmp_path, b"a" * (MAX_BYTES + 1)))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty (0 bytes)"),
        (b"{\\rtf1\\ansi Sales}", "rich text (RTF)"),
        (b"<!DOCTYPE html><p>Sales", "a web page (HTML)"),
        (b"\n <HTML><body>Sales", "a web page (HTML)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Office document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a password"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a picture (PNG)"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture (JPEG)"),
        (b"\0\0\0\x20ftypisom", "a recording"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a recording"),
        (b"\x1f\x8b\x08\0abc", "an archive (gzip)"),
        (b"PK\x03\x04 and no more", "damaged docx"),
        (b"%PDF-1.7 and no more", "damaged pdf"),
        (b"Sales\0manager", "no text"),
        ("Sales manager".encode("utf-16-le"), "no text"),
        (b"\xff\xfeS", "no text"),
        (bytes(range(256)), "no text"),
        (CHINESE.encode() + b"\xe5", "no text"),
        ("Менеджер по продажам".encode("cp1251"), "no text"),
        (b"\x1b[31mSales\x1b[0m\x07\x08", "no text"),
    ],
)
def test_what_is_no_description(tmp_path: Path, data: bytes, what: str) -> None:
    for name in ("job.txt", "job.pdf", "job.docx"):
        message = refusal(write(tmp_path, data, name))
        assert what in message
        assert ";" in message  # what to do
        assert "Sales" not in message


def test_text_under_another_name(tmp_path: Path) -> None:
    assert read_description(write(tmp_path, ENGLISH.encode(), "job.pdf")) == ENGLISH.strip("\n")


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_decode_to_text_or_to_none(data: bytes) -> None:
    assert isinstance(decode(data), str | None)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\xff\xfe", b"{\\rtf"]), st.binary(max_size=300))
def test_any_file_is_text_or_is_refused(tmp_path: Path, begin: bytes, rest: bytes) -> None:
    path = write(tmp_path, begin + rest)
    try:
        assert isinstance(read_description(path), str)
    except ProfileError:
        refusal(path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200))
def test_any_text_survives_but_for_what_is_tidied(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, b"Sales: " + text.encode() + b" " + b"x" * 20000)
    assert read_description(path).rstrip("x") == tidy("Sales: " + text + " x").rstrip("x")
