"""The published schemas are those of the code, and what the program writes and reads fits them."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.dev.schemas import PUBLISHED, schema_text
from interview_analysis.pipeline.outputs import TranscriptFile
from tests.pipeline.sample_report import abstained_report, sample_report
from tests.pipeline.sample_transcript import sample_transcript

SCHEMAS = {
    name: json.loads((BUILT_IN / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    for name in PUBLISHED
}


def faults(data: object, name: str) -> list[str]:
    """Where `data` does not fit the schema."""
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMAS[name]).iter_errors(data)]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_schemas_are_valid_and_those_of_the_code(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name] == json.loads(schema_text(name)), "run `make docs`"


@pytest.mark.parametrize(
    "report", [sample_report("en"), sample_report("zh"), abstained_report()], ids=["en", "zh", "none"]
)
def test_reports_fit_their_schema(report):
    assert faults(json.loads(report.model_dump_json()), "report") == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_transcripts_fit_their_schema(language):
    written = TranscriptFile.of(sample_transcript(language)).model_dump_json()
    assert faults(json.loads(written), "transcript") == []


@pytest.mark.parametrize("job", ["product-manager", "customer-success-manager"])
def test_profiles_fit_their_schema(job):
    text = (BUILT_IN / "jobs" / f"{job}.yaml").read_text(encoding="utf-8")
    assert faults(json.loads(json.dumps(yaml.safe_load(text))), "profile") == []


@pytest.mark.parametrize("name", ["report", "transcript"])
def test_a_schema_refuses_what_is_not_in_it(name):
    whole = sample_report("en") if name == "report" else TranscriptFile.of(sample_transcript("en"))
    data = json.loads(whole.model_dump_json())
    assert faults(data, name) == []
    (unknown,) = faults({**data, "mood": "tense"}, name)
    assert "'mood' was unexpected" in unknown
    data.pop("schema_version")
    (missing,) = faults(data, name)
    assert "'schema_version' is a required property" in missing
