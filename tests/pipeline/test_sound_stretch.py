"""A stretch of sound as a page: what is drawn is what is measured, and it plays what it shows."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from interview_analysis.errors import MediaError, OutputError
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.progress import ignore
from interview_analysis.pipeline.outputs import TranscriptFile
from interview_analysis.pipeline.report.sound_page import sound_page
from interview_analysis.pipeline.sound_stretch import stretch_of, words_of
from interview_analysis.scoring.report.provenance import RecordingPart
from tests.media import RATE_HZ, grey, write_recording
from tests.pipeline.sample_report import sample_report
from tests.pipeline.sample_transcript import sample_transcript

SYLLABLES_S = (0.5, 0.9, 1.3, 2.6, 3.0)  # where a vowel of 0.2 s has its middle


def vowels() -> np.ndarray:
    """Five vowels on 120 Hz, with silence between them."""
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * 120 * k * time_s) / k for k in range(1, 20))
    loud = sum(np.exp(-(((time_s - middle) / 0.06) ** 4)) for middle in SYLLABLES_S)
    return np.asarray(0.2 * tones * loud, dtype=np.float32)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(
        tmp_path_factory.mktemp("sound") / "talk <b>.mp4", seconds=4, sound=vowels(), picture=grey()
    )


@pytest.fixture
def folder(recording: Path, tmp_path: Path) -> Path:
    """The report of the recording, with the words of the sample."""
    report = sample_report("en")
    own = report.lineage.recording.model_copy(
        update={"sha256": hashlib.sha256(recording.read_bytes()).hexdigest()}
    )
    return saved(
        report.model_copy(update={"lineage": report.lineage.model_copy(update={"recording": own})}), tmp_path
    )


def saved(report, folder: Path) -> Path:
    (folder / "report.json").write_text(report.model_dump_json(), encoding="utf-8")
    text = TranscriptFile.of(sample_transcript("en")).model_dump_json()
    (folder / "transcript.json").write_text(text, encoding="utf-8")
    return folder


def test_syllables_pitch_and_sound_are_those_of_the_stretch(recording):
    stretch = stretch_of(recording, 0.7, 1.0, (), ignore)
    page = sound_page(stretch, "en")
    assert page.count('class="syllable"') == sum(0.7 <= at < 1.7 for at in SYLLABLES_S) == 2
    assert "2, 2 a second" in page
    assert "median 120 Hz" in page
    encoded = re.search(r"data:audio/wav;base64,([^\"]+)", page)
    with wave.open(io.BytesIO(base64.b64decode(encoded[1]))) as file:
        played = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    assert file.getframerate() == RATE_HZ
    assert played == pytest.approx(stretch.samples, abs=1e-4)
    assert len(played) == RATE_HZ


def test_words_are_those_of_the_stretch_and_every_text_is_escaped(recording):
    words = sample_transcript("en").words[:3]
    said = (
        replace(words[0], text="<i>hi", start_s=1.2, end_s=1.4),
        replace(words[1], text="gone", start_s=3.0, end_s=3.1),
    )
    page = sound_page(stretch_of(recording, 1.0, 1.5, said, ignore), "zh")
    assert ">&lt;i&gt;hi</text>" in page
    assert "gone" not in page
    assert "<b>" not in page
    assert 'lang="zh-CN"' in page
    assert "声音中的音节" in page
    assert "default-src &#39;none&#39;" in page


def test_a_stretch_ends_with_the_recording_and_none_begins_behind_it(recording):
    assert stretch_of(recording, 3.0, 15.0, (), ignore).end_s == pytest.approx(4.0, abs=0.05)
    with pytest.raises(MediaError, match=r"4\.0 s of sound, and 9 s lies behind its end"):
        stretch_of(recording, 9.0, 1.0, (), ignore)


def test_a_picture_without_sound_has_nothing_to_draw(tmp_path):
    silent = write_recording(tmp_path / "picture.mp4", seconds=2, picture=grey())
    with pytest.raises(MediaError, match="no audio track"):
        stretch_of(silent, 0.0, 1.0, (), ignore)


def test_words_come_from_the_reports_of_the_recording_alone(recording, folder, tmp_path):
    assert words_of(folder, recording) == sample_transcript("en").words
    other = write_recording(tmp_path / "other.wav", seconds=1, sound=vowels()[:RATE_HZ])
    with pytest.raises(OutputError, match=r"report of another recording than other\.wav"):
        words_of(folder, other)


def test_words_of_a_part_are_on_the_clock_of_its_file(recording, folder, tmp_path):
    """It begins at 10 s of the report and at 2 s of the file."""
    sha256 = hashlib.sha256(recording.read_bytes()).hexdigest()
    parts = (
        RecordingPart(name="a.mp4", sha256="0" * 64, start_s=0.0, duration_s=10.0),
        RecordingPart(name="b.mp4", sha256=sha256, start_s=10.0, duration_s=9.0, clip_start_s=2.0),
    )
    saved(sample_report("en").model_copy(update={"recordings": parts}), folder)
    expected = [w for w in sample_transcript("en").words if 10.0 <= w.start_s < 19.0]
    found = words_of(folder, recording)
    assert [w.text for w in found] == [w.text for w in expected]
    assert [w.start_s for w in found] == pytest.approx([w.start_s - 8.0 for w in expected])


def test_the_command_writes_a_private_page(recording, folder, tmp_path):
    target = tmp_path / "page.html"
    options = ["--at", "0:01", "--seconds", "2", "--report", str(folder), "--out", str(target), "--quiet"]
    done = CliRunner().invoke(main, ["sound", str(recording), *options])
    assert (done.exit_code, done.output.strip()) == (0, str(target))
    assert target.stat().st_mode & 0o777 == 0o600
    assert "00:01" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("at", ["1:x", "-3", "nan", "1e999", ""])
def test_what_is_no_time_is_named(recording, at):
    done = CliRunner().invoke(main, ["sound", str(recording), f"--at={at}"])
    assert done.exit_code == 2
    assert f"'{at}' is no time; write seconds (72.5) or m:ss (1:12.5)" in done.output
