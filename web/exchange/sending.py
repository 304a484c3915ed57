"""One POST to an address that somebody entered: within ten seconds, to a public address, without following anywhere.

The name is resolved once, and what it resolved to is checked and connected to, so that a name that changes between the two
leads nowhere else.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

LIMIT_S = 10.0
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_MAX_STATUS_LINE = 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class SendingError(Exception):
    """`fault` is a value of Delivery.Fault."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def is_public(address: str) -> bool:
    """Whether an IP address leads into the internet, and not to this machine or into a private network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def resolved(host: str, port: int, limit_s: float, *, private: bool) -> list[str]:
    """The addresses of a host. Raises SendingError where one is not public, unless `private`, and OSError for none.

    A thread looks them up, since the system's resolver takes no limit.
    """
    answers: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name="name lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=limit_s)
    except Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception):
        raise answer
    if not private and not all(is_public(address) for address in answer):
        raise SendingError("address")
    return answer


def post(
    url: str, body: bytes, headers: dict[str, str], *, private: bool = False, limit_s: float = LIMIT_S
) -> int:
    """The status that `url` answers with. Raises SendingError for what is no answer."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    https = parts.scheme == "https"
    ends_at = time.monotonic() + limit_s
    try:
        port = parts.port or (443 if https else 80)
        addresses = resolved(host, port, _left(ends_at), private=private)
        with _connected(addresses, port, ends_at) as raw:
            sock = _tls(raw, host) if https else raw
            with sock:
                sent = http.client.HTTPConnection(host, parts.port)
                sent.sock = sock
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                sock.settimeout(_left(ends_at))
                sent.request("POST", path, body, headers | {"Connection": "close"})
                return _status(sock, ends_at)
    except TimeoutError as error:
        raise SendingError("time") from error
    except OSError as error:  # refused, reset, a certificate that does not fit
        raise SendingError("connection") from error
    except (http.client.HTTPException, ValueError) as error:
        raise SendingError("answer") from error


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connected(addresses: list[str], port: int, ends_at: float) -> socket.socket:
    """A connection to the first address that takes one."""
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), _left(ends_at) / 2)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), _left(ends_at))


def _tls(raw: socket.socket, host: str) -> ssl.SSLSocket:
    """The certificate must be of the host's name, whatever address was connected to."""
    return ssl.create_default_context().wrap_socket(raw, server_hostname=host)


def _status(sock: socket.socket, ends_at: float) -> int:
    """The number of the status line. Whatever follows is not read, so that no answer is too long or too slow."""
    line = b""
    while b"\n" not in line and len(line) < _MAX_STATUS_LINE:
        sock.settimeout(_left(ends_at))
        came = sock.recv(_MAX_STATUS_LINE)
        if not came:
            break
        line += came
    match = _STATUS_LINE.match(line)
    if match is None:
        raise SendingError("answer")
    return int(match[1])
