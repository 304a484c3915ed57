"""The trail is a chain: whatever is changed, removed or put in between is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import serializers
from django.db import transaction

from interview_analysis.web.privacy.models import Entry, Head
from interview_analysis.web.privacy.trail import check, entry_sha256, record
from tests.web.conftest import Company


@pytest.fixture
def five(company: Company) -> Company:
    for number in range(5):
        record(company.recruiter, "interview.seen", company.interview, part=number)
    return company


def test_a_chain_that_nobody_touched_holds(five: Company):
    found = check()
    assert (found.entries, found.broken) == (5, None)
    assert found.head == Head.objects.get().sha256


@pytest.mark.parametrize(
    "change",
    [
        {"actor": 99},
        {"action": "interview.rated"},
        {"subject": "7"},
        {"details": {"part": 8}},
        {"sha256": "0" * 64},
        {"previous": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_is_found_at_its_entry(five: Company, change: dict[str, object]):
    Entry.objects.filter(number=3).update(**change)
    assert check().broken == 3


def test_a_shifted_time_is_found(five: Company):
    entry = Entry.objects.get(number=2)
    Entry.objects.filter(number=2).update(at=entry.at + timedelta(microseconds=1))
    assert check().broken == 2


def test_removals_are_found_in_the_middle_and_at_the_end(five: Company):
    with transaction.atomic():
        Entry.objects.filter(number=3)._raw_delete("default")
        assert check().broken == 4
        transaction.set_rollback(True)
    Entry.objects.filter(number=5)._raw_delete("default")
    assert check().broken == 5


def test_entries_are_not_deleted_one_by_one(five: Company):
    with pytest.raises(TypeError):
        Entry.objects.get(number=1).delete()


def test_an_entry_is_taken_back_with_what_it_tells_of(company: Company):
    with transaction.atomic():
        record(company.recruiter, "interview.seen", company.interview)
        transaction.set_rollback(True)
    assert check().entries == 0
    assert Head.objects.count() == 0


def test_it_holds_in_a_copy_as_json(five: Company):
    """As a backup of PostgreSQL is one."""
    copies = [
        c.object for c in serializers.deserialize("json", serializers.serialize("json", Entry.objects.all()))
    ]
    assert len(copies) == 5
    assert [entry_sha256(copy) for copy in copies] == [copy.sha256 for copy in copies]
