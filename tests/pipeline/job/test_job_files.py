"""Job profiles as files: what is written reads back equal, and nothing is left half written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_analysis.errors import OutputError, ProfileError
from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.pipeline.job.files import (
    is_description,
    load_job,
    parse_file,
    profile_text,
    source_name,
    write_profile,
)
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.profile import Description, JobProfile, Source, Words, parse_profile
from tests.pipeline.job.job_descriptions import CHINESE, JUNIOR, RECIPE, write_text

BUILT_IN = ("product-manager", "customer-success-manager")
READ = Description(name="JD.txt", sha256="ab" * 32, language="en", parser="a test")

WHOLE = load_profile("product-manager").dimensions[0]
SMALL = JobProfile(
    id="job",
    name=Text(en="Job"),
    dimensions=(WHOLE.model_copy(update={"weight": 1.0, "indicators": WHOLE.indicators[:1]}),),
)


def never() -> JobParser:
    pytest.fail("models were loaded for a file that holds no description")


def said(text: str, profile: JobProfile) -> JobProfile:
    """`profile` with `text` wherever a description or a person may write what they like."""
    first = profile.dimensions[0]
    indicator = first.indicators[0].model_copy(
        update={"source": text, "keywords": Words(zh=("甘特图", text), en=(text,)), "name": Text(zh=text)}
    )
    changed = first.model_copy(
        update={
            "name": Text(en=text, zh=text),
            "sources": (Source(quote=text, section="must", by="term", match=text, demand=0.5),),
            "indicators": (indicator, *first.indicators[1:]),
        }
    )
    return profile.model_copy(
        update={
            "name": Text(en=text),
            "description": READ.model_copy(update={"name": text}),
            "dimensions": (changed, *profile.dimensions[1:]),
        }
    )


def read_back(profile: JobProfile) -> JobProfile:
    return parse_profile(yaml.safe_load(profile_text(profile)), "a test")


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_profiles_read_back_equal(name: str) -> None:
    profile = load_profile(name)
    assert read_back(profile) == profile
    assert profile_text(read_back(profile)) == profile_text(profile)


@pytest.mark.parametrize("text", [JUNIOR, CHINESE], ids=["en", "zh"])
def test_parsed_profiles_read_back_equal(job_parser: JobParser, tmp_path: Path, text: str) -> None:
    profile = job_parser.parse(text, "JD.txt")
    path = tmp_path / "below" / "job.yaml"
    write_profile(profile, path)
    assert load_profile(path) == profile
    assert [p.name for p in path.parent.iterdir()] == ["job.yaml"]


def test_awkward_texts_read_back_equal() -> None:
    texts = [
        "yes", "null", "1.0", "2024-13-45", "- item", "key: value", "# comment", "a\n\nb\n", "trailing ", "'\"", "\t",
        "[red]x[/red] [bold", "{a: b}", "!!python/object:os.system", "&a *a", "%TAG", "👩‍💻 职位", "\x85\u2028", "\ufeff",
        "\x1b[31m", "x" * 5000, "very long words " * 100,
    ]  # fmt: skip
    assert [
        (text, found) for text in texts if (found := read_back(said(text, SMALL))) != said(text, SMALL)
    ] == []


@settings(max_examples=100)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_any_text_reads_back_equal(text: str) -> None:
    assert read_back(said(text, SMALL)) == said(text, SMALL)


def test_a_profile_begins_with_what_to_do_and_its_source_in_one_line() -> None:
    profile = load_profile("product-manager")
    assert profile_text(profile).startswith("# Edit what you like, then run: ")
    head, version = profile_text(said("JD\n.txt", profile)).splitlines()[:2]
    assert head.startswith("# Made from JD .txt. Edit what you like")
    assert version == "schema_version: '1.0'"


def test_what_has_its_default_is_left_out() -> None:
    data = yaml.safe_load(profile_text(load_profile("product-manager")))
    assert {"id", "name", "dimensions"} <= set(data)
    assert not {"description", "seniority", "years", "languages"} & set(data)


def test_an_earlier_profile_stays_where_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    profile = load_profile("product-manager")
    folder = tmp_path / "job.yaml"
    folder.mkdir()
    taken = write_text(tmp_path / "file", "dear")
    for path in (folder, taken / "job.yaml"):
        with pytest.raises(OutputError, match="cannot write .*; choose another file with -o"):
            write_profile(profile, path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "job.yaml"]
    assert taken.read_text() == "dear"


def test_a_profile_is_replaced(tmp_path: Path) -> None:
    path = write_text(tmp_path / "job.yaml", "old")
    write_profile(load_profile("product-manager"), path)
    assert load_profile(path) == load_profile("product-manager")


def test_what_is_a_description(tmp_path: Path) -> None:
    cases = [("JD.txt", True), ("JD", True), ("JD.PDF", True), ("job.yaml", False), ("job.YML", False)]
    assert [
        (name, description, found)
        for name, description in cases
        if (found := is_description(write_text(tmp_path / name))) is not description
    ] == []


@pytest.mark.parametrize("name", ["product-manager", "missing.txt", "."])
def test_what_is_no_file_is_no_description(name: str) -> None:
    assert not is_description(name)


def test_a_job_is_a_profile_or_a_description(job_parser: JobParser, tmp_path: Path) -> None:
    source = write_text(tmp_path / "JD.txt")
    parsed = load_job(source, lambda: job_parser)
    assert parsed == parse_file(source, job_parser) == job_parser.parse(JUNIOR.strip("\n"), "JD.txt")
    path = write_text(tmp_path / "job.yaml", profile_text(parsed))
    assert load_job(path, never) == parsed
    assert load_job("product-manager", never) == load_profile("product-manager")


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("JD.txt", b"", "is empty"),
        ("JD.pdf", b"%PDF-1.7", "damaged pdf"),
        ("job.yaml", b"[", "not valid YAML"),
    ],
)
def test_models_are_not_loaded_for_what_cannot_be_read(
    tmp_path: Path, name: str, data: bytes, part: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ProfileError, match=part):
        load_job(tmp_path / name, never)


def test_no_text_of_a_refused_description_goes_into_the_message(
    job_parser: JobParser, tmp_path: Path
) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_file(write_text(tmp_path / "soup.txt", RECIPE), job_parser)
    assert str(caught.value).startswith("soup.txt reads like a recipe")
    assert "Leek" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "name"), [("-", "standard input"), ("a/b/JD.txt", "JD.txt"), (Path("职位.md"), "职位.md")]
)
def test_names(source: str | Path, name: str) -> None:
    assert source_name(source) == name
