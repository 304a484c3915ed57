"""Who was heard and who is scored, for the report; and why nobody is, where the candidate is not known."""

from __future__ import annotations

from interview_analysis.features.conversation.roles import talk_shares
from interview_analysis.scoring.report.provenance import Hashed, Role, Speaker, Speakers
from interview_analysis.scoring.report.report import Reason
from interview_analysis.types import CandidateVoice, Observations

# With these nothing of the recording is scored: whatever was seen and heard may be somebody else's.
NOBODY_SCORED = (Reason.CANDIDATE_UNKNOWN, Reason.CANDIDATE_SILENT)


def candidate_of(seen: Observations) -> CandidateVoice | None:
    """How the candidate was told from the others; None where speakers were not told apart."""
    return seen.conversation.candidate if seen.conversation is not None else None


def nobody_known(seen: Observations) -> Reason | None:
    """Why nobody can be scored; None where the candidate is known, or speakers were not told apart."""
    candidate = candidate_of(seen)
    if candidate is None or candidate.voice is not None:
        return None
    return Reason.CANDIDATE_SILENT if candidate.doubt == "silent" else Reason.CANDIDATE_UNKNOWN


def speakers(seen: Observations, reference: Hashed | None = None) -> Speakers | None:
    """The voices of a candidate's view, with the share of each; `reference` is the recording that named one."""
    candidate, voices = candidate_of(seen), seen.voices
    if candidate is None or voices is None:
        return None
    shares = talk_shares(voices)

    def role(voice: int) -> Role:
        return "unknown" if candidate.voice is None else "candidate" if candidate.voice == voice else "other"

    tracks = seen.facts.audio_tracks
    mixed = sum(not track.left_out for track in tracks) > 1

    return Speakers(
        candidate=candidate.voice,
        by=candidate.by,
        confidence=round(candidate.confidence, 3),
        guess=candidate.guess,
        doubt=candidate.doubt,
        told_apart_by=voices.method,
        voices=tuple(
            Speaker(
                voice=voice,
                role=role(voice),
                seconds=round(sum(turn.duration_s for turn in voices.of(voice)), 3),
                talk_share=round(float(shares[voice]), 4),
                channel=voices.channels[voice] + 1 if voices.channels else None,
                track=tracks[voices.channels[voice]].name if voices.channels and mixed else "",
                name=voices.names[voice] if voices.names else "",
            )
            for voice in range(voices.count)
        ),
        reference=reference,
    )
