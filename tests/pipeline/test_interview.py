"""A conversation becomes a report with its questions, in both languages; nothing but the recording is made up."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import pytest

from interview_analysis.features import tables as making
from interview_analysis.features.conversation.answers import answers
from interview_analysis.features.core.extractor import extractors
from interview_analysis.features.tables import answer_tables, feature_tables
from interview_analysis.pipeline import interview as scoring
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.pipeline.interview import Analysis, score_interview
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.joining import clip
from interview_analysis.pipeline.observation.observed import Grid, knowing_encoder, tables_of
from interview_analysis.pipeline.observation.part import ObservedPart
from interview_analysis.pipeline.outputs import load_saved, save
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.interview.answering import asked_texts
from interview_analysis.scoring.profile import JobProfile, Question
from interview_analysis.scoring.report.report import Reason, Reliability, Report
from interview_analysis.types import Observations
from tests.answers_conversation import conversation, without_conversation
from tests.pipeline.observation.observed_scene import scene
from tests.pipeline.report.html_page import Page
from tests.scoring.rubric.test_score import SUBSTANCE

ASKED = {
    "en": ("Tell me about a product that you built from what users asked for.", "Why should we hire you?"),
    "zh": ("请讲一个你根据用户需求做产品的经历。", "我们为什么应该录用你？"),
}
SHORT = {"en": "I am very careful indeed.", "zh": "因为我很细心。"}
GREETING = {"en": "Hi, how are you doing today?", "zh": "你好，今天过得怎么样？"}


def profile() -> JobProfile:
    """The product manager, with a question for the first dimension."""
    job = load_profile("product-manager")
    question = Question(kind="past", text=Text(en=ASKED["en"][0], zh=ASKED["zh"][0]))
    first = job.dimensions[0].model_copy(update={"questions": (question,)})
    return job.model_copy(update={"dimensions": (first, *job.dimensions[1:])})


def interview(language: str, asked_in: str | None = None) -> Observations:
    first, second = ASKED[asked_in or language]
    text = SUBSTANCE[language].replace("\n", " " if language == "en" else "")
    half = len(text) // 2 if language == "zh" else text.index(" ", len(text) // 2)
    lines = [("I", GREETING[asked_in or language]), ("C", SHORT[language]), ("I", first), ("C", text),
             ("I", second), ("C", text[half:]), ("I", "Mm-hmm."),
             ("I", "What is your biggest weakness?" if (asked_in or language) == "en" else "你最大的缺点是什么？"),
             ("C", SHORT[language])]  # fmt: skip
    return conversation(lines, language, asked_in)


def part(seen: Observations, question: str = "", number: int = 1, **clip: float) -> ObservedPart:
    return ObservedPart(f"{number}.wav", f"{number}" * 64, seen, question=question, **clip)


def scored(seen: Observations, loaded: LoadedModels, *parts: ObservedPart) -> Analysis:
    return score_interview(parts or [part(seen)], profile(), load_norms(), loaded)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_conversation_is_scored_question_by_question(language, loaded):
    seen = interview(language)
    report = scored(seen, loaded).report
    first, second, third = report.answers
    assert [a.question for a in report.answers[:2]] == list(ASKED[language])
    assert [m.dimension for m in first.matched] == [report.dimensions[0].id]
    assert second.matched == ()
    assert len(second.dimensions) == len(report.dimensions)
    assert third.overall.score is None
    assert {d.abstention.reason for d in third.dimensions if d.abstention} == {Reason.TOO_FEW_WORDS}
    assert report.dimensions[0].answers == (1,)
    assert report.dimensions[0].score == first.dimensions[0].score
    assert report.dimensions[1].answers == ()
    assert sum(a.weight for a in report.answers) == pytest.approx(1, abs=1e-3)
    assert report.reliability is None  # one matched, one not, one too short: no two to compare
    for answer in report.answers:
        lines = [e for d in answer.dimensions for e in d.evidence if e.start_s is not None]
        assert all(answer.start_s - 0.01 <= e.start_s <= e.end_s <= answer.end_s + 0.01 for e in lines)
    assert Report.model_validate_json(report.model_dump_json()) == report
    codes = {flag.code for flag in report.flags}
    assert not codes & {"no_question_found", "question_not_heard", "question_language"}


@pytest.mark.parametrize("interface", ["en", "zh"])
def test_the_page_shows_each_answer_one_click_from_its_seconds(interface, loaded):
    analysis = scored(interview("en"), loaded)
    told = Reliability(
        answers=3, standard_error=12.5, question_sd=8.0, shared_error=7.0, target=10.0, questions=7
    )  # fmt: skip
    report = analysis.report.model_copy(update={"reliability": told})
    html = render_html(report, analysis.observations.transcript, interface)
    root = Page(html).root
    section = next(s for s in root.find("section") if s.attributes.get("id") == "answers")
    rows = section.find("table")[0].find("tr")[1:]
    assert len(rows) == len(analysis.report.answers)
    ids = {element.attributes["id"] for element in root.find() if "id" in element.attributes}
    for answer, row in zip(analysis.report.answers, rows, strict=True):
        links = [a.attributes["href"] for a in row.find("a")]
        assert f"#q{answer.number}" in links
        assert any(re.fullmatch(r"#t\d+", link) for link in links)
        assert all(link[1:] in ids for link in links)
        assert answer.question in row.text
    assert "…" not in section.text
    assert "12.5" in section.text
    never = report.model_copy(update={"reliability": told.model_copy(update={"questions": None})})
    enough = report.model_copy(update={"reliability": told.model_copy(update={"questions": 2})})
    pages = [html, *(render_html(r, None, interface) for r in (never, enough))]
    assert len({re.findall("<p>[^<]*12.5[^<]*</p>", drawn)[0] for drawn in pages}) == 3
    all_ids = [element.attributes["id"] for element in root.find() if "id" in element.attributes]
    assert len(all_ids) == len(set(all_ids))


def test_questions_are_escaped(loaded):
    seen = interview("en")
    report = scored(seen, loaded).report
    attack = report.answers[0].model_copy(update={"question": "<script>alert(1)</script>\u202e"})
    drawn = render_html(report.model_copy(update={"answers": (attack, *report.answers[1:])}), None, "en")
    assert "<script>alert" not in drawn
    assert "\u202e" not in drawn


def test_one_recording_without_questions_has_no_section_and_nearly_the_same_scores(loaded):
    """An answer is read with its question, so that one that asks about no dimension moves a score a little."""
    seen = without_conversation(interview("en"))
    plain = scored(seen, loaded).report
    assert (plain.answers, plain.reliability) == ((), None)
    assert 'id="answers"' not in render_html(plain, seen.transcript, "en")
    other = scored(seen, loaded, part(seen, question=ASKED["en"][1])).report
    (answer,) = other.answers  # to a question of no dimension
    assert (answer.source, answer.matched) == ("recording", ())
    assert [d.abstention for d in other.dimensions] == [d.abstention for d in plain.dimensions]
    for one, with_question in zip(plain.dimensions, other.dimensions, strict=True):
        assert with_question.score == (one.score and pytest.approx(one.score, abs=3.0))
    assert other.overall.score == pytest.approx(plain.overall.score, abs=3.0)
    assert answer.overall.score == other.overall.score


def test_one_recording_to_a_question_of_the_job_is_scored_on_what_it_asks_about(loaded):
    seen = without_conversation(interview("en"))
    asked = scored(seen, loaded, part(seen, question=ASKED["en"][0])).report
    (answer,) = asked.answers
    first, *others = asked.dimensions
    assert [m.dimension for m in answer.matched] == [first.id]
    assert (first.score is not None, first.content[0].asked) == (True, True)
    assert all(d.score is not None or d.abstention.reason is Reason.NOT_ASKED for d in others)
    assert answer.overall.score == asked.overall.score


def test_recordings_with_a_question_each_are_the_answers(loaded):
    seen = without_conversation(interview("zh"))
    cut_s = round(seen.facts.duration_s / 2, 3)
    parts = [part(seen, ASKED["zh"][0], end_s=cut_s), part(seen, ASKED["zh"][1], 2, start_s=cut_s)]
    report = scored(seen, loaded, *parts).report
    assert [a.question for a in report.answers] == list(ASKED["zh"])
    assert report.answers[0].end_s == report.answers[1].start_s == cut_s


def test_two_questions_of_one_recording_are_two_answers(loaded):
    """As a batch hands them over: the same file, observed once and read twice."""
    seen = replace(scene(duration_s=20.0), voices=None)
    halves = [
        part(copy.deepcopy(seen), "What about the first year?", end_s=10.0),
        part(copy.deepcopy(seen), "What about the second?", start_s=10.0),
    ]
    found = scored(seen, loaded, *halves).report.answers
    assert [(a.question, a.start_s, a.end_s) for a in found] == [
        ("What about the first year?", 0.0, 10.0),
        ("What about the second?", 10.0, 20.0),
    ]


def test_answers_lie_where_the_observations_of_their_recordings_do(loaded):
    """Lengths that round down by 0.4 ms each: by the eighth recording that is 3 ms, in which words are lost."""
    seen = replace(scene(duration_s=5.0004, text="I led it."), voices=None)
    (first, *_), length_s = seen.transcript.words, seen.facts.duration_s
    early = replace(first, start_s=0.0, end_s=0.002)
    segment = seen.transcript.segments[0]
    segments = (replace(segment, start_s=0.0, words=(early, *segment.words[1:])),)
    seen = replace(seen, transcript=replace(seen.transcript, segments=segments))
    parts = [part(seen, f"What about year {number}?", number) for number in range(1, 9)]
    report = scored(seen, loaded, *parts).report
    starts = [round(number * length_s, 3) for number in range(8)]
    assert starts[7] == 35.003
    assert [answer.start_s for answer in report.answers] == starts
    assert [recording.start_s for recording in report.recordings] == starts
    assert [answer.words for answer in report.answers] == [3] * 8


def test_the_candidates_view_and_the_answers_are_taken_once(loaded, tmp_path, monkeypatch):
    taken: list[str] = []

    def counted(name: str, function):
        monkeypatch.setattr(scoring, name, lambda *a, **k: (taken.append(name), function(*a, **k))[1])

    for name in ("candidates_view", "answers", "joined"):
        counted(name, getattr(scoring, name))
    score_interview(
        [part(interview("en"))], profile(), load_norms(), loaded, ObservationCache.at(tmp_path / "kept")
    )  # fmt: skip
    assert sorted(taken) == ["answers", "candidates_view", "joined"]


@pytest.mark.parametrize("kept", [True, False])
def test_a_cache_changes_no_digit(kept, loaded, tmp_path):
    cache = ObservationCache.at(tmp_path) if kept else None
    analyses = [
        score_interview([part(interview("en"))], profile(), load_norms(), loaded, cache) for _ in range(2)
    ]
    plain = replace_time(scored(interview("en"), loaded).report)
    assert [replace_time(analysis.report) for analysis in analyses] == [plain, plain]


def test_a_page_is_drawn_from_the_report_without_the_profile_beside_it(loaded, tmp_path):
    save(scored(interview("en"), loaded), tmp_path / "out", "en")
    (tmp_path / "out" / "job.yaml").unlink()
    report, transcript = load_saved(tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert render_html(report, transcript, "en") == page
    assert ASKED["en"][0] in page  # which the profile has for the first dimension


def test_a_measure_that_fails_is_left_out_and_the_rest_is_scored(loaded, monkeypatch):
    before = scored(interview("en"), loaded).report

    def wrong(*_: object) -> dict[str, float]:
        raise ZeroDivisionError("no samples")

    everyone = tuple(
        replace(extractor, compute=wrong) if extractor.name == "hedges" else extractor
        for extractor in extractors()
    )
    monkeypatch.setattr(making, "extractors", lambda: everyone)
    report = scored(interview("en"), loaded).report
    (flag,) = [flag for flag in report.flags if flag.code == "measure_left_out"]
    assert flag.values == {"extractor": "hedges", "reason": "ZeroDivisionError: no samples"}
    assert report.overall.score == before.overall.score  # hedges weigh nothing
    for language, text in (("en", "A measure failed and was left out: hedges"), ("zh", "已略去：hedges")):
        assert text in render_html(report, None, language)


def test_questions_in_another_language_are_matched_and_flagged(loaded):
    report = scored(interview("zh", asked_in="en"), loaded).report
    assert [m.dimension for m in report.answers[0].matched] == [report.dimensions[0].id]
    (flag,) = [flag for flag in report.flags if flag.code == "question_language"]
    assert flag.values == {"language": "en"}


def test_what_is_odd_about_the_questions_is_flagged(loaded):
    text = SUBSTANCE["en"].replace("\n", " ")
    silent = conversation([("I", "Mm-hmm."), ("C", text), ("I", "Right.")])
    report = scored(silent, loaded).report
    assert "no_question_found" in {flag.code for flag in report.flags}
    assert report.answers == ()
    late = conversation([("C", text), ("I", ASKED["en"][1]), ("C", text)])
    (flag,) = [flag for flag in scored(late, loaded).report.flags if flag.code == "question_not_heard"]
    assert flag.start_s == pytest.approx(0.5)


def test_tables_of_answers_are_kept_and_are_those_of_their_clips(loaded, tmp_path):
    seen, cache = interview("en"), ObservationCache.at(tmp_path)
    windows = [answer.interval for answer in answers(seen)]
    origin, grid = [({"facts": "k"}, None, None)], Grid(10.0, 10.0, 5.0)
    made = tables_of(seen, origin, cache, grid, windows)
    again = tables_of(seen, origin, cache, grid, windows)
    assert again.whole.equals(made.whole)
    assert len(tables_of(seen, origin, cache, grid).whole) == 1
    for window in windows:
        apart = feature_tables(clip(seen, window.start_s, window.end_s))
        own = made.of(window)
        assert len(own.blocks) == len(apart.blocks)
        for column in ("hedges.hedges_per_100", "star.parts_ratio", "answer_length.word_count"):
            assert own.value(column) == pytest.approx(apart.value(column), nan_ok=True)


def test_what_was_asked_is_encoded_once(loaded, tmp_path, monkeypatch):
    seen, cache = interview("en"), ObservationCache.at(tmp_path)
    asked = asked_texts(answers(seen))
    knowing_encoder(seen.transcript, loaded.encoder, cache, asked=asked)
    encoder = knowing_encoder(seen.transcript, loaded.encoder, cache, asked=asked)
    monkeypatch.setattr(loaded.encoder, "encode", lambda *_: pytest.fail("encoded again"))
    assert len(encoder.encode(asked)) == len(asked)


def test_equal_input_gives_an_equal_report(loaded):
    one, other = (scored(interview("en"), loaded).report for _ in range(2))
    assert replace_time(one) == replace_time(other)


def replace_time(report: Report) -> Report:
    return report.model_copy(update={"lineage": report.lineage.model_copy(update={"created_at": ""})})


def test_tables_of_several_stretches_are_taken_apart(loaded):
    seen = interview("en")
    windows = [answer.interval for answer in answers(seen)]
    together = answer_tables(seen, windows, block_s=5.0)
    assert sum(len(together.of(window).blocks) for window in windows) == len(together.blocks)
    assert [together.of(window).window for window in windows] == windows
