"""Documentation that is tested: the generated pages are current, and every setting and command is explained."""

from __future__ import annotations

import re

import pytest
import yaml

from interview_analysis.features.core.extractor import extractors
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import BUILT_IN, RunConfig
from interview_analysis.pipeline.dev.feature_docs import feature_page
from tests.conftest import ROOT

UNITS = re.compile(r"_(wpm|cpm|per_min|per_100|ratio|s|hz|st|db|deg|count|sw)$")


def test_the_feature_page_is_current():
    assert (ROOT / "docs" / "features.md").read_text(encoding="utf-8") == feature_page(), "run `make docs`"


@pytest.mark.parametrize("spec", [s for e in extractors() for s in e.specs], ids=lambda spec: spec.name)
def test_every_feature_has_a_unit_in_its_name_and_a_meaning(spec):
    assert UNITS.search(spec.name)
    assert len(spec.meaning) > 10
    assert spec.unit


def test_every_setting_is_explained_where_it_is_set():
    text = (BUILT_IN / "default.yaml").read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)) == set(RunConfig.model_fields)
    for setting in RunConfig.model_fields:
        assert re.search(rf"^{setting}:", text, flags=re.M)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_the_readme_shows_every_command(command):
    assert f"interview-analysis {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_s_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    used = set(
        re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.M)
    )
    assert used - targets == set()
