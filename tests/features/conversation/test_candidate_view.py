"""The candidate's part of what was observed, and what every extractor makes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.conversation.candidate_view import candidate_view, everyone
from interview_analysis.features.language.sentences import sentences
from interview_analysis.features.tables import feature_tables
from interview_analysis.features.voice.speech_units import joint_silences, silent_pauses
from interview_analysis.types import (
    CandidateVoice,
    Interval,
    Observations,
    SpeechActivity,
    Transcript,
    Turn,
    Voices,
)
from tests.candidate_builders import Line, interview, said, talk, talking_face

CANDIDATE = CandidateVoice(1, "channel", 1.0)


def view_of(lines: list[Line], voice: int | None = 1, language: str = "en") -> Observations:
    return candidate_view(talk(lines, language), CandidateVoice(voice, "channel", 1.0))


def test_nothing_changes_where_nobody_was_told_apart() -> None:
    seen = replace(talk(interview(1)), voices=None)
    assert candidate_view(seen, None) is seen


def test_with_one_voice_only_the_conversation_is_new() -> None:
    seen = talk([(0, 1.0, 9.0, "I built the index ."), (0, 10.0, 18.0, "It was fast .")])
    view = candidate_view(seen, CandidateVoice(0, "only_voice", 1.0))
    for name in ("facts", "speech", "transcript", "acoustics", "faces", "poses", "voices"):
        assert getattr(view, name) is getattr(seen, name)
    assert view.conversation is not None
    assert view.conversation.others == ()
    assert view.conversation.other_words is not None
    assert view.conversation.other_words.words == ()
    assert everyone(view) is seen.transcript


def test_with_one_voice_every_feature_is_the_same_byte_for_byte() -> None:
    lines = [
        (0, 1.0, 9.0, "I built the index ."),
        (0, 11.0, 32.0, "um it was fast and we cut the cost by half ."),
    ]
    seen = talk(lines, faces=talking_face(33.0, [Interval(1.0, 32.0)]))
    plain = feature_tables(replace(seen, voices=None))
    viewed = feature_tables(candidate_view(seen, CandidateVoice(0, "only_voice", 1.0)))
    for name in ("whole", "blocks", "timeline"):
        before, after = getattr(plain, name), getattr(viewed, name)
        assert list(before.columns) == list(after.columns)
        assert before.to_numpy().tobytes() == after.to_numpy().tobytes()
    assert plain.events == viewed.events


def test_only_the_candidates_words_are_left_and_the_others_kept_apart() -> None:
    view = view_of(interview(2))
    assert view.transcript is not None
    assert view.conversation is not None
    assert view.conversation.other_words is not None
    assert {segment.voice for segment in view.transcript.segments} == {1}
    assert "search index" in view.transcript.text
    assert "how" not in view.transcript.text
    assert {segment.voice for segment in view.conversation.other_words.segments} == {0}


def test_a_segment_of_two_voices_is_cut_between_them() -> None:
    # One segment of the recogniser over both turns.
    both = said([(0, 0.0, 8.0, "what did you do I built the index")])
    turns = (Turn(0, 0.0, 4.0), Turn(1, 4.0, 8.0))
    seen = Observations(talk(interview(1)).facts, SpeechActivity((Interval(0.0, 8.0),)), both)
    seen = replace(seen, voices=Voices(turns, np.eye(2), "clusters"))
    view = candidate_view(seen, CANDIDATE)
    assert view.transcript is not None
    assert [segment.text for segment in view.transcript.segments] == ["I built the index"]
    assert (view.transcript.segments[0].start_s, view.transcript.segments[0].end_s) == (4.0, 8.0)
    whole = everyone(view)
    assert whole is not None
    assert [(s.voice, s.text) for s in whole.segments] == [(0, "what did you do"), (1, "I built the index")]


def test_words_of_no_voice_are_nobodys() -> None:
    seen = talk(interview(1))
    assert seen.transcript is not None
    stray = said([(0, 30.0, 31.0, "and now the news")])
    seen = replace(
        seen, transcript=replace(seen.transcript, segments=(*seen.transcript.segments, *stray.segments))
    )
    view = candidate_view(seen, CANDIDATE)
    assert view.transcript is not None
    assert view.conversation is not None
    assert view.conversation.other_words is not None
    assert "news" not in view.transcript.text
    assert "news" in view.conversation.other_words.text


def test_speech_is_cut_to_the_candidates_turns() -> None:
    seen = replace(talk(interview(1)), speech=SpeechActivity((Interval(0.2, 13.0),)))
    view = candidate_view(seen, CANDIDATE)
    assert view.speech is not None
    assert view.speech.regions == (Interval(4.0, 12.0),)


def test_the_others_speech_and_the_time_before_an_answer_are_no_pause() -> None:
    lines = [
        (1, 0.0, 8.0, "I did that ."),
        (0, 8.5, 11.5, "why was that ?"),
        (1, 13.0, 20.0, "it was slow ."),
    ]
    view = view_of(lines)
    assert view.speech is not None
    assert silent_pauses(view.speech) == ()
    assert joint_silences(view.speech) == (Interval(8.0, 13.0),)
    tables = feature_tables(view)
    assert tables.value("pauses.pause_count") == 0
    assert tables.value("pauses.pause_ratio") == 0
    assert tables.coverage("pauses.pause_ratio") == pytest.approx(15 / 21)


def test_the_candidates_own_pause_is_still_one() -> None:
    lines = [(0, 0.0, 3.0, "why ?"), (1, 4.0, 8.0, "it was slow ."), (1, 9.5, 14.0, "so we changed it .")]
    view = view_of(lines)
    assert view.speech is not None
    assert silent_pauses(view.speech) == (Interval(8.0, 9.5),)


def test_the_rate_is_that_of_the_candidate_alone() -> None:
    # The interviewer says 60 words a minute, the candidate 120, with long silences between them.
    lines: list[Line] = []
    for start in (0.0, 30.0, 60.0):
        lines += [
            (0, start, start + 8.0, "what is it that you did then ?"[:-2]),
            (1, start + 12.0, start + 22.0, "x " * 20),
        ]
    tables = feature_tables(view_of(lines))
    assert tables.value("speech_rate.speaking_rate_wpm") == pytest.approx(120.0)
    assert tables.value("answer_length.word_count") == 60
    assert tables.value("speech_rate.unit_count") == 60


def test_the_voice_is_measured_where_the_candidate_speaks_alone() -> None:
    lines = [*interview(2), (0, 7.5, 8.5, "right")]  # the interviewer talks over the first answer
    view = view_of(sorted(lines, key=lambda line: line[1]))
    track = view.acoustics
    assert track is not None
    heard = np.isfinite(track.intensity_db)
    assert set(track.intensity_db[heard]) == {61.0}
    assert heard.sum() == 1500  # 16 s of answers without the second that is shared
    assert np.isfinite(track.f0_hz).sum() == 1500
    assert track.jitter_ratio.tolist() == pytest.approx([0.02])  # the middle of the first answer is shared
    tables = feature_tables(view)
    assert tables.value("pitch.voiced_ratio") == 1.0
    assert tables.value("intensity.intensity_sd_db") == 0.0


def test_faces_and_poses_stay_whole() -> None:
    lines = interview(2)
    seen = talk(lines, faces=talking_face(26.0, []))
    assert candidate_view(seen, CANDIDATE).faces is seen.faces


def test_a_candidate_who_is_not_known_has_no_words_no_speech_and_no_voice() -> None:
    view = view_of(interview(2), voice=None)
    assert view.transcript is not None
    assert view.speech is not None
    assert view.acoustics is not None
    assert view.transcript.words == ()
    assert view.speech.regions == ()
    assert not np.isfinite(view.acoustics.intensity_db).any()
    whole = everyone(view)
    assert whole is not None
    assert whole.words == talk(interview(2)).transcript.words  # type: ignore[union-attr]
    tables = feature_tables(view)
    voice = [c for c in tables.whole if c.startswith(("pitch.", "pauses.", "speech_rate.", "answer_length."))]
    assert np.nan_to_num(tables.whole[voice].to_numpy(dtype=float)).sum() == 0


def words_after(view: Observations) -> list[str]:
    assert isinstance(view.transcript, Transcript)
    return [sentence.text for sentence in sentences(view.transcript)]


def test_a_question_ends_the_candidates_sentence_and_a_back_channel_does_not() -> None:
    first = "We built it in May. We measured it. And then the old team"
    asked = [
        (1, 0.0, 8.0, first),
        (0, 8.5, 11.0, "what team was that ?"),
        (1, 12.0, 18.0, "left us with the rest."),
    ]
    nodded = [(1, 0.0, 8.0, first), (0, 8.1, 8.5, "mm-hm"), (1, 8.6, 14.0, "left us with the rest.")]
    assert words_after(view_of(asked))[-2:] == ["And then the old team", "left us with the rest."]
    assert words_after(view_of(nodded))[-1] == "And then the old team left us with the rest."


def test_each_side_has_its_own_main_language() -> None:
    """An interviewer greets in English; the candidate answers in Mandarin, of which a name is English."""
    spoken = (
        ((0, 0.5, 9.0, "Welcome and thank you for coming . Tell me what you have built ."), "en"),
        ((1, 10.0, 16.0, "我做了一个搜索系统。"), "zh"),
        ((1, 16.2, 17.0, "Elastic Search ."), "en"),
        ((1, 17.2, 20.0, "它很快。"), "zh"),
    )
    segments = [replace(said([line], language).segments[0], language=language) for line, language in spoken]
    seen = talk([line for line, _ in spoken])
    assert seen.transcript is not None
    heard = replace(seen.transcript, language="en", segments=tuple(segments))
    view = candidate_view(replace(seen, transcript=heard), CANDIDATE)
    assert view.transcript is not None
    assert view.conversation is not None
    assert view.conversation.other_words is not None
    assert (view.transcript.language, view.conversation.other_words.language) == ("zh", "en")
    assert view.transcript.in_language("zh").text == "我做了一个搜索系统。它很快。"
    assert view.transcript.in_language("en").text == "Elastic Search ."
    together = everyone(view)
    assert together is not None
    assert [together.language_of(s) for s in together.segments] == ["en", "zh", "en", "zh"]
