"""The profile editor changes what was edited and nothing else."""

from __future__ import annotations

import pytest

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.web.hiring.editing import edited, split_list

PROFILE = load_profile("product-manager")


def test_nothing_posted_changes_nothing():
    assert edited(PROFILE, {}) == PROFILE


def test_what_is_posted_takes_its_place():
    changed = edited(
        PROFILE,
        {
            "name.en": "Head of product",
            "pass_score": "65",
            "d0.weight": "50", "d1.weight": "30", "d2.weight": "20",
            "d0.expected": "4",
            "d0.anchor5.zh": "完整的链条",
            "d0.i0.keywords.zh": "用户访谈，问卷; 访谈、用户访谈",
            "d0.i1.remove": "on",
            "d1.new_question.en": "Tell me about a plan that slipped.",
        },
    )  # fmt: skip
    assert changed.name.en == "Head of product"
    assert changed.name.zh == PROFILE.name.zh
    assert changed.pass_score == 65
    assert [d.weight for d in changed.dimensions] == [0.5, 0.3, 0.2]
    first, second = changed.dimensions[:2]
    assert first.expected_level == 4
    assert first.anchors[5].zh == "完整的链条"
    assert first.anchors[4] == PROFILE.dimensions[0].anchors[4]
    assert first.indicators[0].keywords.zh == ("用户访谈", "问卷", "访谈")
    assert first.indicators[0].examples == PROFILE.dimensions[0].indicators[0].examples
    assert len(first.indicators) == len(PROFILE.dimensions[0].indicators) - 1
    assert second.questions[-1].text.en == "Tell me about a plan that slipped."


def test_a_removed_dimension_leaves_its_weight_to_the_others():
    changed = edited(PROFILE, {"d0.remove": "on"})
    assert [d.id for d in changed.dimensions] == [d.id for d in PROFILE.dimensions[1:]]
    assert sum(d.weight for d in changed.dimensions) == pytest.approx(1)
    assert changed.dimensions[0].weight == pytest.approx(0.30 / 0.65, abs=1e-5)


def test_a_dimension_of_the_library_joins():
    changed = edited(PROFILE, {"add": "stress_tolerance"})
    assert changed.dimensions[-1].id == "stress_tolerance"
    assert changed.dimensions[-1].weight == pytest.approx(0.1 / 1.1, abs=1e-5)
    assert changed.dimensions[-1].questions


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"d0.weight": "60"}, "add up to 125 %"),
        ({"d0.weight": "much"}, "expected a number from 0 to 100, got “much”"),
        ({"d0.weight": ""}, "has no weight"),
        ({"pass_score": "101"}, "expected a number from 0 to 100"),
        ({"add": "no_such"}, "no such dimension in the library"),
        ({"add": "requirements_analysis"}, "in the profile already"),
        ({f"d{i}.remove": "on" for i in range(3)}, "at least one dimension"),
        ({"d0.i0.keywords.en": "", "d0.i0.keywords.zh": ""}, None),
    ],
)
def test_mistakes_are_named(posted, said):
    if said is None:  # what is described in words needs no keyword
        assert edited(PROFILE, posted).dimensions[0].indicators[0].keywords.en == ()
        return
    with pytest.raises(ProfileError, match=said):
        edited(PROFILE, posted)


def test_lists_are_read_in_both_scripts():
    assert split_list("a, b，c；d、e\nf, a,") == ["a", "b", "c", "d", "e", "f"]
