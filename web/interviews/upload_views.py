"""The addresses that the page's uploader talks to. They answer JSON; errors have a code and a text."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.interviews import uploads
from interview_analysis.web.interviews.models import Interview, Upload
from interview_analysis.web.interviews.words import upload_fault
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.site.permissions import for_roles, signed_in


@for_roles(*STAFF)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """{"name", "size"} -> where the chunks go, how large they are and which are missing."""
    user = signed_in(request)
    interview = get_object_or_404(Interview.objects.visible_to(user), pk=pk)
    if interview.consent is None or interview.consent.withdrawn_at is not None:
        return _fault(
            _("No consent is entered for this interview. Enter it before a recording."), "consent", 409
        )
    try:
        asked = json.loads(request.body)
        name, size = str(asked["name"]), int(asked["size"])
    except (ValueError, KeyError, TypeError):
        return _fault('expected {"name": text, "size": bytes}', "form", 400)
    try:
        return JsonResponse(_state(uploads.begin(interview, user, name, size)))
    except uploads.UploadError as error:
        return _fault(upload_fault(error), error.code, 507 if error.code == "full" else 413)


@for_roles(*STAFF)
@require_GET
def state(request: HttpRequest, key: UUID) -> HttpResponse:
    return JsonResponse(_state(_own(request, key)))


@for_roles(*STAFF)
@require_http_methods(["PUT"])
def chunk(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """One chunk, with its SHA-256 in X-SHA256. Sending it again changes nothing."""
    upload = _own(request, key)
    if int(request.headers.get("Content-Length") or 0) > upload.chunk_bytes:
        return _fault(f"a chunk has {upload.chunk_bytes} bytes at most", "chunk", 413)
    try:
        uploads.keep_chunk(
            upload, number, request.read(upload.chunk_bytes + 1), request.headers.get("X-SHA256", "")
        )
    except uploads.UploadError as error:
        return _fault(upload_fault(error), error.code, 507 if error.code == "full" else 422)
    return HttpResponse(status=204)


@for_roles(*STAFF)
@require_POST
def finish(request: HttpRequest, key: UUID) -> HttpResponse:
    """Join the chunks. 409 with the missing numbers, 422 for what is no recording."""
    upload = _own(request, key)
    try:
        made = uploads.finish(upload)
    except uploads.UploadError as error:
        told = {"error": upload_fault(error), "code": error.code, "missing": uploads.missing(upload)}
        return JsonResponse(told, status={"full": 507, "store": 503}.get(error.code, 409))
    except InterviewAnalysisError as error:
        return _fault(upload_fault(error), getattr(error, "code", ""), 422)
    return JsonResponse({"recording": str(made.key), "name": made.name}, status=201)


def _own(request: HttpRequest, key: UUID) -> Upload:
    return get_object_or_404(Upload, key=key, by=signed_in(request))


def _state(upload: Upload) -> dict[str, object]:
    return {
        "key": str(upload.key),
        "url": reverse("interviews:upload", args=[upload.key]),
        "chunk_bytes": upload.chunk_bytes,
        "chunks": uploads.count(upload),
        "missing": uploads.missing(upload) if upload.finished_at is None else [],
        "finished": upload.finished_at is not None,
    }


def _fault(text: str, code: str, status: int) -> HttpResponse:
    return JsonResponse({"error": text, "code": code}, status=status)
