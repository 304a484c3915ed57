"""An extractor that gets its values wrong costs its own columns, and says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from interview_analysis.features import tables as making
from interview_analysis.features.core import extractor as core
from interview_analysis.features.core.extractor import Extractor, FeatureSpec, extractors, tabulate
from interview_analysis.features.tables import answer_tables, feature_tables
from interview_analysis.types import Event, Interval, Observations
from tests.pipeline.observation.observed_scene import scene

SPECS = (FeatureSpec("share_ratio", "1", "of a test's own", 0, 1), FeatureSpec("level_db", "dB", "another"))
Add = Callable[..., None]


def bad_share(_: Observations, window: Interval) -> Mapping[str, float]:
    """Right over the whole recording, wrong in one of its windows."""
    share = 1.5 if window.start_s > 0 else 0.5
    return {"share_ratio": share, "level_db": 60.0, core.COVERAGE: 1.0}


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Add:
    """Puts an extractor beside those of the product."""

    def added(compute: Callable[..., Mapping[str, float]], **given: object) -> None:
        own = Extractor("own", 1, "voice", SPECS, compute, **given)  # type: ignore[arg-type]
        everyone = (*extractors(), own)
        monkeypatch.setattr(making, "extractors", lambda: everyone)

    return added


def test_a_feature_beyond_its_bounds_is_left_out_of_every_table(add: Add) -> None:
    seen = scene()
    usual = feature_tables(seen)
    add(bad_share)
    found = feature_tables(seen)
    (fault,) = found.faults
    assert (fault.extractor, fault.reason) == ("own", "share_ratio is 1.5, expected 0 to 1")
    for table, before in (
        (found.whole, usual.whole), (found.blocks, usual.blocks), (found.timeline, usual.timeline),
    ):  # fmt: skip
        assert table["own.share_ratio"].isna().all()
        assert (table["own.level_db"] == 60.0).all()
        assert (table["own.coverage_ratio"] == 1.0).all()
        assert table[before.columns].equals(before)
    assert found.events == usual.events
    assert usual.faults == ()


@pytest.mark.parametrize("error", [ZeroDivisionError, ValueError])
def test_an_extractor_that_fails_at_its_values_has_none(add: Add, error: type[Exception]) -> None:
    def empty_mean(_: Observations, __: Interval) -> Mapping[str, float]:
        raise error("mean of\nnothing")

    seen = scene()
    windows = [Interval(0.0, 8.0), Interval(8.0, 20.0)]
    usual = answer_tables(seen, windows)
    add(empty_mean)
    found = answer_tables(seen, windows)
    (fault,) = found.faults
    assert (fault.extractor, fault.reason) == ("own", f"{error.__name__}: mean of nothing")
    assert found.whole[["own.share_ratio", "own.level_db"]].isna().all(axis=None)
    assert (found.whole["own.coverage_ratio"] == 0.0).all()
    assert found.whole[usual.whole.columns].equals(usual.whole)
    assert found.of(windows[0]).faults == (fault,)
    assert np.isnan(found.of(windows[1]).value("own.level_db"))


def test_events_of_an_extractor_that_fails_are_left_out(add: Add) -> None:
    def events(_: Observations) -> tuple[Event, ...]:
        raise ValueError("no samples")

    seen = scene()
    usual = feature_tables(seen)
    add(lambda *_: {}, events=events)
    found = feature_tables(seen)
    assert [(fault.extractor, fault.reason) for fault in found.faults] == [("own", "ValueError: no samples")]
    assert found.events == usual.events


def test_what_is_no_fault_of_a_value_still_stops(add: Add) -> None:
    add(lambda *_: {"speed": 1.0})
    with pytest.raises(TypeError, match=r"own returned features without a spec: \['speed'\]"):
        feature_tables(scene())
    add(lambda *_: {}["missing"])
    with pytest.raises(KeyError):
        feature_tables(scene())


def test_one_table_alone_is_refused_with_its_fault() -> None:
    own = Extractor("own", 1, "voice", SPECS, bad_share)
    with pytest.raises(ValueError, match="own: share_ratio is 1.5, expected 0 to 1"):
        tabulate(own, scene(), [Interval(0.0, 1.0), Interval(1.0, 2.0)])


def test_two_of_one_name_are_refused() -> None:
    found = extractors()
    assert core.by_name(found[::-1]) == found
    with pytest.raises(ValueError, match=f"there twice: {found[3].name}$"):
        core.by_name([*found, found[3]])
