from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.features.voice.fillers import compute, discourse_markers, events, filled_pauses
from interview_analysis.types import (
    AcousticTrack,
    Interval,
    MediaFacts,
    Observations,
    SpeechActivity,
    Transcript,
    Word,
    intervals,
)
from tests.transcripts import transcript_of


def script(text: str, language: str, pauses: tuple[int, ...] = ()) -> Transcript:
    """Words (separated by spaces) of 0.3 s each, back to back, with half a second before those in `pauses`."""
    words, time_s = [], 0.0
    for index, piece in enumerate(text.split()):
        time_s += 0.5 if index in pauses else 0.0
        words.append(Word(piece, time_s, time_s + 0.3, 0.9))
        time_s += 0.3
    return transcript_of(words, language)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Um, I think uh we should, er... hmm", ["um", "uh", "er", "hmm"]),
        ("Uhm and ummm and erm", ["uhm", "ummm", "erm"]),
        ("I am here, her hum is an error", []),
        ("mm-hmm no", []),
    ],
)
def test_english_filled_pauses(text: str, labels: list[str]) -> None:
    assert [event.label for event in filled_pauses(script(text, "en"))] == labels


def test_chinese_filled_pauses() -> None:
    cases = [
        ("嗯， 我 觉得 呃 可以", ["嗯", "呃"]),
        ("啊， 我 知道", ["啊"]),
        ("是 啊， 我 知道", []),
        ("额， 金 额 很 大", ["额"]),
        ("額， 這 個", ["额"]),
        ("嗯嗯嗯 好", ["嗯嗯嗯"]),
    ]
    assert [
        (text, labels, found)
        for text, labels in cases
        if (found := [event.label for event in filled_pauses(script(text, "zh"))]) != labels
    ] == []


def test_a_pause_sets_a_particle_off_like_a_comma() -> None:
    assert not filled_pauses(script("好 的 啊 我 说", "zh"))
    assert [e.label for e in filled_pauses(script("好 的 啊 我 说", "zh", pauses=(2, 3)))] == ["啊"]


def test_discourse_markers_are_set_off() -> None:
    cases = [
        ("we, you know, tried", "en", ["you know"]),
        ("do you know him", "en", []),
        ("I like it", "en", []),
        ("it was, like, big", "en", ["like"]),
        ("我们， 那个， 做 产品", "zh", ["那个"]),
        ("我 要 那个。", "zh", []),
        ("就 是， 我们 做", "zh", ["就是"]),
        ("这 就是 答案", "zh", []),
    ]
    assert [
        (text, language, labels, found)
        for text, language, labels in cases
        if (found := [event.label for event in discourse_markers(script(text, language))]) != labels
    ] == []


def track(seconds: float, *voiced: tuple[float, float], f0_hz: float = 120.0) -> AcousticTrack:
    time_s = np.arange(round(seconds * 100)) * 0.01 + 0.005
    f0 = np.full(time_s.shape, np.nan)
    for start, end in voiced:
        f0[(time_s > start) & (time_s < end)] = f0_hz
    empty = np.empty(0)
    return AcousticTrack(time_s, f0, np.full(time_s.shape, 60.0), f0 * 0 + 15, empty, empty, empty, empty)


def stretched(voiced: tuple[float, float], f0_slope_st: float = 0.0) -> Observations:
    """Words from 0 to 3 s and from 5 to 7.7 s; in between a voice, with a word that is stretched over it."""
    words = [Word("word", 0.3 * i, 0.3 * i + 0.3, 0.9) for i in range(10)]
    words += [Word("so", 3.1, 5.3, 0.9)] + [Word("word", 5.3 + 0.3 * i, 5.6 + 0.3 * i, 0.9) for i in range(8)]
    acoustics = track(8.0, (0.0, 3.0), voiced, (5.0, 7.7))
    between = (acoustics.time_s > voiced[0]) & (acoustics.time_s < voiced[1])
    acoustics.f0_hz[between] *= 2 ** (np.linspace(0, f0_slope_st, between.sum()) / 12)
    speech = SpeechActivity(intervals([(0.0, 3.0), voiced, (5.0, 7.7)]))
    return Observations(MediaFacts(8.0, True, False), speech, transcript_of(words, "en"), acoustics)


def test_voice_that_no_word_accounts_for() -> None:
    observations = stretched((3.6, 4.2))
    found = [event for event in events(observations) if event.kind == "filler"]
    assert len(found) == 1
    assert (found[0].start_s, found[0].end_s) == pytest.approx((3.6, 4.2), abs=0.011)
    assert found[0].value == pytest.approx(0.6, abs=0.02)
    values = compute(observations, Interval(0, 8))
    assert values["uncovered_voiced_s"] == pytest.approx(0.6, abs=0.02)
    assert values["uncovered_voiced_per_min"] == pytest.approx(60 / 7.7)
    assert values["filled_pause_count"] == 0
    assert values["filler_per_min"] == pytest.approx(60 / 7.7)


def test_it_is_told_when_even_where_a_recording_before_has_less_sound_than_picture() -> None:
    """The frames of all recordings follow each other; their times need not."""
    first = stretched((3.6, 4.2))
    assert first.acoustics is not None
    moved = replace(first.acoustics, time_s=first.acoustics.time_s + 2.0)
    words = tuple(replace(w, start_s=w.start_s + 2, end_s=w.end_s + 2) for w in first.transcript.words)
    speech = SpeechActivity(intervals([(2.0, 5.0), (5.6, 6.2), (7.0, 9.7)]))
    later = replace(first, acoustics=moved, transcript=transcript_of(words, "en"), speech=speech)
    (found,) = [event for event in events(later) if event.kind == "filler"]
    assert (found.start_s, found.end_s) == pytest.approx((5.6, 6.2), abs=0.011)


@pytest.mark.parametrize(
    "observations",
    [stretched((3.6, 3.75)), stretched((3.3, 4.9)), stretched((3.6, 4.2), f0_slope_st=12.0)],
    ids=["too short", "too long", "gliding"],
)
def test_what_is_no_filled_pause(observations: Observations) -> None:
    assert compute(observations, Interval(0, 8))["uncovered_voiced_s"] == 0


def test_windows_see_what_the_whole_sees() -> None:
    observations = stretched((3.6, 4.2))
    parts = [compute(observations, window) for window in intervals([(0, 3.9), (3.9, 8)])]
    assert [part["uncovered_voiced_per_min"] > 0 for part in parts] == [True, False]
    assert parts[0]["uncovered_voiced_s"] == pytest.approx(0.6, abs=0.02)


def test_missing_is_left_out() -> None:
    silent = Observations(MediaFacts(8, True, False))
    assert compute(silent, Interval(0, 8)) == {"coverage_ratio": 0.0}
    assert events(silent) == ()
    text_only = Observations(MediaFacts(8, True, False), transcript=script("um " * 20, "en"))
    values = compute(text_only, Interval(0, 6))
    assert values["filled_pause_per_min"] == pytest.approx(200)
    assert "uncovered_voiced_s" not in values
    russian = Observations(MediaFacts(8, True, False), transcript=script("слово " * 20, "ru"))
    assert compute(russian, Interval(0, 6)).keys() == {"coverage_ratio"}


def marked_words(path: Path) -> list[Word]:
    """The word tier of a TextGrid."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    first = lines.index('"IntervalTier"') + 5
    rows = (lines[first + 3 * i : first + 3 * i + 3] for i in range(int(lines[first - 1])))
    return [Word(text.strip('"'), float(start), float(end), 1.0) for start, end, text in rows if text != '""']


def test_real_filled_pauses(shared_data: Path) -> None:
    """Two clips of hesitant speech, whose words were aligned by hand: the fillers are taken out of the text.

    Some are creaky, without any F0, or lost on the speech detector, and drawn-out words leave some voice over.
    One "uh" is in the reference text alone, between words that end at 13.9 s and begin at 14.87 s.
    """
    import librosa

    from interview_analysis.models.voice.praat import acoustics
    from interview_analysis.models.voice.vad import SpeechDetector
    from interview_analysis.models.weights.store import ModelStore
    from tests.models.voice.test_praat import HeldAudio

    detector = SpeechDetector(ModelStore().path("silero-vad"))
    hits = total = wrong = 0
    for clip in ("mfa_cold_corpus", "mfa_acoustic_corpus"):
        samples, _ = librosa.load(shared_data / "audio_en" / f"{clip}.wav", sr=16_000)
        words = marked_words(shared_data / "audio_en" / f"{clip}.TextGrid")
        said = [word for word in words if word.text not in ("um", "uh")]
        audio = HeldAudio(samples)
        facts = MediaFacts(samples.size / 16_000, True, False)
        observations = Observations(
            facts, detector.detect(audio), transcript_of(said, "en"), acoustics(audio)
        )
        found = [Interval(e.start_s, e.end_s) for e in events(observations) if e.kind == "filler"]
        fillers = [
            Interval(w.start_s, w.end_s)
            for w in words
            if w.text in ("um", "uh") and w.end_s - w.start_s > 0.1
        ]
        if clip == "mfa_acoustic_corpus":
            fillers.append(Interval(13.95, 14.87))
        total += len(fillers)
        hits += sum(any(filler.overlap_s(f) > 0.05 for f in found) for filler in fillers)
        wrong += sum(not any(filler.overlap_s(f) > 0.05 for filler in fillers) for f in found)
    assert total == 8
    assert hits >= 5
    assert wrong <= 3
