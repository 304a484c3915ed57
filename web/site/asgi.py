"""The ASGI application that `interview-analysis serve` runs: Django, with files handed to a server of byte ranges."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from starlette.datastructures import Headers
from starlette.responses import Response

from interview_analysis.web.site.files import FILE_HEADER
from interview_analysis.web.site.ranges import file_answer

# WhiteNoise hands over its files, which are small, as iterators that are read whole.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators", Warning)
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
        named: list[Response] = []

        async def look(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {key.decode().lower(): value.decode() for key, value in message["headers"]}
                name = headers.pop(FILE_HEADER.lower(), None)
                if name is not None:
                    kept = {k: v for k, v in headers.items() if k not in ("content-length", "content-type")}
                    kind, wanted = headers.get("content-type"), Headers(scope=scope).get("range")
                    named.append(await asyncio.to_thread(file_answer, name, kind, kept, wanted))
                    return
            if not named:
                await send(message)

        await app(scope, receive, look)
        if named:
            await named[0](scope, receive, send)

    return serve


def in_turn(app: App, at_once: int) -> App:
    """Let `at_once` requests work at a time; the others wait in line, once their body has come.

    SQLite has one writer, and those who wait for it are not served in order: of fifty some would wait until they fail.
    PostgreSQL has a hundred connections for all processes, and each request at work holds one.
    """
    places = asyncio.Semaphore(at_once)

    async def serve(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        held = False

        async def receive_in_turn() -> Message:
            nonlocal held
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body") and not held:
                await places.acquire()
                held = True
            return message

        try:
            await app(scope, receive_in_turn, send)
        finally:
            if held:
                places.release()

    return serve


_django: Any = get_asgi_application()
_on_sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]
application = serving_files(in_turn(_django, 8 if _on_sqlite else 16))
