"""The queue: one worker gets an analysis, nothing is lost with a worker, nothing is done twice."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import forget_gone, observations_of
from interview_analysis.web.analysis.running import Result
from interview_analysis.web.analysis.worker import Ends, _finish, dead_here
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import Company

State = Analysis.State
SignedIn = Callable[[User | None], Client]
RESULT = {"folder": "analysis-x", "report_sha256": "2" * 64, "overall": 61.0, "standard_error": 7.0}


def silent(analysis: Analysis) -> None:
    Analysis.objects.filter(pk=analysis.pk).update(beat_at=timezone.now() - 2 * queue.SILENT_FOR)


def test_the_first_that_waits_goes_to_one_worker_alone(company: Company):
    taken = queue.take("a")
    assert taken is not None
    assert (taken.pk, taken.state, taken.worker, taken.attempts) == (
        company.analysis.pk,
        State.RUNNING,
        "a",
        1,
    )
    assert queue.take("b") is None


def test_what_a_silent_worker_had_is_done_by_another_once(company: Company):
    first = queue.take("a")
    assert first is not None
    silent(first)
    second = queue.take("b")
    assert second is not None
    assert (second.pk, second.attempts) == (first.pk, 2)
    assert not queue.beat(first, "face", 1.0, 2.0), "the first is told that it lost it"
    assert not queue.done(first, **RESULT)
    assert queue.done(second, **RESULT)
    assert Entry.objects.filter(action="analysis.done").count() == 1
    queue.fail(first, "late", "late")
    assert Analysis.objects.get().state == State.DONE


def test_after_three_lost_workers_it_has_failed(company: Company):
    for name in "abc":
        taken = queue.take(name)
        assert taken is not None
        silent(taken)
    assert queue.take("d") is None
    found = Analysis.objects.get()
    assert (found.state, found.error_code) == (State.FAILED, "lost")


def test_one_that_beats_is_left_alone(company: Company):
    taken = queue.take("a")
    assert taken is not None
    silent(taken)
    assert queue.beat(taken, "face", 1.0, 2.0)
    assert queue.take("b") is None


def test_a_dead_process_of_this_machine_is_known_at_once(company: Company):
    host = socket.gethostname()
    taken = queue.take(f"{host}:{2**22 + 1}:1")
    assert taken is not None
    assert dead_here() == {taken.worker}
    queue.give_back_of(dead_here())
    import psutil

    mine = f"{host}:{os.getpid()}:{int(psutil.Process().create_time())}"
    assert queue.take(mine) is not None
    assert dead_here() == set()


def test_the_same_is_not_asked_for_twice(company: Company, signed_in: SignedIn):
    client, url = signed_in(company.recruiter), f"/interviews/{company.interview.pk}/analyses/new"
    client.post(url)
    client.post(url)
    assert Analysis.objects.count() == 1
    taken = queue.take("a")
    assert taken is not None
    queue.done(taken, **RESULT)
    client.post(url)
    assert Analysis.objects.count() == 2


def test_a_new_result_takes_the_place_of_the_old_one_and_a_trial_does_not(company: Company):
    taken = queue.take("a")
    assert taken is not None
    queue.done(taken, **RESULT)
    trial = queue.request(company.interview, company.recruiter, trial=True)
    taken = queue.take("a")
    assert taken == trial
    queue.done(taken, **RESULT)
    company.analysis.refresh_from_db()
    assert company.analysis.current
    newer = queue.request(company.interview, company.recruiter)
    company.analysis.refresh_from_db()
    assert company.analysis.current, "until the new one is done, the old one is shown"
    taken = queue.take("a")
    assert taken == newer
    queue.done(taken, **RESULT)
    assert list(Analysis.objects.filter(current=True)) == [newer]


@pytest.mark.parametrize("why", ["consent", "withdrawn", "no_recording", "no_profile"])
def test_reasons_not_to_run_are_told_and_nothing_waits(company: Company, signed_in: SignedIn, why: str):
    Analysis.objects.all().delete()
    consent = company.interview.consent
    assert consent is not None
    if why == "consent":
        consent.analysis = False
    if why == "withdrawn":
        consent.withdrawn_at = timezone.now()
    consent.save()
    if why == "no_recording":
        company.recording.delete()
    if why == "no_profile":
        company.job.profiles.all().delete()
    url = f"/interviews/{company.interview.pk}/analyses/new"
    page = (
        signed_in(company.recruiter)
        .post(url, follow=True, headers={"Accept-Language": "zh-hans"})
        .content.decode()
    )
    assert {"consent": "同意", "withdrawn": "同意", "no_recording": "录制", "no_profile": "画像"}[why] in page
    assert not Analysis.objects.exists()


def test_cancel_and_try_again(company: Company, signed_in: SignedIn):
    client = signed_in(company.recruiter)
    taken = queue.take("a")
    assert taken is not None
    client.post(f"/analyses/{taken.key}/cancel")
    assert not queue.beat(taken, "face", 1.0, 2.0)
    assert Analysis.objects.get().state == State.CANCELLED
    client.post(f"/analyses/{taken.key}/retry")
    assert Analysis.objects.get().state == State.WAITING


def test_the_page_shows_how_far_it_is(company: Company, signed_in: SignedIn):
    taken = queue.take("a")
    assert taken is not None
    queue.beat(taken, "face", 30.0, 60.0)
    Analysis.objects.update(started_at=timezone.now() - timedelta(minutes=10))
    page = signed_in(company.recruiter).get("/analyses/").content.decode()
    assert "looking at the face" in page
    assert 'value="0.500"' in page
    assert "about 10 minutes left" in page
    assert 'hx-trigger="every 2s"' in page
    queue.done(taken, **RESULT)
    assert "every 2s" not in signed_in(company.recruiter).get("/analyses/").content.decode()


def test_a_failure_is_told_in_both_languages(company: Company, signed_in: SignedIn):
    taken = queue.take("a")
    assert taken is not None
    queue.fail(taken, "first.mp4: truncated MP4", "damaged")
    client = signed_in(company.recruiter)
    assert "truncated MP4" in client.get("/analyses/").content.decode()
    assert (
        "录像不完整或已损坏"
        in client.get("/analyses/", headers={"Accept-Language": "zh-hans"}).content.decode()
    )


def test_signals_that_come_while_a_worker_waits_do_not_stop_it_for_ever():
    ends, before = Ends(), signal.signal(signal.SIGALRM, lambda *_: ends.set())
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    rounds = interrupted = 0
    try:
        until = time.process_time() + 0.2
        while time.process_time() < until:
            ends._set = False
            ends.wait(1e-5)
            rounds += 1
            interrupted += ends._set
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert rounds > interrupted > 0  # signals did come, and each wait ended


def test_what_is_finished_late_leaves_the_result_of_another_worker(company: Company):
    first = queue.take("a")
    assert first is not None
    silent(first)
    second = queue.take("b")
    assert second is not None
    folder = settings.HOME.files / "analysis-x"
    folder.mkdir(exist_ok=True)
    result = Result("analysis-x", "2" * 64, 61.0, 7.0, False, "")
    _finish(second, result)
    _finish(second, result)  # as after a restart of the database that took the answer, not the entry
    _finish(first, result)
    assert folder.is_dir()
    assert Analysis.objects.get().state == State.DONE
    Analysis.objects.update(state=State.CANCELLED)
    _finish(first, result)
    assert not folder.exists()


def test_what_was_observed_goes_from_every_machine_once_nobody_may_keep_it(company: Company):
    kept, gone = observations_of(company.candidate.pk), observations_of(company.candidate.pk + 1000)
    for folder in (kept, gone):
        folder.mkdir(exist_ok=True)
    forget_gone()
    assert (kept.is_dir(), gone.is_dir()) == (True, False)
    company.interview.consent.withdrawn_at = timezone.now()
    company.interview.consent.save()
    forget_gone()
    assert not kept.exists()
