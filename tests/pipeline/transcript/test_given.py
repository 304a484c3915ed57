"""A transcript that was handed in, beside a recording's observations or alone: what is measured and what is not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.errors import TranscriptError
from interview_analysis.features.conversation.answers import answers
from interview_analysis.features.tables import feature_tables
from interview_analysis.models.voice.speaker import DIMENSIONS
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.pipeline.observation.candidate import candidates_view
from interview_analysis.pipeline.observation.joining import clip, joined
from interview_analysis.pipeline.outputs import TranscriptFile
from interview_analysis.pipeline.transcript.given import (
    GivenTranscript,
    in_place,
    nothing_but,
    read_transcript,
)
from interview_analysis.scoring.report.report import Reason
from interview_analysis.scoring.rubric.gates import gates
from interview_analysis.types import Interval, MediaFacts, Observations, SpeechActivity, Turn, Voices
from tests.pipeline.transcript import files

TALK = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Helen Li>Tell me about a project that you led.</v>

00:00:06.000 --> 00:00:30.000
<v Sam O'Neil>Last year our retention fell. I interviewed twenty users and I redesigned the first three screens, and it rose.</v>

00:00:30.500 --> 00:00:31.000
<v Helen Li>Right.</v>

00:00:31.000 --> 00:00:50.000
<v Sam O'Neil>We shipped it in six weeks, um, and the board funded a second team because of what we found.</v>
"""


@pytest.fixture
def given(tmp_path) -> GivenTranscript:
    path = tmp_path / "talk.vtt"
    path.write_text(TALK)
    return read_transcript(path)


def sounding() -> Observations:
    """A recording in which two voices were heard, each on its own channel, and no words."""
    turns = (Turn(0, 0.9, 5.2), Turn(1, 6.1, 30.2), Turn(1, 31.0, 49.5))
    embeddings = np.eye(2, DIMENSIONS)
    regions = tuple(Interval(turn.start_s, turn.end_s) for turn in turns)
    facts = MediaFacts(52.0, has_audio=True, has_video=False)
    return Observations(
        facts, speech=SpeechActivity(regions), voices=Voices(turns, embeddings, "channels", (1, 0))
    )


def measured(seen: Observations) -> set[str]:
    whole = feature_tables(seen, block_s=10, window_s=10, hop_s=5).whole.iloc[0]
    return {
        str(name)
        for name, value in whole.items()
        if not (math.isnan(value) or name.endswith(".coverage_ratio"))
    }


def test_alone_there_is_no_sound_and_no_picture_and_nothing_of_them_is_scored(given):
    view = candidates_view(nothing_but(given))
    closed = gates(view, load_profile("product-manager"), load_norms().limits)
    assert closed["content"] is None or closed["content"].reason is Reason.TOO_FEW_WORDS
    assert closed["voice"].reason is Reason.NO_AUDIO
    assert closed["face"].reason is closed["posture"].reason is Reason.NO_VIDEO


def test_words_that_nobody_was_sure_of_are_not_unsure(given):
    view = candidates_view(nothing_but(given))
    limits = load_norms().limits.model_copy(update={"min_words": 5})
    assert gates(view, load_profile("product-manager"), limits)["content"] is None
    assert feature_tables(view, block_s=10, window_s=10, hop_s=5).faults == ()


def test_what_needs_the_sound_or_true_word_times_is_not_measured_alone(given):
    found = measured(candidates_view(nothing_but(given)))
    assert {"speech_rate.unit_count", "fillers.filled_pause_count", "turn_taking.talk_share_ratio"} <= found
    assert not {name for name in found if name.startswith(("pauses.", "pitch.", "intensity.", "syllables."))}
    rates = {
        "speech_rate.speaking_rate_wpm",
        "speech_rate.articulation_rate_wpm",
        "speech_rate.rate_cv_ratio",
    }
    lengths = {
        "turn_taking.response_latency_median_s",
        "turn_taking.overlap_ratio",
        "fillers.filled_pause_per_min",
    }
    assert not found & (rates | lengths)


def test_with_the_sound_rates_are_measured_and_what_varies_within_a_passage_is_not(given):
    found = measured(candidates_view(in_place(sounding(), given)))
    assert {"speech_rate.speaking_rate_wpm", "fillers.filled_pause_per_min", "pauses.pause_per_min"} <= found
    assert not found & {
        "speech_rate.rate_cv_ratio",
        "turn_taking.response_latency_median_s",
        "fillers.filler_per_min",
    }


def test_where_ends_are_estimated_no_rate_is_measured(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(
        "Helen Li 00:01\nTell me about a project.\nSam Oak 00:06\n" + "I built it and it worked. " * 5
    )
    found = measured(candidates_view(in_place(sounding(), read_transcript(path))))
    assert not found & {"speech_rate.speaking_rate_wpm", "fillers.filled_pause_per_min"}


def test_answers_are_found_by_who_asks_and_their_latency_is_not_known(given):
    (answer,) = answers(candidates_view(nothing_but(given)))
    assert answer.question == "Tell me about a project that you led."
    assert answer.interval == Interval(6.0, 50.0)
    assert math.isnan(answer.latency_s)


def test_speakers_sound_as_the_voices_that_were_heard_in_their_passages(given):
    voices = in_place(sounding(), given).voices
    assert voices.names == ("Helen Li", "Sam O'Neil")
    assert voices.embeddings.argmax(axis=1).tolist() == [0, 1]
    assert voices.channels == (1, 0)
    assert candidates_view(in_place(sounding(), given), "right").conversation.candidate.voice == 0


def test_the_candidate_is_named_or_guessed(given):
    seen = nothing_but(given)
    guessed = candidates_view(seen).conversation.candidate
    assert (guessed.voice, guessed.by, guessed.guess) == (1, "talk_share", True)
    for name in ("Helen Li", "helen  LI", "helen"):
        named = candidates_view(seen, name=name).conversation.candidate
        assert (named.voice, named.by, named.guess, named.confidence) == (0, "name", False, 1.0)
    with pytest.raises(TranscriptError, match=r"names Helen Li, Sam O'Neil, got 'Bob'"):
        candidates_view(seen, name="Bob")


def test_passages_that_overlap_stay_with_their_speaker(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(
        "0:0:0.0 --> 0:0:9.0\nJane Doe\nI say a long thing here today.\n0:0:4.0 --> 0:0:4.500\nJohn Doe\nYes indeed.\n"
    )
    view = candidates_view(nothing_but(read_transcript(path)), name="Jane Doe")
    assert view.transcript.text == "I say a long thing here today."
    assert view.conversation.other_words.text == "Yes indeed."


def test_several_transcripts_of_one_interview_join_speakers_by_name(given, tmp_path):
    path = tmp_path / "b.vtt"
    path.write_text(
        "WEBVTT\n\n00:02.000 --> 00:05.000\n<v Sam O'Neil>One more thing.</v>\n\n00:05.000 --> 00:07.000\n<v Ann>Fine.</v>\n"
    )
    seen = joined([nothing_but(given), nothing_but(read_transcript(path))])
    assert seen.voices.names == ("Helen Li", "Sam O'Neil", "Ann")
    assert seen.voices.method == "transcript"
    assert seen.transcript.word_times == "interpolated"
    own = candidates_view(seen, name="Sam O'Neil").transcript
    assert own.segments[-1].text == "One more thing."
    assert own.segments[-1].start_s == pytest.approx(52.0)


def test_a_part_of_a_transcript_keeps_its_speakers(given):
    part = clip(nothing_but(given), 5.5, 40.0)
    assert part.voices.names == ("Sam O'Neil", "Helen Li")
    own = candidates_view(part, name="sam").transcript
    assert own.segments[0].text.startswith("Last year")


def test_the_transcript_of_a_longer_recording_is_refused(given):
    short = replace(sounding(), facts=MediaFacts(20.0, has_audio=True, has_video=False))
    with pytest.raises(TranscriptError, match=r"talk.vtt goes on at 31 s, and the recording ends at 20 s"):
        in_place(short, given)


def test_saved_and_read_back(given):
    kept = TranscriptFile.model_validate_json(
        TranscriptFile.of(given.transcript).model_dump_json()
    ).transcript()
    assert kept.word_times == "interpolated"
    assert kept.engine == "given transcript"
    assert all(math.isnan(word.probability) for word in kept.words)


def test_a_teams_document_alone(tmp_path):
    view = candidates_view(
        nothing_but(read_transcript(files.teams_docx(tmp_path / "a.docx"))), name="John Doe"
    )
    assert view.transcript.text == "I built it, and it worked."
