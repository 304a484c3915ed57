"""What an analysis looks at, in words for candidates: the one list of the consent text, the invitation and the guide."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from interview_analysis.scoring.profile import JobProfile

CHANNELS = ("content", "voice", "face", "posture")


@dataclass(frozen=True, slots=True)
class Observed:
    """`share` is how much of the overall score it carries, 0 where it is only described; none without a profile."""

    words: str
    share: float | None


def observed(profile: JobProfile | None) -> list[Observed]:
    """Each channel with what is measured on it, in the active language."""
    parts = shares(profile) if profile is not None else None
    return [Observed(words(name), None if parts is None else parts.get(name, 0.0)) for name in CHANNELS]


def shares(profile: JobProfile) -> dict[str, float]:
    """How much of the overall score each channel carries; they add up to 1, and one that carries nothing is left out."""
    found = {name: sum(d.weight * d.channels.get(name, 0.0) for d in profile.dimensions) for name in CHANNELS}  # type: ignore[call-overload]
    return {name: share for name, share in found.items() if share > 0}


def words(channel: str) -> str:
    """What is measured on a channel. A test holds it against the measures of `configs/norms.yaml`."""
    return {
        "content": _("what you say: the content of your answers, and the words and examples in them"),
        "voice": _("how you speak: pace, pauses, filler sounds, and how pitch and loudness vary"),
        "face": _("your face: gaze to the camera, smiles, nods and turns of the head"),
        "posture": _("your body: upright posture and sway, gestures, and hands that touch the face"),
    }[channel]


def described() -> str:
    """What is shown to the people who review, and weighs nothing."""
    return _(
        "Beside these, places in the recording are marked at which something stands out: a change of pace, a quieter "
        "voice, a long pause, a long look aside, head shakes, lowered brows, hands at the face, a shift of posture, "
        "signs of reading aloud, another voice or face. They show people where to look, and carry no weight."
    )
