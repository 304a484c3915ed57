"""Loading and validating what the user writes: run configuration, norms and job profiles."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from interview_analysis.errors import ConfigError, InterviewAnalysisError, ProfileError
from interview_analysis.models.asr import AsrSettings
from interview_analysis.scoring.norms import Norms, parse_norms
from interview_analysis.scoring.profile import JobProfile, describe, parse_profile
from interview_analysis.scoring.report import Model, Text

BUILT_IN: Traversable = files("interview_analysis") / "configs"


class EncoderConfig(Model):
    """`path` is the folder of a Hugging Face sentence encoder; null takes the default, multilingual-e5-small."""

    path: str | None
    prefix: str  # put before each text; E5 models want "query: "
    threads: int = Field(ge=1)


class TimelineSeries(Model):
    feature: str
    name: Text
    unit: str


class RunConfig(Model):
    """What is observed and how. `configs/default.yaml` documents each key."""

    frames_per_second: float = Field(gt=0, le=60)
    max_side_px: int = Field(ge=64)
    pose_every_nth_frame: int = Field(ge=1)
    window_s: float = Field(gt=0)
    hop_s: float = Field(gt=0)
    asr: AsrSettings
    encoder: EncoderConfig
    timeline: tuple[TimelineSeries, ...]
    timeline_events: tuple[str, ...]


def digest(model: Model) -> str:
    """SHA-256 of a model's canonical JSON: equal contents, equal hash, whatever the file looked like."""
    text = json.dumps(
        model.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def load_run_config(path: Path | None = None, overrides: Sequence[str] = ()) -> RunConfig:
    """The built-in configuration, updated by the file at `path` and then by ``key.sub=value`` overrides."""
    data = _read_yaml(BUILT_IN / "default.yaml", ConfigError)
    if path is not None:
        _update(data, _mapping(_read_yaml(path, ConfigError), str(path)))
    for override in overrides:
        key, separator, value = override.partition("=")
        if not separator:
            raise ConfigError(f"--set {override}: expected key=value, for instance asr.engine=openai-whisper")
        nested: Any = yaml.safe_load(value)
        for part in reversed(key.split(".")):
            nested = {part: nested}
        _update(data, nested)
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path or 'configuration'}: {describe(error, RunConfig)}") from error


def load_norms(path: Path | None = None) -> Norms:
    """The norms at `path`, or the built-in ones."""
    source = path or BUILT_IN / "norms.yaml"
    return parse_norms(_read_yaml(source, ConfigError), str(path or "norms.yaml"))


def load_profile(job: str | Path) -> JobProfile:
    """A job profile from a YAML file, or a built-in one by its name.

    Raises ProfileError naming the nearest known profile, or the misspelt key and the nearest valid one.
    """
    path = Path(job)
    if path.is_file():
        return parse_profile(_read_yaml(path, ProfileError), str(path))
    known = {
        item.name.removesuffix(".yaml"): item
        for item in (BUILT_IN / "jobs").iterdir()
        if item.name.endswith(".yaml")
    }
    if str(job) in known:
        return parse_profile(_read_yaml(known[str(job)], ProfileError), f"{job}.yaml")
    close = difflib.get_close_matches(path.name.removesuffix(".yaml"), known, n=1, cutoff=0.4)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    raise ProfileError(
        f"no job profile '{job}': expected a YAML file or one of the built-in profiles {', '.join(sorted(known))}{hint}"
    )


def _mapping(data: Any, origin: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ConfigError(f"{origin}: expected a mapping of settings, got {type(data).__name__}")
    return data


def _read_yaml(source: Path | Traversable, error_type: type[InterviewAnalysisError]) -> Any:
    try:
        return yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise error_type(f"cannot read {source}: {error}; check the path and its permissions") from error
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f" at line {place.line + 1}, column {place.column + 1}" if place else ""
        raise error_type(f"{source} is not valid YAML{where}: {getattr(error, 'problem', error)}") from error


def _update(base: dict[str, Any], changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _update(base[key], value)
        else:
            base[key] = value
