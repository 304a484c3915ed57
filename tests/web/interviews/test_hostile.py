"""What is made to do harm, or is broken, is refused in one plain sentence, quickly and in little memory."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.people.models import User
from tests.web.conftest import Company
from tests.web.recordings import write_clip

SignedIn = Callable[[User | None], Client]
LIMIT_S, LIMIT_BYTES = 5.0, 200 * 2**20
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SIDE = 30_000


def docx(document: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
        )
        archive.writestr("word/document.xml", document)
    return made.getvalue()


def zip_bomb() -> bytes:
    """60 MB of text in some kB."""
    text = f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>'.encode() + b"a" * 60_000_000
    return docx(text + b"</w:t></w:r></w:p></w:body></w:document>")


def entity_bomb() -> bytes:
    """Ten entities, each ten times the one before: a billion laughs."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return docx(
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{entities}]>'
        f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>'.encode()
    )


def huge_picture() -> bytes:
    """A PNG of 30,000 by 30,000 black pixels: 112 MB of one bit each, in some hundred kB."""

    def part(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    packed = zlib.compressobj(9)
    row = bytes(1 + SIDE // 8)
    data = b"".join(packed.compress(row) for _ in range(SIDE)) + packed.flush()
    head = SIDE.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", data) + part(b"IEND", b"")


def huge_video() -> bytes:
    """An AVI whose header and pictures say that they are 30,000 by 30,000 pixels."""
    import av

    made = io.BytesIO()
    with av.open(made, "w", format="avi") as file:
        stream = file.add_stream("mjpeg", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuvj420p"
        for _ in range(5):
            file.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24"))
            )
        file.mux(stream.encode(None))
    side = SIDE.to_bytes(2, "big")
    frames = re.sub(rb"(\xff\xc0..\x08)....", lambda m: m[1] + side * 2, made.getvalue(), flags=re.DOTALL)
    return frames.replace((64).to_bytes(4, "little") * 2, SIDE.to_bytes(4, "little") * 2)


def cut_off(folder: Path) -> bytes:
    """The first third of a webm: it has its header, and ends in the middle of a picture."""
    import av

    clip, made = write_clip(folder / "whole.mp4", seconds=2.0), folder / "whole.mkv"
    with av.open(str(clip)) as read, av.open(str(made), "w") as write:
        streams = {s.index: write.add_stream_from_template(s) for s in read.streams}
        for packet in read.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                write.mux(packet)
    content = made.read_bytes()
    return content[: len(content) // 3]


@contextmanager
def quickly_in_little_memory() -> Iterator[None]:
    """Fails where what is in it takes longer than LIMIT_S of processor time, or LIMIT_BYTES more than before."""
    Path("/proc/self/clear_refs").write_text("5")  # begin to look for the peak anew
    before, began = psutil.Process().memory_info().rss, time.process_time()
    yield
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert told is not None
    assert time.process_time() - began < LIMIT_S
    assert 1024 * int(told[1]) - before < LIMIT_BYTES


def upload(client: Client, company: Company, name: str, content: bytes) -> tuple[int, str]:
    """The status and the sentence that the upload of a file ends with."""
    asked = json.dumps({"name": name, "size": len(content)})
    begun = client.post(f"/interviews/{company.interview.pk}/uploads", asked, "application/json").json()
    for number in range(begun["chunks"]):
        chunk = content[number * begun["chunk_bytes"] : (number + 1) * begun["chunk_bytes"]]
        headers = {"X-SHA256": hashlib.sha256(chunk).hexdigest()}
        sent = client.put(
            f"{begun['url']}chunks/{number}", chunk, "application/octet-stream", headers=headers
        )
        assert sent.status_code == 204
    answer = client.post(f"{begun['url']}finish")
    return answer.status_code, answer.json().get("error", "")


def is_plain(sentence: str, name: str) -> bool:
    """One line that names the file as its owner does, and neither a folder of this machine nor the program's insides."""
    return (
        sentence.startswith(name)
        and "\n" not in sentence
        and str(settings.HOME.folder) not in sentence
        and not re.search(r"Traceback|Error\b|0x[0-9a-f]+", sentence)
    )


@pytest.mark.parametrize("make", [zip_bomb, entity_bomb])
def test_bombs_as_a_job_description(company: Company, signed_in: SignedIn, make: Callable[[], bytes]):
    client, file = signed_in(company.recruiter), SimpleUploadedFile("job.docx", make())
    client.post("/jobs/new", {"text": "x"})  # loads what reads descriptions
    with quickly_in_little_memory():
        page = client.post("/jobs/new", {"text": "", "file": file})
    assert page.status_code == 200
    (told,) = page.context["form"].errors["file"]
    assert is_plain(told, "job.docx")
    assert not Job.objects.filter(name__contains="job.docx").exists()


@pytest.mark.parametrize("make", [zip_bomb, entity_bomb])
def test_bombs_as_a_transcript(company: Company, signed_in: SignedIn, make: Callable[[], bytes]):
    content = make()
    with quickly_in_little_memory():
        status, told = upload(signed_in(company.recruiter), company, "talk.docx", content)
    assert status == 422
    assert is_plain(told, "talk.docx"), told
    assert Recording.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("huge.png", huge_picture),
        ("huge.mp4", huge_picture),
        ("huge.avi", huge_video),
        ("page.mp4", lambda: b"<!doctype html><script>alert(1)</script>" * 1000),
        ("list.mp4", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n"),
        ("list.m3u8", lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        ("zeros.mp4", lambda: bytes(5_000_000)),
    ],
)
def test_what_is_no_recording(company: Company, signed_in: SignedIn, name: str, make: Callable[[], bytes]):
    content = make()
    with quickly_in_little_memory():
        status, told = upload(signed_in(company.recruiter), company, name, content)
    assert status == 422, "it is refused"
    assert is_plain(told, name), told
    assert Recording.objects.count() == 1
    assert not list(settings.HOME.uploads.iterdir())


def test_a_cut_off_recording_is_taken_for_what_it_holds(
    company: Company, signed_in: SignedIn, tmp_path: Path
):
    content = cut_off(tmp_path)
    with quickly_in_little_memory():
        assert upload(signed_in(company.recruiter), company, "cut.mkv", content) == (201, "")
    kept = Recording.objects.get(name="cut.mkv")
    assert kept.size_bytes == len(content)


def test_a_reader_of_chinese_is_told_in_chinese(company: Company, signed_in: SignedIn):
    User.objects.update(language="zh-hans")
    status, told = upload(signed_in(company.recruiter), company, "page.mp4", b"<!doctype html>" * 100)
    assert (status, told) == (422, "这不是可读取的音频或视频文件。")
