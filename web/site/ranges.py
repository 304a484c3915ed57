"""Sending a kept file in byte ranges: from the home's folder, or piece by piece from the store."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from starlette.responses import FileResponse, Response, StreamingResponse

from interview_analysis.web.site import store
from interview_analysis.web.site.files import file_of

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_PIECE_BYTES = 2**20


def file_answer(name: str, kind: str | None, headers: Mapping[str, str], wanted: str | None) -> Response:
    """The answer with the file `name`, of which a browser may want a range. Raises Http404."""
    path = file_of(name)
    if path.is_file():
        return FileResponse(path, media_type=kind, headers=headers)
    size = store.size(path) or 0
    told = dict(headers) | {"accept-ranges": "bytes"}
    part = part_of(wanted, size)
    if part is None:
        return Response(status_code=416, headers=told | {"content-range": f"bytes */{size}"})
    start, end = part
    told["content-length"] = str(end - start)
    status = 200 if wanted is None or (start, end) == (0, size) else 206
    if status == 206:
        told["content-range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(_pieces(path, start, end), status, told, kind)


def part_of(wanted: str | None, size: int) -> tuple[int, int] | None:
    """Start and end of what is sent: all of it where no range, or several, are asked for; None beyond the end."""
    found = _RANGE.fullmatch(wanted or "")
    if found is None or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:  # the last so many bytes
        return (max(0, size - int(last)), size) if int(last) else None
    start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None


async def _pieces(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    for at in range(start, end, _PIECE_BYTES):
        yield await asyncio.to_thread(store.read_part, path, at, min(end, at + _PIECE_BYTES))
