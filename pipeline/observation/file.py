"""Observations as bytes and back: a NumPy archive with the arrays, and a JSON part for the rest.

Nothing is pickled or unpickled, and arrays keep their type, so that a report made from a file equals a fresh one.
What is damaged, of another format, of another kind or filed under another key reads as None.
"""

from __future__ import annotations

import io
import json
import struct
import tokenize
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from interview_analysis.features.core.extractor import Fault
from interview_analysis.features.tables import FeatureTables
from interview_analysis.tracks import BLENDSHAPES, FACE_POINTS, POSE_POINTS, FaceTrack, PoseTrack
from interview_analysis.types import (
    AcousticTrack,
    Event,
    MediaFacts,
    SpeechActivity,
    Transcript,
    Turn,
    Voices,
)

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
Kind = Literal["facts", "hearing", "voices", "acoustics", "faces", "poses", "vectors", "features"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Arrays = dict[str, NDArray[Any]]
_HEADER = "header"  # the JSON part, as bytes
# What reading something that is no such file fails with; MemoryError: a header that claims a giant array.
_UNREADABLE = (
    OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, MemoryError, OverflowError,
    RuntimeError, SyntaxError, tokenize.TokenError, RecursionError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What the recogniser made of a recording."""

    transcript: Transcript
    speech: SpeechActivity


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """The vectors of sentences, shape (n, d), in the order of `texts`."""

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]


# Shape of each array of a track; "n" is a frame, "m" a voiced segment, "k" a syllable.
_SHAPES: dict[type[Any], dict[str, tuple[int | str, ...]]] = {
    AcousticTrack: {
        "time_s": ("n",), "f0_hz": ("n",), "intensity_db": ("n",), "hnr_db": ("n",),
        "segment_start_s": ("m",), "segment_end_s": ("m",), "jitter_ratio": ("m",), "shimmer_ratio": ("m",),
        "nucleus_s": ("k",),
    },
    FaceTrack: {
        "time_s": ("n",), "face_count": ("n",), "blendshapes": ("n", len(BLENDSHAPES)), "yaw_deg": ("n",),
        "pitch_deg": ("n",), "roll_deg": ("n",), "points": ("n", len(FACE_POINTS), 2),
    },
    PoseTrack: {
        "time_s": ("n",), "points": ("n", len(POSE_POINTS), 2), "visibility": ("n", len(POSE_POINTS)),
        "world_m": ("n", len(POSE_POINTS), 3), "hand_points": ("n", 2, 21, 2),
    },
    SentenceVectors: {"vectors": ("n", "m")},
    Voices: {"embeddings": ("n", "m")},
}  # fmt: skip
_TYPES: dict[Kind, type[Any]] = {
    "facts": MediaFacts, "hearing": Heard, "voices": Voices, "acoustics": AcousticTrack, "faces": FaceTrack, "poses": PoseTrack,
    "vectors": SentenceVectors, "features": FeatureTables,
}  # fmt: skip
_TABLES = ("whole", "blocks", "timeline")


def pack(kind: Kind, key: str, value: Any) -> bytes:
    """The file of one observation; `key` is what it is filed under."""
    if not isinstance(value, _TYPES[kind]):
        raise TypeError(f"expected {_TYPES[kind].__name__} for '{kind}', got {type(value).__name__}")
    if kind == "features":
        arrays, rest = _tables_apart(value)
    else:
        arrays, rest = _faces_apart(value) if kind == "faces" else _apart(value)
    header = {"format": FORMAT, "kind": kind, "key": key, "content": rest}
    encoded = np.frombuffer(
        json.dumps(header, ensure_ascii=False, default=asdict).encode("utf-8", "surrogatepass"), np.uint8
    )
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **{_HEADER: encoded}, **arrays)
    return stream.getvalue()


def unpack(kind: Kind, key: str, data: bytes) -> Any | None:
    """What `pack` was given, or None for anything else than its file of the same kind and key."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop(_HEADER).tobytes().decode("utf-8", "surrogatepass"))
        if (header["format"], header["kind"], header["key"]) != (FORMAT, kind, key):
            return None
        if kind == "features":
            return _tables_together(arrays, header["content"])
        if kind == "faces":
            return _faces_together(arrays, header["content"])
        return _together(_TYPES[kind], arrays, header["content"])
    except _UNREADABLE:
        return None


def _apart(value: Any) -> tuple[Arrays, dict[str, Any]]:
    names = _SHAPES.get(type(value), {})
    if not names:
        return {}, asdict(value)
    rest = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in names}
    return {name: getattr(value, name) for name in names}, rest


def _together(kind: Any, arrays: Arrays, rest: dict[str, Any]) -> Any:
    shapes = _SHAPES.get(kind, {})
    if not shapes:
        return _adapter(kind).validate_python(rest)
    if set(arrays) != set(shapes):
        raise ValueError(f"expected the arrays {sorted(shapes)}, got {sorted(arrays)}")
    sizes: dict[str, int] = {}
    for name, shape in shapes.items():
        found = arrays[name]
        wanted = [
            sizes.setdefault(s, n) if isinstance(s, str) else s
            for s, n in zip(shape, found.shape, strict=True)
        ]
        if list(found.shape) != wanted or found.dtype.kind not in "fiu":
            raise ValueError(f"expected numbers of shape {wanted} in {name}, got {found.dtype} {found.shape}")
    if kind is SentenceVectors:
        texts = _adapter(tuple[str, ...]).validate_python(rest["texts"])
        if len(texts) != sizes["n"]:
            raise ValueError(f"expected {len(texts)} vectors, got {sizes['n']}")
        return SentenceVectors(texts, arrays["vectors"])
    if kind is Voices:
        turns = _adapter(tuple[Turn, ...]).validate_python(rest["turns"])
        if any(not 0 <= turn.voice < sizes["n"] for turn in turns):
            raise ValueError(f"expected turns of {sizes['n']} voices")
        return Voices(
            turns,
            arrays["embeddings"],
            _adapter(Literal["clusters", "channels"]).validate_python(rest["method"]),
            _adapter(tuple[int, ...]).validate_python(rest["channels"]),
        )
    if kind is not AcousticTrack:
        return kind(**arrays, aspect_ratio=float(rest["aspect_ratio"]))
    return kind(**arrays)


def _faces_apart(track: FaceTrack) -> tuple[Arrays, dict[str, Any]]:
    """The arrays of the face that was followed, and those of the others with their number before the name."""
    arrays, _ = _apart(track)
    for number, other in enumerate(track.others):
        arrays |= {f"{number}.{name}": array for name, array in _apart(other)[0].items()}
    return arrays, {
        "aspect_ratio": track.aspect_ratio,
        "turned_deg": track.turned_deg,
        "others": len(track.others),
    }


def _faces_together(arrays: Arrays, rest: dict[str, Any]) -> FaceTrack:
    others = []
    for number in range(_adapter(int).validate_python(rest["others"])):
        own = {name: arrays.pop(f"{number}.{name}") for name in _SHAPES[FaceTrack]}
        others.append(_together(FaceTrack, own, rest))
    first: FaceTrack = _together(FaceTrack, arrays, rest)
    if any(other.time_s.shape != first.time_s.shape for other in others):
        raise ValueError("expected all faces to be of the same frames")
    turned_deg = _adapter(int).validate_python(rest["turned_deg"])
    return replace(first, others=tuple(others), turned_deg=turned_deg)


def _tables_apart(tables: FeatureTables) -> tuple[Arrays, dict[str, Any]]:
    arrays: Arrays = {}
    for name in _TABLES:
        frame: pd.DataFrame = getattr(tables, name)
        arrays[f"{name}.values"] = frame.to_numpy(dtype=np.float64)
        arrays[f"{name}.index"] = np.array(list(frame.index), dtype=np.float64).reshape(len(frame), 2)
    rest = {"events": [asdict(e) for e in tables.events], "faults": [asdict(f) for f in tables.faults]}
    return arrays, {"columns": list(tables.whole.columns), **rest}


def _tables_together(arrays: Arrays, rest: dict[str, Any]) -> FeatureTables:
    import pandas as pd

    columns = _adapter(list[str]).validate_python(rest["columns"])
    frames = []
    for name in _TABLES:
        index, values = arrays[f"{name}.index"], arrays[f"{name}.values"]
        if not (index.dtype == values.dtype == np.float64):
            raise ValueError(f"expected numbers in {name}, got {index.dtype} and {values.dtype}")
        labels = pd.MultiIndex.from_arrays([index[:, 0], index[:, 1]], names=["start_s", "end_s"])
        frames.append(pd.DataFrame(values, index=labels, columns=columns))
    events = _adapter(tuple[Event, ...]).validate_python(rest["events"])
    faults = _adapter(tuple[Fault, ...]).validate_python(rest["faults"])
    return FeatureTables(frames[0], frames[1], frames[2], events, faults)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
