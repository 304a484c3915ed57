"""Matrices are multiplied in one thread while something is measured, and as before once everybody has left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import scipy.linalg  # noqa: F401  # its own library of matrix products is loaded
from threadpoolctl import threadpool_info, threadpool_limits

from interview_analysis.models.blas_threads import one_blas_thread


def counts() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def of_the_process() -> Iterator[None]:
    """The process has three threads, whatever the machine has."""
    with threadpool_limits(limits=3, user_api="blas"):
        yield


def test_one_thread_inside_and_as_before_afterwards() -> None:
    assert counts() == {3}
    with one_blas_thread():
        assert counts() == {1}
    assert counts() == {3}


def test_whoever_is_still_inside_keeps_one_thread() -> None:
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert counts() == {1}
    second.__exit__(None, None, None)
    assert counts() == {3}


def test_as_before_after_an_error() -> None:
    with pytest.raises(ValueError, match="stop"), one_blas_thread():
        raise ValueError("stop")
    assert counts() == {3}
