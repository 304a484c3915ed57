"""Small servers of the tests' own: one that takes mail by SMTP, one that answers HTTP as it is told."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class MailServer:
    """Takes mails over SMTP (RFC 5321). `replies` are given in the place of the usual ones, by verb; "drop" ends the connection."""

    replies: dict[str, str] = field(default_factory=dict)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    port: int = 0

    @contextmanager
    def running(self) -> Iterator[MailServer]:
        told = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                told._converse(self.rfile.readline, self._say)

            def _say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
            server.daemon_threads = True
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield self
            server.shutdown()

    def _converse(self, read: Callable[[], bytes], say: Callable[[str], None]) -> None:
        sender, receivers = "", []
        say("220 mail.test ESMTP")
        while line := read().decode().rstrip("\r\n"):
            verb = line.split(" ")[0].split(":")[0].upper()
            reply = self.replies.get(verb)
            if reply == "drop":
                return
            if reply is not None:
                say(reply)
                continue
            match verb:
                case "EHLO":
                    say("250 mail.test")
                case "MAIL":
                    sender, receivers = line.partition(":")[2], []
                    say("250 ok")
                case "RCPT":
                    receivers.append(line.partition(":")[2])
                    say("250 ok")
                case "DATA":
                    say("354 go on")
                    mail = b""
                    while (part := read()) not in (b".\r\n", b""):
                        mail += part.removeprefix(b".") if part.startswith(b"..") else part
                    after = self.replies.get("after data", "250 taken")
                    if after == "drop":
                        return
                    if after.startswith("2"):
                        self.mails.append(mail)
                        self.envelopes.append((sender, receivers))
                    say(after)
                case "QUIT":
                    say("221 bye")
                    return
                case _:
                    say("250 ok")


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """Answers with what `answer` gives for a request: status, headers, body. "drop" ends the connection without an answer."""

    answer: Callable[[Asked], tuple[int, dict[str, str], bytes] | str]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    @contextmanager
    def running(self) -> Iterator[WebServer]:
        told = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Asked(self.command, self.path, dict(self.headers), body)
                told.asked.append(request)
                given = told.answer(request)
                if isinstance(given, str):
                    if given == "drip":
                        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                        for _ in range(100):
                            time.sleep(0.05)
                            self.wfile.write(b"X: y\r\n")
                    self.close_connection = True
                    return
                status, headers, sent = given
                self.send_response(status)
                for name, value in {"Content-Length": str(len(sent)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            do_GET = do_POST = do_PUT = _any  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

            def handle(self) -> None:
                with suppress(OSError):  # whoever asked has gone
                    super().handle()

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield self
        server.shutdown()
        server.server_close()
