"""Loading and validating what the user writes: run configuration, norms and job profiles."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator

from interview_analysis.errors import ConfigError, InterviewAnalysisError, ProfileError
from interview_analysis.features.core.extractor import COVERAGE, extractors
from interview_analysis.models.asr.recogniser import AsrSettings
from interview_analysis.models.voice.diarization import DiarizationSettings
from interview_analysis.models.voice.vad import VadSettings
from interview_analysis.scoring.edges import Model, Text
from interview_analysis.scoring.norms import Norms, parse_norms
from interview_analysis.scoring.profile import JobProfile, describe, parse_profile
from interview_analysis.scoring.rubric.measures import CONTENT_FEATURE
from interview_analysis.scoring.rubric.policy import Policy, parse_policy

BUILT_IN: Traversable = files("interview_analysis") / "configs"
PROFILE_SUFFIXES = (".yaml", ".yml")
# Those that Whisper was trained on; the codes are its own ("jw" is Javanese).
WHISPER_LANGUAGES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id"
    " is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd"
    " si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh"
)
# As CTranslate2 names them; whether a device can do one is known only when a model is loaded.
COMPUTE_TYPES = (
    "default", "auto", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16",
    "float32",
)  # fmt: skip
CandidateChannel = Literal["left", "right"] | Annotated[int, Field(ge=1)]  # left is 1
MAX_REGION_S = 28.9  # Whisper hears 30 s at once, and half a second is kept on either side


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
    window_s: float = Field(ge=1, le=600)
    hop_s: float = Field(ge=0.1, le=600)
    policy: Policy  # in a file its name, or the path of one
    asr: AsrSettings
    voices: DiarizationSettings
    encoder: EncoderConfig
    content_model: str | None = None  # a file made by `content fit`; null takes the one of the package
    timeline: tuple[TimelineSeries, ...]
    timeline_events: tuple[str, ...]
    candidate_channel: CandidateChannel | None

    @field_validator("asr")
    @classmethod
    def _can_recognise(cls, asr: AsrSettings) -> AsrSettings:
        if asr.language is not None and asr.language not in WHISPER_LANGUAGES.split():
            raise ValueError(
                f"language is '{asr.language}', expected null or a code that Whisper knows, such as zh or en"
            )
        if asr.compute_type not in COMPUTE_TYPES:
            raise ValueError(
                f"compute_type is '{asr.compute_type}', expected one of {', '.join(COMPUTE_TYPES)}"
            )
        for name in ("beam_size", "cpu_threads", "chunks_at_once"):
            number = getattr(asr, name)
            if number < 1:
                raise ValueError(f"{name} is {number}, expected 1 or more")
        _check_vad(asr.vad)
        return asr

    @field_validator("voices")
    @classmethod
    def _can_be_told_apart(cls, voices: DiarizationSettings) -> DiarizationSettings:
        ranges = {
            "count": (1, 20),
            "same_voice": (-1.0, 1.0),
            "min_voice_s": (0.0, 60.0),
            "max_voices": (1, 20),
        }
        for name, (low, high) in ranges.items():
            value = getattr(voices, name)
            if value is not None and not low <= value <= high:  # NaN lies in no range
                raise ValueError(f"{name} is {value:g}, expected {low:g} to {high:g}")
        return voices

    @field_validator("timeline")
    @classmethod
    def _can_be_drawn(cls, timeline: tuple[TimelineSeries, ...]) -> tuple[TimelineSeries, ...]:
        for series in timeline:
            _check_known(series.feature, feature_names())
        return timeline


def _check_vad(vad: VadSettings) -> None:
    ranges = {
        "start_probability": (0.01, 0.99),
        "end_probability": (0.01, vad.start_probability),
        "min_speech_s": (0.0, 5.0),
        "min_silence_s": (0.03, 5.0),
        "pad_s": (0.0, 1.0),
        "max_region_s": (1.0, MAX_REGION_S),
    }
    for name, (low, high) in ranges.items():
        value = getattr(vad, name)
        if not low <= value <= high:  # NaN lies in no range
            raise ValueError(f"vad.{name} is {value:g}, expected {low:g} to {high:g}")


@cache
def feature_names() -> frozenset[str]:
    """The columns of the feature tables."""
    return frozenset(
        f"{extractor.name}.{name}"
        for extractor in extractors()
        for name in (*(spec.name for spec in extractor.specs), COVERAGE)
    )


def _check_known(feature: str, known: Iterable[str]) -> None:
    if feature not in known:
        close = difflib.get_close_matches(feature, sorted(known), n=1, cutoff=0.0)
        raise ValueError(f"no extractor measures '{feature}'; did you mean '{close[0]}'?")


def digest(model: Model) -> str:
    """SHA-256 of a model's canonical JSON: equal contents, equal hash, whatever the file looked like."""
    return _sha256(model.model_dump(mode="json"))


def config_digest(config: RunConfig) -> str:
    """`digest` of what can change a result: equal on machines with any number of threads."""
    return _sha256(decisive(config))


def decisive(config: RunConfig) -> dict[str, Any]:
    """The settings that can change a result, as JSON values.

    Threads of the default recogniser and encoder are not in it: transcripts, regions of speech and vectors were bit for
    bit the same with 1, 2 and 4. In float32 (CTranslate2's or PyTorch's) more threads move the last digits.
    """
    settings = config.model_dump(mode="json")
    if config.asr.engine == "faster-whisper" and config.asr.compute_type == "int8":
        del settings["asr"]["cpu_threads"], settings["asr"]["chunks_at_once"]
    if config.encoder.path is None:
        del settings["encoder"]["threads"]
    return settings


def spoken_in(config: RunConfig, language: str | None) -> RunConfig:
    """The configuration for recordings in `language`; None detects it. Raises ConfigError for one Whisper lacks."""
    try:
        return RunConfig.model_validate({**dict(config), "asr": replace(config.asr, language=language)})
    except ValidationError as error:
        raise ConfigError(f"configuration: {describe(error, RunConfig)}") from error


def _sha256(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load_run_config(
    path: Path | None = None,
    overrides: Sequence[str] = (),
    *,
    language: str | None = None,
    engine: str | None = None,
    policy: str | None = None,
    candidate_channel: str | None = None,
) -> RunConfig:
    """The built-in configuration, updated by the file at `path`, then by ``key.sub=value`` overrides.

    `language` and `engine` of the recogniser, the `policy` (`load_policy`) and `candidate_channel`, where given, come last.
    Raises ConfigError that names the wrong key.
    """
    data = layered(BUILT_IN / "default.yaml", path, overrides)
    for key, given in (("language", language), ("engine", engine)):
        if given is not None:
            _update(data, {"asr": {key: given}})  # not through YAML, to which "no" is false
    if candidate_channel is not None:
        data["candidate_channel"] = _channel(candidate_channel)
    wanted = data["policy"] if policy is None else policy
    if wanted is False:  # "off", as YAML reads it without quotes
        wanted = "off"
    if isinstance(wanted, str):
        data["policy"] = load_policy(wanted).model_dump()
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path or 'configuration'}: {describe(error, RunConfig)}") from error


def _channel(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def layered(built_in: Traversable, path: Path | None, overrides: Sequence[str]) -> dict[str, Any]:
    """The settings of a built-in file, updated by the file at `path`, then by ``key.sub=value`` overrides."""
    data: dict[str, Any] = read_yaml(built_in, ConfigError)
    if path is not None:
        _update(data, _mapping(read_yaml(path, ConfigError), str(path)))
    for override in overrides:
        key, separator, value = override.partition("=")
        if not separator:
            raise ConfigError(f"--set {override}: expected key=value, for instance asr.engine=openai-whisper")
        nested = _yaml_value(override, value)
        for part in reversed(key.split(".")):
            nested = {part: nested}
        _update(data, nested)
    return data


def load_norms(path: Path | None = None) -> Norms:
    """The norms at `path`, or the built-in ones. Raises ConfigError that names the wrong key or feature."""
    source, origin = path or BUILT_IN / "norms.yaml", str(path or "norms.yaml")
    norms = parse_norms(read_yaml(source, ConfigError), origin)
    for channel, measures in norms.channels.items():
        # How many indicators an answer shows is no feature of the tables, and belongs to what is said.
        known = feature_names() | ({CONTENT_FEATURE} if channel == "content" else set())
        for norm in measures:
            try:
                _check_known(norm.feature, known)
            except ValueError as error:
                raise ConfigError(f"{origin}: channels.{channel}: {error}") from error
    if all(norm.feature != CONTENT_FEATURE for norm in norms.channels.get("content", ())):
        raise ConfigError(f"{origin}: channels.content: a norm for '{CONTENT_FEATURE}' is missing; add one")
    return norms


def load_policy(policy: str | os.PathLike[str]) -> Policy:
    """A policy from a YAML file, or a built-in one by its name. Raises ConfigError that names the wrong key."""
    path = Path(policy)
    if path.is_file():
        return parse_policy(read_yaml(path, ConfigError), str(path))
    known = _by_name(BUILT_IN / "policies")
    if str(policy) in known:
        return parse_policy(read_yaml(known[str(policy)], ConfigError), f"{policy}.yaml")
    raise ConfigError(f"no policy '{policy}': expected a YAML file or one of {', '.join(sorted(known))}")


def _by_name(folder: Traversable) -> dict[str, Traversable]:
    """The YAML files of a folder by their names without the ending."""
    return {item.name.removesuffix(".yaml"): item for item in folder.iterdir() if item.name.endswith(".yaml")}


def load_profile(job: str | os.PathLike[str]) -> JobProfile:
    """A job profile from a YAML file, or a built-in one by its name.

    Raises ProfileError naming the nearest known profile, or the misspelt key and the nearest valid one.
    """
    path = Path(job)
    if path.is_file():
        try:
            return parse_profile(read_yaml(path, ProfileError), str(path))
        except ProfileError as error:
            if path.suffix.lower() in PROFILE_SUFFIXES:
                raise
            raise ProfileError(
                f"{error}; if it is a job description, make a profile of it: "
                f"interview-analysis job parse {path.name} -o job.yaml"
            ) from error
    known = _by_name(BUILT_IN / "jobs")
    if str(job) in known:
        return parse_profile(read_yaml(known[str(job)], ProfileError), f"{job}.yaml")
    close = difflib.get_close_matches(path.name.removesuffix(".yaml"), known, n=1, cutoff=0.4)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    raise ProfileError(
        f"no job profile '{job}': expected a YAML file, a job description (txt, md, docx, pdf) or one of the built-in "
        f"profiles {', '.join(sorted(known))}{hint}"
    )


def _mapping(data: Any, origin: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ConfigError(f"{origin}: expected a mapping of settings, got {type(data).__name__}")
    return data


def read_yaml(source: Path | Traversable, error_type: type[InterviewAnalysisError]) -> Any:
    """The contents of a YAML file. Raises `error_type` with the line and column of a mistake."""
    return _read_yaml(source, error_type, yaml.SafeLoader)


def read_built_in(source: Traversable) -> Any:
    """The contents of a YAML file of the product, as `read_yaml`, ten times as fast where PyYAML has its parser in C.

    Never for what a user hands over: that parser crashes on a file that is nested deeply enough.
    """
    return _read_yaml(source, ConfigError, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _read_yaml(
    source: Path | Traversable, error_type: type[InterviewAnalysisError], loader: type[yaml.SafeLoader]
) -> Any:
    try:
        return yaml.load(source.read_text(encoding="utf-8"), loader)
    except UnicodeDecodeError as error:
        raise error_type(f"cannot read {source}: it is no text in UTF-8") from error
    except OSError as error:
        raise error_type(f"cannot read {source}: {error}; check the path and its permissions") from error
    except RecursionError as error:
        raise error_type(f"{source} is nested too deeply; check its brackets") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        place = getattr(error, "problem_mark", None)
        where = f" at line {place.line + 1}, column {place.column + 1}" if place else ""
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise error_type(f"{source} is not valid YAML{where}: {reason}") from error


def _yaml_value(override: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ConfigError(f"--set {override}: the value is not valid YAML ({reason}); quote it") from error


def _update(base: dict[str, Any], changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _update(base[key], value)
        else:
            base[key] = value
