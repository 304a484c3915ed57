"""The published JSON Schemas of what goes in and comes out. `make docs` writes them to configs/schemas/."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from interview_analysis.pipeline.outputs import TranscriptFile
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import Report

PUBLISHED: dict[str, type[Model]] = {"report": Report, "transcript": TranscriptFile, "profile": JobProfile}


def schema_text(name: str) -> str:
    """The JSON Schema (draft 2020-12) of `report`, `transcript` or `profile`, as it is published."""
    mode = "validation" if name == "profile" else "serialization"
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PUBLISHED[name].model_json_schema(mode=mode),  # type: ignore[arg-type]
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    for name in PUBLISHED:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
