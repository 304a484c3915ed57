"""What a reader must know about the recording and the answer before reading a score."""

from __future__ import annotations

from collections.abc import Iterable

from interview_analysis.features.tables import FeatureTables
from interview_analysis.scoring.indicators import ContentEvidence
from interview_analysis.scoring.report import ChannelName, Flag, Reason
from interview_analysis.scoring.score import ScoreCard
from interview_analysis.types import Observations

# Which channel a quality flag of the recording speaks of.
QUALITY_CHANNELS: dict[str, ChannelName | None] = {
    "low_snr": "voice", "clipped": "voice", "quiet": "voice", "dark_video": "face", "low_resolution": "face",
    "low_frame_rate": "face", "variable_frame_rate": None, "short": None, "mixed_languages": "content",
}  # fmt: skip
NON_ANSWER_LIMIT = 0.2  # share of sentences that decline to answer: one in five is worth a look
FACE_COVERAGE_LIMIT = 0.9


def flags(
    seen: Observations,
    tables: FeatureTables,
    found: ContentEvidence | None,
    card: ScoreCard,
) -> tuple[Flag, ...]:
    """All flags, warnings first."""
    raised = [*_recording(seen), *_picture(seen, tables), *_answer(found), *_scores(card), *_limits(seen)]
    return tuple(sorted(raised, key=lambda flag: (flag.severity != "warning", flag.code)))


def _recording(seen: Observations) -> Iterable[Flag]:
    facts = seen.facts
    measured: dict[str, dict[str, float]] = {
        "low_snr": {"snr_db": facts.snr_db}, "clipped": {"clipping_ratio": facts.clipping_ratio},
        "quiet": {"loudness_lufs": facts.loudness_lufs}, "dark_video": {"luma": facts.luma_median},
        "low_resolution": {"width_px": facts.width_px, "height_px": facts.height_px},
        "low_frame_rate": {"fps": facts.fps}, "short": {"seconds": facts.duration_s},
    }  # fmt: skip
    for code in facts.flags:
        values = {key: round(float(value), 4) for key, value in measured.get(code, {}).items()}
        channel = QUALITY_CHANNELS.get(code)
        yield Flag(
            code=code,
            severity="info" if code == "variable_frame_rate" else "warning",
            channel=channel,
            values=dict(values),
        )
    if not facts.has_audio:
        yield Flag(code="no_audio", severity="warning", channel="voice")
    if not facts.has_video:
        yield Flag(code="no_video", severity="info", channel="face")


def _picture(seen: Observations, tables: FeatureTables) -> Iterable[Flag]:
    if seen.faces is None or not len(seen.faces.time_s):
        return
    others = [event for event in tables.events if event.kind == "other_face"]
    if others:
        share = sum(event.end_s - event.start_s for event in others) / seen.facts.duration_s
        yield Flag(code="other_faces", severity="warning", channel="face", values={"share": round(share, 3)})
    present = float(seen.faces.present.mean())
    if 0 < present < FACE_COVERAGE_LIMIT:
        yield Flag(
            code="face_absent", severity="info", channel="face", values={"share": round(1 - present, 3)}
        )


def _answer(found: ContentEvidence | None) -> Iterable[Flag]:
    if found is None:
        return
    if found.stuffing.flagged:
        values = {"keywords": found.stuffing.keyword_count, "listed": round(found.stuffing.listed_ratio, 3)}
        yield Flag(code="keyword_stuffing", severity="warning", channel="content", values=dict(values))
    if found.declined_ratio >= NON_ANSWER_LIMIT:
        share = round(found.declined_ratio, 3)
        yield Flag(code="non_answer", severity="warning", channel="content", values={"share": share})


def _scores(card: ScoreCard) -> Iterable[Flag]:
    if card.overall.partial:
        missing = [dimension.id for dimension in card.dimensions if dimension.score is None]
        values: dict[str, float | str] = {"missing": ", ".join(missing)} if missing else {}
        yield Flag(code="partial_overall", severity="warning", values=values)
    content = card.channels["content"].abstention
    if content is not None and content.reason in (
        Reason.NO_SPEECH, Reason.LANGUAGE_MISMATCH, Reason.LOW_TRANSCRIPT_CONFIDENCE
    ):  # fmt: skip
        yield Flag(code=content.reason.value, severity="warning", channel="content", values=content.values)


def _limits(seen: Observations) -> Iterable[Flag]:
    """What this version cannot tell, said in every report that it concerns."""
    if seen.transcript is not None and seen.transcript.words:
        yield Flag(code="one_voice_assumed", severity="info", channel="content")
        yield Flag(code="fillers_lower_bound", severity="info", channel="voice")
    if seen.faces is not None and seen.faces.present.any():
        yield Flag(code="blink_lower_bound", severity="info", channel="face")
