import copy

import pytest
import yaml

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.common.config import BUILT_IN, load_profile
from interview_analysis.scoring.profile import parse_profile

BUILT_IN_JOBS = sorted(
    f.name.removesuffix(".yaml") for f in (BUILT_IN / "jobs").iterdir() if f.name.endswith(".yaml")
)
VALID = yaml.safe_load((BUILT_IN / "jobs" / "product-manager.yaml").read_text(encoding="utf-8"))


def test_the_product_manager_has_the_three_weighted_dimensions():
    profile = load_profile("product-manager")
    weights = {d.name.zh: d.weight for d in profile.dimensions}
    assert weights == {"需求分析能力": 0.35, "项目管理能力": 0.30, "用户思维": 0.35}
    keywords = {word for d in profile.dimensions for i in d.indicators for word in i.keywords.zh}
    assert {
        "用户调研数据",
        "功能优先级排序",
        "甘特图",
        "风险应对方案",
        "用户痛点",
        "用户反馈迭代",
    } <= keywords


@pytest.mark.parametrize("name", BUILT_IN_JOBS)
def test_built_in_profiles_are_bilingual(name):
    for dimension in load_profile(name).dimensions:
        assert dimension.name.zh
        assert dimension.name.en
        assert all(anchor.zh and anchor.en for anchor in dimension.anchors.values())
        for indicator in dimension.indicators:
            assert indicator.keywords.zh
            assert indicator.keywords.en
            assert indicator.description.zh
            assert indicator.description.en


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d["dimensions"][0].update(wieght=0.3),
            "unknown key 'wieght' in dimensions, number 1; did you mean 'weight'",
        ),
        (
            lambda d: d["dimensions"][0].update(expected_level=7),
            "'expected_level' in dimensions, number 1: Input should be 1, 2, 3, 4 or 5, got 7",
        ),
        (lambda d: d.update(pass_score="sixty"), "'pass_score': Input should be .*, got 'sixty'"),
        (lambda d: d["dimensions"][0].update(weight=0.5), "must add up to 1, got 1.15"),
        (
            lambda d: d["dimensions"][0].update(channels={"content": 0.5}),
            "channels of dimension.*add up to 1",
        ),
        (lambda d: d["dimensions"][0]["channels"].update(voices=0.1), "voices"),
        (lambda d: d["dimensions"][0]["anchors"].pop(3), "anchor for each level"),
        (lambda d: d["dimensions"].append(d["dimensions"][0]), "add up to 1|repeated"),
        (lambda d: d["dimensions"][0].update(indicators=[]), "indicators"),
        (lambda d: d["dimensions"][0]["indicators"][0].pop("id"), "missing key 'id'"),
    ],
)
def test_a_wrong_profile_is_refused_by_name(change, message):
    data = copy.deepcopy(VALID)
    change(data)
    with pytest.raises(ProfileError, match=message) as caught:
        parse_profile(data, "job.yaml")
    assert "\n" not in str(caught.value)


def test_an_unknown_profile_names_the_nearest():
    with pytest.raises(ProfileError, match="did you mean 'product-manager'"):
        load_profile("product-manger")
    with pytest.raises(ProfileError, match="did you mean 'product-manager'"):
        load_profile("configs/jobs/product-manger.yaml")


@pytest.mark.parametrize("text", ["- a\n- b", "dimensions: [", "\x00", "just words"])
def test_a_file_that_is_no_profile_is_refused(tmp_path, text):
    path = tmp_path / "job.yaml"
    path.write_text(text)
    with pytest.raises(ProfileError, match="job.yaml"):
        load_profile(path)
