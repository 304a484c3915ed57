"""Files are sent in ranges, to those alone whom a view allowed them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.http import Http404

from interview_analysis.web.site.asgi import serving_files
from interview_analysis.web.site.files import FILE_HEADER, file_of
from tests.web.conftest import Company


def fetch(headers: list[tuple[bytes, bytes]], name: str = "first.mp4") -> tuple[int, dict[str, str], bytes]:
    """Through an application that allows the file."""

    async def allowing(scope: Any, receive: Any, send: Any) -> None:
        sent = [
            (b"content-type", b"video/mp4"),
            (FILE_HEADER.lower().encode(), name.encode()),
            (b"x-kept", b"1"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": b""})

    messages: list[Any] = []

    async def run() -> None:
        async def receive() -> Any:
            await asyncio.sleep(3600)  # nobody hangs up

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {"type": "http", "method": "GET", "path": "/x", "headers": headers}
        await serving_files(allowing)(scope, receive, send)

    asyncio.run(run())
    start = messages[0]
    body = b"".join(m.get("body", b"") for m in messages[1:])
    return start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, body


def test_the_whole_and_a_part(company: Company):
    whole = bytes(range(250)) * 4
    status, headers, body = fetch([])
    assert (status, body) == (200, whole)
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-kept"] == "1"
    assert FILE_HEADER.lower() not in headers
    status, headers, body = fetch([(b"range", b"bytes=100-199")])
    assert (status, body) == (206, whole[100:200])
    assert headers["content-range"] == "bytes 100-199/1000"
    assert fetch([(b"range", b"bytes=5000-")])[0] == 416


@pytest.mark.parametrize("name", ["", "../secret-key", "/etc/passwd", "absent.mp4", "."])
def test_names_lead_nowhere_else(company: Company, name: str):
    with pytest.raises(Http404):
        file_of(name)
