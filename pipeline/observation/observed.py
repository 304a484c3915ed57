"""What was observed of a recording: from the cache where it is known, by the models where it is not.

A key is a hash of the recording's content and of everything else that the observation depends on, so that a kept
observation is the one that the models would make again, and changing a setting costs what depends on it alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache as remembered
from typing import Any

from interview_analysis.features.language.lexicons import LANGUAGES
from interview_analysis.features.language.sentences import sentences
from interview_analysis.features.tables import FeatureTables, answer_tables, feature_tables
from interview_analysis.models.text.encoder import RememberingEncoder, SentenceEncoder
from interview_analysis.pipeline.common.config import BUILT_IN, decisive
from interview_analysis.pipeline.common.lineage import library_version
from interview_analysis.pipeline.common.progress import Progress, ignore
from interview_analysis.pipeline.common.sources import sources_sha256
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.observation.cache import Cache, cache_key
from interview_analysis.pipeline.observation.file import Heard, Kind
from interview_analysis.pipeline.observation.observe import Known, observe, verify_models
from interview_analysis.pipeline.observation.observers import SPEAKER_ENCODER, VOICE_MODELS, Observers
from interview_analysis.pipeline.observation.recording import RecordingFile
from interview_analysis.pipeline.observation.vectors import SentenceStore
from interview_analysis.scoring.content.model import clauses
from interview_analysis.types import Interval, Observations, Transcript

# Raised when the code makes another observation out of the same recording, settings and libraries.
OBSERVER_VERSIONS: Mapping[Kind, int] = {
    "facts": 6,
    "hearing": 7,
    "voices": 5,
    "acoustics": 4,
    "faces": 3,
    "poses": 2,
}
OBSERVED: tuple[Kind, ...] = tuple(OBSERVER_VERSIONS)
_DECODING = ("av", "numpy")
_HEARING_LIBRARIES = {
    "faster-whisper": ("faster-whisper", "ctranslate2"),
    "openai-whisper": ("openai-whisper", "torch"),
}
_VOICE_LIBRARIES = (*_DECODING, "onnxruntime", "scipy")
# What decides over the features beside the observations: any change to this code makes other keys.
MEASURED_BY = (
    "features", "tracks.py", "types.py", "pipeline/observation/joining.py", "pipeline/observation/joining_voices.py",
)  # fmt: skip
_FEATURE_LIBRARIES = ("jieba", "numpy", "opencc-python-reimplemented", "pandas")


@dataclass(frozen=True, slots=True)
class Grid:
    """Lengths of the blocks and windows that features are measured in, and from one window to the next."""

    block_s: float
    window_s: float
    hop_s: float


def observation_keys(sha256: str, models: Observers) -> dict[Kind, str]:
    """The key of each kind of observation of the recording with this content. Raises WeightsError.

    Where the policy has face and body off, those two have no key: what is kept of them stays out of reach.
    """
    config = models.config
    frames = {"frames_per_second": config.frames_per_second, "max_side_px": config.max_side_px}
    vision = (*_DECODING, "mediapipe")
    hearing = ("onnxruntime", "opencc-python-reimplemented", *_HEARING_LIBRARIES[config.asr.engine])
    keys: dict[Kind, str] = {
        "facts": _observation_key("facts", sha256, frames, (), _DECODING),
        "hearing": _observation_key(
            "hearing",
            sha256,
            {**decisive(config)["asr"], "engine": models.engine.name},
            [models.hash(config.asr.model), models.hash("silero-vad")],
            (*_DECODING, *hearing),
        )
        if models.recognises
        else _observation_key(
            "hearing",
            sha256,
            {"words": False, "vad": decisive(config)["asr"]["vad"]},
            [models.hash("silero-vad")],
            (*_DECODING, "onnxruntime"),
        ),
        "voices": _observation_key(
            "voices",
            sha256,
            {"voices": decisive(config)["voices"], "vad": decisive(config)["asr"]["vad"]},
            [*map(models.hash, VOICE_MODELS), models.hash("silero-vad")],
            _VOICE_LIBRARIES,
        ),
        "acoustics": _observation_key(
            "acoustics", sha256, {}, (), (*_DECODING, "praat-parselmouth", "scipy")
        ),
    }
    if not config.policy.face_and_body:
        return keys
    return keys | {
        "faces": _observation_key("faces", sha256, frames, [models.hash("face-landmarker")], vision),
        "poses": _observation_key(
            "poses",
            sha256,
            {**frames, "pose_every_nth_frame": config.pose_every_nth_frame},
            [models.hash("pose-landmarker-full"), models.hash("hand-landmarker")],
            vision,
        ),
    }


def lone_voice_key(sha256: str, models: Observers) -> str:
    """The key of the one voice of a recording in which nobody else speaks. Raises WeightsError."""
    return _observation_key(
        "voices",
        sha256,
        {"alone": True, "vad": decisive(models.config)["asr"]["vad"]},
        [models.hash(SPEAKER_ENCODER), models.hash("silero-vad")],
        _VOICE_LIBRARIES,
    )


def recalled(sha256: str, models: Observers, cache: Cache) -> Observations | None:
    """All observations of a recording from the cache, without the recording; None where one is missing."""
    known = _known(observation_keys(sha256, models), cache)
    return known.observations(face_and_body=models.config.policy.face_and_body)


def observed(
    recording: RecordingFile,
    models: Observers,
    cache: Cache,
    *,
    on_progress: Progress = ignore,
    watch: Stopwatch | None = None,
) -> Observations:
    """The observations of a recording: those that are kept, and the others made in one pass and kept.

    Raises what `observe` and `Observers.verify` raise, OutputError where the cache cannot be read or written,
    StorageFullError where no space is left in it, and MediaError where the recording changed while it was observed, of which
    nothing is kept.
    """
    watch = watch or Stopwatch()
    with watch.stage("recall"):
        keys = observation_keys(recording.sha256, models)
        known = _known(keys, cache)
        seen = known.observations(face_and_body=models.config.policy.face_and_body)
    if seen is None:
        verify_models(recording.path, models, watch)
        seen = observe(recording.path, models, known=known, on_progress=on_progress, watch=watch)
        recording.check_unchanged()
        with watch.stage("keep"):
            _keep(seen, known, keys, cache)
    return seen


def knowing_encoder(
    transcript: Transcript | None,
    encoder: SentenceEncoder,
    cache: Cache,
    parts: Iterable[Transcript | None] = (),
    asked: Sequence[str] = (),
) -> RememberingEncoder:
    """`encoder` with the vectors of the transcript's sentences and of what was `asked` known beforehand.

    They come from the cache, from what is kept of `parts` (the transcripts that were clipped and joined to this
    one), and are encoded and kept where neither has them.
    """
    knowing = RememberingEncoder(encoder, SentenceStore(cache))
    for part in parts:
        knowing.recall(_texts(part))
    knowing.remember(_texts(transcript))
    knowing.remember(asked)
    return knowing


def tables_of(
    observations: Observations,
    origin: Sequence[tuple[Mapping[str, str], float | None, float | None]],
    cache: Cache,
    grid: Grid,
    answers: Sequence[Interval] = (),
) -> FeatureTables:
    """The feature tables of observations that were clipped and joined, kept or made and kept.

    `origin` has the keys of each recording (`observation_keys`, with the hash of the transcript that was handed in), the start and the end of the clip (None: all of it), in
    order. Where `observations` are the view of a candidate, which voice that is counts as well. With `answers` they are
    the tables of these stretches, see `features.tables.answer_tables`.
    """
    key = cache_key(
        "features",
        [[sorted(keys.items()), start, end] for keys, start, end in origin],
        None if observations.conversation is None else observations.conversation.candidate.voice,
        None if observations.candidate_face is None else observations.candidate_face.face,
        sources_sha256(*MEASURED_BY),
        asdict(grid),
        _lexicons_sha256(),
        _versions(_FEATURE_LIBRARIES),
        *([[(answer.start_s, answer.end_s) for answer in answers]] if answers else []),
    )
    kept = cache.read("features", key)
    if isinstance(kept, FeatureTables):
        return kept
    if answers:
        made = answer_tables(observations, answers, block_s=grid.block_s)
    else:
        made = feature_tables(observations, **asdict(grid))
    cache.write("features", key, made)
    return made


def _observation_key(
    kind: Kind, sha256: str, settings: Mapping[str, Any], hashes: Sequence[str], libraries: Sequence[str]
) -> str:
    return cache_key(kind, OBSERVER_VERSIONS[kind], sha256, settings, hashes, _versions(libraries))


def _versions(libraries: Iterable[str]) -> list[tuple[str, str | None]]:
    return [(library, library_version(library)) for library in sorted(libraries)]


@remembered
def _lexicons_sha256() -> str:
    """The word lists that features are measured with, in one hash."""
    digest = hashlib.sha256()
    for item in sorted((BUILT_IN / "lexicons").iterdir(), key=lambda item: item.name):
        digest.update(item.name.encode() + b"\0" + item.read_bytes())
    return digest.hexdigest()


def _texts(transcript: Transcript | None) -> tuple[str, ...]:
    """The sentences that evidence is looked for in, and the clauses that are read; none in a language that has no background
    to compare with."""
    if transcript is None:
        return ()
    parts = [part for part in transcript.by_language() if part.language in LANGUAGES]
    return tuple(dict.fromkeys(unit.text for part in parts for unit in (*sentences(part), *clauses(part))))


def _known(keys: Mapping[Kind, str], cache: Cache) -> Known:
    return Known(**{kind: cache.read(kind, key) for kind, key in keys.items()})


def _keep(seen: Observations, known: Known, keys: Mapping[Kind, str], cache: Cache) -> None:
    heard = None if seen.transcript is None or seen.speech is None else Heard(seen.transcript, seen.speech)
    made = {
        "hearing": heard, "voices": seen.voices, "acoustics": seen.acoustics, "faces": seen.faces, "poses": seen.poses,
        "facts": seen.facts,
    }  # fmt: skip
    for kind, key in keys.items():
        if made[kind] is not None and getattr(known, kind) is None:
            cache.write(kind, key, made[kind])
