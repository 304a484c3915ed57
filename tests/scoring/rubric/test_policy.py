"""Policies: which there are, and what one of a user's own may say."""

from __future__ import annotations

import pytest
import yaml

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.common.config import BUILT_IN, config_digest, load_policy, load_run_config
from interview_analysis.scoring.rubric.policy import EMOTION_WORDS, TENSION_WORDS, Policy
from tests.conftest import ROOT

NAMES = ("observable", "off", "tension")


def test_these_policies_come_with_the_product_and_only_one_speaks_of_tension():
    policies = {name: load_policy(name) for name in NAMES}
    assert {item.name for item in (BUILT_IN / "policies").iterdir()} == {f"{name}.yaml" for name in NAMES}
    assert all(policy.id == name for name, policy in policies.items())
    assert {name for name, policy in policies.items() if policy.reading} == {"tension"}
    assert {name for name, policy in policies.items() if not policy.face_and_body} == {"off"}
    assert load_run_config().policy.id == "observable"


@pytest.mark.parametrize("overrides", [["policy=off"], ["policy='off'"]])
def test_off_is_a_policy_whatever_yaml_makes_of_the_word(overrides):
    assert load_run_config(overrides=overrides).policy.id == "off"
    assert load_run_config(policy="off").policy.id == "off"


def own(tmp_path, **changes):
    data = yaml.safe_load((BUILT_IN / "policies" / "tension.yaml").read_text(encoding="utf-8")) | changes
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def test_a_file_of_ones_own(tmp_path):
    policy = load_policy(own(tmp_path, id="works-council", reading=None, caveat=None, name={"zh": "甲", "en": "A"},
                             about={"zh": "乙", "en": "B"}))  # fmt: skip
    assert (policy.id, policy.reading) == ("works-council", None)
    config = tmp_path / "config.yaml"
    config.write_text(f"policy: {tmp_path / 'own.yaml'}\n", encoding="utf-8")
    changed = load_run_config(config)
    assert changed.policy == policy
    assert config_digest(changed) != config_digest(load_run_config())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"caveat": None}, "needs a caveat"),
        ({"reading": {"zh": "可能在撒谎。", "en": "May be tense."}}, "撒谎"),
        ({"reading": {"zh": "可能紧张。", "en": "Looks nervous."}}, "nervous"),
        ({"reading": None, "caveat": None}, "names a state of mind"),
        ({"about": {"zh": "", "en": "B"}}, "lacks a language"),
        ({"reeding": None}, "did you mean 'reading'"),
        ({"id": "../x y"}, "id"),
    ],
)
def test_a_policy_that_says_more_than_it_may_is_refused(tmp_path, changes, said):
    with pytest.raises(ConfigError, match="own.yaml") as error:
        load_policy(own(tmp_path, **changes))
    assert said in str(error.value)


def test_a_policy_that_is_not_there_names_those_that_are():
    with pytest.raises(ConfigError, match="observable, off, tension"):
        load_policy("obsrvable")


@pytest.mark.parametrize("word", ["tense", "nervous", "confident", "紧张", "焦虑", "撒谎"])
def test_the_list_knows_the_words(word):
    assert EMOTION_WORDS.search(f"x {word} y")
    assert bool(TENSION_WORDS.search(word)) == (word in ("tense", "紧张"))


def test_the_page_on_policies_names_each_of_them_and_each_key():
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    keys = set(Policy.model_fields) - {"schema_version"}
    assert all(f"`{name}`" in text for name in (*NAMES, *keys))
