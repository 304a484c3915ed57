"""What candidates are told of the analysis is what it does: nothing that is measured and scored goes unnamed."""

from __future__ import annotations

import pytest
from django.utils import translation

from interview_analysis.pipeline.common.config import BUILT_IN, load_norms, load_profile
from interview_analysis.web.privacy import notices, observed

# The word for each measure, in English and Chinese.
WORDS = {
    "content.mean_level": ("content of your answers", "回答的内容"),
    "speech_rate.speaking_rate_wpm": ("pace", "语速"),
    "speech_rate.speaking_rate_cpm": ("pace", "语速"),
    "pauses.pause_ratio": ("pauses", "停顿"),
    "pitch.f0_sd_st": ("pitch", "音高"),
    "fillers.filled_pause_per_min": ("filler sounds", "填充词"),
    "intensity.intensity_sd_db": ("loudness", "音量"),
    "gaze.on_camera_ratio": ("gaze to the camera", "看向镜头的目光"),
    "smile.smile_ratio": ("smiles", "微笑"),
    "head_gestures.nods_per_min": ("nods", "点头"),
    "head_pose.yaw_sd_deg": ("turns of the head", "转头"),
    "posture.upright_ratio": ("upright posture", "坐姿端正"),
    "posture.sway_sw": ("sway", "身体晃动"),
    "gesture.gestures_per_min": ("gestures", "手势"),
    "hand_to_face.contacts_per_min": ("hands that touch the face", "手触碰面部"),
}


@pytest.mark.parametrize(("language", "which"), [("en", 0), ("zh-hans", 1)])
def test_every_measure_that_is_scored_is_named(language: str, which: int):
    notice = notices._text("zh" if which else "en")
    with translation.override(language):
        for channel, norms in load_norms().channels.items():
            for norm in norms:
                assert WORDS[norm.feature][which] in observed.words(channel)
                assert WORDS[norm.feature][which] in notice
        assert observed.described() in notice
    for word in (("head shakes", "lowered brows"), ("摇头", "眉毛下压"))[which]:
        assert word in notice


def test_each_channel_has_the_weight_of_the_profile_or_none():
    told = observed.observed(load_profile("customer-success-manager"))
    shares = [one.share or 0 for one in told]
    assert all(shares)
    assert sum(shares) == pytest.approx(1.0)
    product_manager = observed.observed(load_profile(BUILT_IN / "jobs" / "product-manager.yaml"))
    assert [one.share for one in product_manager][2:] == [0.0, 0.0]
    assert {one.share for one in observed.observed(None)} == {None}


def test_the_text_does_not_promise_an_erasure_that_nothing_does():
    english, chinese = notices._text("en"), notices._text("zh")
    assert "nothing is erased by itself" in english
    assert "系统不会自动删除" in chinese
    assert "到期删除" not in chinese
    assert "and then it is erased" not in english
    assert "{" not in english + chinese
