"""From a transcript to a report, with the real models: the same words give the same score, wherever they come from."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner

from interview_analysis import analyze
from interview_analysis.errors import TranscriptError
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.pipeline.interview import score_interview
from interview_analysis.pipeline.observation import observers
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.part import ObservedPart
from interview_analysis.pipeline.outputs import load_saved, save
from interview_analysis.scoring.report.report import Reason, Report
from interview_analysis.types import Interval, MediaFacts, Observations, SpeechActivity, Transcript
from tests.transcripts import transcript_from_text

EN = """Last year our retention fell by eight percent, and I was asked to find out why.
I interviewed twenty users and found that the first three screens were confusing.
I redesigned them with a small prototype, and I convinced the engineers to try it.
We ran a test on five percent of users, and retention rose by twelve percent in six weeks.
The board then funded a second team, and I learned to ask users earlier."""
ZH = """去年我们的留存率下降了百分之八，领导让我找出原因。
我访谈了二十位用户，发现新手引导的前三个页面让人困惑。
我用一个小原型重新设计了页面，并说服工程师先在百分之五的用户中试验。
六周之后，留存率提高了百分之十二，公司因此增加了一个小组。
我学到的是，要更早地去问用户，而不是等数据变差。"""
JFK = "audio_en/jfk.flac"


def clock(at_s: float) -> str:
    minutes, seconds = divmod(round(at_s * 1000), 60_000)
    return f"{minutes:02}:{seconds // 1000:02}.{seconds % 1000:03}"


def as_vtt(transcript: Transcript) -> str:
    cues = [f"{clock(s.start_s)} --> {clock(s.end_s)}\n{s.text}\n" for s in transcript.segments]
    return "WEBVTT\n\n" + "\n".join(cues)


def content(report: Report) -> dict[str, tuple[float | None, float | None]]:
    """Scores and errors of content, of the whole and of each dimension."""
    whole = report.channels["content"]
    each = {
        d.id: (d.channel_scores.get("content"), d.content[0].level if d.content else None)
        for d in report.dimensions
    }
    return {"": (whole.score, whole.standard_error), **each}


@pytest.mark.parametrize(("text", "language"), [(EN, "en"), (ZH, "zh")])
def test_a_transcript_alone_scores_its_content_as_recognised_words_do(text, language, loaded, tmp_path):
    heard = transcript_from_text(text, language)
    end_s = heard.words[-1].end_s
    regions = tuple(Interval(s.start_s, s.end_s) for s in heard.segments)
    facts = MediaFacts(end_s, has_audio=True, has_video=False, snr_db=30.0)
    part = ObservedPart("a.wav", "0" * 64, Observations(facts, SpeechActivity(regions), heard))
    profile = load_profile("product-manager")
    recognised = score_interview([part], profile, load_norms(), loaded).report
    path = tmp_path / "a.vtt"
    path.write_text(as_vtt(heard), encoding="utf-8")
    alone = analyze(path, profile, models=loaded).report
    assert recognised.channels["content"].score is not None
    assert content(alone) == content(recognised)
    assert alone.language == language
    assert alone.channels["voice"].abstention.reason is Reason.NO_AUDIO
    assert alone.word_times == "interpolated"
    assert recognised.word_times == "recognised"


def test_the_report_says_where_the_words_come_from(loaded, tmp_path):
    path = tmp_path / "a.vtt"
    path.write_text(as_vtt(transcript_from_text(EN, "en")))
    analysis = analyze(path, "product-manager", models=loaded)
    (words,) = analysis.report.lineage.transcripts
    assert (words.id, words.version) == ("a.vtt", "given transcript, WebVTT")
    assert analysis.report.lineage.recording.sha256 == words.sha256
    assert {m.id for m in analysis.report.lineage.models} == {"content-model", "multilingual-e5-small-q4"}
    codes = {flag.code for flag in analysis.report.flags}
    assert {"transcript_given", "no_audio_beside_transcript"} <= codes
    assert "no_audio" not in codes
    for language, told in (("en", "Handed in (WebVTT)"), ("zh", "所提供的转写稿（WebVTT）")):
        save(analysis, tmp_path / language, language)
        assert told in (tmp_path / language / "report.html").read_text(encoding="utf-8")
    report, transcript = load_saved(tmp_path / "en")
    assert report.word_times == "interpolated"
    assert all(math.isnan(word.probability) for word in transcript.words)


def test_a_real_recording_with_its_reference_text_is_not_recognised(
    shared_data, loaded, tmp_path, monkeypatch
):
    text = " ".join((shared_data / JFK).with_suffix(".ref.txt").read_text(encoding="utf-8").split())
    path = tmp_path / "jfk.vtt"
    path.write_text(f"WEBVTT\n\n00:00.300 --> 00:10.600\nJohn Kennedy: {text}\n", encoding="utf-8")
    monkeypatch.setattr(observers, "transcribe", lambda *_: pytest.fail("the words are known"))
    cache = ObservationCache.at(tmp_path / "cache")
    given = {"models": loaded, "cache": cache, "transcript": path}
    analysis = analyze(shared_data / JFK, "product-manager", **given, candidate="Kennedy")
    assert analysis.report.speakers.by == "name"
    assert analysis.report.speakers.voices[0].name == "John Kennedy"
    assert (
        "".join(w.text for w in analysis.observations.transcript.words).casefold()
        == text.replace(" ", "").casefold()
    )
    assert 60 < analysis.tables.value("speech_rate.speaking_rate_wpm") < 180
    assert math.isfinite(analysis.tables.value("pitch.f0_median_hz"))
    assert math.isnan(analysis.tables.value("speech_rate.rate_cv_ratio"))
    assert not {"tiny", "base", "small"} & {m.id for m in analysis.report.lineage.models}
    path.write_text(path.read_text().replace("country", "nation"), encoding="utf-8")
    again = analyze(shared_data / JFK, "product-manager", **given)
    assert "nation" in again.observations.transcript.text  # another transcript, another key
    with pytest.raises(TranscriptError, match="names John Kennedy, got 'Bob'"):
        analyze(shared_data / JFK, "product-manager", **given, candidate="Bob")


def test_a_voice_cannot_be_looked_for_where_there_is_no_sound(loaded, tmp_path):
    path = tmp_path / "a.vtt"
    path.write_text(as_vtt(transcript_from_text(EN, "en")))
    with pytest.raises(TranscriptError, match="no sound to compare"):
        analyze(path, "product-manager", models=loaded, candidate_voice=path)


def test_from_the_command_line(model_store, tmp_path):
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n" + "\n".join(
        f"{clock(s.start_s)} --> {clock(s.end_s)}\n<v Ann Lee>{s.text}</v>\n" for s in transcript_from_text(EN, "en").segments
    ))  # fmt: skip
    asked = ["score", str(path), "--job", "product-manager", "--out", str(tmp_path / "out"), "--quiet"]
    done = CliRunner().invoke(main, [*asked, "--candidate", "Ann Lee"])
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["speakers"]["by"] == "name"
    refused = CliRunner().invoke(main, [*asked, "--candidate", "Bob"])
    assert refused.exit_code == 2
    assert "the transcript names Ann Lee, got 'Bob'" in refused.output
    twice = CliRunner().invoke(main, [*asked, "--transcript", str(path)])
    assert twice.exit_code == 2
    assert "pass one of them" in twice.output
