"""Files of people: kept in the home folder under names that tell nothing, handed out by views that checked who asks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse

from interview_analysis.web.site import store
from interview_analysis.web.site.home import Home

FILE_HEADER = "X-File-Of-Home"
_PIECE_BYTES = 2**20
_NGINX = os.environ.get("ACCEL_REDIRECT", "")  # the internal location that nginx maps to the home's files


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            yield piece
    finally:
        file.close()


def streamed(file: IO[bytes], content_type: str, *, download_as: str) -> StreamingHttpResponse:
    """What was made for this answer alone, as a download, a piece at a time; Django's FileResponse would be read into memory."""
    response = StreamingHttpResponse(_pieces(file), content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(download_as)}"
    response["Cache-Control"] = "private, no-store"
    return response


def file_of(name: str) -> Path:
    """The path of a kept file, which the store may have. Raises Http404 for a name that leads elsewhere, or to nothing."""
    home: Home = settings.HOME
    path = home.files / name
    if not name or not path.resolve().is_relative_to(home.files.resolve()) or store.size(path) is None:
        raise Http404
    return path


def file_response(name: str, content_type: str, *, download_as: str = "") -> HttpResponse:
    """An empty answer that names the file; nginx sends it, or `asgi.serving_files`."""
    path = file_of(name)
    response = HttpResponse(content_type=content_type)
    if _NGINX and path.is_file():
        response["X-Accel-Redirect"] = f"{_NGINX.rstrip('/')}/{quote(name)}"
    else:
        response[FILE_HEADER] = name
    if download_as:
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(download_as)}"
    response["Cache-Control"] = "private, no-store"
    return response
