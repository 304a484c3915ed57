"""The texts of the interface: complete in both languages, and safe to fill."""

from __future__ import annotations

import re

import pytest

from interview_analysis.features.moments.moments import KINDS, unit_of
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.common.messages import (
    MISSING,
    UNKNOWN_PLACEHOLDER,
    Messages,
    format_number,
    format_percent,
    load_messages,
)
from interview_analysis.scoring.report.report import Reason
from interview_analysis.types import CHANNELS, clock

FLAGS = (
    "low_snr", "clipped", "quiet", "narrow_band", "sound_missing", "silent_track", "undecodable_track", "truncated", "dark_video", "low_resolution", "low_frame_rate",
    "variable_frame_rate", "short", "no_audio", "no_video", "no_speech", "no_words", "other_faces", "face_by_voice", "face_unknown", "picture_lies", "face_absent",
    "keyword_stuffing", "words_to_scorer", "non_answer", "language_mismatch", "low_transcript_confidence", "fillers_lower_bound",
    "blink_lower_bound", "partial_overall", "one_voice_assumed", "decode_errors",
    "only_voice", "other_voices", "candidate_guess", "candidate_unknown", "candidate_silent", "face_of_other",
    "lips_apart", "lips_still", "background_voice", "starts_under_way",
    "no_question_found", "question_not_heard", "question_language",
    "mixed_languages", "other_language_read", "other_language_left_out", "unsure_stretch", "rates_disagree",
    "policy_off", "measure_left_out", "transcript_given", "no_audio_beside_transcript", "answers_written",
)  # fmt: skip
EVERY_TEXT = [(section, code) for section, codes in load_messages().items() for code in codes]
# Feelings must not be read out of a recording; the list is of words that would do so.
EMOTIONS = re.compile(
    r"\b(nervous|anxious|anxiety|happy|sad|angry|afraid|stress(ed)?|confident|tense|tension)\b|紧张|焦虑|开心|高兴|难过|愤怒|自信"
)


def wrong_with(section: str, code: str) -> list[str]:
    texts = load_messages()[section][code]
    if set(texts) != {"en", "zh"}:
        return [f"is in {', '.join(texts)}"]
    wrong = []
    if (section, code) != ("units", "1"):
        wrong += [f"is empty in {language}" for language, text in texts.items() if not text.strip()]
    fields = [set(re.findall(r"\{(\w+)\}", text)) for text in texts.values()]
    if (section, code) != ("ui", "date") and fields[0] != fields[
        1
    ]:  # the Chinese date has no name of a month
        wrong.append(f"has the placeholders {fields}")
    if found := EMOTIONS.search(texts["en"] + texts["zh"]):
        wrong.append(f"reads {found.group()} out of a recording")
    return wrong


def test_every_text_is_in_both_languages_with_the_same_placeholders() -> None:
    assert len(EVERY_TEXT) > 500
    assert {text: wrong for text in EVERY_TEXT if (wrong := wrong_with(*text))} == {}


def test_every_reason_says_why_and_what_to_do() -> None:
    en = Messages("en")
    assert [(s, r) for r in Reason for s in ("reasons", "remedies") if not en.has(s, r)] == []


def test_every_flag_has_a_text() -> None:
    assert [code for code in FLAGS if not Messages("zh").has("flags", code)] == []


def test_every_unit_has_a_name_in_both_languages() -> None:
    """Of the norms, of the curves and of the moments: what a report shows a value in."""
    norms, config = load_norms(), load_run_config()
    shown = {norm.unit for channel in norms.channels.values() for norm in channel}
    shown |= {series.unit for series in config.timeline}
    shown |= {unit_of(kind, language) for kind in KINDS for language in ("en", "zh")}
    assert [unit for unit in sorted(shown) if not Messages("zh").has("units", unit)] == []
    assert Messages("zh").quantity(4.06, "level", 1.23) == "4.06 ± 1.23 级"
    assert Messages("en").quantity(4.06, "level", 1.23) == "4.06 ± 1.23 levels"


def test_every_channel_and_strength_has_a_name() -> None:
    assert set(load_messages()["channels"]) == set(CHANNELS)
    assert set(load_messages()["strengths"]) == {"absent", "listed", "mentioned", "demonstrated"}


def test_chinese_texts_use_chinese_punctuation() -> None:
    halfwidth = re.compile(r"[\u4e00-\u9fff][,:;?!()]")
    wrong = [(s, c) for s, c in EVERY_TEXT if halfwidth.search(load_messages()[s][c]["zh"])]
    assert wrong == []


def test_a_code_without_a_text_shows_itself() -> None:
    assert Messages("zh")("flags", "never_heard_of") == "never_heard_of"
    assert Messages("en")("no_such_section", "x") == "x"


def test_a_placeholder_without_a_value_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"flags": {"odd": {"en": "a {b} {c.__class__} {0} {d!r:>9} {e[0]}", "zh": "{"}}}
    monkeypatch.setattr("interview_analysis.pipeline.common.messages.load_messages", lambda: table)
    u = UNKNOWN_PLACEHOLDER
    assert Messages("en").fill("flags", "odd", {"b": 1.5, "c": 2, "e": "x"}) == f"a 1.5 {u} {u} {u} {u}"
    assert Messages("zh").fill("flags", "odd", {}) == "{"


def test_values_are_written_for_a_reader() -> None:
    zh = Messages("zh")
    assert zh("reasons", "language_mismatch", language="ru", expected="zh, en") == (
        "作答语言为俄语，而该岗位画像适用于中文、英语。"
    )
    assert zh.value("face_ratio", 0.217) == "22%"
    assert zh.value("channels", "content, voice") == "内容、声音"


def test_numbers() -> None:
    cases = [(182.4, "182"), (17.25, "17.2"), (2.837, "2.84"), (3.0, "3"), (-21.4, "−21.4"), (-0.001, "0"),
     (40000.0, "40,000"), (None, MISSING), (float("nan"), MISSING)]  # fmt: skip
    assert [(value, text, found) for value, text in cases if (found := format_number(value)) != text] == []


def test_percentages() -> None:
    cases = [(0.183, "18%"), (0.021, "2.1%"), (0.05, "5%"), (1.0, "100%"), (None, MISSING)]
    assert [(value, text, found) for value, text in cases if (found := format_percent(value)) != text] == []


def test_times_lengths_and_dates() -> None:
    assert [clock(s) for s in (0, 190.9, 3790)] == ["00:00", "03:10", "1:03:10"]
    en, zh = Messages("en"), Messages("zh")
    assert [en.duration(s) for s in (3.24, 1864, 5000)] == ["3.2 s", "31 min 04 s", "1 h 23 min"]
    assert zh.duration(1864) == "31 分 04 秒"
    assert en.date("2025-03-04T09:05:00+00:00") == "4 March 2025, 09:05 UTC"
    assert zh.date("2025-03-04T09:05:00+08:00") == "2025年3月4日 09:05 +0800"
    assert zh.date("yesterday") == "yesterday"


def test_quantities_carry_their_error_and_unit() -> None:
    assert Messages("en").quantity(182.4, "words/min", 6.12) == "182 ± 6.12 words/min"
    assert Messages("zh").quantity(0.423, "ratio", 0.021) == "42 ± 2.1%"
    assert Messages("en").quantity(8.0, "degrees") == "8°"
    assert Messages("en").quantity(None, "words/min", 1.0) == MISSING
