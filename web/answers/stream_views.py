"""The addresses that static/answers/recorder.js talks to. They answer JSON; errors have a code and a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import Invitation

_STATUS = {
    "stream": 404,
    "form": 400,
    "size": 413,
    "damaged": 422,
    "end": 422,
    "differs": 409,
    "closed": 410,
    "full": 507,
    "too_many": 429,
}  # fmt: skip; anything else is a refusal of a room, 403


@invited
@require_POST
def begin(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """{"key", "group", "purpose", "kind", "mime", "age_s"} -> the state of the stream."""
    try:
        asked = json.loads(request.body)
        stream = streams.begin(
            invitation,
            UUID(asked["key"]),
            UUID(asked["group"]),
            str(asked["purpose"]),
            str(asked["kind"]),
            str(asked.get("mime", "")),
            float(asked.get("age_s", 0)),
        )
    except streams.StreamError as error:
        return _fault(error)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _fault(
            streams.StreamError("expected key, group, purpose, kind, mime and age_s as JSON", "form")
        )
    return JsonResponse(_state(stream), status=201)


def _own(view: Callable[..., HttpResponse]) -> Callable[..., Any]:
    """For a stream of the invitation that the browser came in by."""

    @wraps(view)
    def checked(request: HttpRequest, invitation: Invitation, key: UUID, **named: Any) -> HttpResponse:
        stream = invitation.streams.filter(key=key).first()
        if stream is None:
            return _fault(streams.StreamError("there is no such stream", "stream"))
        try:
            return view(request, stream, **named)
        except streams.StreamError as error:
            return _fault(error)

    return invited(checked)


@require_GET
@_own
def state(request: HttpRequest, stream: Stream) -> HttpResponse:
    return JsonResponse(_state(stream))


@require_http_methods(["PUT"])
@_own
def chunk(request: HttpRequest, stream: Stream, number: int) -> HttpResponse:
    """One chunk, with its SHA-256 in X-SHA256; the answer repeats the hash of what is on the disk."""
    if int(request.headers.get("Content-Length") or 0) > streams.MAX_CHUNK_BYTES:
        raise streams.StreamError(f"a chunk has {streams.MAX_CHUNK_BYTES} bytes at most", "size")
    sha256 = request.headers.get("X-SHA256", "").lower()
    streams.keep_chunk(stream, number, request.read(streams.MAX_CHUNK_BYTES + 1), sha256)
    return JsonResponse({"number": number, "sha256": sha256})


@require_POST
@_own
def end(request: HttpRequest, stream: Stream) -> HttpResponse:
    """{"count", "sha256", "pauses": [[at_s, lost_s], ...]} -> the state, with what is missing."""
    try:
        asked = json.loads(request.body)
        count, sha256 = int(asked["count"]), str(asked["sha256"])
        pauses = [(float(at), float(lost)) for at, lost in asked.get("pauses", [])]
    except (ValueError, KeyError, TypeError) as error:
        raise streams.StreamError("expected count, sha256 and pauses as JSON", "form") from error
    streams.end(stream, count, sha256, pauses)
    return JsonResponse(_state(stream))


def _state(stream: Stream) -> dict[str, object]:
    return {
        "key": str(stream.key),
        "url": reverse("answers:stream", args=[stream.key]),
        "count": stream.count,
        "missing": streams.missing(stream),
        "complete": streams.complete(stream) or stream.closed_at is not None,
    }


def _fault(error: streams.StreamError) -> HttpResponse:
    return JsonResponse({"error": str(error), "code": error.code}, status=_STATUS.get(error.code, 403))
