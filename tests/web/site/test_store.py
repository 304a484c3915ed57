"""Finished files in a store: a real server of S3 on this machine. What is read, sent, erased and backed up is what lies there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import s3fs
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.web.afterwards.everything import zipped
from interview_analysis.web.analysis.worker import Worker
from interview_analysis.web.backup import backup, missing_files, unpacked
from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.interviews import uploads
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.erasure import erase, remove_left
from interview_analysis.web.privacy.models import Erasure
from interview_analysis.web.review.result import ResultDamagedError, saved
from interview_analysis.web.site import store
from interview_analysis.web.site.files import FILE_HEADER, file_of
from interview_analysis.web.site.home import Home
from tests.pipeline.conftest import bucket, s3_store
from tests.web.conftest import Company
from tests.web.interviews.test_uploads import begin, put
from tests.web.recordings import write_wav
from tests.web.results import keep_result
from tests.web.site.test_files import fetch
from tests.web.test_commands import free_port, own_home, run

__all__ = ["bucket", "s3_store"]
SignedIn = Callable[[User | None], Client]
Callbacks = Callable[..., object]


@pytest.fixture
def there(settings: LazySettings, bucket: str, tmp_path: Path) -> Folder:
    """The store, and a home that is empty; the store's content is all that there is."""
    (tmp_path / "home").mkdir()
    settings.HOME = Home(tmp_path / "home")
    settings.STORAGE_URL = f"{bucket}/files"
    return Folder(settings.STORAGE_URL)


@pytest.fixture
def stored(there: Folder, company: Company, settings: LazySettings) -> Company:
    """The company with its recording, a report and a résumé in the store."""
    keep_result(company.analysis)
    person = company.candidate
    person.resume, person.resume_name = "resume-1.pdf", "Chen Yu.pdf"
    person.save()
    (settings.HOME.files / "resume-1.pdf").write_bytes(b"%PDF- of Chen Yu")
    for path in sorted(settings.HOME.files.iterdir()):
        store.put(path)
    assert list(settings.HOME.files.iterdir()) == []
    assert {"first.mp4", "resume-1.pdf", f"{company.analysis.folder}/report.json"} <= {*there.names()}
    return company


@contextmanager
def away() -> Iterator[None]:
    """Nothing answers at the store's address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        s3fs.S3FileSystem.clear_instance_cache()
        yield
    s3fs.S3FileSystem.clear_instance_cache()


def test_without_a_store_nothing_is_copied(company: Company, settings: LazySettings):
    path = settings.HOME.files / "first.mp4"
    assert store.put(path) == "first.mp4"
    with store.local(path) as read:
        assert read == path
    assert store.exists(path)
    store.delete(path, settings.HOME.files / "absent.mp4")
    assert not path.exists()


@pytest.mark.parametrize("url", ["/srv/files", "file:///srv/files"])
def test_a_folder_is_no_store(url: str, settings: LazySettings):
    settings.STORAGE_URL = url
    with pytest.raises(ConfigError, match="INTERVIEW_ANALYSIS_HOME"):
        store.check()


def test_what_cannot_be_opened_is_told_before_anything_starts(settings: LazySettings):
    settings.STORAGE_URL = "nosuch://bucket/files"
    with pytest.raises(store.StoreAwayError, match="nosuch"):
        store.check()


def test_an_upload_is_stored_made_playable_played_in_ranges_and_removed(
    there: Folder, company: Company, signed_in: SignedIn, tmp_path: Path, settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callbacks,
):  # fmt: skip
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 10_000)
    sound, client = write_wav(tmp_path / "a.wav", seconds=1.0).read_bytes(), signed_in(company.recruiter)
    begun = begin(client, company, "a.wav", len(sound))
    for number in range(int(str(begun["chunks"]))):
        assert put(client, begun, number, sound) == 204
    made = client.post(f"{begun['url']}finish")
    assert made.status_code == 201, made.content
    recording = Recording.objects.get(key=made.json()["recording"])
    assert there.read_bytes(recording.original) == sound
    assert Worker().prepare_one()
    recording.refresh_from_db()
    assert recording.playable == f"play-{recording.key.hex}.mp4"
    assert {recording.original, recording.playable} <= {*there.names()}
    assert [path.name for path in settings.HOME.files.iterdir()] == ["first.mp4"]

    whole = there.read_bytes(recording.playable)
    status, headers, body = fetch([], recording.playable)
    assert (status, body, headers["content-length"]) == (200, whole, str(len(whole)))
    status, headers, body = fetch([(b"range", b"bytes=100-199")], recording.playable)
    assert (status, body, headers["content-range"]) == (206, whole[100:200], f"bytes 100-199/{len(whole)}")
    assert fetch([(b"range", b"bytes=-10")], recording.playable)[2] == whole[-10:]
    assert fetch([(b"range", b"bytes=99999999-")], recording.playable)[0] == 416

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert client.post(f"/recordings/{recording.key}/remove").status_code == 302
    assert there.names() == []


def test_an_upload_waits_while_the_store_is_away(
    there: Folder, company: Company, signed_in: SignedIn, tmp_path: Path, settings: LazySettings
):
    sound, client = write_wav(tmp_path / "a.wav", seconds=0.1).read_bytes(), signed_in(company.recruiter)
    begun = begin(client, company, "a.wav", len(sound))
    assert put(client, begun, 0, sound) == 204
    with away():
        refused = client.post(f"{begun['url']}finish")
    assert (refused.status_code, refused.json()["code"]) == (503, "store")
    assert client.post(f"{begun['url']}finish").status_code == 201
    assert len(there.names()) == 1


def test_pages_read_from_the_store_and_notice_what_was_changed(
    stored: Company, there: Folder, signed_in: SignedIn
):
    browser = signed_in(stored.recruiter)
    got = browser.get(f"/candidates/{stored.candidate.pk}/resume")
    with store.local(file_of(got.headers[FILE_HEADER])) as file:
        assert file.read_bytes() == b"%PDF- of Chen Yu"
    assert saved(stored.analysis).transcript is not None
    with zipped(stored.candidate.pk) as archive:
        assert b"first.mp4" in archive.read()
    browser.raise_request_exception = False
    with away():
        got = browser.get(f"/candidates/{stored.candidate.pk}/resume")
    assert (got.status_code, got.json()["code"]) == (503, "store")
    there.write_bytes(f"{stored.analysis.folder}/report.json", b"{}")
    stored.analysis.report_sha256 = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(ResultDamagedError):
        saved(stored.analysis)


def test_a_resume_goes_to_the_store(there: Folder, company: Company, signed_in: SignedIn):
    file = SimpleUploadedFile("CV.pdf", b"%PDF- CV")
    sent = {"name": "Chen Yu", "language": "en", "kept_for": "recruitment", "keep_until": "2030-01-01", "resume_file": file}  # fmt: skip
    signed_in(company.recruiter).post(f"/candidates/{company.candidate.pk}/edit", sent)
    kept = Candidate.objects.get(pk=company.candidate.pk).resume
    assert there.read_bytes(kept) == b"%PDF- CV"


def test_erasure_takes_what_the_store_has_and_what_it_did_not_take_later(
    stored: Company, there: Folder, settings: LazySettings, django_capture_on_commit_callbacks: Callbacks
):
    with away(), django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        erase(stored.candidate.pk, Erasure.Why.ASKED)
    assert Erasure.objects.get().files != []
    assert there.names() != []
    remove_left()
    assert Erasure.objects.get().files == []
    assert there.names() == []


def test_what_the_store_did_not_delete_is_deleted_later(
    stored: Company, there: Folder, settings: LazySettings
):
    with away():
        store.delete(settings.HOME.files / "first.mp4", settings.HOME.files / stored.analysis.folder)
    assert "first.mp4" in there.names()
    store.delete_left()
    assert there.names() == ["resume-1.pdf"]
    assert list((settings.HOME.folder / "to-delete").iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_backup_has_the_stores_files_and_the_check_misses_what_is_gone(
    stored: Company, there: Folder, tmp_path: Path, settings: LazySettings
):
    assert missing_files() == []
    made = backup(tmp_path / "kept.tar")
    assert made.files == len(there.names())
    with unpacked(tmp_path / "kept.tar", tmp_path) as folder:
        assert (folder / "files" / "first.mp4").read_bytes() == bytes(range(250)) * 4
    store.delete(settings.HOME.files / "first.mp4")
    assert missing_files() == ["first.mp4"]


def test_a_backup_of_a_folder_is_restored_into_a_store(bucket: str, tmp_path: Path):
    home = own_home(tmp_path)
    assert run(home, "web", "migrate").returncode == 0
    kept = tmp_path / "home" / "files" / "analysis-1" / "report.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    archive = str(tmp_path / "kept.tar")
    assert run(home, "web", "backup", archive).returncode == 0
    moved = run(home | {"STORAGE_URL": f"{bucket}/files"}, "web", "restore", archive, "--force")
    assert moved.returncode == 0, moved.stderr
    assert Folder(f"{bucket}/files").read_bytes("analysis-1/report.json") == b"{}"
    assert list((tmp_path / "home" / "files").iterdir()) == []
