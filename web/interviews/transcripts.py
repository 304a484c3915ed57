"""Which recording an uploaded transcript is of. One that is of none stands alone."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from interview_analysis.web.interviews.models import Interview, Recording
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record


def pair(interview: Interview, by: User) -> None:
    """Give each recording the transcript that is called like it, and a lone transcript to a lone recording."""
    transcripts, recordings = list(loose(interview)), list(bare(interview))
    for transcript in transcripts:
        alike = [r for r in recordings if _stem(transcript.name).startswith(_stem(r.name))]
        only = len(transcripts) == len(recordings) == 1
        if len(alike) == 1 or only:
            chosen = alike[0] if alike else recordings[0]
            recordings.remove(chosen)
            give(chosen, transcript, by)


def loose(interview: Interview) -> QuerySet[Recording]:
    """Transcripts that belong to no recording."""
    return interview.recordings.filter(kind=Recording.Kind.TRANSCRIPT)


def bare(interview: Interview) -> QuerySet[Recording]:
    """Recordings without a transcript."""
    return interview.recordings.exclude(kind__in=Recording.WORDS).filter(transcript="")


@transaction.atomic
def give(recording: Recording, transcript: Recording, by: User) -> None:
    """Make a loose transcript that of a recording, with which it stays."""
    Recording.objects.filter(pk=recording.pk).update(transcript=transcript.original)
    transcript.delete()
    record(
        by,
        "recording.transcript_given",
        recording,
        interview=recording.interview_id,
        sha256=transcript.sha256,
    )


def _stem(name: str) -> str:
    return Path(name).stem.casefold()
