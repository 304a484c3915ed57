"""One recording of an interview, or one answer in writing, with what was observed of it and the part of it that counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from interview_analysis.pipeline.transcript.given import GivenTranscript, in_place, nothing_but
from interview_analysis.scoring.report.provenance import Hashed
from interview_analysis.types import Observations


@dataclass(frozen=True, slots=True)
class ObservedPart:
    """A recording of an interview, with what was observed of all of it, and the part of it that counts.

    `start_s` and `end_s` are seconds of the recording, None for its start and end; `question` is what was asked, empty
    where nobody wrote it down. `transcript` is the file of words that were handed in; with the part's own hash it is all there is.
    """

    name: str
    sha256: str
    seen: Observations
    start_s: float | None = None
    end_s: float | None = None
    question: str = ""
    transcript: Hashed | None = None

    @property
    def is_recorded(self) -> bool:
        return self.transcript is None or self.transcript.sha256 != self.sha256

    @property
    def is_written(self) -> bool:
        """Whether it is an answer in writing, which was never said."""
        return self.seen.transcript is not None and self.seen.transcript.word_times == "written"

    def worded(self, given: GivenTranscript) -> ObservedPart:
        """The part with the words of a transcript. Raises TranscriptError for that of another recording."""
        return replace(self, seen=in_place(self.seen, given), transcript=given.file)


def transcript_alone(given: GivenTranscript, question: str = "") -> ObservedPart:
    """A transcript without a recording as a part, or an answer in writing."""
    return ObservedPart(
        given.file.id, given.file.sha256, nothing_but(given), question=question, transcript=given.file
    )
