"""The questions of an invitation: proposed from the job's profile, then the recruiter's own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from interview_analysis.errors import InterviewAnalysisError, MediaError
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.web.candidate.models import LANGUAGES, Invitation, Question
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.interviews.uploads import look_at
from interview_analysis.web.site import store

PROPOSED = 5  # that are ticked: candidates mind many questions more than short times (docs/candidates.md)
BLANK = 3  # rows for questions of one's own
MAX_QUESTIONS, MAX_TEXT = 20, 1000
MAX_SPOKEN_BYTES = 50 * 2**20
SPOKEN = {
    ".mp4": "video/mp4", ".webm": "video/webm", ".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
    ".wav": "audio/wav",
}  # fmt: skip


class QuestionError(InterviewAnalysisError):
    """A question that cannot be taken; `code` is for the page's own words, `row` its number on the page."""

    def __init__(self, message: str, code: str, row: int = 0) -> None:
        super().__init__(message)
        self.code, self.row = code, row


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form. `of` is the question that it changes, `heading` the dimension that it asks about."""

    number: int
    text: str = ""
    used: bool = False
    order: str = ""
    dimension: str = ""
    heading: str = ""
    think: str = ""
    answer: str = ""
    of: Question | None = None
    captions: str = ""
    file: UploadedFile[Any] | None = None
    also: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # proposed text and heading by language


def proposed(profile: JobProfile | None, language: str) -> list[Row]:
    """The profile's questions, the weightiest dimensions first: one about something done of each is ticked."""
    rows: list[Row] = []
    ticked = 0
    for dimension in sorted(profile.dimensions if profile else (), key=lambda d: -d.weight):
        fresh = True
        for question in sorted(dimension.questions, key=lambda q: q.kind != "past"):
            use = fresh and ticked < PROPOSED
            ticked, fresh = ticked + use, False
            rows.append(
                Row(
                    len(rows), own(question.text, language), use, str(ticked) if use else "", dimension.id,
                    own(dimension.name, language), also=_also(dimension.name, question.text),
                )
            )  # fmt: skip
    return rows + [Row(len(rows) + i) for i in range(BLANK)]


def _also(name: Text, text: Text) -> dict[str, dict[str, str]]:
    """What a proposal says in each language, for a page on which the language is chosen."""
    return {code: {"text": own(text, code), "heading": own(name, code)} for code, _ in LANGUAGES}


def with_proposals(rows: Sequence[Row], profile: JobProfile | None) -> list[Row]:
    """Rows as they were sent, with the other language of what is as the profile proposes it."""
    known = {
        (dimension.id, own(question.text, code)): _also(dimension.name, question.text)
        for dimension in (profile.dimensions if profile else ())
        for question in dimension.questions
        for code, _ in LANGUAGES
    }
    return [replace(row, also=known.get((row.dimension, row.text), {})) for row in rows]


def own(text: Text, language: str) -> str:
    """A text in the invitation's language, in the other one where it has none."""
    return (text.zh or text.en) if language.startswith("zh") else (text.en or text.zh)


def kept(invitation: Invitation, profile: JobProfile | None) -> list[Row]:
    """Those of the invitation, then what the profile proposes besides."""
    names = {d.id: own(d.name, invitation.language) for d in (profile.dimensions if profile else ())}
    rows = [
        Row(
            i, q.text, True, str(i + 1), q.dimension, names.get(q.dimension, ""), str(q.think_s or ""),
            str(q.answer_s or ""), q, q.captions,
        )
        for i, q in enumerate(invitation.questions.all())
    ]  # fmt: skip
    asked = {row.text for row in rows}
    for row in proposed(profile, invitation.language):
        if row.text not in asked:
            rows.append(Row(len(rows), row.text, False, "", row.dimension, row.heading))
    return rows


def posted(
    data: Mapping[str, str],
    files: Mapping[str, object],
    known: Mapping[int, Question],
    names: Mapping[str, str],
) -> list[Row]:
    """The rows as they were sent. Numbers that are none of this page's are left out."""
    rows = []
    for number in range(min(_whole(data.get("rows", "")) or 0, 200)):
        key = f"q{number}."
        file = files.get(f"{key}file")
        dimension = data.get(f"{key}dimension", "")
        rows.append(
            Row(
                number,
                data.get(f"{key}text", "").replace("\r\n", "\n").strip(),
                f"{key}use" in data,
                data.get(f"{key}order", "").strip(),
                dimension if dimension in names else "",
                names.get(dimension, ""),
                data.get(f"{key}think", "").strip(),
                data.get(f"{key}answer", "").strip(),
                known.get(_whole(data.get(f"{key}of", "")) or 0),
                data.get(f"{key}captions", "").replace("\r\n", "\n").strip(),
                file if isinstance(file, UploadedFile) and file.name else None,
            )
        )
    return rows


def chosen(rows: Sequence[Row]) -> list[Row]:
    """Those that are used, in their order. Raises QuestionError that names the row."""
    used = [row for row in rows if row.used or (row.text and not row.dimension and row.of is None)]
    for row in used:
        if not row.text:
            raise QuestionError("a question without a text", "empty", row.number)
        if len(row.text) > MAX_TEXT:
            raise QuestionError(f"a question has {MAX_TEXT} characters at most", "long", row.number)
        for value in (row.think, row.answer):
            if value and not 5 <= (_whole(value) or 0) <= 3600:
                raise QuestionError(f"expected 5 to 3600 seconds, got {value!r}", "seconds", row.number)
    if len(used) > MAX_QUESTIONS:
        raise QuestionError(f"{MAX_QUESTIONS} questions at most", "many", used[-1].number)
    return sorted(used, key=lambda row: (_whole(row.order) or MAX_QUESTIONS + 1, row.number))


@transaction.atomic
def save(invitation: Invitation, rows: Sequence[Row]) -> None:
    """Keep these as the invitation's questions. Raises QuestionError, and keeps what was there then."""
    before = {q.pk: q for q in invitation.questions.all()}
    gone = [q.spoken for q in before.values() if q.spoken]
    made: list[Question] = []
    for order, row in enumerate(rows, 1):
        old = before.get(row.of.pk) if row.of is not None else None
        made.append(
            Question(
                invitation=invitation, order=order, text=row.text, dimension=row.dimension,
                think_s=_whole(row.think), answer_s=_whole(row.answer),
                spoken=old.spoken if old is not None else "", captions=row.captions,
            )
        )  # fmt: skip
    spoken: list[_Spoken | None] = []
    try:
        for row in rows:
            spoken.append(_spoken(row) if row.file is not None else None)
    except QuestionError:
        _unlink([one.name for one in spoken if one is not None])
        raise
    for question, row, file in zip(made, rows, spoken, strict=True):
        if file is not None:
            question.spoken = file.name
        question.captions = _captions(question, row, file) if question.spoken else ""
    invitation.questions.all().delete()
    Question.objects.bulk_create(made)
    unused = sorted(set(gone) - {q.spoken for q in made})
    transaction.on_commit(lambda: _unlink(unused))


def _unlink(names: Sequence[str]) -> None:
    store.delete(*(settings.HOME.files / name for name in names))


@dataclass(frozen=True, slots=True)
class _Spoken:
    name: str
    duration_s: float


def _spoken(row: Row) -> _Spoken:
    """Keep a recording of a question under a name that tells nothing. Raises QuestionError for what is none."""
    assert row.file is not None
    told, size = str(row.file.name), row.file.size or 0
    suffix = Path(told).suffix.lower()
    if suffix not in SPOKEN or size > MAX_SPOKEN_BYTES:
        raise QuestionError(f"{told}: expected a recording of 50 MB at most", "spoken", row.number)
    aside = settings.HOME.uploads / f"question-{uuid.uuid4().hex}{suffix}"
    try:
        with aside.open("wb") as out:
            for chunk in row.file.chunks():
                out.write(chunk)
        aside.chmod(0o600)
        found = look_at(aside, told)
        if found.kind not in (Recording.Kind.VIDEO, Recording.Kind.AUDIO):
            raise QuestionError(f"{told}: there is no sound in it", "spoken", row.number)
        store.put(aside.replace(settings.HOME.files / aside.name))
    except MediaError as error:
        raise QuestionError(str(error), "spoken", row.number) from error
    finally:
        aside.unlink(missing_ok=True)
    return _Spoken(aside.name, found.duration_s or 3600.0)


def _captions(question: Question, row: Row, file: _Spoken | None) -> str:
    """WebVTT as it was given; plain words, and without any the question's text, stand over the whole recording."""
    words = row.captions
    if words.startswith("WEBVTT"):
        return words
    if not words and file is None:
        return question.captions
    lasts = file.duration_s if file is not None else 3600.0
    shown = " ".join((words or question.text).split()).replace("-->", "→")
    hours, rest = divmod(int(lasts) + 1, 3600)
    return f"WEBVTT\n\n00:00:00.000 --> {hours:02}:{rest // 60:02}:{rest % 60:02}.000\n{shown}\n"


def media_type(question: Question) -> str:
    return SPOKEN.get(Path(question.spoken).suffix, "application/octet-stream")


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 else None
