"""What is told of an answer that was practised. Every text was written for this test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.scoring.coaching.coach import Asked, coach
from interview_analysis.scoring.coaching.delivery import about_pace, pace_norm
from interview_analysis.scoring.coaching.findings import Coached
from interview_analysis.scoring.coaching.motive import asks_why_this_company
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.types import Interval, MediaFacts, Observations, SpeechActivity
from tests.features.tracks import activate, face_track

WHOLE = (
    "Last spring I was the duty manager of a hotel with 120 rooms, and on a Friday night the booking system broke down. My task was "
    "to check in 60 guests without it. I printed the list of arrivals from the night before and wrote the room keys by hand. I sent "
    "my colleague to the lobby with tea, so that nobody stood in line, because a guest who sits waits longer. In the end everybody "
    "was in a room by eleven, and we had 2 complaints instead of the usual 15. I learned to keep a printed list every evening, and I still do."
)
NO_RESULT = (
    "Last spring I was the duty manager of a hotel with 120 rooms, and on a Friday night the booking system broke down. My task was "
    "to check in 60 guests without it. I printed the list of arrivals from the night before and wrote the room keys by hand. I sent "
    "my colleague to the lobby with tea."
)
NO_SIZE = NO_RESULT + " In the end the guests were satisfied and the hotel kept its good name."
TALK = (
    "Team work is very important to me. You always have to listen to each other and you have to be open. People should respect what "
    "others think, and everybody should do their part. A good team is always more than its members."
)
WHOLE_ZH = (
    "去年三月我在一家酒店当值班经理，那天晚上预订系统坏了。我的任务是不靠系统给六十位客人办入住。我先把前一天打印的名单找出来，"
    "然后手写了房卡。我还安排同事去大堂给客人倒茶，因为坐着等的人不容易着急。最后十一点前所有人都住进了房间，投诉从平时的十五起降到两起。"
    "从那以后我每天晚上都留一份打印的名单。"
)
NO_RESULT_ZH = (
    "去年三月我在一家酒店当值班经理，那天晚上预订系统坏了。我的任务是不靠系统给六十位客人办入住。我先把前一天打印的名单找出来，"
    "然后手写了房卡。我还安排同事去大堂给客人倒茶。"
)
QUESTION = {"en": "Tell me about a problem that you solved.", "zh": "请讲一个你解决过的问题。"}
NORMS = load_norms()


@pytest.fixture(scope="module")
def told(vectors):
    """`told(text)`: what is told of a text as if it had been said."""
    model = load_content_model(vectors.id)

    def tell(text: str, language: str = "en", kind: str = "past", values=(), **more) -> Coached:
        question = "Why do you want to work here?" if kind == "motive" else QUESTION[language]
        return coach(
            observed(text, language, **more), Asked(question, kind, 120.0, values), NORMS, model, vectors
        )

    return tell


def observed(
    text: str, language: str = "en", faces=None, luma: float = 120.0, stretch: float = 1.0
) -> Observations:
    transcript = transcript_of_text(text, language)
    if stretch != 1.0:
        transcript = stretched(transcript, stretch)
    length_s = transcript.words[-1].end_s if transcript.words else 10.0
    facts = MediaFacts(length_s, True, faces is not None, luma_median=luma)
    regions = (Interval(0.0, length_s),) if transcript.words else ()
    return Observations(facts, SpeechActivity(regions), transcript, faces=faces)


def stretched(transcript, by: float):
    segments = []
    for segment in transcript.segments:
        words = tuple(replace(w, start_s=w.start_s * by, end_s=w.end_s * by) for w in segment.words)
        segments.append(replace(segment, words=words, end_s=words[-1].end_s))
    return replace(transcript, segments=tuple(segments))


def kinds(coached: Coached) -> list[str]:
    return [finding.kind for finding in coached.findings]


def test_a_whole_case_needs_nothing(told):
    assert kinds(told(WHOLE)) == []
    assert {name for name, quotes in told(WHOLE).parts.items() if not quotes} == set()


def test_a_missing_result_belongs_after_the_last_deed(told):
    coached = told(NO_RESULT)
    (result,) = [one for one in coached.findings if one.kind == "result"]
    assert result.after is not None
    assert "I sent my colleague" in result.after.text
    assert coached.sentences[-1] == result.after


def test_a_result_without_a_size_is_quoted(told):
    coached = told(NO_SIZE)
    (size,) = [one for one in coached.findings if one.kind == "seen"]
    assert [quote.text for quote in size.quotes] == [
        "In the end the guests were satisfied and the hotel kept its good name."
    ]
    assert "result" not in kinds(coached)


def test_general_talk_is_asked_for_an_example_and_nothing_else_of_the_case(told):
    assert [kind for kind in kinds(told(TALK)) if kind not in ("time_left",)] == ["example"]


REFUSED = (
    "Honestly, I cannot think of anything right now. I would rather not talk about that, sorry. Maybe you could ask me something "
    "else, because nothing comes to mind and it is really hard to say anything about it."
)


def test_a_question_is_left_alone_only_where_no_case_deed_or_figure_is_heard(told):
    """The feedback after the interview goes by the same rule: `ContentReport.unanswered`."""
    assert kinds(told(REFUSED))[0] == "takes_up"
    assert "takes_up" not in kinds(told(REFUSED + " I rebuilt the whole booking system."))
    assert "takes_up" not in kinds(told(REFUSED + " It cost 40,000 dollars."))
    assert "takes_up" not in kinds(told(TALK))


def test_chinese_is_told_the_same(told):
    assert kinds(told(WHOLE_ZH, "zh")) == []
    coached = told(NO_RESULT_ZH, "zh")
    (result,) = [one for one in coached.findings if one.kind == "result"]
    assert result.after is not None
    assert "倒茶" in result.after.text


def test_hedges_are_named_and_quoted(told):
    hedged = NO_SIZE.replace("I printed", "I guess I maybe sort of printed").replace(
        "I sent", "I probably sent"
    )
    (hedges,) = [one for one in told(hedged).findings if one.kind == "hedges"]
    assert hedges.numbers["count"] == 4
    assert set(hedges.names) == {"i guess", "maybe", "sort of", "probably"}
    assert len(hedges.quotes) == 2


def test_the_range_of_the_pace_is_that_of_the_norms():
    norm = pace_norm(NORMS, "en")
    assert norm is not None
    low, high = norm.best
    assert (norm.score(low), norm.score(high)) == (max(y for _, y in norm.points),) * 2
    assert norm.score(low - 1) < norm.score(low)
    assert norm.score(high + 1) < norm.score(high)
    facts: dict[str, float] = {}
    assert about_pace(observed(WHOLE), NORMS, facts) == []
    assert (facts["low"], facts["high"]) == (low, high)
    assert [one.kind for one in about_pace(observed(WHOLE, stretch=0.5), NORMS, {})] == ["fast"]
    assert [one.kind for one in about_pace(observed(WHOLE, stretch=2.0), NORMS, {})] == ["slow"]


def test_time_is_told_where_something_is_missing_or_it_was_exceeded(told):
    assert "time_left" in kinds(told(TALK))
    assert "time_left" not in kinds(told(WHOLE, stretch=0.7))
    assert "over_time" in kinds(told(WHOLE, stretch=3.0))


def test_too_little_is_said_to_be_too_little(told):
    coached = told("I like it here.")
    assert coached.unsaid[0] == "too_little"
    assert kinds(coached) == []
    assert told("").unsaid[0] == "nothing_said"


def test_gaze_is_told_of_a_face_in_the_light_alone(told):
    length_s = observed(WHOLE).facts.duration_s
    looking = face_track(length_s)
    away = activate(looking, 0.0, 0.7 * length_s, 1.0, "eyeLookOutLeft", "eyeLookInRight")
    away.blendshapes[::3] = 0.0
    assert "gaze" not in kinds(told(WHOLE, faces=looking))
    assert kinds(told(WHOLE, faces=looking, luma=10.0)) == ["dark"]
    assert "dark" in told(WHOLE, faces=looking, luma=10.0).unsaid
    gone = replace(looking, blendshapes=looking.blendshapes * np.nan, yaw_deg=looking.yaw_deg * np.nan,
                   pitch_deg=looking.pitch_deg * np.nan, roll_deg=looking.roll_deg * np.nan,
                   face_count=looking.face_count * 0, points=looking.points * np.nan)  # fmt: skip
    assert kinds(told(WHOLE, faces=gone)) == ["no_face"]
    assert "no_picture" in told(WHOLE).unsaid


VALUES = ("Customers first", "Honesty with each other", "Learning every day")
WHY = "I have followed your products for two years and I like the office, and it is near to where I live with my family in the city. The salary is right as well, and the way is short."


def test_values_are_asked_for_where_the_question_asks_why_this_company(told):
    assert kinds(told(WHY, kind="motive", values=VALUES))[0] == "values"
    named = WHY + " What matters to me most is that customers come first with you."
    assert "values" not in kinds(told(named, kind="motive", values=VALUES))
    assert "values" not in kinds(told(WHY, kind="motive"))


@pytest.mark.parametrize(
    ("question", "language", "asks"),
    [
        ("Why do you want to work here?", "en", True),
        ("What attracted you to this company?", "en", True),
        ("Why did you choose that approach?", "en", False),
        ("Why do you want to leave your job?", "en", False),
        ("你为什么想加入我们公司？", "zh", True),
        ("我们公司哪些方面吸引了你？", "zh", True),
        ("你为什么离开上一家公司？", "zh", False),
        ("请讲一次你和同事意见不一致的经历。", "zh", False),
    ],
)
def test_which_questions_ask_why_this_company(question, language, asks):
    assert asks_why_this_company(question, language) is asks
