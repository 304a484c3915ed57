"""``interview-analysis cache``: sizes, ages, what is shown and what is removed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from interview_analysis.pipeline.cli.cache import parse_age, parse_size, size_text
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.observation.cache import FOLDER_VARIABLE, ObservationCache
from tests.pipeline.observation.test_observation_cache import KEYS, used, vectors


def test_sizes():
    cases = [
        ("5GB", 5 * 10**9),
        ("500 MB", 5 * 10**8),
        ("1.5GiB", 3 << 29),
        ("1000", 1000),
        ("2k", 2000),
        ("3tb", 3 * 10**12),
    ]
    assert [(text, size, found) for text, size in cases if (found := parse_size(text)) != size] == []


@pytest.mark.parametrize("text", ["", "5 apples", "-1GB", "GB", "1e9", "5GBs", "nan"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="expected a number with a unit"):
        parse_size(text)
    with pytest.raises(ValueError, match="400 digits are no size"):
        parse_size("9" * 400)


@pytest.mark.parametrize(
    ("text", "age_s"), [("30d", 2_592_000), ("12h", 43_200), ("90 m", 5400), ("0.5W", 302_400)]
)
def test_ages(text, age_s):
    assert parse_age(text) == age_s


@pytest.mark.parametrize("text", ["30", "d", "-3d", "3 months"])
def test_what_is_no_age_is_refused(text):
    with pytest.raises(ValueError, match="expected a number with s, m, h, d or w"):
        parse_age(text)


def test_sizes_for_a_reader():
    assert [size_text(n) for n in (0, 999, 1500, 2e6, 2.5e9, 3e13)] == [
        "0 B", "999 B", "1.5 kB", "2.0 MB", "2.5 GB", "30.0 TB",
    ]  # fmt: skip


def run(*arguments: object):
    return CliRunner().invoke(main, ["cache", *map(str, arguments)])


def test_info_and_prune(tmp_path, monkeypatch):
    cache = ObservationCache.at(tmp_path / "kept")
    for days, key in zip((40, 20, 1), KEYS, strict=False):
        cache.write("vectors", key, vectors(days))
        used(cache, key, days * 86_400)
    shown = run("info", "--cache", tmp_path / "kept")
    assert shown.exit_code == 0
    assert str(tmp_path / "kept") in shown.output
    assert "of 20.0 GB" in shown.output
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kept"))
    assert run("prune").output.startswith("removed 0 (0 B), left 3")  # within the limit
    assert run("prune", "--older-than", "30d").output.startswith("removed 1")
    assert run("prune", "--max-size", "20kB").output.startswith("removed 1")
    assert "left 0 (0 B)" in run("prune", "--all").output
    assert run("info").output.count("\n") == 2


def test_info_and_prune_in_a_bucket(bucket):
    url = f"{bucket}/kept"
    for key in KEYS[:2]:
        ObservationCache.at(url).write("vectors", key, vectors(1))
    shown = run("info", "--cache", url)
    assert shown.exit_code == 0
    assert shown.output.startswith(f"folder: {url}\n")
    assert "\noldest: " in shown.output
    assert run("prune", "--cache", url, "--max-size", "15kB").output.startswith("removed 1")
    assert f"left 0 (0 B) in {url}" in run("prune", "--cache", url, "--all").output


def test_a_cache_that_cannot_be_opened_ends_in_one_line(s3_store):
    done = run("info", "--cache", "s3://no-such-bucket-at-all/kept")
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "cannot keep observations" in done.output


def test_a_wrong_size_ends_with_what_is_expected():
    done = run("prune", "--max-size", "lots")
    assert done.exit_code == 2
    assert "expected a number with a unit, such as 5GB" in done.output
