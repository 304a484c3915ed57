"""The published schemas are those of the code, and what the program writes and reads fits them."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from interview_analysis.pipeline.config import BUILT_IN
from interview_analysis.pipeline.outputs import TranscriptFile
from interview_analysis.pipeline.schemas import PUBLISHED, schema_text
from tests.pipeline.sample_report import abstained_report, sample_report, sample_transcript

SCHEMAS = {
    name: json.loads((BUILT_IN / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    for name in PUBLISHED
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_schemas_are_valid_and_those_of_the_code(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name] == json.loads(schema_text(name)), "run `make docs`"


@pytest.mark.parametrize(
    "report", [sample_report("en"), sample_report("zh"), abstained_report()], ids=["en", "zh", "none"]
)
def test_reports_fit_their_schema(report):
    jsonschema.validate(json.loads(report.model_dump_json()), SCHEMAS["report"])


def test_transcripts_fit_their_schema():
    for language in ("en", "zh"):
        written = TranscriptFile.of(sample_transcript(language)).model_dump_json()
        jsonschema.validate(json.loads(written), SCHEMAS["transcript"])


@pytest.mark.parametrize("job", ["product-manager", "customer-success-manager"])
def test_profiles_fit_their_schema(job):
    text = (BUILT_IN / "jobs" / f"{job}.yaml").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(json.dumps(yaml.safe_load(text))), SCHEMAS["profile"])


@pytest.mark.parametrize("name", ["report", "transcript"])
def test_a_schema_refuses_what_is_not_in_it(name):
    whole = sample_report("en") if name == "report" else TranscriptFile.of(sample_transcript("en"))
    data = json.loads(whole.model_dump_json())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "mood": "tense"}, SCHEMAS[name])
    data.pop("schema_version")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, SCHEMAS[name])
