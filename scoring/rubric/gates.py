"""Where there is too little to go by: what keeps a channel from being scored, with its reason code."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.core.visual import is_candidate
from interview_analysis.features.language.sentences import unit_count
from interview_analysis.scoring.norms import Limits
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import Abstention, ChannelName, Reason
from interview_analysis.scoring.report.speakers import candidate_of, nobody_known
from interview_analysis.scoring.rubric.fusion import reaches
from interview_analysis.tracks import PoseTrack
from interview_analysis.types import CHANNELS, FloatArray, MediaFacts, Observations


def _abstain(reason: Reason, **values: float | str) -> Abstention:
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in values.items()}
    return Abstention(reason=reason, values=rounded)


def _speech_gate(
    seen: Observations, languages: Sequence[str], profile: JobProfile, limits: Limits
) -> Abstention | None:
    """What keeps from being scored what rests on the words in these languages."""
    speech_s = seen.speech.speech_s if seen.speech else 0.0
    words = seen.transcript.words if seen.transcript else ()
    if seen.transcript is None or seen.transcript.word_times == "recognised":
        silent = _silence_gate(seen)
        if silent:
            return silent
    if seen.transcript is None or not words:
        return _abstain(Reason.NO_WORDS, speech_s=speech_s)
    words = tuple(
        word
        for language in languages
        if language in profile.languages
        for word in seen.transcript.in_language(language).words
    )
    if not words:
        return _abstain(
            Reason.LANGUAGE_MISMATCH, language=seen.transcript.language, expected=", ".join(profile.languages)
        )
    known = [word.probability for word in words if not math.isnan(word.probability)]
    probability = math.fsum(known) / len(known) if known else math.nan  # what nobody knows is not low
    if probability < limits.min_word_probability:
        return _abstain(
            Reason.LOW_TRANSCRIPT_CONFIDENCE, probability=probability, limit=limits.min_word_probability
        )
    return None


def _silence_gate(seen: Observations) -> Abstention | None:
    """What keeps from being scored what is heard."""
    if not seen.facts.has_audio:
        return _abstain(Reason.NO_AUDIO)
    if seen.speech is None or seen.speech.speech_s <= 0:
        return _abstain(Reason.NO_SPEECH, speech_s=0.0)
    return None


def content_gate(seen: Observations, profile: JobProfile, limits: Limits) -> Abstention | None:
    """What is said in every language of the profile counts, each by its own unit."""
    spoken = seen.transcript.by_language() if seen.transcript else ()
    blocked = _speech_gate(seen, [one.language for one in spoken], profile, limits)
    if blocked:
        return blocked
    counts = []
    for one in spoken:
        if one.language in profile.languages:
            limit = limits.min_characters if one.language == "zh" else limits.min_words
            counts.append((one.language, unit_count(one.text, one.language), limit))
    if sum(units / limit for _, units, limit in counts) < 1.0:
        language, units, limit = counts[0]
        unit = "characters" if language == "zh" else "words"
        return _abstain(Reason.TOO_FEW_WORDS, count=float(units), limit=float(limit), unit=unit)
    return None


def voice_gate(seen: Observations, profile: JobProfile, limits: Limits) -> Abstention | None:
    """Voices are compared within a language: the main one."""
    main = [seen.transcript.language] if seen.transcript else []
    blocked = _silence_gate(seen) or _speech_gate(seen, main, profile, limits)
    if blocked or seen.speech is None:
        return blocked
    if seen.speech.speech_s < limits.min_speech_s:
        return _abstain(Reason.TOO_SHORT, seconds=seen.speech.speech_s, limit=limits.min_speech_s)
    if seen.facts.snr_db < limits.min_snr_db:
        return _abstain(Reason.LOW_SNR, snr_db=seen.facts.snr_db, limit=limits.min_snr_db)
    return None


def _video_gate(seen: Observations, limits: Limits) -> Abstention | None:
    if not seen.facts.has_video:
        return _abstain(Reason.NO_VIDEO)
    if seen.facts.luma_median < limits.min_luma:
        return _abstain(Reason.VIDEO_TOO_DARK, luma=seen.facts.luma_median, limit=limits.min_luma)
    return None


def _seen(present: NDArray[np.bool_], time_s: FloatArray, facts: MediaFacts) -> tuple[float, float]:
    """Share of the recording, and seconds of it, in which something was seen; a camera that stopped saw nothing.

    Where there is no sound either, nothing was recorded.
    """
    duration_s = facts.duration_s - sum(hole.duration_s for hole in facts.holes)
    if duration_s <= 0:
        return 0.0, 0.0
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    seconds = min(float(present.sum()) * step_s, duration_s)
    return seconds / duration_s, seconds


def face_gate(seen: Observations, limits: Limits) -> Abstention | None:
    blocked = _video_gate(seen, limits)
    if blocked:
        return blocked
    if seen.faces is None or not seen.faces.present.any():
        return _abstain(Reason.NO_FACE)
    ratio, seconds = _seen(seen.faces.present, seen.faces.time_s, seen.facts)
    if ratio < limits.min_face_ratio or seconds < limits.min_face_s:
        return _abstain(
            Reason.FACE_TOO_BRIEF,
            ratio=ratio,
            seconds=seconds,
            limit=limits.min_face_ratio,
            limit_s=limits.min_face_s,
        )
    return None


def posture_gate(seen: Observations, limits: Limits) -> Abstention | None:
    blocked = _video_gate(seen, limits)
    if blocked:
        return blocked
    if seen.poses is None or not len(seen.poses.time_s):
        return _abstain(Reason.NO_UPPER_BODY, ratio=0.0, limit=limits.min_upper_body_ratio)
    both = _shoulders(seen.poses)
    ratio, seconds = _seen(both, seen.poses.time_s, seen.facts)
    if ratio < limits.min_upper_body_ratio:
        return _abstain(Reason.NO_UPPER_BODY, ratio=ratio, limit=limits.min_upper_body_ratio)
    if seconds < limits.min_face_s:
        return _abstain(Reason.TOO_SHORT, seconds=seconds, limit=limits.min_face_s)
    if seen.candidate_face is not None:
        own, _ = _seen(both & is_candidate(seen), seen.poses.time_s, seen.facts)
        if own < limits.min_upper_body_ratio:
            return _abstain(Reason.BODY_OF_OTHER, ratio=own, limit=limits.min_upper_body_ratio)
    return None


def _nobodys_face(seen: Observations) -> Abstention | None:
    """What keeps both face and posture from being scored: the picture, or that the face in it is not the candidate's."""
    if seen.faces is not None and seen.faces.turned_deg:
        return _abstain(Reason.PICTURE_LIES, degrees=float(seen.faces.turned_deg))
    candidate = candidate_of(seen)
    if candidate is not None and candidate.doubt == "face_of_other":
        return _abstain(Reason.FACE_OF_OTHER)
    if seen.candidate_face is not None and seen.candidate_face.face is None:
        return _abstain(Reason.FACE_UNKNOWN)
    if candidate is not None and candidate.by == "only_voice" and candidate.doubt == "silent":
        return _abstain(Reason.FACE_SILENT)
    return None


def _shoulders(poses: PoseTrack) -> NDArray[np.bool_]:
    """Where both shoulders are in view, shape (n,)."""
    left, right = (np.isfinite(poses.point(f"{side}_shoulder")[:, 0]) for side in ("left", "right"))
    return np.asarray(left & right)


def unmeasured(channel: ChannelName, share: float, seen: Observations, limits: Limits) -> Abstention:
    """Why only `share` of what a channel rests on could be measured though its gate is open."""
    if channel == "posture" and seen.poses is not None:
        own = is_candidate(seen)[_shoulders(seen.poses)]
        if own.size and not reaches(ratio := float(own.mean()), limits.min_face_ratio):
            return _abstain(Reason.BODY_WITHOUT_FACE, ratio=ratio, limit=limits.min_face_ratio)
    return _abstain(Reason.NOT_MEASURED, share=share, limit=limits.min_measured_share)


def gates(
    seen: Observations, profile: JobProfile, limits: Limits, *, face_and_body: bool = True
) -> dict[ChannelName, Abstention | None]:
    """For each channel, why it cannot be scored, or None. Without `face_and_body` the policy has these two off."""
    if (unknown := nobody_known(seen)) is not None:
        return dict.fromkeys(CHANNELS, _abstain(unknown))
    if seen.transcript is not None and seen.transcript.word_times == "written":
        blocked: dict[ChannelName, Abstention | None] = dict.fromkeys(CHANNELS, _abstain(Reason.WRITTEN))
        blocked["content"] = content_gate(seen, profile, limits)
        return blocked
    unseen = _nobodys_face(seen) if face_and_body else _abstain(Reason.POLICY_OFF)
    return {
        "content": content_gate(seen, profile, limits),
        "voice": voice_gate(seen, profile, limits),
        "face": unseen or face_gate(seen, limits),
        "posture": unseen or posture_gate(seen, limits),
    }
