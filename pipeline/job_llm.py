"""Asking a language model behind an OpenAI-compatible chat endpoint for additions to a parsed profile.

The one place where anything of a job description can leave the machine, and only to the address that the user gives.
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
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

from interview_analysis import __version__
from interview_analysis.errors import ProfileError
from interview_analysis.scoring.jobs.enrich import Enrichment, check_can_be_enriched, enrich, messages
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.settings import ParserSettings
from interview_analysis.scoring.profile import JobProfile

KEY_VARIABLE = "INTERVIEW_ANALYSIS_LLM_KEY"
_OR_LEAVE = "or leave --llm-url out"
_BLOCK_BYTES = 1 << 16
_TRIES = 2
_HINTS = {
    400: "check that --llm-model names a chat model that takes temperature and seed",
    401: f"put its key into {KEY_VARIABLE}",
    403: f"check the key in {KEY_VARIABLE}",
    404: "check the URL, which mostly ends in /v1, and --llm-model",
    429: "wait until it takes requests again",
}


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Where a language model answers: `url` up to and with /v1. Without `model` the only one of the server is taken.

    `timeout_s` holds for one try; after a timeout or a failure of the server a second one is made.
    """

    url: str
    model: str = ""
    timeout_s: float = 120.0
    max_response_bytes: int = 1 << 20


def enrich_profile(
    profile: JobProfile,
    text: str,
    library: Sequence[Competency],
    rules: ParserSettings,
    settings: LlmSettings,
) -> Enrichment:
    """`profile`, as it was parsed from `text`, with what a language model adds to it.

    The key of the endpoint is read from the environment variable `KEY_VARIABLE`.

    Raises
    ------
    ProfileError
        when the endpoint cannot be reached or does not answer with a proposal; says what to do. `profile` is as good
        as before.
    """
    check_can_be_enriched(profile)
    template = (files("interview_analysis") / "configs" / "prompts" / "enrich.txt").read_text(
        encoding="utf-8"
    )
    endpoint = _Endpoint(settings, os.environ.get(KEY_VARIABLE, "").strip())
    model = settings.model or endpoint.only_model()
    content = endpoint.chat(model, messages(template, profile, text, library))
    return enrich(profile, text, content, library, rules, model)


class _AgainError(Exception):
    """A failure that may be gone at the next try."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the description and the key to where the user never sent them."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


class _Endpoint:
    """One server. Neither its key nor anything that it answers stands in an error."""

    def __init__(self, settings: LlmSettings, key: str) -> None:
        parts = _checked(settings.url)
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
                raise ProfileError(f"{KEY_VARIABLE} holds spaces or characters that no key has; set it again")
            self._headers["Authorization"] = f"Bearer {key}"
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if _is_this_machine(parts.hostname or ""):
            handlers.append(urllib.request.ProxyHandler({}))  # a proxy elsewhere cannot reach localhost
        self._opener = urllib.request.build_opener(*handlers)

    def only_model(self) -> str:
        """The id of the model that the server has. Raises ProfileError where it has none, or several."""
        listed = self._ask("/models", None)
        entries = listed.get("data") if isinstance(listed, dict) else None
        ids = [e.get("id") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
        names = [i for i in ids if isinstance(i, str) and re.fullmatch(r"[\w./:@+-]{1,100}", i, re.ASCII)]
        if len(names) == 1:
            return names[0]
        offered = f"it has {len(names)}: {', '.join(names[:8])}" if names else "it names none"
        raise self._error(f"which model to ask is not clear, {offered}; choose one with --llm-model")

    def chat(self, model: str, conversation: list[dict[str, str]]) -> str:
        """The model's message. The same request is answered alike as far as the server can do that."""
        request = {
            "model": model,
            "messages": conversation,
            "temperature": 0,
            "seed": 0,
            "stream": False,
        }
        answer = self._ask("/chat/completions", json.dumps(request).encode())
        try:
            choice = answer["choices"][0]
            content = choice["message"]["content"]
        except (KeyError, IndexError, TypeError):
            content = None
        if not isinstance(content, str):
            raise self._error(f"answered without a message; check that it is a chat endpoint, {_OR_LEAVE}")
        if choice.get("finish_reason") == "length":
            raise self._error(
                f"cut the answer off at its own limit; let it answer with more tokens, {_OR_LEAVE}"
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
        raise self._error(f"{failure}, {_TRIES} times; see what is wrong with the server, {_OR_LEAVE}")

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
            reason = (cause.strerror if isinstance(cause, OSError) else "") or type(cause).__name__
            raise self._error(
                f"cannot be talked to ({reason}); start the server, check the URL, {_OR_LEAVE}"
            ) from None

    def _read(self, response: http.client.HTTPResponse, deadline_s: float) -> bytes:
        blocks, count = [], 0
        while block := response.read1(_BLOCK_BYTES):
            blocks.append(block)
            count += len(block)
            if count > self._settings.max_response_bytes:
                limit = self._settings.max_response_bytes
                raise self._error(
                    f"answered with more than {limit:,} bytes; check that it is a chat endpoint, {_OR_LEAVE}"
                )
            if time.monotonic() > deadline_s:
                raise TimeoutError
        return b"".join(blocks)

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        """What an HTTP status means to the user. The body may repeat the key or the description: it is not shown."""
        if error.code >= 500:
            return _AgainError(f"failed with HTTP status {error.code}")
        if 300 <= error.code < 400:
            return self._error(
                f"sends on to another address, which is not followed; give the address itself, {_OR_LEAVE}"
            )
        hint = _HINTS.get(error.code, "check the URL")
        return self._error(f"refused with HTTP status {error.code}; {hint}, {_OR_LEAVE}")

    def _json(self, data: bytes) -> Any:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise self._error(
                f"answered with {len(data):,} bytes that are no JSON; check that the URL is that of an API, {_OR_LEAVE}"
            ) from None

    def _error(self, what: str) -> ProfileError:
        return ProfileError(f"{self._name} {what}")


def _checked(url: str) -> SplitResult:
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
        raise ProfileError(f"--llm-url: expected an address such as http://localhost:11434/v1, got {wrong}")
    return parts


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
