"""Uploads in numbered chunks: each is checked by its hash and kept at once, so that an interrupted one goes on.

A chunk is written aside and renamed, sending one twice changes nothing, and whoever comes back asks what is missing.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from av.error import FFmpegError
from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError, MediaError
from interview_analysis.pipeline.media.opening import open_recording, video_track
from interview_analysis.pipeline.media.probe import probe
from interview_analysis.pipeline.media.video import PictureSizeError, VideoTrack
from interview_analysis.pipeline.transcript.given import is_transcript, read_transcript
from interview_analysis.web.interviews.models import Interview, Recording, Upload
from interview_analysis.web.interviews.transcripts import pair
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site import store
from interview_analysis.web.site.disk import disk, grown

CHUNK_BYTES = 4 * 2**20
KEPT_FOR = timedelta(days=7)
_READ_BYTES = 2**20
_SPARE_BYTES = 2**28
_LOOKED_AT_PACKETS = 30


class UploadError(InterviewAnalysisError):
    """An upload that cannot go on; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def begin(interview: Interview, by: User, name: str, size_bytes: int) -> Upload:
    """A new upload, or the unfinished one of the same person, name and size. Raises UploadError."""
    if size_bytes <= 0:
        raise UploadError(f"{name}: the file is empty; choose one that holds a recording", "empty")
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        has, most = (filesizeformat(size) for size in (size_bytes, settings.MAX_UPLOAD_BYTES))
        raise UploadError(f"{name}: the file has {has}; at most {most} are taken here", "size")
    known = Upload.objects.filter(
        interview=interview, by=by, name=name[:255], size_bytes=size_bytes, finished_at=None
    ).first()
    left, here = disk().left, _come(known) if known else 0
    if left < 2 * size_bytes - here + _SPARE_BYTES:
        raise UploadError(f"{name}: there is no space for it here; {left} bytes are free", "full")
    return known or Upload.objects.create(
        interview=interview, by=by, name=name[:255], size_bytes=size_bytes, chunk_bytes=CHUNK_BYTES
    )


def count(upload: Upload) -> int:
    return math.ceil(upload.size_bytes / upload.chunk_bytes)


def missing(upload: Upload) -> list[int]:
    """The numbers of the chunks that have not come yet, from 0."""
    here = {path.name for path in _folder(upload).glob("*.chunk")}
    return [number for number in range(count(upload)) if f"{number}.chunk" not in here]


def _come(upload: Upload) -> int:
    """The bytes that are here already."""
    return sum(path.stat().st_size for path in _folder(upload).glob("*.chunk"))


def keep_chunk(upload: Upload, number: int, content: bytes, sha256: str) -> None:
    """Keep one chunk. Raises UploadError where its number, length or hash is wrong."""
    if upload.finished_at is not None:
        return
    if not 0 <= number < count(upload):
        raise UploadError(f"chunk {number} of {count(upload)} does not exist", "chunk")
    last = number == count(upload) - 1
    expected = upload.size_bytes - number * upload.chunk_bytes if last else upload.chunk_bytes
    if len(content) != expected:
        raise UploadError(f"chunk {number}: expected {expected} bytes, got {len(content)}", "chunk")
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise UploadError(f"chunk {number} was damaged on its way; send it again", "chunk_damaged")
    target = _folder(upload) / f"{number}.chunk"
    if target.exists():
        return
    if disk().left < len(content):
        raise UploadError("there is no space left here; what came before is kept", "full")
    aside = target.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}.partial")
    try:
        aside.write_bytes(content)
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UploadError(
            f"the disk takes no more: {error.strerror}; what came before is kept", "full"
        ) from error
    grown(len(content))


def finish(upload: Upload) -> Recording:
    """Join the chunks to a recording or a transcript of the interview. Doing it twice gives the same one.

    Raises UploadError while chunks are missing, MediaError for what is no recording; then the chunks go.
    """
    try:
        made = _made_of(upload)
    except MediaError:
        upload.delete()
        drop(upload)
        raise
    drop(upload)
    return made


@transaction.atomic
def _made_of(upload: Upload) -> Recording:
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.finished_at is not None:
        known = Recording.objects.filter(key=upload.key).first()
        return known or Recording.objects.get(
            interview=upload.interview, transcript__startswith=_name(upload)
        )
    absent = missing(upload)
    if absent:
        raise UploadError(f"{len(absent)} of {count(upload)} chunks are missing", "missing")
    aside = _aside(upload)
    try:
        sha256 = _join(upload, aside)
        found = look_at(aside, upload.name)
        kept = settings.HOME.files / aside.name
        aside.replace(kept)
        _hand_over(kept)
    finally:
        aside.unlink(missing_ok=True)
    made = Recording.objects.create(
        key=upload.key,
        interview=upload.interview,
        order=upload.interview.recordings.count(),
        name=upload.name,
        kind=found.kind,
        sha256=sha256,
        size_bytes=upload.size_bytes,
        duration_s=found.duration_s,
        original=kept.name,
        uploaded_by=upload.by,
    )
    upload.finished_at = timezone.now()
    upload.save()
    record(upload.by, "recording.uploaded", made, interview=upload.interview_id, sha256=sha256)
    pair(upload.interview, upload.by)
    return _kept(upload)


def _hand_over(kept: Path) -> None:
    """Raises UploadError where the store is away; the chunks stay."""
    try:
        store.put(kept)
    except store.StoreAwayError as error:
        raise UploadError(
            f"all of it has come, and cannot be stored yet: {error}; try again", "store"
        ) from error


def _aside(upload: Upload) -> Path:
    """Where the chunks are joined, under the name that the file is kept by."""
    suffix = Path(upload.name).suffix.lower()
    suffix = suffix if suffix[1:].isalnum() and len(suffix) <= 6 else ".bin"
    folder: Path = settings.HOME.uploads
    return folder / f"{_name(upload)}{suffix}"


def _join(upload: Upload, aside: Path) -> str:
    """Write the chunks as one file; its SHA-256. Raises UploadError where there is no space for it; the chunks stay."""
    digest = hashlib.sha256()
    try:
        if disk().left < upload.size_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with aside.open("wb") as out:
            for number in range(count(upload)):
                with (_folder(upload) / f"{number}.chunk").open("rb") as chunk:
                    while piece := chunk.read(_READ_BYTES):
                        digest.update(piece)
                        out.write(piece)
        aside.chmod(0o600)
    except OSError as error:
        raise UploadError(
            f"all of it has come, and there is no space to put it together ({error.strerror}); it is kept, try again later",
            "full",
        ) from error
    return digest.hexdigest()


def _kept(upload: Upload) -> Recording:
    """What an upload became: a recording, or a transcript that stands alone; else the recording that the transcript is of."""
    own = Recording.objects.filter(key=upload.key).first()
    return own or Recording.objects.get(interview=upload.interview, transcript__startswith=_name(upload))


def _name(upload: Upload) -> str:
    """The name of the file that is kept, without its ending."""
    return f"recording-{upload.key.hex}"


@dataclass(frozen=True, slots=True)
class Looked:
    kind: Recording.Kind
    duration_s: float | None


def look_at(path: Path, name: str) -> Looked:
    """What a file holds. Raises MediaError that names it as its owner does."""
    try:
        if is_transcript(name):
            return Looked(Recording.Kind.TRANSCRIPT, read_transcript(path).end_s)
        found = probe(path)
        if found.has_video:
            _check_pictures(path)
    except MediaError as error:
        told = str(error).replace(str(path), name).replace(path.name, name)
        raise MediaError(told, error.code) from error
    if found.has_video:
        kind = Recording.Kind.VIDEO if found.has_audio else Recording.Kind.PICTURE
    else:
        kind = Recording.Kind.AUDIO
    return Looked(kind, found.duration_s or None)


def _check_pictures(path: Path) -> None:
    """Raises MediaError where the first pictures are too large to be decoded, whatever the header says."""
    with open_recording(path) as container:
        stream = video_track(container)
        if stream is None:
            return
        track = VideoTrack(stream, 0.0, frames_per_second=1.0, max_side_px=64, threads=1)
        try:
            for packet in islice(container.demux(stream), _LOOKED_AT_PACKETS):
                if any(True for _ in track.decode(packet)):
                    return
        except PictureSizeError as error:
            raise MediaError(f"{path}: {error}", "too_large") from error
        except FFmpegError:
            return  # cut off; what can be read is


def remove_old() -> int:
    """Give up uploads of which nothing has come for a week; how many they were."""
    before = timezone.now() - KEPT_FOR
    count = 0
    for upload in Upload.objects.filter(finished_at=None, created_at__lt=before):
        came = [path.stat().st_mtime for path in _folder(upload).iterdir()]
        if not came or max(came) < before.timestamp():
            drop(upload)
            upload.delete()
            count += 1
    return count


def drop(upload: Upload) -> None:
    """Remove the chunks."""
    shutil.rmtree(_folder(upload), ignore_errors=True)


def _folder(upload: Upload) -> Path:
    folder: Path = settings.HOME.uploads / upload.key.hex
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder
