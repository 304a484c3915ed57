"""The ASGI application that `interview-analysis serve` runs: Django, with files handed to a server of byte ranges."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application
from starlette.responses import FileResponse

from interview_analysis.web.site.files import FILE_HEADER, file_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "interview_analysis.web.site.settings")

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]


def serving_files(app: App) -> App:
    """A view that allowed somebody a file names it in a header; the file itself is sent here, in ranges (206, 416).

    Django's own FileResponse knows no ranges, and a browser then cannot seek.
    """

    async def serve(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        named: list[FileResponse] = []

        async def look(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {key.decode().lower(): value.decode() for key, value in message["headers"]}
                name = headers.pop(FILE_HEADER.lower(), None)
                if name is not None:
                    kept = {k: v for k, v in headers.items() if k not in ("content-length", "content-type")}
                    named.append(
                        FileResponse(file_of(name), media_type=headers.get("content-type"), headers=kept)
                    )
                    return
            if not named:
                await send(message)

        await app(scope, receive, look)
        if named:
            await named[0](scope, receive, send)

    return serve


_django: Any = get_asgi_application()
application = serving_files(_django)
