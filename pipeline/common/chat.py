"""An OpenAI-compatible chat endpoint, asked over HTTP: for additions to a profile, and for a second rating.

The one place where words of a description or of an answer can leave the machine, and only to the address that the user
gives. docs/decisions.md says why it is asked by urllib.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

from interview_analysis import __version__
from interview_analysis.errors import InterviewAnalysisError

KEY_VARIABLE = "INTERVIEW_ANALYSIS_LLM_KEY"
LOCAL_URL = "http://localhost:11434/v1"
_BLOCK_BYTES = 1 << 16
_TRIES = 2
_STATUS_HINTS = {
    400: "check that {model_option} names a chat model that takes temperature and seed",
    401: f"put its key into {KEY_VARIABLE}",
    403: f"check the key in {KEY_VARIABLE}",
    404: "check the URL, which mostly ends in /v1, and {model_option}",
    429: "wait until it takes requests again",
}


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Where a language model answers: `url` up to and with /v1. Without `model` the only one of the server is taken.

    `timeout_s` holds for one try; after a timeout or a failure of the server a second one is made.
    """

    url: str = LOCAL_URL
    model: str = ""
    timeout_s: float = 120.0
    max_response_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the class of the errors, and the options of its command that their hints name."""

    error: type[InterviewAnalysisError]
    url_option: str = "--llm-url"
    model_option: str = "--llm-model"

    @property
    def or_leave(self) -> str:
        """The last hint of most errors: go without the language model."""
        return f"or leave {self.url_option} out"


class _AgainError(Exception):
    """A failure that may be gone at the next try."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry what was sent and the key to where the user never sent them."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


class Endpoint:
    """One server. Neither its key nor anything that it answers stands in an error.

    The key is read from the environment variable `KEY_VARIABLE`. Every method raises the error of `caller`, with what to
    do about it; so does the constructor, where the URL or the key cannot be used.
    """

    def __init__(self, settings: LlmSettings, caller: Caller) -> None:
        self._caller = caller
        parts = _checked(settings.url, caller)
        key = os.environ.get(KEY_VARIABLE, "").strip()
        self._name = f"{parts.scheme}://{parts.netloc}"
        self._url = settings.url.rstrip("/")
        self._settings = settings
        self._headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": f"interview-analysis/{__version__}",
        }
        if key:
            if not re.fullmatch(r"[!-~]+", key):
                raise caller.error(f"{KEY_VARIABLE} holds spaces or characters that no key has; set it again")
            self._headers["Authorization"] = f"Bearer {key}"
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if _is_this_machine(parts.hostname or ""):
            handlers.append(urllib.request.ProxyHandler({}))  # a proxy elsewhere cannot reach localhost
        self._opener = urllib.request.build_opener(*handlers)

    def model(self) -> str:
        """The id of the model to ask: that of the settings, else the only one of the server.

        Without one in the settings it is an error where the server has none, or several.
        """
        return self._settings.model or self._only_model()

    def _only_model(self) -> str:
        listed = self._ask("/models", None)
        entries = listed.get("data") if isinstance(listed, dict) else None
        ids = [e.get("id") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
        names = [i for i in ids if isinstance(i, str) and re.fullmatch(r"[\w./:@+-]{1,100}", i, re.ASCII)]
        if len(names) == 1:
            return names[0]
        offered = f"it has {len(names)}: {', '.join(names[:8])}" if names else "it names none"
        raise self._error(
            f"which model to ask is not clear, {offered}; choose one with {self._caller.model_option}"
        )

    def chat(self, model: str, conversation: list[dict[str, str]], seed: int = 0) -> str:
        """The model's message, at temperature 0. Equal requests get equal answers as far as the server can do that."""
        request = {
            "model": model,
            "messages": conversation,
            "temperature": 0,
            "seed": seed,
            "stream": False,
        }
        answer = self._ask("/chat/completions", json.dumps(request).encode())
        try:
            choice = answer["choices"][0]
            content = choice["message"]["content"]
        except (KeyError, IndexError, TypeError):
            content = None
        if not isinstance(content, str):
            raise self._error(
                f"answered without a message; check that it is a chat endpoint, {self._caller.or_leave}"
            )
        if choice.get("finish_reason") == "length":
            raise self._error(
                f"cut the answer off at its own limit; let it answer with more tokens, {self._caller.or_leave}"
            )
        return content

    def _ask(self, path: str, body: bytes | None) -> Any:
        """The JSON at `path`; posts where there is a body."""
        failure = ""
        for _ in range(_TRIES):
            try:
                return self._json(self._fetch(path, body))
            except _AgainError as again:
                failure = str(again)
        raise self._error(
            f"{failure}, {_TRIES} times; see what is wrong with the server, {self._caller.or_leave}"
        )

    def _fetch(self, path: str, body: bytes | None) -> bytes:
        request = urllib.request.Request(self._url + path, data=body, headers=self._headers)
        timeout_s = self._settings.timeout_s
        try:
            with self._opener.open(request, timeout=timeout_s) as response:
                return self._read(response, time.monotonic() + timeout_s)
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refused(error) from None
        except (OSError, http.client.HTTPException) as error:
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(cause, TimeoutError):
                raise _AgainError(f"gave no whole answer within {timeout_s:g} s") from None
            told = cause.strerror if isinstance(cause, OSError) else cause if isinstance(cause, str) else ""
            reason = told or type(cause).__name__
            raise self._error(
                f"cannot be talked to ({reason}); start the server, check the URL, {self._caller.or_leave}"
            ) from None

    def _read(self, response: http.client.HTTPResponse, deadline_s: float) -> bytes:
        blocks, count = [], 0
        while block := response.read1(_BLOCK_BYTES):
            blocks.append(block)
            count += len(block)
            if count > self._settings.max_response_bytes:
                limit = self._settings.max_response_bytes
                raise self._error(
                    f"answered with more than {limit:,} bytes; check that it is a chat endpoint, {self._caller.or_leave}"
                )
            if time.monotonic() > deadline_s:
                raise TimeoutError
        return b"".join(blocks)

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        """What an HTTP status means to the user. The body may repeat the key or what was sent: it is not shown."""
        if error.code >= 500:
            return _AgainError(f"failed with HTTP status {error.code}")
        if 300 <= error.code < 400:
            return self._error(
                f"sends on to another address, which is not followed; give the address itself, {self._caller.or_leave}"
            )
        hint = _STATUS_HINTS.get(error.code, "check the URL").format(model_option=self._caller.model_option)
        return self._error(f"refused with HTTP status {error.code}; {hint}, {self._caller.or_leave}")

    def _json(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise self._error(
                f"answered with {len(data):,} bytes that are no JSON; check that the URL is that of an API, {self._caller.or_leave}"
            ) from None

    def _error(self, what: str) -> InterviewAnalysisError:
        return self._caller.error(f"{self._name} {what}")


def _checked(url: str, caller: Caller) -> SplitResult:
    """The parts of a URL that can be asked. What is wrong with it is said without it: it may hold a password."""
    wrong = ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        wrong = "one that cannot be read"
    else:
        if not re.fullmatch(r"[!-~]+", url):
            wrong = "one that is empty, or has spaces or letters beyond ASCII"
        elif parts.scheme not in ("http", "https"):
            wrong = "one that begins with neither http:// nor https://"
        elif "@" in parts.netloc:
            wrong = f"one with a password (put the key into {KEY_VARIABLE})"
        elif not parts.hostname or port == 0:
            wrong = "one without a host"
        elif parts.query or parts.fragment:
            wrong = "one with a ? or #"
    if wrong:
        raise caller.error(f"{caller.url_option}: expected an address such as {LOCAL_URL}, got {wrong}")
    return parts


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
