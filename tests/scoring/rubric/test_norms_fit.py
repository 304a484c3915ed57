"""Norms of a population: a curve through its percentiles, and the written norm where the population says nothing."""

import numpy as np
import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.scoring.rubric.measures import CONTENT_FEATURE, fitting
from interview_analysis.scoring.rubric.norms_fit import Population, fit_norms, percentile_points

WRITTEN = load_norms()
RATE, PAUSES, SMILE = "speech_rate.speaking_rate_wpm", "pauses.pause_ratio", "smile.smile_ratio"


def _population(rng, persons=60, **values):
    known = {RATE: rng.normal(160, 25, persons), PAUSES: rng.uniform(0.1, 0.5, persons)}
    return Population(persons, persons, known | values)


def test_the_score_of_a_value_is_its_percentile(rng):
    values = rng.normal(size=500)
    points = percentile_points(values, "higher")
    xs, ys = zip(*points, strict=True)
    for value in rng.choice(values, 40):
        percentile = 100 * (np.sum(values < value) + 0.5) / 500
        assert np.interp(value, xs, ys) == pytest.approx(percentile, abs=1.5)


def test_directions():
    values = np.arange(1.0, 102.0)
    assert dict(percentile_points(values, "higher"))[51.0] == pytest.approx(50)
    assert dict(percentile_points(values, "lower"))[1.0] == pytest.approx(99.5, abs=0.1)
    band = dict(percentile_points(values, "band"))
    assert band[51.0] == pytest.approx(100)
    assert band[1.0] == pytest.approx(band[101.0], abs=0.1) == pytest.approx(1, abs=0.1)


def test_ties_share_their_middle_rank():
    points = dict(percentile_points(np.repeat([0.0, 1.0], [60, 40]), "lower"))
    assert points == {0.0: 70.0, 1.0: 20.0}


def test_one_language_is_fitted_and_the_rest_stays_as_written(rng):
    few = _population(rng, persons=5)
    fitted, notes = fit_norms(WRITTEN, {"en": _population(rng), "zh": few}, "Graduates")
    assert any("Chinese: 5 persons" in note for note in notes)
    assert any(SMILE in note and "written norm stays" in note for note in notes)
    english = {n.feature: n for n in fitting(fitted.channels["voice"], "en")}
    chinese = fitting(fitted.channels["voice"], "zh")
    assert english[PAUSES].source.startswith("Percentiles of the population 'Graduates', 60 interviews")
    assert english[PAUSES].standard_error == pytest.approx(100 * np.pi / 8 / 60**0.5, abs=0.01)
    assert chinese == fitting(WRITTEN.channels["voice"], "zh")
    for channel in ("content", "voice", "face", "posture"):
        for language in ("en", "zh", None, "fr"):
            before, after = (fitting(n.channels[channel], language) for n in (WRITTEN, fitted))
            assert {n.feature: n.weight for n in before} == {n.feature: n.weight for n in after}
    assert "60 interviews in English" in fitted.origin.en
    assert "英语面试 60 场" in fitted.origin.zh


def test_what_is_said_has_several_values_an_interview(rng):
    shown = {CONTENT_FEATURE: rng.uniform(1, 5, 180)}
    fitted, _ = fit_norms(WRITTEN, {"en": _population(rng, **shown)}, "Graduates")
    norm = next(n for n in fitting(fitted.channels["content"], "en") if n.feature == CONTENT_FEATURE)
    assert norm.score(3.0) == pytest.approx(50, abs=8)
    assert norm.score(2.0) == pytest.approx(25, abs=8)


def test_values_beyond_the_plausible_range_are_clamped(rng):
    rates = rng.normal(160, 25, 60)
    rates[0] = 5000.0
    fitted, _ = fit_norms(WRITTEN, {"en": _population(rng, **{RATE: rates})}, "Graduates")
    norm = next(n for n in fitting(fitted.channels["voice"], "en") if n.feature == RATE)
    assert norm.points[-1][0] <= norm.range[1]


def test_too_few_persons_are_refused_with_their_counts(rng):
    with pytest.raises(ConfigError, match="20 persons.*English 19, Chinese 5"):
        fit_norms(WRITTEN, {"en": _population(rng, 19), "zh": _population(rng, 5)}, "Few")
    with pytest.raises(ConfigError, match="got none"):
        fit_norms(WRITTEN, {}, "Nobody")
