import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interview_analysis.errors import ConfigError
from interview_analysis.features.core.extractor import extractors
from interview_analysis.pipeline.common.config import BUILT_IN, load_norms
from interview_analysis.scoring.content.levels import POINTS_PER_LEVEL
from interview_analysis.scoring.norms import Norm, parse_norms
from interview_analysis.scoring.rubric.measures import CONTENT_FEATURE

NORMS = load_norms()
EVERY = [norm for channel in NORMS.channels.values() for norm in channel]
VALID = yaml.safe_load((BUILT_IN / "norms.yaml").read_text(encoding="utf-8"))


def test_every_norm_names_a_feature_that_exists_in_its_channel():
    known = {(f"{e.name}.{spec.name}", e.channel) for e in extractors() for spec in e.specs}
    named = {(norm.feature, channel) for channel, norms in NORMS.channels.items() for norm in norms}
    assert named - known == {(CONTENT_FEATURE, "content")}


def test_every_norm_says_why_in_both_languages_and_cites_a_source():
    assert [n.feature for n in EVERY if len(n.why.zh) <= 15 or len(n.why.en) <= 30 or not n.source] == []


def test_the_points_of_every_norm_lie_in_its_range():
    outside = [n for n in EVERY if not n.range[0] <= n.points[0][0] <= n.points[-1][0] <= n.range[1]]
    assert [norm.feature for norm in outside] == []


@pytest.mark.parametrize("channel", ["content", "voice", "face", "posture"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_weights_of_a_channel_add_up(channel, language):
    total = sum(norm.weight for norm in NORMS.channels[channel] if language in norm.languages)
    assert total == pytest.approx(1)


@given(st.sampled_from([n for n in EVERY if n.direction != "band"]), st.floats(-1e3, 1e3), st.floats(0, 1e3))
def test_a_better_value_never_lowers_the_score(norm, value, more):
    better, worse = (value + more, value) if norm.direction == "higher" else (value, value + more)
    assert norm.score(better) >= norm.score(worse)


@given(st.sampled_from(EVERY), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_scores_stay_within_bounds_and_errors_never_fall_below_the_curve_s_own(norm, value, error):
    assert 0 <= norm.score(value) <= 100
    assert norm.score_error(value, error) >= norm.standard_error


def test_score_and_error_by_hand():
    written = next(n for n in EVERY if n.direction == "higher" and n.feature != CONTENT_FEATURE)
    norm = written.model_copy(
        update={
            "range": (0.0, 1.0),
            "points": ((0.0, 0.0), (0.25, 40.0), (0.5, 65.0), (0.75, 85.0), (1.0, 100.0)),
            "standard_error": 6.0,
        }
    )
    assert norm.score(0.5) == pytest.approx(65)
    assert norm.score(0.35) == pytest.approx(40 + 0.4 * 25)
    # 0.1 to either side of 0.5: 55 and 73, so 9 points moved on average, and 6 of the curve itself
    assert norm.score_error(0.5, 0.1) == pytest.approx((9**2 + 6**2) ** 0.5)


def test_the_levels_of_content_stand_at_the_middles_of_fifths():
    (norm,) = [n for n in NORMS.channels["content"] if n.feature == CONTENT_FEATURE]
    assert [norm.score(level) for level in range(1, 6)] == [10, 30, 50, 70, 90]
    assert [NORMS.level(norm.score(level)) for level in range(1, 6)] == [1, 2, 3, 4, 5]
    assert norm.score_error(3.0, 0.5) == pytest.approx(0.5 * POINTS_PER_LEVEL)  # no error but the level's own


def test_levels():
    assert [NORMS.level(s) for s in (0, 19.99, 20, 59, 60, 80, 100)] == [1, 1, 2, 3, 4, 5, 5]


def _broken(change):
    data = copy.deepcopy(VALID)
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["channels"]["voice"][0].update(wieght=1), "unknown key 'wieght'.*did you mean 'weight'"),
        (
            lambda d: d["channels"]["content"][0].update(points=[[0, 50], [1, 20]]),
            "do not make a 'higher' curve",
        ),
        (lambda d: d["channels"]["content"][0].update(points=[[1, 50], [0, 60]]), "must rise"),
        (lambda d: d["channels"]["content"][0].update(points=[[0, 50], [1, 120]]), "between 0 and 100"),
        (lambda d: d["limits"]["why"].pop("min_words"), "without a reason.*min_words"),
        (lambda d: d.pop("level_cuts"), "missing key 'level_cuts'"),
    ],
)
def test_a_wrong_norms_file_is_refused_by_name(change, message):
    with pytest.raises(ConfigError, match=message):
        parse_norms(_broken(change), "norms.yaml")


def test_a_band_rises_and_then_falls():
    band = next(n for n in EVERY if n.direction == "band")
    with pytest.raises(ValueError, match="do not make a 'band' curve"):
        Norm.model_validate({**band.model_dump(), "points": ((0, 50), (1, 80), (2, 60), (3, 70))})
