import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_analysis.scoring.rubric.fusion import Estimate, fuse, reaches

scores = st.floats(0, 100)
weights = st.floats(0.01, 1)
errors = st.dictionaries(st.tuples(st.sampled_from("abcde")), st.floats(0, 30), min_size=1)
parts = st.lists(st.tuples(st.builds(Estimate, scores, errors), weights), min_size=1, max_size=8)


def measured(name: str, score: float, error: float) -> Estimate:
    return Estimate(score, {(name,): error})


def test_weighted_mean_by_hand():
    fused = fuse([(measured("rate", 80, 6), 0.75), (measured("pauses", 40, 10), 0.25)])
    assert fused.score == pytest.approx(70)
    # sqrt(0.5 * ((0.75*6)^2 + (0.25*10)^2) + 0.5 * (0.75*6 + 0.25*10)^2)
    assert fused.standard_error(0.5) == pytest.approx(math.sqrt(0.5 * (20.25 + 6.25) + 0.5 * 49))
    assert fused.own_error(0.5) == pytest.approx(math.sqrt(0.5 * (20.25 + 6.25)))
    assert fused.shared_error(0.5) == pytest.approx(math.sqrt(0.5 * 49))


def test_independent_errors_average_out_and_shared_ones_do_not():
    equal = [(measured(name, 50, 8), 1.0) for name in "abcd"]
    assert fuse(equal).standard_error(0) == pytest.approx(4)
    assert fuse(equal).standard_error(1) == pytest.approx(8)


def test_one_measure_is_no_surer_for_being_counted_twice():
    voice = fuse([(measured("rate", 70, 9), 0.5), (measured("pitch", 60, 7), 0.5)])
    assert fuse([(voice, 0.3), (voice, 0.7)]).standard_error(0.5) == pytest.approx(voice.standard_error(0.5))
    elsewhere = fuse([(voice, 0.5), (voice.of("answer 2"), 0.5)])
    assert elsewhere.standard_error(0.5) < voice.standard_error(0.5)


def test_what_is_shared_between_two_means_is_added_up_before_it_is_squared():
    """Two scores with a content of their own and one voice, by hand; their mean has half of each content and all of the voice."""
    one, other = (
        fuse([(measured(own, 60, 16), 0.75), (measured("voice", 80, 8), 0.25)]) for own in ("a", "b")
    )
    both = fuse([(one, 0.5), (other, 0.5)])
    assert dict(both.errors) == pytest.approx({("a",): 6.0, ("b",): 6.0, ("voice",): 2.0})
    assert both.standard_error(0.0) == pytest.approx(math.sqrt(36 + 36 + 4))


@given(parts, st.floats(0, 1))
def test_a_fused_score_stays_within_its_parts_and_0_to_100(parts, correlation):
    fused = fuse(parts)
    values = [estimate.score for estimate, _ in parts]
    assert min(values) - 1e-6 <= fused.score <= max(values) + 1e-6
    assert 0 <= fused.score <= 100
    largest = max(e.standard_error(correlation) for e, _ in parts)
    assert fused.standard_error(correlation) <= largest + 1e-6


@given(parts, st.randoms(use_true_random=False))
def test_order_does_not_matter(parts, random):
    shuffled = list(parts)
    random.shuffle(shuffled)
    one, other = fuse(parts), fuse(shuffled)
    assert one.score == pytest.approx(other.score)
    assert one.standard_error(0.5) == pytest.approx(other.standard_error(0.5))


@given(parts, st.floats(0.1, 10))
def test_weights_count_only_relative_to_each_other(parts, factor):
    scaled = [(estimate, weight * factor) for estimate, weight in parts]
    assert fuse(parts).score == pytest.approx(fuse(scaled).score)


def test_a_half_is_a_half_in_whatever_order_it_is_added_up():
    assert 0.7 - 0.2 == 0.49999999999999994
    assert reaches(0.7 - 0.2, 0.5)
    assert reaches(0.3 + 0.1 + 0.1, 0.5)
    assert not reaches(0.499, 0.5)


def test_nothing_to_fuse_is_an_error():
    with pytest.raises(ValueError, match="nothing to fuse"):
        fuse([])
