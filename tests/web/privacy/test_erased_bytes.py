"""What was deleted is not in the files of the database any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import ConnectionHandler

from interview_analysis.web.privacy.erasure import overwrite_deleted


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's file")
def test_deleted_rows_are_overwritten(tmp_path: Path):
    path = tmp_path / "some.sqlite3"
    own = ConnectionHandler({"default": settings.DATABASES["default"] | {"NAME": path}})["default"]
    with own.cursor() as cursor:
        cursor.execute("CREATE TABLE person (name TEXT)")
        cursor.execute("INSERT INTO person VALUES ('Chen Yu')")
        overwrite_deleted(own)
        cursor.execute("DELETE FROM person")
    assert b"Chen Yu" in path.read_bytes()
    overwrite_deleted(own)
    assert [file.name for file in tmp_path.iterdir() if b"Chen Yu" in file.read_bytes()] == []
    own.close()
