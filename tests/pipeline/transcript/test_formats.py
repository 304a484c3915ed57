"""What each program's transcript comes down to, and the line that says why something is none."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import pytest

from interview_analysis.errors import TranscriptError
from interview_analysis.pipeline.common.docx_parts import MAX_UNPACKED_BYTES
from interview_analysis.pipeline.transcript.given import MAX_BYTES, GivenTranscript, read_transcript
from tests.pipeline.transcript import files


def read(folder: Path, name: str, text: str, encoding: str = "utf-8") -> GivenTranscript:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_transcript(path)


def said(given: GivenTranscript) -> list[tuple[str, float, str]]:
    """Who, from when, what."""
    names = given.voices.names if given.voices else ()
    return [
        (names[s.voice] if s.voice is not None else "", s.start_s, s.text) for s in given.transcript.segments
    ]


def refusal(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(TranscriptError) as refused:
        read_transcript(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_zoom_writes_the_name_before_a_colon_and_other_colons_stay(tmp_path):
    given = read(tmp_path, "GMT_Recording.transcript.vtt", files.ZOOM)
    assert said(given) == [
        ("Helen Li", 1.0, "Tell me about a project that you led."),
        ("Sam O'Neil", 5.0, "There are three things: I planned it, I built it,"),
        ("Sam O'Neil", 10.0, "and it worked."),
    ]
    assert given.transcript.word_times == "interpolated"
    assert given.file.version == "given transcript, WebVTT"


def test_teams_vtt_has_voice_spans_entities_and_ids(tmp_path):
    assert said(read(tmp_path, "a.vtt", files.TEAMS_VTT)) == [
        ("Jane Doe", 1.0, "Hello & welcome, tell me about a project."),
        ("John Doe (Guest)", 5.0, "I planned it and I built it."),
    ]


def test_webvtt_notes_styles_settings_tags_and_two_voices_in_one_cue(tmp_path):
    text = (
        "\ufeffWEBVTT - made by hand\n\nNOTE 00:00:00.000 --> 00:00:01.000\nnothing\n\nSTYLE\n::cue {}\n\n"
        "01:00.000 --> 01:10.000 align:start position:0%\n<v.loud Ann>Was <i>this</i> hard?</v> <v Bob>Very <c.x>hard</c>.</v>\n"
    )
    given = read(tmp_path, "a.vtt", text)
    assert [(who, words) for who, _, words in said(given)] == [
        ("Ann", "Was this hard?"),
        ("Bob", "Very hard."),
    ]
    assert given.transcript.segments[0].start_s == 60.0
    assert given.transcript.segments[-1].end_s == 70.0


def test_srt_of_feishu_with_chinese_names(tmp_path):
    given = read(tmp_path, "a.srt", files.FEISHU_SRT)
    assert said(given) == [
        ("说话人 1", 1.0, "请介绍一下你自己。"),
        ("说话人 2", 5.0, "我叫王伟，做过三个App项目。"),
    ]
    assert given.transcript.language == "zh"


def test_srt_without_names_has_no_voices(tmp_path):
    given = read(tmp_path, "a.srt", "1\n00:00:01,000 --> 00:00:04,000\nI led it: all of it.\n")
    assert given.voices is None
    assert given.transcript.segments[0].text == "I led it: all of it."


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_tencent_txt_in_every_encoding_of_its_users(tmp_path, encoding):
    given = read(tmp_path, "会议.txt", files.TENCENT, encoding)
    assert said(given) == [
        ("张三", 1.0, "请介绍一个你负责的项目。"),
        ("李四", 8.0, "我负责了增长项目，用户数翻了一倍。"),
    ]
    assert given.transcript.word_times == "estimated"  # where passages end is not said


def test_tencent_with_speaker_and_time_above(tmp_path):
    given = read(tmp_path, "a.txt", files.TENCENT_ABOVE)
    assert [(who, start) for who, start, _ in said(given)] == [("发言人1", 1.0), ("发言人2", 8.0)]
    assert said(given)[1][2].endswith("10:30上线。")


def test_feishu_txt_has_a_head_that_nobody_said(tmp_path):
    given = read(tmp_path, "a.txt", files.FEISHU)
    assert said(given) == [
        ("说话人 1", 1.23, "请介绍一个你负责的项目。"),
        ("说话人 2", 8.1, "我负责了增长项目，用户数翻了一倍。"),
    ]


def test_times_with_dates_count_from_the_first(tmp_path):
    assert [start for _, start, _ in said(read(tmp_path, "a.txt", files.DATED))] == [0.0, 8.0]


def test_cues_without_blank_lines_between_them_and_behind_the_header(tmp_path):
    srt = (
        "1\n00:00:01,000 --> 00:00:02,000\nHello there\n2\n00:10:03,000 --> 00:10:04,000\nWe had 3\nof them\n"
    )
    assert said(read(tmp_path, "a.srt", srt)) == [("", 1.0, "Hello there"), ("", 603.0, "We had 3 of them")]
    vtt = "WEBVTT\nKind: captions\n00:00.000 --> 00:05.000\nFirst words\n\n00:06.000 --> 00:07.000\nSecond --> words\n"
    assert said(read(tmp_path, "a.vtt", vtt)) == [("", 0.0, "First words"), ("", 6.0, "Second --> words")]


def test_what_was_said_of_a_recording_stays_and_the_program_s_word_of_it_goes(tmp_path):
    text = (
        "Jane Doe 00:00:01\nI found the fault before we started recording\nJane Doe started recording\nAnn Lee stopped transcription\n"
        "张三 00:00:09\n发现故障以后我们马上停止了录制\n张三开始录制\n李四 00:00:12\n好的\n"
    )
    assert said(read(tmp_path, "a.txt", text)) == [
        ("Jane Doe", 1.0, "I found the fault before we started recording"),
        ("张三", 9.0, "发现故障以后我们马上停止了录制"),
        ("李四", 12.0, "好的"),
    ]


def test_dates_count_over_midnight(tmp_path):
    text = "Jane Doe (2026-01-31 23:59:50): hello there\nBob Ray (2026-02-01 00:00:10): hi again\n"
    assert said(read(tmp_path, "a.txt", text)) == [
        ("Jane Doe", 0.0, "hello there"),
        ("Bob Ray", 20.0, "hi again"),
    ]


def test_a_name_that_begins_like_an_archive(tmp_path):
    assert said(read(tmp_path, "a.txt", "PK Sharma 00:00:01\nHello there\n")) == [
        ("PK Sharma", 1.0, "Hello there")
    ]


def test_teams_docx(tmp_path):
    given = read_transcript(files.teams_docx(tmp_path / "a.docx"))
    assert said(given) == [
        ("Jane Doe", 3.0, "Tell me about a project."),
        ("John Doe", 3724.0, "I built it, and it worked."),
    ]
    assert given.file.version == "given transcript, docx"


def test_older_teams_docx_with_start_and_end(tmp_path):
    given = read_transcript(files.teams_docx(tmp_path / "a.docx", spans=True))
    assert [(who, start) for who, start, _ in said(given)] == [("Jane Doe", 0.5), ("John Doe", 1.5)]
    assert given.transcript.word_times == "interpolated"
    assert given.transcript.segments[0].end_s == 0.95


def test_words_share_the_time_of_a_passage_by_their_length_and_claim_nothing(tmp_path):
    text = "WEBVTT\n\n00:00:10.000 --> 00:00:20.000\nI planned — it\n\n00:20.000 --> 00:21.000\n我，做\n"
    first, second = read(tmp_path, "a.vtt", text).transcript.segments
    assert [(w.text, w.start_s, w.end_s) for w in first.words] == [
        ("I", 10.0, 10.833), ("planned —", 10.833, 18.333), ("it", 18.333, 20.0),
    ]  # fmt: skip
    assert [w.text for w in second.words] == ["我，", "做"]
    assert all(math.isnan(word.probability) for word in (*first.words, *second.words))


def test_language_is_told_for_each_passage(tmp_path):
    text = "\n\n".join(
        f"00:{i:02}.000 --> 00:{i + 4:02}.000\n<v A>{words}</v>"
        for i, words in (
            (0, "我负责了整个增长项目的设计。"),
            (5, "OK 好"),
            (10, "And then we shipped it to everyone."),
        )
    )
    transcript = read(tmp_path, "a.vtt", "WEBVTT\n\n" + text).transcript
    assert [transcript.language_of(segment) for segment in transcript.segments] == ["zh", "zh", "en"]


def test_other_languages_in_latin_letters_are_not_taken_for_english(tmp_path):
    words = "Ich habe das Projekt geleitet und wir haben den Umsatz verdoppelt weil die Kunden sehr zufrieden mit allem waren"
    assert read(tmp_path, "a.txt", f"Hans 00:01\n{words}\n").transcript.language == "und"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.vtt", b"", "a.vtt is empty"),
        ("a.srt", b"\xef\xbb\xbf\r\n", "a.srt is empty"),
        ("a.vtt", b"hello\n", "a.vtt, line 1: expected WEBVTT"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 -> 00:02.000\nhi\n", "line 3: expected a time such as"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> later\nhi\n", "line 3: '00:01.000 --> later' is no time"),
        ("a.vtt", b"WEBVTT\n\n00:05.000 --> 00:02.000\nhi\n", "line 3: ends before it begins"),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n...\n", "holds no words"),
        ("a.vtt", b"WEBVTT\n\n999:00:01.000 --> 999:00:02.000\nhi\n", "expected 43200 s at most"),
        ("a.vtt", b"\x00\x01\x02", "is no text"),
        ("a.txt", b"\nonly words\n", "a.txt, line 2: no line has a speaker and a time"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "is no text"),
        ("a.docx", b"PK\x03\x04 not a document", "damaged docx"),
    ],
)  # fmt: skip
def test_what_is_no_transcript_says_so_with_the_line(tmp_path, name, content, told):
    assert told in refusal(tmp_path, name, content)


def test_sizes_are_limited(tmp_path):
    assert "expected 20,000,000 at most" in refusal(tmp_path, "a.txt", b" " * (MAX_BYTES + 1))
    path = files.teams_docx(tmp_path / "bomb.docx")
    with zipfile.ZipFile(path) as archive:
        parts = {item: archive.read(item) for item in archive.namelist()}
    parts["word/document.xml"] = b" " * (MAX_UNPACKED_BYTES + 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item, content in parts.items():
            archive.writestr(item, content)
    with pytest.raises(TranscriptError, match="too many for a transcript"):
        read_transcript(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(TranscriptError, match="cannot read the transcript"):
        read_transcript(tmp_path / "none.vtt")
