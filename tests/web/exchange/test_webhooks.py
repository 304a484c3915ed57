"""Webhooks: what is told, how it is signed, and what becomes of a delivery."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.worker import Worker
from interview_analysis.web.exchange import deliveries, events, signing
from interview_analysis.web.exchange.models import Delivery, Webhook
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.reports.models import Feedback
from interview_analysis.web.review import consensus
from tests.web.conftest import Company
from tests.web.exchange.receiver import Receiver
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


@pytest.fixture
def hook(company: Company, settings: LazySettings) -> Webhook:
    settings.WEBHOOKS_TO_PRIVATE = True
    return Webhook.objects.create(
        url="http://127.0.0.1:9/", secret=signing.new_secret(), events=list(events.EVENTS), created_by=company.administrator
    )  # fmt: skip


def sent_to(receiver: Receiver, hook: Webhook) -> None:
    Webhook.objects.filter(pk=hook.pk).update(url=receiver.url)
    assert deliveries.deliver_one()


def due_now() -> None:
    Delivery.objects.filter(next_at__isnull=False).update(next_at=timezone.now())


def test_the_signature_is_that_of_the_standard():
    """The example of https://github.com/standard-webhooks/standard-webhooks, whose libraries test with it."""
    found = signing.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )  # fmt: skip
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_verify_what_arrives(hook: Webhook):
    events.put(hook, "webhook.test", {"webhook": hook.pk})
    with Receiver([204]).running() as receiver:
        sent_to(receiver, hook)
    headers, body = receiver.received[0]
    told = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert len(key) == 32
    kept = Delivery.objects.get()
    assert (kept.status, kept.fault, kept.next_at) == (204, "", None)
    assert kept.delivered_at is not None
    assert not deliveries.deliver_one()


def test_both_secrets_sign_for_a_day_after_a_rotation(hook: Webhook):
    old, now = hook.secret, timezone.now()
    new = signing.rotate(hook, now)
    assert new != old
    signatures = signing.headers(hook, "m", now, b"{}")["webhook-signature"].split(" ")
    at = int(now.timestamp())
    assert signatures == [signing.signature(new, "m", at, b"{}"), signing.signature(old, "m", at, b"{}")]
    later = now + timedelta(hours=24, seconds=1)
    assert len(signing.headers(hook, "m", later, b"{}")["webhook-signature"].split(" ")) == 1


def test_each_event_is_told_in_numbers_alone(company: Company, hook: Webhook):
    Analysis.objects.update(state=Analysis.State.RUNNING, worker="w")
    company.analysis.refresh_from_db()
    queue.done(company.analysis, report_sha256="0" * 64)
    cards = [
        rate(company.interview, rater, 3, "secret words") for rater in (company.interviewer, company.other)
    ]
    levels = {r.dimension: 3 for r in cards[0].ratings.all()}
    consensus.enter(company.interview, company.recruiter, levels, {}, "secret words")
    feedback = Feedback.objects.create(
        interview=company.interview, language="en", strengths="secret words", edited_by=company.recruiter
    )
    record(company.recruiter, "feedback.released", feedback)
    told = [json.loads(body) for body in Delivery.objects.order_by("pk").values_list("body", flat=True)]
    number = company.interview.pk
    assert [(b["type"], b["data"]["interview"], b["data"]["url"].split("/api/")[1]) for b in told] == [
        ("analysis.done", number, f"interviews/{number}/result"),
        ("scorecard.submitted", number, f"interviews/{number}/scorecards"),
        ("scorecard.submitted", number, f"interviews/{number}/scorecards"),
        ("consensus.entered", number, f"interviews/{number}/consensus"),
        ("feedback.released", number, f"interviews/{number}"),
    ]
    for text in Delivery.objects.values_list("body", flat=True):
        for personal in ("secret", company.candidate.name, company.interviewer.email, "First interview"):
            assert personal not in text


def test_only_events_that_are_wanted_are_told(company: Company, hook: Webhook):
    Webhook.objects.update(events=["analysis.done"])
    rate(company.interview, company.other, 3)
    assert not Delivery.objects.exists()
    Webhook.objects.update(events=["scorecard.submitted"], active=False)
    rate(company.interview, company.interviewer, 3)
    assert not Delivery.objects.exists()


def test_a_trial_of_another_profile_is_not_told(company: Company, hook: Webhook):
    Analysis.objects.update(state=Analysis.State.RUNNING, worker="w", current=False)
    company.analysis.refresh_from_db()
    queue.done(company.analysis, report_sha256="0" * 64)
    assert not Delivery.objects.exists()


def test_what_did_not_happen_is_not_told(company: Company, hook: Webhook):
    with transaction.atomic():
        rate(company.interview, company.other, 3)
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_a_failure_is_tried_again_with_the_same_id_after_growing_pauses(hook: Webhook):
    events.put(hook, "webhook.test", {})
    pauses = []
    with Receiver([500, 302, 204], {"Location": "http://127.0.0.1:9/"}).running() as receiver:
        for _ in range(3):
            due_now()
            before = timezone.now()
            sent_to(receiver, hook)
            next_at = Delivery.objects.get().next_at
            pauses.append((next_at - before).total_seconds() if next_at else None)
            assert not deliveries.deliver_one(), "nothing is due before its pause is over"
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1
    assert 5 <= pauses[0] <= 7
    assert 300 <= pauses[1] <= 361
    assert pauses[2] is None
    assert (Delivery.objects.get().attempts, Delivery.objects.get().status) == (3, 204)


def test_pauses_grow_with_jitter_and_end():
    for attempt in range(1, len(deliveries.PAUSES_S) + 1):
        drawn = {deliveries.pause_after(attempt).total_seconds() for _ in range(20)}
        least = deliveries.PAUSES_S[attempt - 1]
        assert len(drawn) > 10
        assert all(least <= seconds <= 1.2 * least for seconds in drawn)
    assert list(deliveries.PAUSES_S) == sorted(deliveries.PAUSES_S)
    assert deliveries.pause_after(len(deliveries.PAUSES_S) + 1) is None


def test_after_the_last_attempt_it_is_given_up(hook: Webhook):
    delivery = events.put(hook, "webhook.test", {})
    Delivery.objects.update(attempts=len(deliveries.PAUSES_S))
    with Receiver([503]).running() as receiver:
        sent_to(receiver, hook)
    delivery.refresh_from_db()
    assert (delivery.next_at, delivery.delivered_at, delivery.fault) == (None, None, "status")
    assert not deliveries.deliver_one()


def test_410_switches_the_webhook_off(hook: Webhook):
    for _ in range(3):
        events.put(hook, "webhook.test", {})
    with Receiver([410]).running() as receiver:
        sent_to(receiver, hook)
    assert not Webhook.objects.get().active
    assert not deliveries.deliver_one()
    assert len(receiver.received) == 1


def test_nothing_goes_to_a_private_address_unless_it_is_set(hook: Webhook, settings: LazySettings):
    settings.WEBHOOKS_TO_PRIVATE = False
    events.put(hook, "webhook.test", {})
    with Receiver([204]).running() as receiver:
        sent_to(receiver, hook)
    assert receiver.received == []
    assert Delivery.objects.get().fault == "address"


def test_two_workers_send_one_delivery_once(hook: Webhook, monkeypatch: pytest.MonkeyPatch):
    events.put(hook, "webhook.test", {})
    sent: list[str] = []

    def post(url: str, *_: object, **__: object) -> int:
        sent.append(url)
        assert not deliveries.deliver_one(), "the other worker finds none"
        return 204

    monkeypatch.setattr(deliveries, "post", post)
    assert deliveries.deliver_one()
    assert len(sent) == 1


def test_what_is_done_is_listed_for_thirty_days(hook: Webhook):
    now = timezone.now()
    for name, days, next_at in (
        ("arrived", 29, None), ("arrived long ago", 31, None), ("waits", 31, now + timedelta(hours=1)),
    ):  # fmt: skip
        made = events.put(hook, name, {})
        changed = {"created_at": now - timedelta(days=days), "next_at": next_at}
        Delivery.objects.filter(pk=made.pk).update(**changed)
    assert deliveries.remove_done() == 1
    assert set(Delivery.objects.values_list("event", flat=True)) == {"arrived", "waits"}


@pytest.mark.django_db(transaction=True)
def test_the_worker_delivers_and_tidies(hook: Webhook):
    Analysis.objects.all().delete()
    old = events.put(hook, "webhook.test", {})
    Delivery.objects.filter(pk=old.pk).update(next_at=None, created_at=timezone.now() - timedelta(days=40))
    with Receiver([204]).running() as receiver:
        Webhook.objects.update(url=receiver.url)
        for _ in range(2):
            events.put(hook, "webhook.test", {})
        thread = threading.Thread(target=_work)
        thread.start()
        thread.join(60)
    assert len(receiver.received) == 2
    assert Delivery.objects.count() == 2


def _work() -> None:
    """The worker's loop until nothing is left, on a connection of its own."""
    Worker(others=[deliveries.deliver_due], hourly=[deliveries.remove_done]).run(until_idle=True)
    connection.close()


def test_an_administrator_adds_tests_rotates_and_removes(company: Company, signed_in: SignedIn):
    browser = signed_in(company.administrator)
    posted = {"url": "https://ats.example.com/hooks?x=1", "events": ["analysis.done", "consensus.entered"]}
    made = browser.post("/webhooks/", posted)
    hook = Webhook.objects.get()
    assert hook.secret in made.content.decode()
    assert hook.events == posted["events"]
    page = f"/webhooks/{hook.pk}/"
    assert hook.secret not in browser.get(page).content.decode()
    assert hook.secret not in browser.get("/webhooks/").content.decode()
    browser.post(f"{page}change", {"do": "test"})
    assert Delivery.objects.get().event == "webhook.test"
    assert "waiting" in browser.get(page).content.decode()
    rotated = browser.post(f"{page}change", {"do": "rotate"}).content.decode()
    old, hook = hook.secret, Webhook.objects.get()
    assert hook.previous_secret == old
    assert hook.secret in rotated
    browser.post(f"{page}change", {"do": "off"})
    assert not Webhook.objects.get().active
    Delivery.objects.update(next_at=None, attempts=10)
    browser.post(f"{page}change", {"do": "on"})
    browser.post(f"{page}change", {"do": "again"})
    assert Delivery.objects.get().attempts == 0
    assert Delivery.objects.get().next_at is not None
    browser.post(f"{page}change", {"do": "remove"})
    assert not Webhook.objects.exists()
    assert list(Entry.objects.order_by("number").values_list("action", flat=True)) == [
        f"webhook.{what}"
        for what in ("made", "tested", "rotated", "switched_off", "switched_on", "sent_again", "removed")
    ]
    assert not any(hook.secret in json.dumps(entry.details) for entry in Entry.objects.all())


@pytest.mark.parametrize(
    "url",
    ["http://ats.example.com/", "https://me:pw@ats.example.com/", "ftp://ats.example.com/", "no address"],
)
def test_addresses_that_are_refused(company: Company, signed_in: SignedIn, url: str):
    answer = signed_in(company.administrator).post("/webhooks/", {"url": url, "events": ["analysis.done"]})
    assert "errorlist" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_others_than_administrators_find_nothing(company: Company, hook: Webhook, signed_in: SignedIn):
    for user in (company.recruiter, company.interviewer):
        assert signed_in(user).get(f"/webhooks/{hook.pk}/").status_code == 404
        assert signed_in(user).post(f"/webhooks/{hook.pk}/change", {"do": "rotate"}).status_code == 404
    assert Webhook.objects.get().secret == hook.secret
