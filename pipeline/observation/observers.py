"""The models that watch and listen, loaded once and used for any number of recordings."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from pathlib import Path

from interview_analysis.models.asr.recogniser import AsrEngine, load_detector, load_engine, transcribe
from interview_analysis.models.asr.tracks import transcribe_tracks
from interview_analysis.models.vision.mediapipe_runtime import load_vision
from interview_analysis.models.voice.diarization import diarize
from interview_analysis.models.voice.diarization_channels import channel_voices
from interview_analysis.models.voice.segmentation import SpeakerSegmenter
from interview_analysis.models.voice.speaker import SpeakerEncoder
from interview_analysis.models.voice.vad import SpeechDetector
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.config import RunConfig, spoken_in
from interview_analysis.pipeline.common.system import check_system_libraries
from interview_analysis.scoring.report.provenance import Hashed
from interview_analysis.types import AudioSource, FloatArray, SpeechActivity, Transcript, Voices

SEGMENTER, SPEAKER_ENCODER = VOICE_MODELS = ("pyannote-segmentation", "campplus-zh-en")
VISION_MODELS = ("face-landmarker", "pose-landmarker-full", "hand-landmarker")


class _Shared:
    """The models themselves, which are the same for every language."""

    def __init__(self, config: RunConfig, store: ModelStore) -> None:
        self.config, self.store = config, store
        self.hashes: dict[str, str] = {}

    @cached_property
    def engine(self) -> AsrEngine:
        return load_engine(self.config.asr, self.store)

    @cached_property
    def detector(self) -> SpeechDetector:
        return load_detector(self.config.asr, self.store)

    @cached_property
    def speaker_encoder(self) -> SpeakerEncoder:
        return SpeakerEncoder(self.store.path(SPEAKER_ENCODER))

    @cached_property
    def speaker_segmenter(self) -> SpeakerSegmenter:
        return SpeakerSegmenter(self.store.path(SEGMENTER))


class Observers:
    """Loads each model when it is first needed; weights are verified by then."""

    def __init__(self, config: RunConfig, store: ModelStore) -> None:
        self.config, self.store = config, store
        self.recognises = True
        self._shared = _Shared(config, store)

    def speaking(self, language: str | None) -> Observers:
        """The same models for recordings in `language`; None detects it. Whoever needs one first loads it for all.

        Raises ConfigError for a language that Whisper does not know.
        """
        other = copy(self)
        other.config = spoken_in(self.config, language)
        return other

    def beside_transcript(self) -> Observers:
        """The same models without the recogniser, for recordings whose words are known."""
        other = copy(self)
        other.recognises = False
        return other

    @property
    def engine(self) -> AsrEngine:
        return self._shared.engine

    @property
    def detector(self) -> SpeechDetector:
        return self._shared.detector

    @property
    def speaker_encoder(self) -> SpeakerEncoder:
        """Hears what a voice sounds like."""
        return self._shared.speaker_encoder

    @property
    def speaker_segmenter(self) -> SpeakerSegmenter:
        """Hears where voices change, and where they speak at once."""
        return self._shared.speaker_segmenter

    def load(self, *, picture: bool = True) -> None:
        """Load everything now. Raises what `verify` raises."""
        self.verify(picture=picture)
        self.load_voices()
        if picture and self.config.policy.face_and_body:
            load_vision()

    def verify(self, *, picture: bool = True) -> None:
        """Find missing weights and libraries before the work begins; each model is loaded where it is first used.

        Without a `picture` nothing is asked for that looks at one. Raises WeightsError and SystemLibraryError.
        """
        _ = self.detector, self.speaker_encoder, self.speaker_segmenter
        if self.recognises:
            _ = self.engine
        if picture and self.config.policy.face_and_body:
            check_system_libraries()
            for model in VISION_MODELS:
                self.store.path(model)

    def load_voices(self) -> None:
        """Load the models that tell voices apart."""
        self.speaker_segmenter.load()
        self.speaker_encoder.load()

    def transcribe(
        self, audio: AudioSource, on_progress: Callable[[float], None], *, alone: bool = False
    ) -> tuple[Transcript, SpeechActivity]:
        """Words and speech. `alone` says that nothing else needs the processors, so that several chunks are heard at once."""
        if not self.recognises:
            return Transcript("", math.nan, (), "", ""), self.detector.detect(audio)
        return transcribe(
            audio, self.engine, self.detector, self.config.asr, on_progress, self._at_once(alone)
        )

    def transcribe_tracks(
        self,
        audio: AudioSource,
        tracks: Mapping[int, AudioSource],
        levels: FloatArray | None,
        on_progress: Callable[[float], None],
        *,
        alone: bool = False,
    ) -> tuple[Transcript, SpeechActivity]:
        """`transcribe` of several audio tracks, which are complete; `audio` is their mean."""
        if not self.recognises:
            return self.transcribe(audio, on_progress, alone=alone)
        asr, at_once = self.config.asr, self._at_once(alone)
        return transcribe_tracks(audio, tracks, levels, self.engine, self.detector, asr, on_progress, at_once)

    def _at_once(self, alone: bool) -> int:
        return self.engine.at_once if alone else 1

    def diarize(
        self,
        audio: AudioSource,
        speech: SpeechActivity,
        channel_levels: FloatArray | None = None,
        *,
        tracks: bool = False,
    ) -> Voices:
        """Who speaks when, by channel where each voice has its own, else by what voices sound like.

        `tracks` says that the channels are audio tracks, see `channel_voices`.
        """
        by_channel = channel_voices(channel_levels, audio, speech, self.speaker_encoder, tracks=tracks)
        return by_channel or diarize(
            audio, speech, self.speaker_segmenter, self.speaker_encoder, self.config.voices
        )

    def hash(self, model: str) -> str:
        """`ModelStore.hash`, which is looked up once: a model that is in use stays what it is. Raises WeightsError."""
        hashes = self._shared.hashes
        if model not in hashes:
            hashes[model] = self.store.hash(model)
        return hashes[model]

    def hashes(self, *, video: bool) -> tuple[Hashed, ...]:
        """The models that an observation depends on."""
        versions = {self.config.asr.model: self.engine.name} if self.recognises else {}
        return tuple(
            Hashed(id=Path(model).name, version=versions.get(model, ""), sha256=self.hash(model))
            for model in observing_models(self.config, video=video)
            if self.recognises or model != self.config.asr.model
        )


def observing_models(config: RunConfig, *, video: bool) -> tuple[str, ...]:
    """The ids or paths of the models that observe a recording."""
    vision = VISION_MODELS if video and config.policy.face_and_body else ()
    return (config.asr.model, "silero-vad", *VOICE_MODELS, *vision)
