"""The store of chunks: what browsers send while they record, of any length and in any order.

Each chunk is checked by its hash, brought to the disk and only then acknowledged. Sending one twice changes nothing. The
end of a stream tells how many chunks it has and the hash over their hashes; what is missing can be asked at any time.
Rooms register what their streams are for, and who may begin one:

    streams.register("practice", lambda invitation, group: "" if invitation.may_enter else "closed")
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.site.disk import disk

MAX_CHUNK_BYTES = 2**20
MAX_CHUNKS = 8192
MAX_STREAMS = 2000  # of an invitation
MAX_AGE = timedelta(days=14)  # of what a browser recorded and could not send
_SPARE_BYTES = 2**28

# Why a stream of this group may not begin, as a code; "" where it may.
MayBegin = Callable[[Invitation, UUID], str]
_purposes: dict[str, MayBegin] = {}


class StreamError(InterviewAnalysisError):
    """Something that the store does not take; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def register(purpose: str, may_begin: MayBegin) -> None:
    """A room says what its streams are for."""
    _purposes[purpose] = may_begin


@transaction.atomic
def begin(
    invitation: Invitation, key: UUID, group: UUID, purpose: str, kind: str, mime: str, age_s: float
) -> Stream:
    """A new stream, begun `age_s` seconds ago; the known one where its key is known. Raises StreamError."""
    known = Stream.objects.filter(key=key).first()
    if known is not None:
        if known.invitation_id != invitation.pk:
            raise StreamError("there is no such stream", "stream")
        return known
    if purpose not in _purposes or kind not in Stream.Kind.values:
        raise StreamError(f"unknown purpose or kind: {purpose!r}, {kind!r}", "form")
    if not 0 <= age_s < MAX_AGE.total_seconds():  # a clock that was set in between
        age_s = 0.0
    refused = _purposes[purpose](invitation, group)
    if refused:
        raise StreamError(f"a stream of {purpose} may not begin: {refused}", refused)
    if invitation.streams.count() >= MAX_STREAMS:
        raise StreamError(f"an invitation has {MAX_STREAMS} streams at most", "too_many")
    return Stream.objects.create(
        invitation=invitation, key=key, group=group, purpose=purpose, kind=kind, mime=mime[:100],
        begun_at=timezone.now() - timedelta(seconds=age_s),
    )  # fmt: skip


def keep_chunk(stream: Stream, number: int, content: bytes, sha256: str) -> None:
    """Bring one chunk to the disk. Raises StreamError for what is damaged, differs from what is here, or comes too late."""
    last = MAX_CHUNKS if stream.count is None else stream.count
    if not 0 <= number < last:
        raise StreamError(f"chunk {number} comes after the end of the stream", "end")
    if not 0 < len(content) <= MAX_CHUNK_BYTES:
        raise StreamError(f"a chunk has 1 to {MAX_CHUNK_BYTES} bytes, not {len(content)}", "size")
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise StreamError(f"chunk {number} was damaged on its way; send it again", "damaged")
    known = held(stream).get(number)
    if known is not None:
        if known != sha256.lower():
            raise StreamError(f"chunk {number} is here with another content", "differs")
        return
    if stream.closed_at is not None:
        raise StreamError("the stream was closed without this chunk", "closed")
    if disk().left < _SPARE_BYTES:
        raise StreamError("the disk takes no more; what came before is kept", "full")
    _write(_folder(stream) / f"{number}.{sha256.lower()}", content)


def _write(target: Path, content: bytes) -> None:
    """Aside, to the disk, and renamed: an acknowledged chunk outlasts a power cut."""
    aside = target.with_name(f"{target.name}.{os.urandom(4).hex()}.partial")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise StreamError(
            f"the disk takes no more: {error.strerror}; what came before is kept", "full"
        ) from error


def end(stream: Stream, count: int, sha256: str, pauses: list[tuple[float, float]]) -> None:
    """Say how many chunks it has. Chunks may still come. Twice the same changes nothing. Raises StreamError."""
    if stream.count is not None:
        if (stream.count, stream.chunks_sha256) != (count, sha256.lower()):
            raise StreamError(f"the stream has ended with {stream.count} chunks", "end")
        return
    here = held(stream)
    if not 0 <= count <= MAX_CHUNKS or any(number >= count for number in here):
        raise StreamError(f"{count} chunks cannot be all of it: {max(here, default=0) + 1} are here", "end")
    if len(here) == count and _over(here) != sha256.lower():
        raise StreamError("the chunks that are here are not those that were recorded", "differs")
    stream.count, stream.chunks_sha256, stream.ended_at = count, sha256.lower(), timezone.now()
    stream.pauses = [[round(at, 1), round(lost, 1)] for at, lost in pauses[:1000]]
    stream.save(update_fields=["count", "chunks_sha256", "pauses", "ended_at"])


def held(stream: Stream) -> dict[int, str]:
    """The chunks that are here: number -> SHA-256, in order."""
    found = {}
    for path in _folder(stream).iterdir():
        number, _, sha256 = path.name.partition(".")
        if len(sha256) == 64:
            found[int(number)] = sha256
    return dict(sorted(found.items()))


def missing(stream: Stream) -> list[int]:
    """The numbers that have not come, up to the end where that is known, else up to the last one that came."""
    if stream.closed_at is not None:
        return []
    here = held(stream)
    upto = stream.count if stream.count is not None else max(here, default=-1) + 1
    return [number for number in range(upto) if number not in here]


def complete(stream: Stream) -> bool:
    """Whether it has ended and every chunk is here, as it was recorded."""
    if stream.count is None:
        return False
    here = held(stream)
    return list(here) == list(range(stream.count)) and _over(here) == stream.chunks_sha256


def _over(chunks: dict[int, str]) -> str:
    return hashlib.sha256("".join(chunks.values()).encode()).hexdigest()


def segments(group: UUID) -> list[Stream]:
    """All streams of a group, in the order in which they were begun."""
    return list(Stream.objects.filter(group=group))


def last_came(stream: Stream) -> float:
    """When its last chunk came, in seconds since 1970; its begin where none has."""
    return max([stream.begun_at.timestamp(), *(path.stat().st_mtime for path in _folder(stream).iterdir())])


def paths(stream: Stream) -> list[Path]:
    """The files of its chunks that are here, in order; the first ones while it is still being recorded."""
    return [_folder(stream) / f"{number}.{sha256}" for number, sha256 in held(stream).items()]


def write_whole(stream: Stream, target: Path) -> None:
    """All chunks that are here, as one file."""
    with target.open("wb") as out:
        target.chmod(0o600)
        for path in paths(stream):
            with path.open("rb") as chunk:
                shutil.copyfileobj(chunk, out, 2**20)


def close(stream: Stream) -> None:
    """Take no more chunks."""
    if stream.closed_at is None:
        stream.closed_at = timezone.now()
        stream.save(update_fields=["closed_at"])


def drop(stream: Stream) -> None:
    """Remove its chunks."""
    shutil.rmtree(_folder(stream), ignore_errors=True)


def _folder(stream: Stream) -> Path:
    folder: Path = settings.HOME.uploads / f"stream-{stream.key.hex}"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder
