"""A candidate's own consent, as it was asked for and given on the page."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.privacy import notices
from interview_analysis.web.privacy.models import Consent, Notice
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.zones import zone_of


class ConsentError(InterviewAnalysisError):
    """A consent that cannot be taken; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def notice_for(invitation: Invitation, language: str) -> Notice:
    return notices.current(invitation.interview.application.job_id, language)


@transaction.atomic
def agree(invitation: Invitation, notice: Notice, *, seen_sha256: str, analysis: bool, page: str) -> Consent:
    """Record what was agreed to: the version, its hash, the page and the language. Choosing again makes a new record.

    Raises ConsentError where the text was changed since it was shown, and after the interview was handed in.
    """
    if notice.sha256 != seen_sha256:
        raise ConsentError("the text was changed since it was shown", "changed")
    interview = (
        Interview.objects.select_for_update(of=("self",))
        .select_related("consent")
        .get(pk=invitation.interview_id)
    )
    if Invitation.objects.filter(pk=invitation.pk, finished_at__isnull=False).exists():
        raise ConsentError("the interview was handed in already", "finished")
    kept = notices.keep(notice)
    known = interview.consent
    if (
        known is not None
        and known.withdrawn_at is None
        and (known.notice_id, known.analysis) == (kept.pk, analysis)
    ):
        return known
    given = Consent.objects.create(
        candidate_id=interview.application.candidate_id,
        given_on=timezone.localdate(timezone=zone_of(invitation.zone)),
        how=Consent.How.ONLINE,
        recording=True,
        analysis=analysis,
        notice=kept,
        shown={"page": page, "language": kept.language, "version": kept.number, "sha256": kept.sha256},
    )
    interview.consent = given
    interview.save(update_fields=["consent"])
    record(
        None, "consent.given", given, interview=interview.pk, analysis=analysis, notice=kept.pk,
        number=kept.number, language=kept.language, sha256=kept.sha256, page=page,
    )  # fmt: skip
    return given
