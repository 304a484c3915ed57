from __future__ import annotations

import os
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import MediaError, OutputError
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.types import AudioSource


def test_what_is_appended_is_read_back(rng: np.random.Generator) -> None:
    pieces = [rng.uniform(-1, 1, n).astype(np.float32) for n in (1, 0, 999, 16_000)]
    whole = np.concatenate(pieces)
    with AudioSpool() as spool:
        source: AudioSource = spool
        for piece in pieces:
            spool.append(piece)
        spool.finish()
        assert source.sample_rate_hz == 16_000
        assert spool.duration_s == 17_000 / 16_000
        np.testing.assert_array_equal(source.read(0, 17_000), whole)
        np.testing.assert_array_equal(source.read(500, 1_500), whole[500:1_500])
        np.testing.assert_array_equal(source.read(16_990, 99_999), whole[16_990:])
        assert source.read(20_000, 30_000).shape == (0,)
        assert source.read(0, 10).dtype == np.float32


def test_doubles_and_strided_samples_are_taken() -> None:
    with AudioSpool() as spool:
        spool.append(np.linspace(-1, 1, 100)[::2])
        np.testing.assert_allclose(spool.read(0, 50), np.linspace(-1, 1, 100)[::2], atol=1e-7)


def test_a_reader_follows_the_writer() -> None:
    seen: list[float] = []

    def read() -> None:
        start = 0
        while True:
            available = spool.wait(start + 160)
            seen.extend(spool.read(start, min(available, start + 160)))
            start += 160
            if available < start:
                return

    with AudioSpool() as spool:
        reader = threading.Thread(target=read)
        reader.start()
        for i in range(50):
            spool.append(np.full(100, i / 50))
        spool.finish()
        reader.join(timeout=10)
        assert not reader.is_alive()
    np.testing.assert_allclose(seen, np.repeat(np.arange(50) / 50, 100), atol=1e-7)


def test_wait_returns_less_only_at_the_end() -> None:
    with AudioSpool() as spool:
        spool.append(np.zeros(300))
        assert spool.wait(200) == 300
        spool.finish()
        assert spool.finished
        assert spool.wait(1_000) == 300


def test_the_writers_error_reaches_a_waiting_reader() -> None:
    caught: list[Exception] = []

    def read() -> None:
        try:
            spool.wait(10_000)
        except MediaError as error:
            caught.append(error)

    with AudioSpool() as spool:
        reader = threading.Thread(target=read)
        reader.start()
        spool.fail(MediaError("broken off"))
        reader.join(timeout=10)
        assert [str(error) for error in caught] == ["broken off"]
        with pytest.raises(MediaError, match="broken off"):
            spool.wait(0)


def test_closing_releases_a_waiting_reader() -> None:
    caught: list[Exception] = []

    def read() -> None:
        try:
            spool.wait(1)
        except ValueError as error:
            caught.append(error)

    spool = AudioSpool()
    reader = threading.Thread(target=read)
    reader.start()
    spool.close()
    spool.close()
    reader.join(timeout=10)
    assert len(caught) == 1


def test_giving_up_overrides_a_finished_spool() -> None:
    with AudioSpool() as spool:
        spool.append(np.zeros(300))
        spool.finish()
        spool.fail(MediaError("first"))
        spool.fail(MediaError("second"))
        with pytest.raises(MediaError, match="first"):
            spool.wait(200)
        with pytest.raises(MediaError, match="first"):
            spool.read(0, 10)


def test_closing_a_finished_spool_is_no_failure() -> None:
    spool = AudioSpool()
    spool.append(np.zeros(300))
    spool.finish()
    spool.close()
    assert spool.wait(1_000) == 300


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere cannot be written .* TMPDIR"):
        AudioSpool(tmp_path / "nowhere")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="SKIPPED: there is no /dev/full to be a full disk")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with AudioSpool(tmp_path) as spool, Path("/dev/full").open("wb", buffering=0) as full:
        os.dup2(full.fileno(), spool._file.fileno())
        with pytest.raises(OutputError, match=rf"{tmp_path} is full.* TMPDIR"):
            spool.append(np.zeros(10))


def test_misuse_is_refused() -> None:
    with AudioSpool() as spool:
        with pytest.raises(ValueError, match="got start 5 and stop 2"):
            spool.read(5, 2)
        with pytest.raises(ValueError, match="got start -1"):
            spool.read(-1, 2)
        spool.finish()
        with pytest.raises(ValueError, match="finished"):
            spool.append(np.zeros(1))


def test_no_file_is_left_and_memory_does_not_grow(tmp_path: Path) -> None:
    minute = np.zeros(60 * 16_000, dtype=np.float32)
    with AudioSpool(tmp_path) as spool:
        assert list(tmp_path.iterdir()) == []
        tracemalloc.start()
        for _ in range(20):
            spool.append(minute)
        spool.read(0, 16_000)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert spool.duration_s == 1200
    assert peak_bytes < 1_000_000
    assert list(tmp_path.iterdir()) == []
