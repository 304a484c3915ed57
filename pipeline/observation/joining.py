"""Several recordings of one interview, or parts of them, on one clock.

The recordings follow each other in order: times are shifted by the lengths of those before. What one of them
lacks is missing for its stretch of time and lowers the coverage there; a channel is None only where all lack it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np

from interview_analysis.errors import MediaError
from interview_analysis.features.core.turns import common, outside
from interview_analysis.features.language.sentences import join_words
from interview_analysis.pipeline.media.signal_facts import quality_flags
from interview_analysis.pipeline.observation.joining_voices import (
    joined_voices,
    numbered,
    numbers_in_part,
    numbers_joined,
    turns_part,
    voices_part,
)
from interview_analysis.tracks import FaceTrack, PoseTrack
from interview_analysis.types import (
    AcousticTrack,
    AudioTrackFacts,
    Conversation,
    FloatArray,
    Interval,
    MediaFacts,
    Observations,
    Segment,
    SpeechActivity,
    Transcript,
    Word,
    WordTimes,
)

Track = TypeVar("Track", AcousticTrack, FaceTrack, PoseTrack)
_SLACK_S = 1e-6  # sums of lengths are rounded
_TIMES: tuple[WordTimes, ...] = ("recognised", "interpolated", "estimated", "written")  # the worst last
_FACE_VALUES = ("blendshapes", "yaw_deg", "pitch_deg", "roll_deg", "points")


def clip(
    observations: Observations, start_s: float | None = None, end_s: float | None = None
) -> Observations:
    """What was observed from `start_s` to before `end_s`, on a clock that starts at `start_s`.

    None is the start or the end of the recording, and an end beyond it is its end. Words stay whose middle lies
    inside; their times and the regions of speech are cut at the edges. Of the facts, only the length and the flag
    "short" are those of the part: loudness, noise, clipping and brightness were measured over the whole recording.
    A part that is everything is given back as it came. Raises MediaError for a part in which nothing lies.
    """
    whole_s = observations.facts.duration_s
    part = Interval(max(0.0, start_s or 0.0), whole_s if end_s is None else min(end_s, whole_s))
    if part.start_s == 0.0 and part.end_s == whole_s:
        return observations
    if not part.end_s > part.start_s:
        raise MediaError(
            f"nothing lies from {part.start_s:g} s to {part.end_s if end_s is None else end_s:g} s of a recording "
            f"of {whole_s:.1f} s: correct start_s and end_s",
            "nothing_there",
        )
    return _part(observations, part)


def joined(parts: Sequence[Observations]) -> Observations:
    """The recordings of one interview as one; one alone is given back as it came.

    - Silence around a joint is neither a pause nor speaking time, see `SpeechActivity.joints_s`.
    - The language is the main one of all words, which stay, each segment with its own.
    - Pictures of different shape are taken as if each stood in the middle of the widest one: x keeps its length in
      image heights, in which features are measured.
    - Facts: lengths add up; loudness is the mean of the power, noise, clipping, brightness and frame rate the mean
      of what is known, each weighted by its length; format, size, codecs and each audio track are those of the longest
      recording that has them; flags are united, except that only the whole can be "short".
    """
    if not parts:
        raise ValueError("expected the observations of at least one recording, got none")
    if len(parts) == 1:
        return parts[0]
    held = [_part(part, Interval(0.0, part.facts.duration_s)) for part in parts]
    starts_s = joint_starts_s(parts)
    return Observations(
        facts=_joined_facts([part.facts for part in parts], starts_s),
        speech=_joined_speech(held, starts_s),
        transcript=_joined_transcript(held, starts_s),
        acoustics=_joined_track([part.acoustics for part in held], starts_s),
        faces=_joined_faces([part.faces for part in held], starts_s),
        poses=_joined_track([part.poses for part in held], starts_s),
        voices=joined_voices([part.voices for part in held], starts_s),
    )


def parted(speech: SpeechActivity, holes: Sequence[Interval]) -> SpeechActivity:
    """Speech that stops at holes in the sound: what lies there is a joint of two recordings, and no pause."""
    if not holes:
        return speech
    return SpeechActivity(
        tuple(common(speech.regions, outside(holes))),
        tuple(sorted({*speech.joints_s, *((hole.start_s + hole.end_s) / 2 for hole in holes)})),
        speech.others_s,
    )


def joint_starts_s(parts: Sequence[Observations]) -> list[float]:
    """Where each recording begins on the joint clock."""
    ends_s = np.cumsum([part.facts.duration_s for part in parts])
    return [0.0, *map(float, ends_s[:-1])]


def _part(seen: Observations, part: Interval) -> Observations:
    numbers = numbers_in_part(seen.voices, part)
    return Observations(
        facts=_facts_part(seen.facts, part),
        speech=None if seen.speech is None else _speech_part(seen.speech, part),
        transcript=None if seen.transcript is None else _transcript_part(seen.transcript, part, numbers),
        acoustics=None if seen.acoustics is None else _acoustics_part(seen.acoustics, part),
        faces=None if seen.faces is None else _faces_part(seen.faces, part),
        poses=None if seen.poses is None else _rows(seen.poses, part),
        voices=None if seen.voices is None else voices_part(seen.voices, part),
        conversation=None
        if seen.conversation is None
        else _conversation_part(seen.conversation, part, numbers),
        candidate_face=seen.candidate_face,
    )


def _with_length(facts: MediaFacts, duration_s: float) -> MediaFacts:
    shorter = replace(facts, duration_s=duration_s)
    others = tuple(flag for flag in facts.flags if flag != "short")
    short = tuple(flag for flag in quality_flags(shorter) if flag == "short")
    return replace(shorter, flags=(*short, *others))


def _facts_part(facts: MediaFacts, part: Interval) -> MediaFacts:
    cut = replace(
        facts, sound_holes=_intervals_part(facts.sound_holes, part), holes=_intervals_part(facts.holes, part)
    )
    missing = "sound_missing" in quality_flags(cut)
    flags = tuple(flag for flag in facts.flags if flag != "sound_missing" or missing)
    return _with_length(replace(cut, flags=flags), part.duration_s)


def _intervals_part(pieces: Iterable[Interval], part: Interval) -> tuple[Interval, ...]:
    return tuple(
        _shift(_cut(piece, part), -part.start_s) for piece in pieces if piece.overlap_s(part) > _SLACK_S
    )


def _speech_part(speech: SpeechActivity, part: Interval) -> SpeechActivity:
    regions = _intervals_part(speech.regions, part)
    joints_s, others_s = (
        tuple(s - part.start_s for s in moments_s if part.start_s + _SLACK_S < s < part.end_s - _SLACK_S)
        for moments_s in (speech.joints_s, speech.others_s)
    )
    return SpeechActivity(regions, joints_s, others_s)


def _conversation_part(
    conversation: Conversation, part: Interval, numbers: Mapping[int, int]
) -> Conversation:
    words = conversation.other_words
    return replace(
        conversation,
        own=_intervals_part(conversation.own, part),
        others=turns_part(conversation.others, part),
        other_words=None if words is None else _transcript_part(words, part, numbers),
    )


def _cut(interval: Interval, part: Interval) -> Interval:
    return Interval(max(interval.start_s, part.start_s), min(interval.end_s, part.end_s))


def _shift(interval: Interval, by_s: float) -> Interval:
    return Interval(interval.start_s + by_s, interval.end_s + by_s)


def _transcript_part(transcript: Transcript, part: Interval, numbers: Mapping[int, int]) -> Transcript:
    segments = (_segment_part(s, part, transcript.language_of(s)) for s in transcript.segments)
    kept = tuple(segment for segment in segments if segment is not None)
    return numbered(replace(transcript, segments=kept), numbers).led_by_its_main_language()


def _segment_part(segment: Segment, part: Interval, language: str) -> Segment | None:
    words = [word for word in segment.words if part.start_s <= (word.start_s + word.end_s) / 2 < part.end_s]
    if not words:
        return None
    cut = tuple(
        replace(
            word,
            start_s=max(0.0, word.start_s - part.start_s),
            end_s=min(word.end_s, part.end_s) - part.start_s,
        )
        for word in words
    )
    whole = len(words) == len(segment.words)
    text = segment.text if whole else join_words(words, language)
    return Segment(text, cut[0].start_s, cut[-1].end_s, cut, segment.voice, language=segment.language)


def _acoustics_part(track: AcousticTrack, part: Interval) -> AcousticTrack:
    segments = ("segment_start_s", "segment_end_s", "jitter_ratio", "shimmer_ratio")
    nucleus_s = track.nucleus_s[(track.nucleus_s >= part.start_s) & (track.nucleus_s < part.end_s)]
    middle_s = (track.segment_start_s + track.segment_end_s) / 2
    kept = (middle_s >= part.start_s) & (middle_s < part.end_s)
    cut = replace(
        _rows(track, part, leave=(*segments, "nucleus_s")),
        **{name: getattr(track, name)[kept] for name in segments},
    )
    return replace(
        cut,
        nucleus_s=nucleus_s - part.start_s,
        segment_start_s=np.maximum(cut.segment_start_s - part.start_s, 0.0),
        segment_end_s=np.minimum(cut.segment_end_s, part.end_s) - part.start_s,
    )


def _faces_part(faces: FaceTrack, part: Interval) -> FaceTrack:
    return replace(_rows(faces, part), others=tuple(_rows(other, part) for other in faces.others))


def _rows(track: Track, part: Interval, leave: Iterable[str] = ()) -> Track:
    """The rows of a track within `part`, its arrays in `leave` untouched."""
    rows = (track.time_s >= part.start_s - _SLACK_S) & (track.time_s < part.end_s - _SLACK_S)
    arrays = {name: getattr(track, name)[rows] for name in _arrays(track) if name not in set(leave)}
    return replace(track, **{**arrays, "time_s": arrays["time_s"] - part.start_s})


def _arrays(track: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(track) if isinstance(getattr(track, field.name), np.ndarray))


def _joined_speech(parts: Sequence[Observations], starts_s: Sequence[float]) -> SpeechActivity | None:
    if all(part.speech is None for part in parts):
        return None
    regions: list[Interval] = []
    joints_s = set(starts_s[1:])
    for part, start_s in zip(parts, starts_s, strict=True):
        if part.speech is not None:
            regions += [_shift(region, start_s) for region in part.speech.regions]
            joints_s |= {start_s + joint_s for joint_s in part.speech.joints_s}
    return SpeechActivity(tuple(regions), tuple(sorted(joints_s)))


def _joined_transcript(parts: Sequence[Observations], starts_s: Sequence[float]) -> Transcript | None:
    numbers = numbers_joined([part.voices for part in parts], starts_s)
    heard = [
        (numbered(t, own), start_s)
        for t, own, start_s in zip([part.transcript for part in parts], numbers, starts_s, strict=True)
        if t is not None
    ]
    if not heard:
        return None
    spoken = next((transcript for transcript, _ in heard if transcript.language), heard[0][0])
    segments = tuple(
        later(segment, start_s, "" if t.language == spoken.language else t.language)
        for t, start_s in heard
        for segment in t.segments
    )
    together = replace(spoken, segments=segments).led_by_its_main_language()
    leading = [transcript for transcript, _ in heard if transcript.language == together.language]
    times = [t.word_times for t, _ in heard]
    together = replace(together, word_times=max(times, key=_TIMES.index))
    probability = _weighted(
        [t.language_probability for t in leading], [max(1, len(t.words)) for t in leading]
    )
    return replace(together, language_probability=probability)


def later(segment: Segment, by_s: float, language: str) -> Segment:
    """The segment by so much later; `language` where it has none of its own."""
    words = tuple(Word(w.text, w.start_s + by_s, w.end_s + by_s, w.probability) for w in segment.words)
    return Segment(
        segment.text,
        segment.start_s + by_s,
        segment.end_s + by_s,
        words,
        segment.voice,
        language=segment.language or language,
    )


def _joined_track(tracks: Sequence[Track | None], starts_s: Sequence[float]) -> Track | None:
    there = [(track, s) for track, s in zip(tracks, starts_s, strict=True) if track is not None]
    if not there:
        return None
    first = there[0][0]
    changes: dict[str, Any] = {}
    if not isinstance(first, AcousticTrack):
        ratios = [track.aspect_ratio for track, _ in there if not isinstance(track, AcousticTrack)]
        changes["aspect_ratio"] = widest = max((r for r in ratios if math.isfinite(r)), default=math.nan)
        there = [(_in_width(track, widest), start_s) for track, start_s in there]
    for name in _arrays(first):
        clock = name.endswith("_s")
        changes[name] = np.concatenate(
            [getattr(track, name) + (start_s if clock else 0) for track, start_s in there]
        )
    return replace(first, **changes)


def _joined_faces(tracks: Sequence[FaceTrack | None], starts_s: Sequence[float]) -> FaceTrack | None:
    """The faces that were followed as one, and the first, second ... of the others of each recording likewise."""
    joined_first = _joined_track(tracks, starts_s)
    if joined_first is None:
        return None
    most = max(len(track.others) for track in tracks if track is not None)
    others = [
        _joined_track([None if t is None else _other(t, number) for t in tracks], starts_s)
        for number in range(most)
    ]
    turned_deg = max(track.turned_deg for track in tracks if track is not None)
    return replace(joined_first, others=tuple(o for o in others if o is not None), turned_deg=turned_deg)


def _other(faces: FaceTrack, number: int) -> FaceTrack:
    """One of the other faces, or frames without it where there are fewer."""
    if number < len(faces.others):
        return faces.others[number]
    unseen = {name: np.full_like(getattr(faces, name), np.nan) for name in _FACE_VALUES}
    return replace(faces, **unseen, others=())


def _in_width(track: Track, aspect_ratio: float) -> Track:
    """The track as it looks in the middle of a picture of the same height that is `aspect_ratio` wide."""
    if isinstance(track, AcousticTrack) or track.aspect_ratio == aspect_ratio or not len(track.time_s):
        return track
    share = track.aspect_ratio / aspect_ratio

    def placed(points: FloatArray) -> FloatArray:
        return np.stack([0.5 + share * (points[..., 0] - 0.5), points[..., 1]], axis=-1)

    moved: dict[str, Any] = {
        name: placed(getattr(track, name)) for name in ("points", "hand_points") if name in _arrays(track)
    }
    return replace(track, aspect_ratio=aspect_ratio, **moved)


def _joined_facts(facts: Sequence[MediaFacts], starts_s: Sequence[float]) -> MediaFacts:
    heard = [fact for fact in facts if fact.has_audio] or list(facts)
    seen = [fact for fact in facts if fact.has_video] or list(facts)
    sound, picture = (max(some, key=lambda fact: fact.duration_s) for some in (heard, seen))

    def mean(name: str, some: Sequence[MediaFacts]) -> float:
        return _weighted([getattr(fact, name) for fact in some], [fact.duration_s for fact in some])

    powers = [10 ** (fact.loudness_lufs / 10) for fact in heard]
    power = _weighted(powers, [fact.duration_s for fact in heard])
    together = MediaFacts(
        duration_s=math.fsum(fact.duration_s for fact in facts),
        has_audio=any(fact.has_audio for fact in facts),
        has_video=any(fact.has_video for fact in facts),
        container=picture.container,
        width_px=picture.width_px,
        height_px=picture.height_px,
        fps=mean("fps", seen),
        variable_frame_rate=any(fact.variable_frame_rate for fact in facts),
        rotation_deg=picture.rotation_deg,
        mirrored=picture.mirrored,
        video_codec=picture.video_codec,
        audio_codec=sound.audio_codec,
        audio_rate_hz=sound.audio_rate_hz,
        loudness_lufs=10 * math.log10(power) if power > 0 else power if math.isnan(power) else -math.inf,
        clipping_ratio=mean("clipping_ratio", heard),
        snr_db=mean("snr_db", heard),
        bandwidth_hz=mean("bandwidth_hz", heard),
        luma_median=mean("luma_median", seen),
        audio_tracks=_joined_tracks(heard),
        sound_holes=tuple(_shift(h, s) for f, s in zip(facts, starts_s, strict=True) for h in f.sound_holes),
        holes=tuple(_shift(h, s) for f, s in zip(facts, starts_s, strict=True) for h in f.holes),
    )
    flags = dict.fromkeys(flag for fact in facts for flag in fact.flags)
    return _with_length(replace(together, flags=tuple(flags)), together.duration_s)


def _joined_tracks(heard: Sequence[MediaFacts]) -> tuple[AudioTrackFacts, ...]:
    """The audio tracks by number, each as the longest recording that has it tells; nameless where recordings name it differently."""
    found: list[AudioTrackFacts] = []
    for number in range(max(len(fact.audio_tracks) for fact in heard)):
        having = [fact for fact in heard if number < len(fact.audio_tracks)]
        track = max(having, key=lambda fact: fact.duration_s).audio_tracks[number]
        alike = len({fact.audio_tracks[number].name for fact in having}) == 1
        found.append(track if alike else replace(track, name=""))
    return tuple(found)


def _weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    """The weighted mean of the values that are known, NaN where none is."""
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if not math.isnan(value)]
    total = math.fsum(weight for _, weight in known)
    return math.fsum(value * weight for value, weight in known) / total if total else math.nan
