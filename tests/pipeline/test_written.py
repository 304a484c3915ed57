"""Answers in writing: what they say is scored, and nothing that is measured of voice and face moves by them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from interview_analysis.errors import TranscriptError
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.interview import score_interview
from interview_analysis.pipeline.observation.joining import clip
from interview_analysis.pipeline.observation.part import ObservedPart, transcript_alone
from interview_analysis.pipeline.outputs import load_saved, save
from interview_analysis.pipeline.transcript.given import read_written
from interview_analysis.scoring.report.report import Reason
from tests.pipeline.observation.observed_scene import scene
from tests.pipeline.test_interview import ASKED, profile
from tests.scoring.rubric.test_score import SUBSTANCE

TYPED = (
    "Situation: in 2021 our shop lost 10:30 orders an hour at peak, and nobody knew why.\n\nTask: I was asked to find out.\n"
    "Action: I called thirty users, drew up a plan and rebuilt the checkout with two engineers.\n"
    "Result: complaints fell from eighty to twelve a week, and I still call users first."
)
Q = ASKED["en"]


def written(folder: Path, text: str = TYPED, question: str = Q[0], name: str = "typed") -> ObservedPart:
    path = folder / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    return transcript_alone(read_written(path), question)


def test_labels_and_figures_of_a_typed_answer_are_words(tmp_path):
    part = written(tmp_path)
    said = part.seen.transcript
    assert " ".join(said.text.split()) == " ".join(TYPED.split())
    assert (said.language, said.word_times, part.seen.voices) == ("en", "written", None)
    starts_s = [word.start_s for word in said.words]
    assert starts_s == sorted(starts_s)
    assert said.words[-1].end_s == pytest.approx(part.seen.facts.duration_s)
    with pytest.raises(TranscriptError, match="holds no words; write the answer and save it again"):
        written(tmp_path, "…\n—\n")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(TranscriptError, match="is no text; save the answer as txt in UTF-8"):
        read_written(tmp_path / "picture.txt")


def times_in(page: str) -> list[str]:
    """What looks like a time of a recording; the date of the report and what was typed are none."""
    shown = re.sub(r"<(style|script)\b.*?</\1>|[^>]*UTC<|10:30 orders", "", page, flags=re.DOTALL)
    return re.findall(r"\b\d+:\d\d\b", shown)


@pytest.mark.parametrize(("text", "language"), [(TYPED, "en"), (SUBSTANCE["zh"], "zh")])
def test_an_interview_in_writing_is_scored_on_what_it_says(text, language, loaded, tmp_path):
    part = written(tmp_path, text, ASKED[language][0])
    made = score_interview([part], profile(), load_norms(), loaded)
    report = made.report
    (answer,) = report.answers
    assert (answer.source, report.word_times, report.language) == ("written", "written", language)
    asked = next(d for d in answer.dimensions if d.id == answer.matched[0].dimension)
    assert asked.score is not None  # whether the others are scored depends on what the answer touches
    assert report.channels["content"].score is not None
    for channel in ("voice", "face", "posture"):
        assert report.channels[channel].abstention.reason is Reason.WRITTEN
    codes = {flag.code: flag.values for flag in report.flags}
    assert codes["answers_written"] == {"count": 1.0, "of": 1.0}
    assert not codes.keys() & {"transcript_given", "no_audio", "no_video", "no_audio_beside_transcript"}
    for language, told in (
        ("en", "Typed by the candidate."),
        ("zh", "该问题为书面作答"),
    ):
        save(made, tmp_path / language, language)
        page = (tmp_path / language / "report.html").read_text(encoding="utf-8")
        assert told in page
        assert times_in(page) == []
        length = {"en": "Words or characters", "zh": "词数或字数"}[language]
        assert f"<dt>{length}</dt><dd>{answer.words}</dd>" in page
    assert load_saved(tmp_path / "en")[1].word_times == "written"


@pytest.fixture(scope="module")
def recorded() -> ObservedPart:
    seen = replace(scene(60.0, SUBSTANCE["en"]), voices=None)
    return ObservedPart("1.webm", "1" * 64, seen, question=Q[1])


def test_a_typed_answer_beside_a_recorded_one(recorded, loaded, tmp_path):
    """The typed one is the first question. It is scored as it is alone, and the recorded one as it is alone."""
    typed = written(tmp_path)
    together = score_interview([typed, recorded], profile(), load_norms(), loaded)
    first, second = together.report.answers
    assert [a.source for a in (first, second)] == ["written", "recording"]
    assert [a.question for a in (first, second)] == list(Q)
    alone = score_interview([typed], profile(), load_norms(), loaded).report.answers[0]
    scores = {d.id: (d.score, d.standard_error) for d in alone.dimensions}
    (asked,) = first.dimensions
    assert asked.score is not None
    assert (asked.score, asked.standard_error) == scores[asked.id]
    assert first.words == alone.words
    for channel in ("voice", "face", "posture"):
        assert first.channels[channel].abstention.reason is Reason.WRITTEN
    lone = score_interview([recorded], profile(), load_norms(), loaded).report
    for channel in ("voice", "face", "posture"):
        assert together.report.channels[channel] == lone.channels[channel]
        assert second.channels[channel].score == lone.answers[0].channels[channel].score
    assert together.report.media == lone.media
    assert together.report.timeline.series == lone.timeline.series
    assert {f.code: f.values for f in together.report.flags}["answers_written"] == {"count": 1.0, "of": 2.0}
    assert [(p.name, p.written) for p in together.report.recordings] == [
        ("1.webm", False),
        ("typed.txt", True),
    ]


def test_the_page_says_which_answer_was_written(recorded, loaded, tmp_path):
    made = score_interview([written(tmp_path), recorded], profile(), load_norms(), loaded)
    for language, told in (("en", "in writing"), ("zh", "书面")):
        save(made, tmp_path / language, language)
        page = (tmp_path / language / "report.html").read_text(encoding="utf-8")
        answers = page[page.index('id="answers"') :]
        assert told in answers[: answers.index("</tr>", answers.index("<tbody"))]
        assert "I called thirty users" in page


def test_reasons_name_no_times_of_a_text(recorded, loaded, tmp_path):
    """Neither that of the written answer, nor that of a dimension that nobody asked about and both bear on."""
    report = score_interview([written(tmp_path), recorded], profile(), load_norms(), loaded).report
    typed, spoken = report.answers
    for dimension in typed.dimensions:
        (told,) = dimension.content
        assert "In the written answer: an own example" in told.why.en
        assert "书面回答中写到：自己的事例" in told.why.zh
    of_each = {told.answer: told.why for d in report.dimensions for told in d.content}
    assert of_each[1] == typed.dimensions[0].content[0].why
    assert times_in(of_each[1].en + of_each[1].zh) == []
    assert "听到：" in spoken.dimensions[0].content[0].why.zh
    whole = of_each[None]
    assert "及书面回答中讲到：" in whole.zh
    assert "and told in writing: " in whole.en
    assert max(times_in(whole.en + whole.zh)) < "01:00", "the recording ends there"


def test_the_words_are_the_candidates_where_several_people_speak(loaded, tmp_path):
    """Of a talk of two, words of nobody are not the candidate's; what the candidate typed is."""
    talk = ObservedPart("1.wav", "1" * 64, scene(60.0, SUBSTANCE["en"]), question=Q[1])
    made = score_interview([talk, written(tmp_path)], profile(), load_norms(), loaded)
    assert [a.source for a in made.report.answers] == ["recording", "written"]
    assert "I called thirty users" in made.observations.transcript.text
    assert made.report.answers[1].overall.score is not None


def test_a_silent_recording_leaves_the_typed_answer_its_score(recorded, loaded, tmp_path):
    silent = ObservedPart("1.webm", "1" * 64, clip(recorded.seen, 0.0, 0.5), question=Q[1])
    report = score_interview([silent, written(tmp_path)], profile(), load_norms(), loaded).report
    assert report.answers[0].overall.score is None
    assert report.answers[1].overall.score is not None
    assert report.channels["content"].score is not None
