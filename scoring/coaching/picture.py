"""Light, face and gaze of an answer, and its sound; what cannot be told is said to be so."""

from __future__ import annotations

import math

from interview_analysis.features.face import gaze
from interview_analysis.scoring.coaching.findings import Finding
from interview_analysis.scoring.norms import Norms
from interview_analysis.types import Interval, Observations

GAZE = "gaze.on_camera_ratio"
_HEARD = {
    "low_snr": "noisy",
    "quiet": "quiet",
    "clipped": "too_loud",
}  # flags of a recording, and what is told


def about_picture(
    seen: Observations, norms: Norms, facts: dict[str, float], unsaid: list[str]
) -> list[Finding]:
    """Advice on light and gaze; the reason goes to `unsaid` where nothing can be told of the gaze."""
    if not seen.facts.has_video:
        unsaid.append("no_picture")
        return []
    if seen.facts.luma_median < norms.limits.min_luma:
        unsaid.append("dark")
        return [Finding(kind="dark")]
    if seen.faces is None:  # the policy in use does not look at faces
        return []
    whole = Interval(0.0, seen.facts.duration_s)
    faces, measured = seen.faces, gaze.compute(seen, whole)
    there = float(faces.present.mean()) if faces.time_s.size else 0.0
    facts["face_share"] = round(there, 2)
    if there < norms.limits.min_face_ratio or there * whole.duration_s < norms.limits.min_face_s:
        unsaid.append("no_face")
        return [Finding(kind="no_face")]
    norm = next((n for n in norms.channels.get("face", ()) if n.feature == GAZE), None)
    share = measured.get("on_camera_ratio", math.nan)
    if norm is None or math.isnan(share) or measured["coverage_ratio"] < norms.limits.min_coverage_ratio:
        unsaid.append("no_gaze")
        return []
    facts["on_camera"] = round(share, 2)
    low = norm.best[0]
    if share >= low:
        return []
    return [Finding(kind="gaze", numbers={"share": round(share, 2), "low": low})]


def about_sound(seen: Observations) -> list[Finding]:
    """A room that is too noisy, a voice that is too far away or too near."""
    return [Finding(kind=_HEARD[flag]) for flag in seen.facts.flags if flag in _HEARD]
