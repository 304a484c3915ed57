"""Profiles of jobs: parsed from descriptions, versioned, and never overwritten."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache, lru_cache
from pathlib import Path

import yaml
from django.db import transaction

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.job.files import parse_file, profile_text
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.profile import JobProfile, parse_profile
from interview_analysis.web.hiring.models import Job, ProfileVersion
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record


class OutdatedError(Exception):
    """Somebody else saved a version in the meantime."""

    def __init__(self, latest: ProfileVersion) -> None:
        super().__init__(f"version {latest.number} was saved by somebody else in the meantime")
        self.latest = latest


@cache
def _parser() -> JobParser:
    return LoadedModels(load_run_config()).job_parser


def parse_description(content: bytes, name: str) -> JobProfile:
    """The profile of a description: text, Markdown, docx or pdf. Raises ProfileError that says what is wrong."""
    suffix = Path(name).suffix[:10] or ".txt"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"description{suffix}"
        path.write_bytes(content)
        try:
            return parse_file(path, _parser())
        except ProfileError as error:  # which names the file that we made
            told = str(error).replace(str(path), name).replace(path.name, name)
            raise ProfileError(told, error.code) from error


def read_profile(text: str, origin: str) -> JobProfile:
    """The profile in a YAML text. Raises ProfileError that says what is wrong."""
    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # ten times as fast
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        place = getattr(error, "problem_mark", None)
        where = f" at line {place.line + 1}, column {place.column + 1}" if place else ""
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ProfileError(f"{origin} is not valid YAML{where}: {reason}", "yaml") from error
    return parse_profile(data, origin)


def profile_of(version: ProfileVersion) -> JobProfile:
    return _read_once(version.yaml, version.number)


@lru_cache(maxsize=64)
def _read_once(text: str, number: int) -> JobProfile:
    """A page may ask for the same version many times; a profile is frozen."""
    return read_profile(text, f"version {number}")


@transaction.atomic
def save_version(
    job: Job,
    profile: JobProfile,
    by: User,
    note: str = "",
    *,
    based_on: int | None = None,
    description: str = "",
) -> ProfileVersion:
    """Keep `profile` as the job's next version; the latest one where it says the same.

    `based_on` is the number of the version that was edited. Raises OutdatedError where that is no longer the latest one.
    """
    Job.objects.select_for_update().get(pk=job.pk)
    latest = job.profile
    if latest is not None and based_on is not None and latest.number != based_on:
        raise OutdatedError(latest)
    if latest is not None and profile_of(latest) == profile:
        return latest
    text = profile_text(profile)
    version = ProfileVersion.objects.create(
        job=job,
        number=latest.number + 1 if latest else 1,
        yaml=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        note=note,
        description=description or (latest.description if latest else ""),
        created_by=by,
    )
    record(by, "profile.saved", version, job=job.pk, number=version.number, sha256=version.sha256)
    return version
