import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_analysis.scoring.rubric.fusion import Estimate, fuse, reaches

scores = st.floats(0, 100)
weights = st.floats(0.01, 1)
parts = st.lists(st.tuples(st.builds(Estimate, scores, st.floats(0, 30)), weights), min_size=1, max_size=8)


def test_weighted_mean_by_hand():
    fused = fuse([(Estimate(80, 6), 0.75), (Estimate(40, 10), 0.25)], correlation=0.5)
    assert fused.score == pytest.approx(70)
    # sqrt(0.5 * ((0.75*6)^2 + (0.25*10)^2) + 0.5 * (0.75*6 + 0.25*10)^2)
    assert fused.standard_error == pytest.approx(math.sqrt(0.5 * (20.25 + 6.25) + 0.5 * 49))


def test_independent_errors_average_out_and_shared_ones_do_not():
    equal = [(Estimate(50, 8), 1.0)] * 4
    assert fuse(equal, correlation=0).standard_error == pytest.approx(4)
    assert fuse(equal, correlation=1).standard_error == pytest.approx(8)


@given(parts, st.floats(0, 1))
def test_a_fused_score_stays_within_its_parts_and_0_to_100(parts, correlation):
    fused = fuse(parts, correlation)
    values = [estimate.score for estimate, _ in parts]
    assert min(values) - 1e-6 <= fused.score <= max(values) + 1e-6
    assert 0 <= fused.score <= 100
    assert fused.standard_error <= max(e.standard_error for e, _ in parts) + 1e-6


@given(parts, st.randoms(use_true_random=False))
def test_order_does_not_matter(parts, random):
    shuffled = list(parts)
    random.shuffle(shuffled)
    one, other = fuse(parts, 0.5), fuse(shuffled, 0.5)
    assert one.score == pytest.approx(other.score)
    assert one.standard_error == pytest.approx(other.standard_error)


@given(parts, st.floats(0.1, 10))
def test_weights_count_only_relative_to_each_other(parts, factor):
    scaled = [(estimate, weight * factor) for estimate, weight in parts]
    assert fuse(parts, 0.5).score == pytest.approx(fuse(scaled, 0.5).score)


def test_a_half_is_a_half_in_whatever_order_it_is_added_up():
    assert 0.7 - 0.2 == 0.49999999999999994
    assert reaches(0.7 - 0.2, 0.5)
    assert reaches(0.3 + 0.1 + 0.1, 0.5)
    assert not reaches(0.499, 0.5)


def test_nothing_to_fuse_is_an_error():
    with pytest.raises(ValueError, match="nothing to fuse"):
        fuse([], 0.5)
