"""What the row of an interview depends on. While none of it changes, the row stands and is not made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from interview_analysis.models.weights.store import is_path, pinned_hash
from interview_analysis.pipeline.batch.manifest.manifest import Interview
from interview_analysis.pipeline.common.config import RunConfig, config_digest, digest
from interview_analysis.pipeline.common.lineage import library_versions
from interview_analysis.pipeline.common.sources import product_sha256
from interview_analysis.pipeline.learning.scorer_source import ScorerSource
from interview_analysis.pipeline.loaded import encoder_model
from interview_analysis.pipeline.observation.observers import observing_models
from interview_analysis.pipeline.storage.places import local_path
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile


def inputs_of(
    interviews: Sequence[Interview],
    profiles: Mapping[str, JobProfile],
    config: RunConfig,
    norms: Norms,
    scorer: ScorerSource | None = None,
) -> dict[str, str]:
    """For each interview the SHA-256 of all that its row depends on, without opening a recording or loading a model.

    That is the interview, its profile, norms, settings, models, the scorer, the product itself with all its files, and
    the libraries that numbers pass through. A recording counts by its path and, on this machine's file system, by its
    size and time of change.
    """
    of_profiles = {name: digest(profile) for name, profile in profiles.items()}
    shared = [config_digest(config), digest(norms), product_sha256(), library_versions(), _models(config)]
    shared += [[scorer.model, scorer.sha256]] if scorer else []
    inputs = {}
    for interview in interviews:
        stamps = [_stamp(path) for path in interview.files]
        parts = [interview.model_dump(mode="json"), stamps, of_profiles[interview.job], *shared]
        inputs[interview.id] = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return inputs


def _models(config: RunConfig) -> dict[str, str | None]:
    """The hash of each model that a row can depend on; None for a path that only other machines have."""
    used = [*observing_models(config, video=True), encoder_model(config)]
    if config.content_model is not None:  # that of the package is one of its files
        used.append(str(Path(config.content_model).resolve()))
    return {model: _hash(model) for model in used}


def _hash(model: str) -> str | None:
    return None if is_path(model) and not Path(model).expanduser().exists() else pinned_hash(model)


def _stamp(recording: str) -> list[int] | None:
    path = local_path(recording)
    if path is None:
        return None
    try:
        facts = path.stat()
    except OSError:  # gone: probing says so
        return None
    return [facts.st_size, facts.st_mtime_ns]
