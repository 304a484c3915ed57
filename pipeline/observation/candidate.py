"""The candidate's part of what was observed, by what the user says of the candidate's voice."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interview_analysis.errors import MediaError, TranscriptError
from interview_analysis.features.conversation.candidate_view import candidate_view
from interview_analysis.features.conversation.roles import candidate_voice
from interview_analysis.pipeline.common.config import CandidateChannel
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.observation.cache import Cache
from interview_analysis.pipeline.observation.observed import lone_voice_key
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.scoring.report.provenance import Hashed
from interview_analysis.types import FloatArray, Observations, Turn, Voices

MIN_SAMPLE_S = (
    3.0  # of speech: pieces of that length of one person are alike enough, see features/conversation/roles.py
)


@dataclass(frozen=True, slots=True)
class VoiceSample:
    """How the candidate sounds in a recording of their own: a vector of unit length, and the file that it is of."""

    vector: FloatArray
    file: Hashed


def voice_sample(recording: Path, models: Observers, cache: Cache) -> VoiceSample:
    """Observations of the voice sample, from the cache or computed and cached.

    Raises MediaError for what cannot be read or holds less than 3 s of speech, and WeightsError.
    """
    file = RecordingFile.at(recording)
    kept = recalled_voice(file.name, file.sha256, models, cache)
    if kept is not None:
        return kept
    voices = _lone_voice(recording, models)
    file.check_unchanged()
    cache.write("voices", lone_voice_key(file.sha256, models), voices)
    return _sample(voices, file.name, file.sha256)


def recalled_voice(name: str, sha256: str, models: Observers, cache: Cache) -> VoiceSample | None:
    """What is kept of a recording of the candidate alone, without the recording; None where nothing is."""
    kept = cache.read("voices", lone_voice_key(sha256, models))
    return _sample(kept, name, sha256) if isinstance(kept, Voices) else None


def _sample(voices: Voices, name: str, sha256: str) -> VoiceSample:
    return VoiceSample(np.asarray(voices.embeddings[0], dtype=float), Hashed(id=name, sha256=sha256))


def _lone_voice(recording: Path, models: Observers) -> Voices:
    with (
        Decoder(recording, with_video=False) as decoder,
        AudioSpool() as spool,
    ):
        if decoder.has_audio:
            deque(decoder.frames(spool), maxlen=0)
            speech = models.detector.detect(spool)
        spoken_s = speech.speech_s if decoder.has_audio else 0.0
        if spoken_s < MIN_SAMPLE_S:
            raise MediaError(
                f"{recording.name} holds {spoken_s:.1f} s of speech, expected {MIN_SAMPLE_S:g} s or more of the candidate's "
                "voice; name a longer recording (--candidate-voice, or candidate_voice in a manifest)"
            )
        vector = models.speaker_encoder.embed_voice(spool, speech.regions)
    turns = tuple(Turn(0, region.start_s, region.end_s) for region in speech.regions)
    return Voices(turns, vector[None], "clusters")


def candidates_view(
    observations: Observations,
    channel: CandidateChannel | None = None,
    sample: VoiceSample | None = None,
    name: str | None = None,
) -> Observations:
    """`candidate_view` with the voice that `candidate_voice` names; what is one already is given back as it is.

    `channel` is the candidate's, "left", "right" or its number from 1, in a recording with a channel for each voice; `name`
    what a transcript that was handed in calls the candidate. Raises TranscriptError where it calls nobody so.
    """
    if observations.conversation is not None:
        return observations
    named = candidate_voice(
        observations,
        named=None if name is None else _called(name, observations.voices),
        channel=_index(channel),
        reference=sample.vector if sample is not None else None,
    )
    return candidate_view(observations, named)


def _called(name: str, voices: Voices | None) -> int:
    """The speaker of this name, or the only one whose name has it as a part."""
    names = voices.names if voices is not None else ()
    found = _places(name, names)
    if len(found) == 1:
        return found[0]
    known = ", ".join(other for other in names if other) or "nobody"
    raise TranscriptError(
        f"the transcript names {known}, got {name!r} for the candidate; pass one of these names"
    )


def is_called(name: str, names: Sequence[str]) -> bool:
    """Whether one of the speakers, and one alone, is called so."""
    return len(_places(name, tuple(dict.fromkeys(names)))) == 1


def _places(name: str, names: Sequence[str]) -> list[int]:
    """Who has the name, or where nobody has all of it, who has it as a part."""
    wanted = _folded(name)
    whole = [i for i, other in enumerate(names) if _folded(other) == wanted]
    return whole or [i for i, other in enumerate(names) if wanted and wanted in _folded(other)]


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _index(channel: CandidateChannel | None) -> int | None:
    return (
        {"left": 0, "right": 1}[channel]
        if isinstance(channel, str)
        else None
        if channel is None
        else channel - 1
    )
