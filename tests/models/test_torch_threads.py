"""PyTorch counts threads as each of its users says, and as before once they have all left."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from interview_analysis.models.asr.recogniser import AsrSettings, load_engine
from interview_analysis.models.torch_threads import inference, threads
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import Interval


@contextmanager
def using(count: int) -> Iterator[None]:
    """Another thread is inside of `threads` meanwhile."""
    inside, leave = threading.Event(), threading.Event()

    def use() -> None:
        with threads(count):
            inside.set()
            leave.wait(60)

    user = threading.Thread(target=use)
    user.start()
    inside.wait(60)
    try:
        yield
    finally:
        leave.set()
        user.join()


def in_new_thread() -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture(autouse=True)
def of_the_process() -> Iterator[None]:
    """The process has four threads, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def test_each_user_has_its_own_number_and_the_process_gets_its_own_back() -> None:
    first = using(1)
    first.__enter__()
    second = using(3)
    second.__enter__()
    with inference(2):
        assert torch.get_num_threads() == 2
        with threads(5):
            assert torch.get_num_threads() == 5
        assert torch.get_num_threads() == 2
    first.__exit__(None, None, None)  # who came first leaves first
    second.__exit__(None, None, None)
    assert torch.get_num_threads() == 4
    assert in_new_thread() == 4


def test_openai_whisper_hears_on_its_own_number_whoever_else_uses_torch(model_store: ModelStore) -> None:
    engine = load_engine(AsrSettings(engine="openai-whisper", cpu_threads=2), model_store)
    heard: list[int] = []
    engine._whisper.encoder.register_forward_hook(lambda *_: heard.append(torch.get_num_threads()))
    samples = np.zeros(16_000, dtype=np.float32)

    def hear() -> None:
        engine.languages(samples, [Interval(0.0, 1.0)])
        engine.recognise(samples, "en")

    with using(1):
        thread = threading.Thread(target=hear)
        thread.start()
        thread.join()
    assert len(heard) >= 2
    assert set(heard) == {2}
    assert in_new_thread() == 4
