"""Handing out a recording to somebody whose right to it was checked."""

from __future__ import annotations

from django.http import HttpResponse

from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.site.files import file_response


def played(recording: Recording) -> HttpResponse:
    """The copy for playing, in ranges; the original while there is none yet."""
    name = recording.playable or recording.original
    kind = {"mp4": "video/mp4", "webm": "video/webm"}.get(name.rpartition(".")[2], "application/octet-stream")
    if recording.kind == Recording.Kind.AUDIO:
        kind = kind.replace("video/", "audio/")
    return file_response(name, kind)
