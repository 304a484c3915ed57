"""A realistic Report and Transcript, in Chinese or English, for whatever draws them. All of it is made up."""

from __future__ import annotations

import hashlib

from interview_analysis.pipeline.common.config import load_policy
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.interview.state import stated, timeline_event
from interview_analysis.scoring.interview.state_text import description, suggestion
from interview_analysis.scoring.report.provenance import Hashed, Lineage, Media
from interview_analysis.scoring.report.report import (
    Abstention,
    ChannelName,
    ChannelScore,
    DimensionScore,
    Evidence,
    Flag,
    OverallScore,
    Reason,
    Report,
    StateReport,
    Stretch,
    Timeline,
)
from interview_analysis.types import Transcript
from tests.events_scene import moment
from tests.pipeline.report.sample_timeline import sample_timeline
from tests.pipeline.sample_transcript import Spoken, sample_transcript

LEVEL_CUTS = (20.0, 40.0, 60.0, 80.0)

# dimension id, names, weight, score, standard error, mix
DIMENSIONS: tuple[tuple[str, Text, float, float, float, dict[ChannelName, float]], ...] = (
    (
        "requirements",
        Text(zh="需求分析能力", en="Requirements analysis"),
        0.35,
        76.4,
        4.1,
        {"content": 0.9, "voice": 0.1},
    ),
    (
        "delivery",
        Text(zh="项目管理能力", en="Project management"),
        0.30,
        58.9,
        6.8,
        {"content": 0.8, "voice": 0.2},
    ),
    (
        "empathy",
        Text(zh="用户思维", en="Thinking from the user’s side"),
        0.35,
        66.2,
        5.2,
        {"content": 0.6, "voice": 0.2, "face": 0.1, "posture": 0.1},
    ),
)
ANCHORS = {
    3: Text(
        zh="能说出做法，但数据和取舍的理由不完整。",
        en="Describes an approach; figures and reasons for choices are incomplete.",
    ),
    4: Text(
        zh="用调研数据推导需求，并说明优先级的取舍和结果。",
        en="Derives needs from research, explains the trade-offs and names the outcome.",
    ),
}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def level_of(score: float) -> int:
    return 1 + sum(score >= cut for cut in LEVEL_CUTS)


def _hit(transcript: Transcript, segment: int, match: str | None, **fields: object) -> Evidence:
    found = transcript.segments[segment]
    values = {
        "weight": 0.2,
        "start_s": found.start_s,
        "end_s": found.end_s,
        "quote": found.text,
        "match": match,
    }
    return Evidence.model_validate({**values, **fields})


def _content_evidence(transcript: Transcript) -> tuple[Evidence, ...]:
    zh = transcript.language == "zh"
    research = {"id": "user_research", "name": Text(zh="用户调研数据", en="User research")}
    ranking = {"id": "ranking", "name": Text(zh="功能优先级排序", en="Ranking by priority"), "weight": 0.35}
    outcome = {"id": "outcome", "name": Text(zh="说明结果", en="Names the outcome")}
    missed = {"id": "competitors", "name": Text(zh="竞品分析", en="Looks at competitors"), "weight": 0.1}
    said = {"kind": "keyword", "strength": "demonstrated"}
    meant = {"kind": "meaning", "similarity": 2.6}
    words = ("用户调研数据", "功能优先级排序") if zh else ("user research", "roadmap")
    return (
        _hit(transcript, 3, words[0], **research, **said, score=88.0),
        _hit(transcript, 2, None, **research, **meant, score=74.0, strength="mentioned"),
        _hit(transcript, 4, words[1], **ranking, **said, score=81.0),
        _hit(transcript, 6, None, **outcome, **meant, score=69.0, strength="listed"),
        Evidence.model_validate({**missed, "kind": "absent", "score": 0.0, "strength": "absent"}),
    )


def _measure(
    key: str, name: Text, weight: float, score: float, value: float, error: float, unit: str
) -> Evidence:
    fields = {"id": key, "name": name, "weight": weight, "score": score, "value": value, "unit": unit}
    return Evidence.model_validate({**fields, "kind": "measure", "value_standard_error": error})


def _voice_evidence(spoken: Spoken, end_s: float) -> tuple[Evidence, ...]:
    rate, unit = (243.0, "characters/min") if spoken == "zh" else (168.0, "words/min")
    pauses, pitch = Text(zh="停顿占比", en="Share of pauses"), Text(zh="音高变化", en="Pitch variability")
    why = Text(zh="这一范围内的语速最容易听懂。", en="Rates in this range are the easiest to follow.")
    pace = _measure(
        "speech_rate.speaking_rate", Text(zh="语速", en="Speaking rate"), 0.5, 84.0, rate, 5.8, unit
    )
    return (
        pace.model_copy(update={"start_s": 0.0, "end_s": end_s, "why": why}),
        _measure("pauses.pause_ratio", pauses, 0.3, 62.5, 0.183, 0.021, "ratio"),
        _measure("pitch.f0_sd_st", pitch, 0.2, 71.0, 2.84, 0.17, "st"),
    )


def _face_evidence() -> tuple[Evidence, ...]:
    gaze, smile = Text(zh="注视镜头占比", en="Gaze on camera"), Text(zh="微笑占比", en="Share of smiling")
    return (
        _measure("gaze.on_camera_ratio", gaze, 0.6, 70.0, 0.71, 0.03, "ratio"),
        _measure("smile.smile_ratio", smile, 0.4, 55.0, 0.12, 0.02, "ratio"),
    )


def _dimensions(transcript: Transcript, end_s: float, count: int) -> tuple[DimensionScore, ...]:
    spoken: Spoken = "zh" if transcript.language == "zh" else "en"
    made = []
    for index in range(count):
        key, name, weight, score, error, mix = DIMENSIONS[index % len(DIMENSIONS)]
        score = score if index < len(DIMENSIONS) else (score * (index + 1)) % 101
        fields = {
            "id": key if index < len(DIMENSIONS) else f"{key}_{index}",
            "name": name
            if index < len(DIMENSIONS)
            else Text(zh=f"{name.zh}（{index}）", en=f"{name.en} in cross-functional teams {index}"),
            "weight": weight if count == len(DIMENSIONS) else 1 / count,
            "mix": mix,
        }
        if index % 5 == 4:
            gone = Abstention(reason=Reason.CHANNELS_MISSING, values={"ratio": 0.3, "limit": 0.5})
            made.append(
                DimensionScore.model_validate(
                    {
                        **fields,
                        "score": None,
                        "standard_error": None,
                        "level": None,
                        "channel_scores": dict.fromkeys(mix),
                        "abstention": gone,
                    }
                )
            )
            continue
        evidence = _content_evidence(transcript) + _voice_evidence(spoken, end_s)
        made.append(
            DimensionScore.model_validate(
                {
                    **fields,
                    "score": score,
                    "standard_error": error,
                    "level": level_of(score),
                    "evidence": evidence if index != 1 else evidence[2:],
                    "anchor": ANCHORS.get(level_of(score), ANCHORS[3]),
                    "channel_scores": {c: None if c == "posture" else score + 2 for c in mix},
                    "partial": "posture" in mix,
                }
            )
        )
    return tuple(made)


def _state(spoken: Spoken, duration_s: float, quote: str) -> StateReport:
    start = round(0.53 * duration_s, 1)
    rise = moment("rate_rise", start, start + 12, 226.0, baseline=180.0, confidence=0.9)
    touches = moment("face_touches", start + 3, start + 10, 4.0, label="nose", baseline=0.1)
    pause = moment("long_pause", 0.8 * duration_s, 0.8 * duration_s + 3.1, 3.1, baseline=0.6)
    look = moment("long_off_camera", 0.8 * duration_s, 0.8 * duration_s + 6, 6.0, label="left", baseline=1.5)
    first, second = (rise, touches), (pause, look)
    stretches = tuple(
        Stretch(
            start_s=events[0].start_s,
            end_s=max(e.end_s for e in events),
            channels=channels,
            moments=tuple(timeline_event(event, spoken) for event in events),
            answer=answer,
            asked=asked,
            quote=said,
            chance_share=0.08,
            text=description(events, spoken, answer),
            suggestion=suggestion({e.kind for e in events}),
        )
        for events, channels, answer, asked, said in (
            (first, ("voice", "posture"), 3, "Which step was yours?", quote),
            (second, ("voice", "face"), None, None, None),
        )
    )
    return StateReport(policy=stated(load_policy("observable")), stretches=stretches)


def _lineage() -> Lineage:
    named = {
        key: Hashed(id=key, version="1", sha256=digest(key))
        for key in ("recording", "profile", "config", "policy", "norms")
    }
    models = (("whisper-base", "int8"), ("face_landmarker", "2023-05"), ("multilingual-e5-small", "q4"))
    return Lineage(
        created_at="2025-03-04T09:05:00+00:00",
        models=tuple(Hashed(id=name, version=version, sha256=digest(name)) for name, version in models),
        extractors={"speech_rate": 1, "pauses": 1, "gaze": 2},
        versions={"interview-analysis": "0.1.0", "python": "3.11.9", "numpy": "2.3.0"},
        **named,
    )


def sample_report(
    spoken: Spoken = "zh", duration_s: float = 96.0, dimensions: int = 3, name: str = "candidate 01.mp4"
) -> Report:
    """A report with a partly missing posture channel; every fifth dimension abstains."""
    transcript = sample_transcript(spoken, duration_s)
    scored = _dimensions(transcript, duration_s, dimensions)
    channels: dict[ChannelName, ChannelScore] = {
        "content": ChannelScore(
            score=71.3, standard_error=4.4, level=4, weight=0.76, evidence=_content_evidence(transcript)
        ),
        "voice": ChannelScore(
            score=74.9, standard_error=3.1, level=4, weight=0.17, evidence=_voice_evidence(spoken, duration_s)
        ),
        "face": ChannelScore(
            score=64.0, standard_error=6.0, level=4, weight=0.035, evidence=_face_evidence()
        ),
        "posture": ChannelScore(
            score=None,
            standard_error=None,
            level=None,
            weight=0.035,
            abstention=Abstention(reason=Reason.NO_UPPER_BODY, values={"ratio": 0.21, "limit": 0.5}),
        ),
    }
    return Report(
        job=Text(zh="产品经理", en="Product manager"),
        job_id="product-manager",
        language=spoken,
        media=Media(
            name=name,
            duration_s=duration_s,
            has_audio=True,
            has_video=True,
            container="mp4",
            width_px=1080,
            height_px=1920,
            fps=29.97,
            variable_frame_rate=True,
            rotation_deg=90,
            video_codec="hevc",
            audio_codec="aac",
            audio_rate_hz=48000,
            loudness_lufs=-21.4,
            clipping_ratio=0.0003,
            snr_db=17.2,
            luma_median=104.0,
        ),
        overall=OverallScore(
            score=67.6, standard_error=3.7, level=4, weight=1.0, partial=any(d.abstention for d in scored)
        ),
        channels=channels,
        dimensions=scored,
        flags=(
            Flag(code="low_snr", severity="warning", channel="voice", values={"snr_db": 17.2, "limit": 20.0}),
            Flag(
                code="other_faces",
                severity="warning",
                channel="face",
                start_s=41.0,
                end_s=44.5,
                values={"ratio": 0.04},
            ),
            Flag(code="fillers_lower_bound", severity="info", channel="voice"),
        ),
        state=_state(spoken, duration_s, transcript.segments[5].text),
        timeline=sample_timeline(spoken, duration_s),
        lineage=_lineage(),
        level_cuts=LEVEL_CUTS,
    )


def abstained_report() -> Report:
    """A recording of which nothing could be scored: no sound, no face."""
    whole = sample_report("en")
    reasons: dict[ChannelName, Reason] = {
        "content": Reason.NO_AUDIO,
        "voice": Reason.NO_AUDIO,
        "face": Reason.NO_FACE,
        "posture": Reason.NO_UPPER_BODY,
    }
    none = {"score": None, "standard_error": None, "level": None, "evidence": ()}

    def gone(reason: Reason) -> dict[str, object]:
        return {**none, "abstention": Abstention(reason=reason)}

    dimensions = tuple(
        d.model_copy(
            update={
                **gone(Reason.CHANNELS_MISSING),
                "anchor": None,
                "partial": False,
                "channel_scores": dict.fromkeys(d.mix),
            }
        )
        for d in whole.dimensions
    )
    return whole.model_copy(
        update={
            "language": None,
            "media": whole.media.model_copy(
                update={
                    "has_audio": False,
                    "audio_codec": "",
                    "audio_rate_hz": 0,
                    "loudness_lufs": None,
                    "snr_db": None,
                    "clipping_ratio": None,
                }
            ),
            "overall": whole.overall.model_copy(update=gone(Reason.NOTHING_SCORED)),
            "channels": {c: s.model_copy(update=gone(reasons[c])) for c, s in whole.channels.items()},
            "dimensions": dimensions,
            "flags": (Flag(code="no_audio", severity="warning"),),
            "state": whole.state.model_copy(update={"stretches": ()}),
            "timeline": Timeline(window_s=10.0, series=(), events=()),
        }
    )
