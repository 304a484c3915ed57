"""What the user writes is checked when it is read, and the fault is named in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.common.config import (
    BUILT_IN,
    COMPUTE_TYPES,
    WHISPER_LANGUAGES,
    feature_names,
    load_norms,
    load_run_config,
)


def test_languages_and_compute_types_are_those_of_the_libraries():
    from ctranslate2 import get_supported_compute_types
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(WHISPER_LANGUAGES.split()) == set(_LANGUAGE_CODES)
    assert set(get_supported_compute_types("cpu")) < set(COMPUTE_TYPES)


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("x=[a", "--set x=[a: the value is not valid YAML"),
        ("x=2024-13-45", "not valid YAML"),
        ("asr.language", "expected key=value"),
        ("asr.language=klingon", "language is 'klingon'"),
        ("asr.language=no", "language"),
        ("asr.compute_type=foo", "compute_type is 'foo', expected one of default"),
        ("asr.beam_size=0", "beam_size is 0"),
        ("asr.cpu_threads=-1", "cpu_threads is -1"),
        ("asr.chunks_at_once=0", "chunks_at_once is 0"),
        ("asr.vad.pad_s=-3", "vad.pad_s is -3"),
        ("asr.vad={pad_s: .nan}", "vad.pad_s is nan"),
        ("asr.vad={end_probability: 0.7}", "vad.end_probability is 0.7, expected 0.01 to 0.5"),
        ("asr.vad={max_region_s: 60}", "vad.max_region_s is 60"),
        ("hop_s=0", "hop_s"),
        ("window_s=.inf", "window_s"),
        ("window_s=.nan", "window_s"),
        ("timeline=[{feature: smile.smile_ration, name: {en: x}, unit: ''}]", "did you mean 'smile.smile_ratio'"),
        ("timeline=[{feature: qqqq, name: {en: x}, unit: ''}]", "no extractor measures 'qqqq'; did you mean"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused_in_one_line(override, part):
    with pytest.raises(ConfigError) as caught:
        load_run_config(overrides=[override])
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_of_the_options_are_no_yaml_and_come_last():
    config = load_run_config(overrides=["asr.language=en"], language="no", engine="openai-whisper")
    assert config.asr.language == "no"
    assert config.asr.engine == "openai-whisper"
    assert config.asr.model == "whisper-base"
    with pytest.raises(ConfigError, match="language is 'klingon'"):
        load_run_config(language="klingon")


def test_sensible_settings_are_taken():
    config = load_run_config(overrides=["asr.vad.min_silence_s=0.3", "hop_s=10", "asr.compute_type=float16"])
    assert (config.asr.vad.min_silence_s, config.hop_s, config.asr.compute_type) == (0.3, 10, "float16")
    assert {series.feature for series in config.timeline} <= feature_names()


def _norms(folder: Path, edit) -> Path:
    data = yaml.safe_load((BUILT_IN / "norms.yaml").read_text(encoding="utf-8"))
    edit(data["channels"])
    path = folder / "norms.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def test_norms_of_unknown_features_are_refused(tmp_path):
    path = _norms(tmp_path, lambda channels: channels["face"][0].update(feature="gaze.on_camera_ration"))
    with pytest.raises(ConfigError, match=r"channels\.face: .*did you mean 'gaze\.on_camera_ratio'"):
        load_norms(path)
    path = _norms(tmp_path, lambda channels: channels["face"][0].update(feature="content.mean_level"))
    with pytest.raises(ConfigError, match=r"channels\.face: no extractor measures 'content\.mean_level"):
        load_norms(path)


def test_norms_need_the_level_of_content(tmp_path):
    path = _norms(tmp_path, lambda channels: channels["content"].pop(0))
    with pytest.raises(ConfigError, match=r"norm for 'content\.mean_level' is missing"):
        load_norms(path)
    assert load_norms(_norms(tmp_path, lambda channels: None)) == load_norms()
