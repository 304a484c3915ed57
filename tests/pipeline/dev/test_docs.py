"""Documentation that is tested: the generated pages are current, and every setting and command is explained."""

from __future__ import annotations

import re

import click
import pytest
import yaml

import interview_analysis
from interview_analysis.features.core.extractor import extractors
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import BUILT_IN, RunConfig
from interview_analysis.pipeline.dev.cli_docs import cli_page, commands
from interview_analysis.pipeline.dev.feature_docs import feature_page
from interview_analysis.scoring.norms import Norm
from interview_analysis.types import MediaFacts, SpeechActivity, intervals
from tests.conftest import ROOT
from tests.learning_data import write_run

UNITS = re.compile(r"_(wpm|cpm|per_min|per_100|ratio|s|hz|st|db|deg|count|sw)$")


def test_the_feature_page_is_current():
    assert (ROOT / "docs" / "features.md").read_text(encoding="utf-8") == feature_page(), "run `make docs`"


def test_the_page_of_commands_is_current():
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == cli_page(), "run `make docs`"


def test_every_command_has_an_example_and_every_option_a_word():
    for ctx in commands(main):
        is_group = isinstance(ctx.command, click.Group)
        assert is_group or f"    {ctx.command_path}" in ctx.get_help(), ctx.command_path
        options = [p for p in ctx.command.params if isinstance(p, click.Option)]
        assert [option.opts for option in options if not option.help] == []


def test_the_package_offers_what_the_docs_use():
    """Pages and notebooks for users, that is; whoever extends the product imports from its rooms."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    used = set()
    for page in pages:
        text = page.read_text(encoding="utf-8")
        inside = re.findall(r"from interview_analysis\.([\w.]+) import", text)
        assert page.stem == "extending" or all(each.startswith("pipeline.dev.") for each in inside), page.name
        names = re.findall(r"from interview_analysis import ([\w, ]+)", text)
        used |= {name.strip() for line in names for name in line.split(",")}
    assert {"analyze", "load_saved", "load_data"} <= used <= set(interview_analysis.__all__)
    for name in interview_analysis.__all__:
        assert getattr(interview_analysis, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = interview_analysis.analyse


def test_the_learning_example_of_the_python_page_runs(tmp_path, monkeypatch, capsys):
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    example = re.findall(r"```python\n(.*?)```", page, flags=re.S)[-1]
    ids = [f"{number:03d}" for number in range(40)]
    write_run(tmp_path / "runs/2026-11", ids)
    rows = [f"{key},{3 + number % 4}" for number, key in enumerate(ids)]
    (tmp_path / "ratings.csv").write_text("\n".join(["interview_id,Overall", *rows]), encoding="utf-8")
    quick = "LearnSettings(meaning=False, learners=('ridge',), chosen='ridge', folds=3, repeats=1, bootstrap_samples=100, targets=('Overall',))"
    monkeypatch.chdir(tmp_path)
    exec(compile(example.replace("LearnSettings(meaning=False)", quick), "docs/python.md", "exec"), {})
    assert "standard_error" in capsys.readouterr().out


def test_every_feature_has_a_unit_in_its_name_and_a_meaning():
    specs = {f"{e.name}.{spec.name}": spec for e in extractors() for spec in e.specs}
    assert len(specs) > 100
    assert [name for name, spec in specs.items() if not UNITS.search(spec.name)] == []
    assert [name for name, spec in specs.items() if len(spec.meaning) <= 10 or not spec.unit] == []


def test_every_setting_is_explained_where_it_is_set():
    text = (BUILT_IN / "default.yaml").read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)) == set(RunConfig.model_fields)
    for setting in RunConfig.model_fields:
        assert re.search(rf"^{setting}:", text, flags=re.M)


def test_the_example_of_a_measure_does_what_the_page_says():
    """docs/extending.md: its extractor passes its own test, and its curve is a norm."""
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    extractor, test = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    names = {
        "pytest": pytest,
        "MediaFacts": MediaFacts,
        "SpeechActivity": SpeechActivity,
        "intervals": intervals,
    }
    exec(compile(extractor, "docs/extending.md", "exec"), names)
    exec(compile(test, "docs/extending.md", "exec"), names)
    names["test_the_longest_run_lies_between_two_pauses"]()
    (curve,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.S)
    (norm,) = [Norm.model_validate(entry) for entry in yaml.safe_load(curve)]
    assert norm.feature == f"{names['EXTRACTOR'].name}.{names['SPECS'][0].name}"
    assert norm.weight == 0


def test_the_pages_link_to_what_exists():
    broken = []
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists():
                broken.append(f"{page.name}: {target} does not exist")
            elif anchor and anchor not in _anchors(file.read_text(encoding="utf-8")):
                broken.append(f"{page.name}: {target} has no such heading")
    assert broken == []


def _anchors(text: str) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_s_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    used = set(
        re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.M)
    )
    assert used - targets == set()
