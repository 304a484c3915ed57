"""A language model's message is a proposal with its refusals, or an error in one line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_analysis.errors import ProfileError
from interview_analysis.scoring.jobs.proposals import read_proposal
from tests.scoring.jobs.enrichment import indicator, proposal


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "```json\n{}\n```",
        "```\n{}\n```",
        "Here is what I propose:\n```json\n{}\n```\nGood luck!",
        "<think>The user wants {{...}} so ```json```</think>\n{}",
    ],
)
def test_json_is_found_in_its_usual_wrappings(wrap):
    content = wrap.replace("{{", "{").replace("}}", "}").replace("\n{}", "\n" + json.dumps(proposal()))
    content = json.dumps(proposal()) if wrap == "{}" else content
    found, refusals = read_proposal(content)
    assert refusals == ()
    assert found.indicators[0].id == "cohorts"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "0 characters that are no JSON"),
        ("I cannot help with that.", "24 characters that are no JSON"),
        ("<html><body>502</body></html>", "no JSON"),
        ('{"indicators": [', "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("9" * 5000, "no JSON"),
        ("```" + "\n" * 200_000, "no JSON"),
        ("[]", "without the lists indicators, questions, dimensions"),
        ("null", "without the lists"),
        ("{}", "without the lists"),
        ('{"weights": {"innovation": 1}}', "without the lists"),
        ('{"indicators": {"a": 1}}', "without the lists"),
        ('{"indicators": [], "questions": "none"}', "without the lists"),
    ],
)
def test_a_message_that_is_no_proposal_is_an_error_in_one_line(content, message):
    with pytest.raises(ProfileError) as caught:
        read_proposal(content)
    assert message in str(caught.value)
    assert "leave --llm-url out" in str(caught.value)
    assert "\n" not in str(caught.value)


_TEXT = st.text(alphabet="a_ 一\n\0\u202e\ud800", max_size=4)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*indicator(), "x"]) | _TEXT, inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*proposal(), "weights"]), st.lists(_JSON, max_size=4) | _JSON))
def test_any_json_is_a_proposal_with_refusals_or_an_error(data):
    try:
        found, refusals = read_proposal(json.dumps(data))
    except ProfileError:
        return
    kept = len(found.indicators) + len(found.questions) + len(found.dimensions)
    lists = sum(len(data[key]) for key in proposal() if key in data)
    assert kept + len(refusals) == lists + ("weights" in data)
