"""A recording that grows is heard as the whole file is, and its failures end the work."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.observation.live import Growing, observe_live
from interview_analysis.pipeline.observation.observers import Observers
from tests.web.recordings import write_webm

pytest.importorskip("espeakng_loader", reason="SKIPPED: espeakng-loader is not installed")
from tests.models.espeak import speak

STORY = "Last year I led a small team. We had three weeks for the launch. I talked to every customer and we finished on time."


@pytest.fixture(scope="module")
def observers(model_store) -> Observers:
    return Observers(load_run_config(), model_store)


@pytest.fixture(scope="module")
def webm(tmp_path_factory):
    return write_webm(tmp_path_factory.mktemp("live") / "answer.webm", speak(STORY))


def pieces(content: bytes, size: int, pause_s: float = 0.0):
    left = [content[at : at + size] for at in range(0, len(content), size)]

    def more() -> bytes:
        time.sleep(pause_s)
        return left.pop(0) if left else b""

    return more


def test_a_growing_recording_is_heard_as_the_whole_file(webm, observers):
    live = observe_live(Growing(pieces(webm.read_bytes(), 4096)), observers)
    whole = observe_live(webm, observers)
    assert "three weeks" in live.transcript.text.lower()
    assert live.transcript == whole.transcript
    assert live.speech == whole.speech
    np.testing.assert_array_equal(live.faces.time_s, whole.faces.time_s)
    assert live.facts.duration_s == pytest.approx(whole.facts.duration_s, abs=0.05)


def test_a_cut_recording_is_heard_up_to_the_cut(webm, observers):
    content = webm.read_bytes()
    live = observe_live(Growing(pieces(content[: len(content) // 2], 4096)), observers)
    assert 0 < live.facts.duration_s < observe_live(webm, observers).facts.duration_s


def test_what_is_no_recording_is_refused(observers):
    with pytest.raises(MediaError):
        observe_live(Growing(pieces(b"no recording at all" * 100, 64)), observers)
    with pytest.raises(MediaError):
        observe_live(Growing(pieces(b"", 64)), observers)


def test_whoever_gives_up_ends_the_work(webm, observers):
    class GivenUpError(Exception):
        pass

    content, given = webm.read_bytes(), []

    def more() -> bytes:
        if len(given) > 3:
            raise GivenUpError
        given.append(1)
        return content[4096 * (len(given) - 1) : 4096 * len(given)]

    before = threading.active_count()
    with pytest.raises(GivenUpError):
        observe_live(Growing(more), observers)
    assert threading.active_count() <= before
