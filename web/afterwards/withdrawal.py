"""The way out: of the automated analysis alone, or of the whole application with everything that is held."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import observations_of
from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.privacy.erasure import erase
from interview_analysis.web.privacy.models import Consent, Erasure
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site import store


@transaction.atomic
def from_analysis(candidate: Candidate) -> int:
    """From now on only people review: running analyses stop, and what the machine found goes. How many results that were."""
    given = Consent.objects.create(
        candidate=candidate, given_on=date.today(), how=Consent.How.ONLINE, recording=True, analysis=False
    )
    Interview.objects.filter(application__candidate=candidate, consent__withdrawn_at=None).exclude(
        consent=None
    ).update(consent=given)
    found = Analysis.objects.filter(interview__application__candidate=candidate)
    folders = [
        settings.HOME.files / name for name in found.exclude(folder="").values_list("folder", flat=True)
    ]
    folders.append(observations_of(candidate.pk))
    count = found.count()
    found.delete()  # a worker that has one of them notices within seconds
    record(None, "consent.analysis_withdrawn", given, candidate=candidate.pk, results=count)
    transaction.on_commit(lambda: store.delete(*folders))
    return count


def from_everything(candidate: Candidate) -> Erasure:
    """The application ends, and everything that can go goes at once."""
    record(None, "candidate.withdrew", candidate)
    return erase(candidate.pk, Erasure.Why.WITHDRAWN)
