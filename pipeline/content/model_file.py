"""The fitted content model as a file: arrays only, nothing is unpickled."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import ModelError
from interview_analysis.models.text.adapted import AdaptedEncoder
from interview_analysis.models.text.packed import PackedEncoder, Weights, packed_encoder, packed_path
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.storage.disk import write_aside
from interview_analysis.scoring.content.bearing import BearingModel, Bears, Directions
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.content.levels import LevelModel
from interview_analysis.scoring.content.logistic import Logistic
from interview_analysis.scoring.content.model import ContentModel
from interview_analysis.scoring.content.presence import CURVED, Presence
from interview_analysis.scoring.content.reader import Heads, Reader

FILE = Path(str(BUILT_IN)) / "content_model.npz"
FORMAT = "5"
LANGUAGES = ("en", "zh")
_HALF = (
    "bearing.whitening",
    "bearing.texts.en",
    "bearing.texts.zh",
    "bearing.stories.en",
    "bearing.stories.zh",
    "bearing.questions.en",
    "bearing.questions.zh",
)
_BEARS = {
    "bearing.by_stories.unasked": "by_stories", "bearing.by_stories.asked": "by_stories_asked",
    "bearing.by_texts.unasked": "by_texts", "bearing.by_texts.asked": "by_texts_asked",
}  # fmt: skip
# What reading a file raises that is none: TypeError where it holds one array instead of an archive of several.
NO_ARRAYS = (
    OSError,
    TypeError,
    ValueError,
    EOFError,
    BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
)
_HEADS, _CHANGES = "reader.heads.", "reader.changes."
Arrays = dict[str, NDArray[np.generic]]


def load_content_model(encoder: str, named: str | None = None) -> ContentModel:
    """The model in the file `named`, by default the one of the package.

    Raises ModelError where the file is none, or was fitted with another sentence encoder than `encoder` (its id).
    """
    path = Path(named) if named else FILE
    model = _read(path)
    if model.encoder != encoder:
        raise ModelError(
            f"the content model {path} was fitted with the sentence encoder {model.encoder}, and this run uses "
            f"{encoder}; fit one with `interview-analysis content fit FILE... --out MODEL.npz` under the same "
            "configuration, and name it by `content_model` in the configuration"
        )
    return model


def save_content_model(model: ContentModel, path: Path) -> ContentModel:
    """Write a model and return it as it will be read: rounded to what the file keeps, with its version."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **_as_arrays(model))  # type: ignore[arg-type]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_aside(path, stream.getvalue(), private=False)
    _read.cache_clear()
    return _read(path)


def _as_arrays(model: ContentModel) -> Arrays:
    bearing = model.bearing
    found: Arrays = {
        "format": np.array(FORMAT), "encoder": np.array(model.encoder), "functions.names": np.array(FUNCTIONS),
        "bearing.ids": np.array(bearing.texts.ids), "bearing.story_ids": np.array(bearing.stories.ids),
        "bearing.whitening": bearing.whitening,
    }  # fmt: skip
    found |= reader_as_arrays(model.reader)
    by_language: dict[str, Mapping[str, NDArray[np.float64]]] = {
        "centres": model.centres, "bearing.texts": bearing.texts.by_language, "bearing.centres": bearing.centres,
        "bearing.middles": bearing.middles, "bearing.question_centres": bearing.question_centres,
        "bearing.questions": bearing.questions.by_language, "bearing.stories": bearing.stories.by_language,
        "bearing.usual": bearing.usual,
    }  # fmt: skip
    found |= {f"{name}.{lang}": value for name, of in by_language.items() for lang, value in of.items()}
    logistics = {name: getattr(bearing.bears, field) for name, field in _BEARS.items()}
    for lang, levels in model.levels.items():
        found |= {
            f"levels.{lang}.thresholds": levels.thresholds, f"levels.{lang}.parts": np.array(list(levels.weights)),
            f"levels.{lang}.weights": np.array(list(levels.weights.values())),
            f"levels.{lang}.error": np.array([levels.spread, levels.floor]),
            f"levels.{lang}.presence": np.array([levels.presence.curves[name] for name in CURVED]),
        }  # fmt: skip
        logistics |= {f"gate.{lang}.{name}": gate for name, gate in levels.gates.items()}
    for name, logistic in logistics.items():
        found |= {
            f"{name}.shift": logistic.shift, f"{name}.scale": logistic.scale, f"{name}.weights": logistic.weights,
            f"{name}.intercept": np.array(logistic.intercept),
        }  # fmt: skip
    return {name: _shortened(name, value) for name, value in found.items()}


def reader_as_arrays(reader: Reader) -> Arrays:
    """What was learned, and the id of the network that it was learned on."""
    assert isinstance(reader.network, AdaptedEncoder)
    found: Arrays = {"reader.base": np.array(reader.network.base.id)}
    found |= {f"{_HEADS}{one.name}": getattr(reader.heads, one.name) for one in fields(Heads)}
    for name, (down, up) in reader.network.changes.items():
        found |= {f"{_CHANGES}{name}.down": down, f"{_CHANGES}{name}.up": up}
    return found


def reader_of_arrays(arrays: Mapping[str, NDArray[np.generic]], base: PackedEncoder) -> Reader:
    """The inverse of `reader_as_arrays`, on the network that it was learned on. Raises KeyError where an array is missing."""
    heads = {one.name: arrays[f"{_HEADS}{one.name}"].astype(np.float64) for one in fields(Heads)}
    return Reader(AdaptedEncoder(base, _changes(arrays)), Heads(**heads))


def _shortened(name: str, value: NDArray[np.generic]) -> NDArray[np.generic]:
    if value.dtype.kind != "f" or value.size < 16:
        return value
    return value.astype(np.float16 if name in _HALF or name.startswith(_CHANGES) else np.float32)


@cache
def _read(path: Path) -> ContentModel:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
    except FileNotFoundError as error:
        raise ModelError(
            f"no content model at {path}; fit one with `interview-analysis content fit`"
        ) from error
    except NO_ARRAYS as error:
        raise ModelError(f"{path} is no content model, or a damaged one; fit it again") from error
    names = arrays.get("functions.names", np.array(()))
    known = str(arrays.get("format")) == FORMAT and names.tolist() == list(FUNCTIONS)
    if not known or str(arrays.get("reader.base")) != packed_encoder(packed_path()).id:
        raise ModelError(f"{path} is a content model of another version of the product; fit it again")
    try:
        return replace(_of_arrays(arrays), version=_version(arrays))
    except (KeyError, TypeError, ValueError) as error:  # an array that is missing, or of another shape
        raise ModelError(f"{path} is no content model, or a damaged one; fit it again") from error


def _of_arrays(arrays: Arrays) -> ContentModel:
    def of(name: str) -> NDArray[np.float64]:
        return arrays[name].astype(np.float64)

    def each(name: str) -> dict[str, NDArray[np.float64]]:
        return {lang: of(f"{name}.{lang}") for lang in LANGUAGES}

    def logistic(name: str) -> Logistic:
        shift, scale, weights = (of(f"{name}.{part}") for part in ("shift", "scale", "weights"))
        return Logistic(shift, scale, weights, float(of(f"{name}.intercept")))

    def ids(name: str) -> tuple[str, ...]:
        return tuple(str(one) for one in arrays[name])

    def levels(lang: str) -> LevelModel:
        gates = sorted({name.split(".")[2] for name in arrays if name.startswith(f"gate.{lang}.")})
        spread, floor = (float(v) for v in of(f"levels.{lang}.error"))
        weights = dict(zip(ids(f"levels.{lang}.parts"), of(f"levels.{lang}.weights").tolist(), strict=True))
        own = {gate: logistic(f"gate.{lang}.{gate}") for gate in gates}
        curves = [(a, b) for a, b in of(f"levels.{lang}.presence").tolist()]
        presence = Presence(dict(zip(CURVED, curves, strict=True)))
        return LevelModel(of(f"levels.{lang}.thresholds"), weights, own, spread, floor, presence)

    return ContentModel(
        version="", encoder=str(arrays["encoder"]),
        reader=reader_of_arrays(arrays, packed_encoder(packed_path())),
        centres=each("centres"),
        levels={lang: levels(lang) for lang in LANGUAGES},
        bearing=BearingModel(
            texts=Directions(ids("bearing.ids"), each("bearing.texts")),
            stories=Directions(ids("bearing.story_ids"), each("bearing.stories")),
            questions=Directions(ids("bearing.ids"), each("bearing.questions")), usual=each("bearing.usual"),
            centres=each("bearing.centres"), middles=each("bearing.middles"),
            question_centres=each("bearing.question_centres"), whitening=of("bearing.whitening"),
            bears=Bears(**{field: logistic(name) for name, field in _BEARS.items()}),
        ),
    )  # fmt: skip


def _changes(arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, tuple[Weights, Weights]]:
    names = [
        n.removeprefix(_CHANGES).removesuffix(".up")
        for n in arrays
        if n.startswith(_CHANGES) and n.endswith(".up")
    ]

    def half(name: str) -> Weights:
        return arrays[f"{_CHANGES}{name}"].astype(np.float32)

    return {name: (half(f"{name}.down"), half(f"{name}.up")) for name in names}


def _version(arrays: Arrays) -> str:
    """A hash of everything in the file, whatever the file's own compression."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + b"\0" + str(arrays[name].dtype).encode() + arrays[name].tobytes())
    return digest.hexdigest()
