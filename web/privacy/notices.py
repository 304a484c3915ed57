"""What candidates are told about their data and asked to agree to: versions by job, or the company's own, and language.

A version is never changed. A job without a text of its own has the company's, a company without one the text that comes
with the application. What is shown is kept as a version once somebody agrees to it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.db import transaction
from django.utils import translation

from interview_analysis.web.people.models import User
from interview_analysis.web.privacy import observed
from interview_analysis.web.privacy.models import Head, Notice
from interview_analysis.web.privacy.trail import record

_TEXTS = Path(__file__).parent / "texts"
_AGREE = {
    "en": "I have read this. I agree to being recorded and to the automated analysis of my interview as described above.",
    "zh": "我已阅读以上说明，同意面试被录制，并同意按上述说明做自动分析。",
}
_WITHOUT = {
    "en": "I have read this. I agree to being recorded, without automated analysis: only people review my interview.",
    "zh": "我已阅读以上说明，同意面试被录制，但不做自动分析，只由人来评审。",
}


def current(job_id: int | None, language: str) -> Notice:
    """The text that holds now: the job's, else the company's, else that of the application, which is not saved yet."""
    own = Notice.objects.filter(job=job_id, language=language).first() if job_id is not None else None
    if own is not None:
        return own
    company = Notice.objects.filter(job=None, language=language).first()
    if company is not None and company.created_by_id is not None:
        return company
    shipped = _shipped(language)
    if company is not None and company.sha256 == shipped.sha256:
        return company
    shipped.number = company.number + 1 if company is not None else 1
    return shipped


def versions(job_id: int | None, language: str) -> list[Notice]:
    """Those that were kept, the latest first."""
    return list(Notice.objects.filter(job=job_id, language=language).select_related("created_by"))


@transaction.atomic
def keep(notice: Notice) -> Notice:
    """Save a text that comes with the application, so that a consent can name it."""
    if not notice._state.adding:
        return notice
    kept, _ = Notice.objects.get_or_create(
        job=None,
        language=notice.language,
        number=notice.number,
        defaults={
            "text": notice.text, "agree": notice.agree, "without": notice.without, "sha256": notice.sha256,
        },
    )  # fmt: skip
    return kept


@transaction.atomic
def save_version(job_id: int | None, language: str, text: str, agree: str, without: str, by: User) -> Notice:
    """Keep a text as the next version; the same one as the latest is that one."""
    Head.objects.select_for_update().get_or_create(pk=1)  # two at once come one after the other
    before = Notice.objects.filter(job=job_id, language=language).first()
    made = _of(language, *(part.replace("\r\n", "\n").strip() for part in (text, agree, without)))
    if before is not None and before.sha256 == made.sha256 and before.created_by_id is not None:
        return before
    made.job_id, made.created_by = job_id, by
    made.number = before.number + 1 if before is not None else 1
    made.save()
    record(by, "notice.saved", made, job=job_id, language=language, number=made.number, sha256=made.sha256)
    return made


def paragraphs(text: str) -> list[tuple[str, str]]:
    """("heading" or "text", what it says) of a notice: a line that begins with ## is a heading."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("##"):
            found.append(("heading", line.lstrip("#").strip()))
        elif line.strip():
            found.append(("text", line.strip()))
    return found


@cache
def _text(language: str) -> str:
    with translation.override("zh-hans" if language == "zh" else language):
        listed = ("；" if language == "zh" else "; ").join(observed.words(name) for name in observed.CHANNELS)
        described = observed.described()
    text = (_TEXTS / f"{language}.txt").read_text(encoding="utf-8").strip()
    return text.replace("{observed}", listed).replace("{described}", described)


def _shipped(language: str) -> Notice:
    short = "zh" if language.startswith("zh") else "en"
    return _of(language, _text(short), _AGREE[short], _WITHOUT[short])


def _of(language: str, text: str, agree: str, without: str) -> Notice:
    digest = hashlib.sha256("\0".join((language, text, agree, without)).encode()).hexdigest()
    return Notice(language=language, text=text, agree=agree, without=without, sha256=digest)
