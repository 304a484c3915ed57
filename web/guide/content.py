"""A job's guide, made from its profile and the norms in use, so that it says nothing that the scoring does not do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Field
from django.utils import translation
from django.utils.translation import gettext as _

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import Dimension, JobProfile, Language
from interview_analysis.web.guide.models import GuideText
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.observed import Observed, observed, shares
from interview_analysis.web.privacy.trail import record

TEXTS = ("welcome", "advice", "question", "thin", "good")
_RATES: Mapping[Language, str] = {
    "en": "speech_rate.speaking_rate_wpm",
    "zh": "speech_rate.speaking_rate_cpm",
}
# A number with a unit of pace, which only the norms may say.
_PACE = re.compile(
    r"\d+\s*(?:words?|wpm|characters?|字|词|音节|syllables?)\b|每分钟\s*\d+|\d+\s*(?:字|词)", re.IGNORECASE
)


class GuideError(InterviewAnalysisError):
    """A guide that cannot be kept; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Guide:
    """`shares` are how much of the score the channels carry, `pace` the best range in words or characters a minute."""

    profile: JobProfile
    dimensions: tuple[Dimension, ...]
    shares: Mapping[str, float]
    observed: Sequence[Observed]
    pace: tuple[int, int] | None
    words: Mapping[str, str]  # by the names of TEXTS
    number: int  # of the recruiters' version, 0 for the usual words


def guide(job: Job, language: str) -> Guide | None:
    """The guide in "en" or "zh-hans"; None while the job has no profile."""
    version = job.profile
    if version is None:
        return None
    profile = profile_of(version)
    own = latest(job, language)
    usual = usual_words(language)
    with translation.override(language):
        looked_at = observed(profile)
    words = {name: (getattr(own, name) if own else "") or usual[name] for name in TEXTS}
    return Guide(
        profile,
        profile.dimensions,
        shares(profile),
        looked_at,
        pace(load_norms(), language),
        words,
        own.number if own else 0,
    )


def label(name: str) -> str:
    """What a text of `TEXTS` is called."""
    field = GuideText._meta.get_field(name)
    assert isinstance(field, Field)
    return str(field.verbose_name)


def latest(job: Job, language: str) -> GuideText | None:
    return job.guide_texts.filter(language=language).order_by("-number").first()


def pace(norms: Norms, language: str) -> tuple[int, int] | None:
    """The range of the speaking rate that gets the highest score, as the norms have it."""
    code: Language = "zh" if language.startswith("zh") else "en"
    norm = norms.norm(_RATES[code], code)
    return (round(norm.best[0]), round(norm.best[1])) if norm is not None else None


def usual_words(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "welcome": _(
                "Thank you for your time. This page says what we look at and how your answers are used, so that you can "
                "show what you can do. There are no trick questions."
            ),
            "advice": _(
                "Tell of something that you did yourself and have finished: where and when, what was hard, what you did "
                "and why, and what came of it.\n"
                "Say the conclusion first, then how it came about, then the conclusion once more in one sentence.\n"
                "Name sizes: how many, how much, how long, compared with what.\n"
                "Say “I” where it was you and “we” where it was the team.\n"
                "A pause to think costs nothing. Naming many methods without a case of your own gains nothing."
            ),
            "question": _("Tell us about a time when you made the service for customers better."),
            "thin": _(
                "I am very good at improving processes. I use agile methods, data analysis and user research, and I think "
                "communication is the most important thing."
            ),
            "good": _(
                "I halved the time in which our support answered. Last spring customers of our web shop waited two days for "
                "an answer, and every fifth one wrote again. I read three hundred of these mails and saw that more than half "
                "asked where a parcel was. So I had the parcel's state put on the order page, instead of hiring two people, "
                "as was planned. After six weeks there were 45 percent fewer mails, and the others were answered within a "
                "day. What I took from it: read what people write before you add hands."
            ),
        }


@transaction.atomic
def save(job: Job, language: str, by: User, posted: Mapping[str, str], *, based_on: int) -> GuideText:
    """Keep the next version of the words. Raises GuideError for a pace of one's own, and where somebody else saved first."""
    Job.objects.select_for_update().get(pk=job.pk)
    last = latest(job, language)
    if (last.number if last else 0) != based_on:
        raise GuideError("somebody else saved it in the meantime", "outdated")
    usual = usual_words(language)
    words = {name: posted.get(name, "").replace("\r\n", "\n").strip()[:5000] for name in TEXTS}
    for name in ("welcome", "advice"):  # an example may have figures of its own
        if _PACE.search(words[name]):
            raise GuideError("the pace is drawn from the norms; leave figures of it out of the text", "pace")
    made = GuideText.objects.create(
        job=job, language=language, number=based_on + 1, edited_by=by,
        **{name: "" if words[name] == usual[name] else words[name] for name in TEXTS},
    )  # fmt: skip
    record(by, "guide.saved", made, job=job.pk, language=language, number=made.number)
    return made
