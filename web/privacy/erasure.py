"""Erasing a person: everything that can go, a count of it before and after, and what stays for which reason.

What stays is named to the person: the trail, which holds numbers and no names; copies that were handed out; backups until
they are replaced; and models, in which nobody is kept by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.holdings import holdings
from interview_analysis.web.privacy.models import Erasure
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site import store

STAYS: Sequence[tuple[StrOrPromise, StrOrPromise]] = (
    (
        _("The trail of who did what when"),
        _(
            "It holds numbers, no names and no texts, and has to show for at least six months that the rules were kept."
        ),
    ),
    (
        _("Copies that were handed out"),
        _(
            "Exports and what other programs fetched lie outside of this application. The company has to ask whoever got them to delete them."
        ),
    ),
    (
        _("Backups"),
        _(
            "They are not opened for one person. Yours disappears when the last backup from before today is replaced."
        ),
    ),
    (
        _("Models that learned from ratings"),
        _(
            "They hold weights of measurements, from which no person can be read. Those that are made from now on learn without you."
        ),
    ),
)


@transaction.atomic
def erase(candidate: int, why: Erasure.Why, by: User | None = None) -> Erasure:
    """Remove all that the rooms hold of a candidate; doing it twice gives the first receipt.

    The rows go in one transaction, the files once it holds. A process that is killed in between leaves files that no row
    names; `remove_left` takes them.
    """
    known = Erasure.objects.select_for_update().filter(candidate=candidate).first()
    if known is not None:
        return known
    files = sorted({path for held in holdings() for path in held.files(candidate) if store.may_exist(path)})
    found = {held.name: len(held.rows(candidate)) for held in holdings()}
    for held in reversed(holdings()):
        held.erase(candidate)
    left = {held.name: len(held.rows(candidate)) for held in holdings()}
    made = Erasure.objects.create(
        candidate=candidate, why=why, by=by, found=found, left=left, files=[_in_home(path) for path in files],
        files_found=len(files),
    )  # fmt: skip
    record(
        by, "candidate.erased", made, candidate=candidate, why=why, found=found, left=left, files=len(files)
    )
    transaction.on_commit(remove_left)
    return made


def _in_home(path: Path) -> str:
    """For any machine: each has a home of its own where files lie in a store."""
    home: Path = settings.HOME.folder
    return str(path.relative_to(home) if path.is_relative_to(home) else path)


def remove_left() -> None:
    """Remove the files of erasures, those that an interrupted one left included, and deleted rows from the file of the database.

    Run again by the worker.
    """
    overwrite_deleted()
    for erasure in Erasure.objects.exclude(files=[]):
        erasure.files = [name for name in erasure.files if not store.deleted(settings.HOME.folder / name)]
        erasure.save(update_fields=["files"])


def overwrite_deleted(database: BaseDatabaseWrapper = connection) -> None:
    """Bring deletions from SQLite's write-ahead log into its file, which holds the old rows until then; PostgreSQL cleans up by itself."""
    if database.vendor == "sqlite" and not database.in_atomic_block:
        with database.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
