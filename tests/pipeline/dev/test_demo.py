"""The synthetic sample: its format, that it repeats, and that a recogniser reads it back."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import InterviewAnalysisError, OutputError, WeightsError
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.dev import demo

pytest.importorskip("espeakng_loader", reason="SKIPPED: the demo extra is not installed")
pytest.importorskip("skimage", reason="SKIPPED: the demo extra is not installed")

SHORT = ("Hello there.", "Goodbye.")
DIGITS = {"3": "three", "12": "twelve", "8": "eight", "20": "twenty", "30": "thirty", "52": "fifty two"}


def _words(text: str) -> list[str]:
    words = re.findall(r"[a-z0-9]+", text.lower().replace("%", " percent").replace("-", " "))
    return " ".join(DIGITS.get(word, word) for word in words).split()


def _word_errors(reference: list[str], heard: list[str]) -> int:
    row = list(range(len(heard) + 1))
    for i, expected in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, word in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (expected != word))
    return row[-1]


def test_speech_has_silence_around() -> None:
    samples, rate_hz = demo.speak(SHORT)
    assert rate_hz == 22050
    lead, tail = round(demo.LEAD_S * rate_hz), round(demo.TAIL_S * rate_hz)
    assert not samples[:lead].any()
    assert not samples[-tail:].any()
    assert np.abs(samples).max() > 5000
    assert 1.0 < (len(samples) - lead - 2 * tail) / rate_hz < 4.0


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(InterviewAnalysisError, match="no voice named 'xx-none'"):
        demo.speak(SHORT, voice="xx-none")


def test_the_sample_has_the_promised_format(tmp_path: Path) -> None:
    import av

    path = demo.make_sample(tmp_path / "样本 one" / "sample.mp4", SHORT)
    samples, rate_hz = demo.speak(SHORT)
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", 1280, 720)
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", rate_hz, 1)
        assert container.metadata["title"] == demo.CAPTION
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video)]
    assert len(frames) == pytest.approx(len(samples) / rate_hz * 25, abs=10)  # the voice varies
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 0.5  # the view moves
    caption = frames[0][-demo.CAPTION_PX + 2 :]
    assert np.median(caption) < 20  # white letters on black
    assert caption.max() > 200
    assert [p.name for p in path.parent.iterdir()] == ["sample.mp4"]  # nothing left aside


def test_the_sample_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from interview_analysis.pipeline.dev.demo import make_sample; "
        f"make_sample(Path(sys.argv[1]), {SHORT!r})"
    )
    paths = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for path in paths:
        subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_unwritable_place_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write the sample"):
        demo.make_sample(tmp_path / "file" / "sample.mp4", SHORT)


def test_the_view_stays_inside_the_picture() -> None:
    width, height = 960, 512
    views = np.array([demo._view(time_s, width, height) for time_s in np.arange(0, 120, 0.25)])
    left, top, right, bottom = views.T
    assert left.min() >= 0
    assert right.max() <= width
    assert top.min() >= 0
    assert bottom.max() <= height
    assert np.allclose((right - left) / (bottom - top), 16 / 9)
    assert (bottom - top).min() > 0.8 * height  # the shoulders stay in view


def test_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert demo.main([]) == 2
    assert "usage" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert demo.main([str(tmp_path / "file" / "a.mp4")]) == 2
    assert capsys.readouterr().err.startswith("error: Cannot write")


def test_whisper_reads_the_answer_back() -> None:
    from faster_whisper import WhisperModel
    from librosa import resample

    try:
        folder = ModelStore().path("whisper-base")
    except WeightsError as error:
        pytest.skip(f"SKIPPED: {error}")
    samples, rate_hz = demo.speak(demo.ANSWER)
    sound = resample(samples.astype(np.float32) / 32768, orig_sr=rate_hz, target_sr=16_000)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)
    segments, _ = model.transcribe(sound, language="en", beam_size=1)
    expected, heard = _words(" ".join(demo.ANSWER)), _words(" ".join(s.text for s in segments))
    assert 110 <= len(expected) <= 150
    assert 45 <= len(samples) / rate_hz <= 70
    assert _word_errors(expected, heard) / len(expected) <= 0.03
