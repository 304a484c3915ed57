"""One HTTP request to an address that the operator has set: within a time limit, without following anywhere."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from interview_analysis.web.messages.channels.base import SendingError
from interview_analysis.web.messages.models import Message

LIMIT_S = 15.0  # for all of it, however slowly the other side answers
MAX_ANSWER = 64 * 1024
_TOO_MANY, _UNAVAILABLE = 429, 503
Fault = Message.Fault


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """Empty where the body is no JSON object."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def call(
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    limit_s: float = LIMIT_S,
) -> Answer:
    """What `url` answers with 2xx. Raises SendingError: what broke before the request was out certainly did not arrive.

    429 and 503 are "try later", other answers below 500 refuse, a redirect too. After 500, 502 and the like nobody knows.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SendingError("never", Fault.SETTINGS)
    try:
        connection = _connected(parts.scheme == "https", parts.hostname, parts.port, limit_s)
    except (OSError, UnicodeError, ValueError) as error:
        raise SendingError("later", Fault.CONNECTION) from error
    too_late = threading.Event()
    ends = threading.Timer(limit_s, _cut, [connection.sock, too_late])
    ends.daemon = True
    ends.start()
    try:
        answer = _exchange(
            connection, method, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, headers
        )
    finally:
        ends.cancel()
        connection.close()
    if too_late.is_set():  # what looks like the end of the answer was ours
        raise SendingError("unknown", Fault.ANSWER)
    _judge(answer.status)
    return answer


def _connected(https: bool, host: str, port: int | None, limit_s: float) -> http.client.HTTPConnection:
    connection = (
        http.client.HTTPSConnection(host, port, timeout=limit_s, context=ssl.create_default_context())
        if https
        else http.client.HTTPConnection(host, port, timeout=limit_s)
    )
    connection.connect()
    return connection


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes,
    headers: Mapping[str, str] | None,
) -> Answer:
    told = {"User-Agent": "interview-analysis", "Connection": "close", **(headers or {})}
    try:
        connection.request(method, path, body or None, told)
        response = connection.getresponse()
        return Answer(response.status, response.read(MAX_ANSWER))
    except http.client.InvalidURL as error:
        raise SendingError("never", Fault.SETTINGS) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SendingError("unknown", Fault.ANSWER) from error


def _cut(sock: socket.socket, too_late: threading.Event) -> None:
    """Whoever reads from it is told at once that nothing more comes."""
    too_late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in (_TOO_MANY, _UNAVAILABLE):
        raise SendingError("later", Fault.LATER, str(status))
    if status < 500:
        raise SendingError("never", Fault.REFUSED, str(status))
    raise SendingError("unknown", Fault.ANSWER, str(status))
