"""After handing in: what the streams hold becomes recordings of the interview, and the analysis is queued.

A worker does it, one interview after the other. It waits for chunks that are still in the candidate's browser for a day
after the last one came, or until a recruiter takes what there is; then what is missing is shown as a gap.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import MediaError
from interview_analysis.web.analysis import queue
from interview_analysis.web.answers import streams
from interview_analysis.web.answers.joining import Joined, Part, Source, join
from interview_analysis.web.answers.models import HandIn, Stream, Take
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.interviews.uploads import look_at
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site import store

WAITS = timedelta(hours=24)  # for what has not come, after the last that came
CLIPS_KEPT = timedelta(minutes=15)
log = logging.getLogger(__name__)
_ENDINGS = {
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
}


def settle_due() -> bool:
    """Settle one interview that was handed in; False where none can be. A worker calls it again and again."""
    for handed in HandIn.objects.filter(settled_at=None).select_related("invitation__interview__consent"):
        takes = list(
            Take.objects.filter(question__invitation=handed.invitation).select_related("question__invitation")
        )
        if not handed.as_it_is and any(_comes_still(take) for take in takes if take.given):
            continue
        for take in takes:
            if take.settled_at is None:
                settle(take) if take.given else _drop(take)
        _queue(handed)
        return True
    drop_clips()
    return False


def _comes_still(take: Take) -> bool:
    """Whether something of it may still come: not all is here, and the last chunk is not older than a day."""
    since = timezone.now().timestamp() - WAITS.total_seconds()
    if take.settled_at is not None or take.way == Take.Way.WRITTEN:
        return False
    own = streams.segments(take.key)
    if not own and take.ended_at is not None:  # recorded without a network, and nothing has come yet
        return take.ended_at.timestamp() > since
    return any(not streams.complete(s) and not s.closed_at and streams.last_came(s) > since for s in own)


def settle(take: Take) -> None:
    """Its streams, and what was written, as recordings of the interview. The chunks go once these are in place; what cannot be
    read stays."""
    own = streams.segments(take.key)
    for stream in own:
        streams.close(stream)
    with tempfile.TemporaryDirectory(dir=settings.HOME.uploads, prefix="joining-") as folder:
        sources = {Path(folder) / f"{number}.raw": stream for number, stream in enumerate(own)}
        for path, stream in sources.items():
            streams.write_whole(stream, path)
        recorded = {path: stream for path, stream in sources.items() if stream.kind != Stream.Kind.FILE}
        joined = _joined(take, recorded)
        chosen = [path for path, stream in sources.items() if stream.kind == Stream.Kind.FILE]
        unreadable = set(joined.unreadable)
        with transaction.atomic():
            made = [_kept(take, number, part) for number, part in enumerate(joined.parts, 1)]
            for path in chosen:
                try:
                    made.append(_kept_file(take, path, sources[path].mime))
                except MediaError:
                    unreadable.add(path)
            if any(letter.isalnum() for letter in take.text):
                made.append(_kept_text(take))
            take.fault = (
                "" if made or take.way == Take.Way.WRITTEN else "unreadable" if unreadable else "empty"
            )
            if joined.parts:
                take.answered_s = round(sum(part.duration_s for part in joined.parts), 1)
            take.settled_at = timezone.now()
            take.save(update_fields=["fault", "answered_s", "settled_at"])
    for path, stream in sources.items():
        if path not in unreadable:
            streams.drop(stream)
        else:
            log.warning("stream %s cannot be read; its chunks stay", stream.key)


def _joined(take: Take, recorded: dict[Path, Stream]) -> Joined:
    if not recorded:
        return Joined((), ())
    first = min(stream.begun_at for stream in recorded.values())
    return join(
        [
            Source(path, (stream.begun_at - first).total_seconds(), stream.pauses)
            for path, stream in recorded.items()
        ],
        lambda number, ending: settings.HOME.files / f"recording-{take.key.hex}-{number}{ending}",
    )


def _kept(take: Take, number: int, part: Part) -> Recording:
    kind = Recording.Kind.AUDIO
    if part.has_video:
        kind = Recording.Kind.VIDEO if part.has_audio else Recording.Kind.PICTURE
    gaps = [{"at_s": gap.at_s, "lost_s": gap.lost_s} for gap in part.gaps]
    return _recording(take, part.path, f"{number}", kind, part.duration_s, gaps, playable=part.path.name)


def _kept_file(take: Take, path: Path, mime: str) -> Recording:
    """A file that the candidate chose, as it is. Raises MediaError for what is no recording."""
    target = settings.HOME.files / f"recording-{take.key.hex}-{path.stem}{_ENDINGS.get(mime, '.bin')}"
    found = look_at(path, target.name)
    shutil.move(path, target)
    return _recording(take, target, path.stem, found.kind, found.duration_s, [], playable="")


def _kept_text(take: Take) -> Recording:
    """An answer in writing, for the analysis to read."""
    target = settings.HOME.files / f"recording-{take.key.hex}-text.txt"
    target.write_text(take.text, encoding="utf-8")
    return _recording(take, target, "text", Recording.Kind.WRITTEN, None, [], playable="")


def _recording(
    take: Take, path: Path, part: str, kind: Recording.Kind, duration_s: float | None, gaps: list[dict[str, float]], *, playable: str
) -> Recording:  # fmt: skip
    interview = take.question.invitation.interview
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size_bytes = path.stat().st_size
    store.put(path)
    made = Recording.objects.create(
        interview=interview, order=take.question.order, kind=kind, sha256=sha256, size_bytes=size_bytes,
        name=f"answer-{take.question.order}-{part}{path.suffix}", duration_s=duration_s, original=path.name,
        playable=playable, question=take.question.text[:500], gaps=gaps,
    )  # fmt: skip
    record(None, "recording.answered", made, interview=interview.pk, sha256=sha256, gaps=len(gaps))
    return made


def _drop(take: Take) -> None:
    """A take that was not given goes."""
    for stream in streams.segments(take.key):
        streams.close(stream)
        streams.drop(stream)
    Take.objects.filter(pk=take.pk).update(settled_at=timezone.now())


def _queue(handed: HandIn) -> None:
    """Queue the analysis where the candidate agreed to one; else the answers are for people alone."""
    interview = handed.invitation.interview
    try:
        queue.request(interview, None)
    except queue.NotAllowedError as error:
        log.info("interview %s is not analysed: %s", interview.pk, error.code)
    HandIn.objects.filter(pk=handed.pk).update(settled_at=timezone.now())


def drop_clips() -> None:
    """Remove clips of device checks that nobody looked at."""
    Stream.objects.filter(purpose="check", begun_at__lt=timezone.now() - CLIPS_KEPT).delete()
