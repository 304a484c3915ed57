"""A measure that weighs nothing is shown with its score, and moves no score."""

from __future__ import annotations

import pytest

from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.rubric.score import ScoreCard, score
from tests.scoring.rubric.test_score import SUBSTANCE
from tests.scoring.scene import evidence, levels, observe_text


def scored(norms: Norms) -> ScoreCard:
    profile, seen = load_profile("product-manager"), observe_text(SUBSTANCE["en"])
    dimensions = tuple(
        d.model_copy(update={"channels": {"content": 0.8, "voice": 0.2}}) for d in profile.dimensions
    )
    profile = profile.model_copy(update={"dimensions": dimensions})
    return score(profile, norms, seen, feature_tables(seen), evidence(profile, seen), levels(profile, seen))


def with_weights(norms: Norms, weight: float, *features: str) -> Norms:
    """With `weight` for these measures of the voice, or for all of them."""
    voice = tuple(
        n.model_copy(update={"weight": weight}) if not features or n.feature in features else n
        for n in norms.channels["voice"]
    )
    return norms.model_copy(update={"channels": {**norms.channels, "voice": voice}})


def test_it_is_listed_and_moves_nothing():
    norms, feature = load_norms(), "pauses.pause_ratio"
    others = tuple(n for n in norms.channels["voice"] if n.feature != feature)
    without = scored(norms.model_copy(update={"channels": {**norms.channels, "voice": others}}))
    weightless = scored(with_weights(norms, 0.0, feature))
    assert weightless.overall == without.overall
    (line,) = [e for e in weightless.dimensions[0].evidence if e.id == feature]
    assert line.weight == 0
    assert line.score == pytest.approx(65.0)  # of its curve for no pause at all


def test_a_channel_in_which_nothing_weighs_is_not_scored():
    card = scored(with_weights(load_norms(), 0.0))
    assert card.channels["voice"].score is None
    assert card.overall.score is not None
    assert card.channels["voice"].abstention is not None
