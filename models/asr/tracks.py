"""Audio tracks on which different people were recorded: each is recognised by itself, so that words are kept where people talk at
once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from interview_analysis.models.asr.recogniser import AsrEngine, AsrSettings, transcribe
from interview_analysis.models.voice.diarization_channels import channel_turns
from interview_analysis.models.voice.vad import SpeechDetector
from interview_analysis.types import AudioSource, FloatArray, Interval, SpeechActivity, Transcript


def transcribe_tracks(
    audio: AudioSource,
    tracks: Mapping[int, AudioSource],
    levels: FloatArray | None,
    engine: AsrEngine,
    detector: SpeechDetector,
    settings: AsrSettings,
    on_progress: Callable[[float], None],
    at_once: int = 1,
) -> tuple[Transcript, SpeechActivity]:
    """As `transcribe`, of recordings that are complete; segments overlap where people do, and know their voice.

    Parameters
    ----------
    audio : all tracks mixed; what is recognised where tracks do not tell voices apart.
    tracks : the sound of each track, by its number from 0.
    levels : how loud each track is, see `channel_voices`.
    """
    speech = detector.detect(audio)
    told = channel_turns(levels, speech, tracks=True)
    if told is None:
        return transcribe(audio, engine, detector, settings, on_progress, at_once)
    found: list[Transcript] = []
    for voice, channel in enumerate(told.channels):
        own = _Within(detector, [Interval(t.start_s, t.end_s) for t in told.turns if t.voice == voice])

        def reached(time_s: float, before: int = voice) -> None:
            on_progress((before * speech.regions[-1].end_s + time_s) / len(told.channels))

        transcript, _ = transcribe(tracks[channel], engine, own, settings, reached, at_once)
        segments = tuple(
            replace(segment, voice=voice, language=transcript.language_of(segment))
            for segment in transcript.segments
        )
        found.append(replace(transcript, segments=segments))
    return _together(found), speech


@dataclass(frozen=True, slots=True)
class _Within:
    """Hears speech where one voice has its turns: what leaks into its track from the others is not its own."""

    detector: SpeechDetector
    turns: list[Interval]

    def regions(self, audio: AudioSource) -> Iterator[Interval]:
        for region in self.detector.regions(audio):
            for turn in self.turns:
                if region.overlap_s(turn) > 0:
                    yield Interval(max(region.start_s, turn.start_s), min(region.end_s, turn.end_s))


def _together(found: list[Transcript]) -> Transcript:
    """The transcripts of all voices as one, by time; the probability is that of whoever speaks its main language most."""
    segments = sorted((s for transcript in found for s in transcript.segments), key=lambda s: s.start_s)
    together = replace(found[0], segments=tuple(segments)).led_by_its_main_language()
    leading = [t for t in found if t.language == together.language] or found
    most = max(leading, key=lambda t: sum(word.end_s - word.start_s for word in t.words))
    return replace(together, language_probability=most.language_probability)
