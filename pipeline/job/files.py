"""Job profiles as files: written for people to edit, read from YAML or parsed from a description."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.common.config import PROFILE_SUFFIXES, load_profile
from interview_analysis.pipeline.common.file_names import readable_name
from interview_analysis.pipeline.job.text import read_description
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.profile import JobProfile, Language

SHORT = 30  # characters of a word or term; longer texts get a line of their own


class _Dumper(yaml.SafeDumper):
    """Lists of words on one line, so that a profile is short enough to edit."""


def _list(dumper: yaml.SafeDumper, items: Sequence[Any]) -> yaml.Node:
    flow = all(isinstance(item, str) and len(item) <= SHORT for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flow)


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Line ends that only YAML and Unicode know are read back as written from between double quotes alone."""
    quoted = any(c in text for c in "\x85\u2028\u2029")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Dumper.add_representer(str, _string)
_Dumper.add_representer(tuple, _list)
_Dumper.add_representer(list, _list)
# What a reader looks for first stands first.
_ORDER = (
    "id",
    "competency",
    "name",
    "definition",
    "weight",
    "expected_level",
    "reason",
    "sources",
    "channels",
)


def profile_text(profile: JobProfile) -> str:
    """A profile as YAML, with what has its default left out."""
    data = {"schema_version": profile.schema_version, **profile.model_dump(exclude_defaults=True)}
    data["dimensions"] = [
        {key: dimension[key] for key in sorted(dimension, key=_rank)} for dimension in data["dimensions"]
    ]
    made = f"Made from {_one_line(profile.description.name)}. " if profile.description else ""
    head = f"# {made}Edit what you like, then run: interview-analysis job validate FILE\n"
    return head + yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _rank(key: str) -> int:
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)


class _Same:
    """A profile that equals itself alone, so that its text can be kept: a batch writes few profiles very often."""

    def __init__(self, profile: JobProfile) -> None:
        self.profile = profile

    def __hash__(self) -> int:
        return id(self.profile)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.profile is self.profile


@lru_cache(maxsize=16)
def _known_text(same: _Same) -> str:
    return profile_text(same.profile)


def write_profile(profile: JobProfile, path: Path) -> None:
    """Write a profile aside and put it in place in one step. Raises OutputError when it cannot be written."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(_known_text(_Same(profile)), encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; choose another file with -o"
        ) from error


def is_description(job: str | os.PathLike[str]) -> bool:
    """Whether `job` is the file of a description, and not a profile or the name of a built-in one."""
    path = Path(job)
    return path.is_file() and path.suffix.lower() not in PROFILE_SUFFIXES


def load_job(job: str | os.PathLike[str], parser: Callable[[], JobParser]) -> JobProfile:
    """The profile in a YAML file, a built-in one by its name, or the one that a description is parsed to.

    `parser` is only called for a description. Raises ProfileError that says what is wrong.
    """
    if is_description(job):
        text = read_description(Path(job))  # before the models are loaded, in case it cannot be read
        return parser().parse(text, source_name(Path(job)))
    return load_profile(job)


def parse_file(source: str | Path, parser: JobParser, language: Language | None = None) -> JobProfile:
    """The profile of the description at `source`; "-" reads standard input. Raises ProfileError that says why not."""
    return parser.parse(read_description(source), source_name(source), language)


def source_name(source: str | Path) -> str:
    """What a description is called in messages and in its profile."""
    return "standard input" if str(source) == "-" else readable_name(Path(source))


def _one_line(text: str) -> str:
    """`text` as a comment in YAML can hold it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
