"""A recording is made playable by one worker, and by another where that one was killed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from interview_analysis.errors import MediaError
from interview_analysis.web.analysis import worker
from interview_analysis.web.analysis.worker import Worker
from interview_analysis.web.interviews import preparing
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.site import store
from tests.web.conftest import Company


@pytest.fixture
def recording(company: Company) -> Recording:
    Recording.objects.update(playable="")
    return Recording.objects.get()


def test_of_two_workers_at_once_one_makes_it_playable(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second worker comes while the first is at it."""
    made: list[bool] = []

    def slow(source: Path, target_stem: Path) -> Path:
        if made:
            pytest.fail("two workers make one recording playable")
        made.append(Worker().prepare_one())
        raise MediaError("a.mp4: no copy", "damaged")

    monkeypatch.setattr(worker, "make_playable", slow)
    assert Worker().prepare_one()
    assert made == [False]
    recording.refresh_from_db()
    assert recording.playable == "first.mp4", "what cannot be copied is played as it is"


def test_of_two_workers_who_found_it_at_once_one_gets_it(recording: Recording) -> None:
    found = [preparing.waiting().get(), preparing.waiting().get()]
    assert [preparing.claim(one) for one in found] == [True, False]


def test_what_a_killed_worker_had_waits_again(recording: Recording) -> None:
    assert preparing.claim(recording)
    assert not preparing.waiting().exists()
    Recording.objects.update(preparing_at=timezone.now() - 2 * preparing.SILENT_FOR)
    assert preparing.waiting().exists()
    assert preparing.beat(recording)
    assert not preparing.waiting().exists(), "one that beats is left alone"


def test_what_the_store_does_not_answer_for_waits_again_at_once(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise store.StoreAwayError("the store does not answer")

    monkeypatch.setattr(worker, "make_playable", away)
    with pytest.raises(store.StoreAwayError):
        Worker().prepare_one()
    assert preparing.waiting().get() == recording


def test_transcripts_and_what_is_playable_do_not_wait(recording: Recording) -> None:
    Recording.objects.update(kind=Recording.Kind.TRANSCRIPT)
    assert not preparing.waiting().exists()
    Recording.objects.update(kind=Recording.Kind.VIDEO, playable="first.mp4")
    assert not preparing.waiting().exists()
