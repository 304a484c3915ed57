"""Uploads: numbered chunks that lose nothing, whatever breaks off, and refuse what is no recording."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.test import Client

from interview_analysis.web.interviews import uploads
from interview_analysis.web.interviews.models import Recording, Upload
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.site import disk
from tests.web.conftest import Company
from tests.web.recordings import write_wav

SignedIn = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that is empty before each test."""
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 10_000)
    for left in settings.HOME.uploads.iterdir():
        shutil.rmtree(left)


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    return write_wav(tmp_path / "a.wav", seconds=2.0).read_bytes()


def begin(client: Client, company: Company, name: str, size: int) -> dict[str, object]:
    answer = client.post(
        f"/interviews/{company.interview.pk}/uploads",
        json.dumps({"name": name, "size": size}),
        "application/json",
    )
    assert answer.status_code == 200, answer.content
    return answer.json()


def put(
    client: Client, begun: dict[str, object], number: int, content: bytes, sha256: str | None = None
) -> int:
    size = int(str(begun["chunk_bytes"]))
    chunk = content[number * size : (number + 1) * size]
    answer = client.put(
        f"{begun['url']}chunks/{number}", chunk, "application/octet-stream",
        headers={"X-SHA256": sha256 or hashlib.sha256(chunk).hexdigest()},
    )  # fmt: skip
    return answer.status_code


def test_a_file_arrives_whole_and_becomes_a_recording(company: Company, signed_in: SignedIn, sound: bytes):
    client = signed_in(company.recruiter)
    begun = begin(client, company, "面试.wav", len(sound))
    assert begun["missing"] == list(range(int(str(begun["chunks"]))))
    for number in reversed(range(int(str(begun["chunks"])))):
        assert put(client, begun, number, sound) == 204
    made = client.post(f"{begun['url']}finish")
    assert made.status_code == 201
    recording = Recording.objects.get(key=made.json()["recording"])
    assert recording.name == "面试.wav"
    assert recording.kind == Recording.Kind.AUDIO
    assert recording.duration_s == pytest.approx(2.0, abs=0.01)
    assert recording.sha256 == hashlib.sha256(sound).hexdigest()
    kept = settings.HOME.files / recording.original
    assert kept.read_bytes() == sound
    assert "面试" not in kept.name
    assert not list(settings.HOME.uploads.iterdir()), "its chunks are gone"
    assert Entry.objects.filter(action="recording.uploaded").count() == 1
    again = client.post(f"{begun['url']}finish")
    assert again.json() == made.json(), "doing it twice gives the same one"
    assert company.interview.recordings.count() == 2


def test_a_killed_tab_goes_on_where_it_was(company: Company, signed_in: SignedIn, sound: bytes):
    client = signed_in(company.recruiter)
    begun = begin(client, company, "a.wav", len(sound))
    assert put(client, begun, 0, sound) == put(client, begun, 2, sound) == 204
    unfinished = client.post(f"{begun['url']}finish")
    assert unfinished.status_code == 409
    assert 1 in unfinished.json()["missing"]
    later = begin(signed_in(company.recruiter), company, "a.wav", len(sound))
    assert later["key"] == begun["key"]
    assert later["missing"] == [n for n in range(int(str(begun["chunks"]))) if n not in (0, 2)]


def test_damage_on_the_way_is_noticed(company: Company, signed_in: SignedIn, sound: bytes):
    client = signed_in(company.recruiter)
    begun = begin(client, company, "a.wav", len(sound))
    assert put(client, begun, 0, sound, sha256="0" * 64) == 422
    first = sound[: int(str(begun["chunk_bytes"]))]
    told = client.put(
        f"{begun['url']}chunks/0", first, "application/octet-stream", headers={"X-SHA256": "0" * 64}
    )
    assert told.json()["code"] == "chunk_damaged", "not as a recording that cannot be read, which is final"
    assert put(client, begun, 0, sound[:5]) == 422
    assert put(client, begun, 99, sound) == 422
    assert 0 in client.get(str(begun["url"])).json()["missing"]


@pytest.mark.parametrize(
    "content",
    [b"<html><script>alert(1)</script></html>" * 40, b"ffconcat version 1.0\nfile /etc/passwd\n", b"\x00\x00\x00\x18ftypmp42" + b"\0" * 400],
    ids=["html", "ffconcat", "cut off"],
)  # fmt: skip
def test_what_is_no_recording_is_refused_in_words_and_leaves_nothing(
    company: Company, signed_in: SignedIn, content: bytes
):
    client = signed_in(company.recruiter)
    begun = begin(client, company, "video.mp4", len(content))
    assert put(client, begun, 0, content) == 204
    refused = client.post(f"{begun['url']}finish")
    assert refused.status_code == 422
    assert refused.json()["error"].startswith("video.mp4: ")
    assert str(settings.HOME.folder) not in refused.json()["error"]
    assert company.interview.recordings.count() == 1
    assert not Upload.objects.exists()
    assert not list(settings.HOME.uploads.iterdir())


def test_nothing_without_consent(company: Company, signed_in: SignedIn):
    company.interview.consent = None
    company.interview.save()
    answer = signed_in(company.recruiter).post(
        f"/interviews/{company.interview.pk}/uploads",
        json.dumps({"name": "a.wav", "size": 10}),
        "application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "consent")


def test_a_file_that_is_too_large_or_finds_no_space(
    company: Company, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
):
    client, url = signed_in(company.recruiter), f"/interviews/{company.interview.pk}/uploads"
    huge = client.post(url, json.dumps({"name": "a.mp4", "size": 10**15}), "application/json")
    assert (huge.status_code, huge.json()["code"]) == (413, "size")
    assert "at most 8.0\xa0GB are taken here" in huge.json()["error"]
    empty = client.post(url, json.dumps({"name": "a.mp4", "size": 0}), "application/json")
    assert (empty.status_code, empty.json()["code"]) == (413, "empty")
    assert "is empty" in empty.json()["error"]
    client.post("/people/language", {"language": "zh-hans", "next": "/"})
    chinese = [
        client.post(url, json.dumps({"name": "a.mp4", "size": size}), "application/json").json()["error"]
        for size in (0, 10**15)
    ]
    assert chinese[0].startswith("文件为空")
    assert "8.0\xa0GB" in chinese[1]
    client.post("/people/language", {"language": "en", "next": "/"})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    full = client.post(url, json.dumps({"name": "a.mp4", "size": 10**6}), "application/json")
    assert (full.status_code, full.json()["code"]) == (507, "full")


def test_nobody_else_s_upload_can_be_touched(company: Company, signed_in: SignedIn, sound: bytes):
    begun = begin(signed_in(company.recruiter), company, "a.wav", len(sound))
    for user in (company.administrator, company.interviewer):
        assert signed_in(user).get(str(begun["url"])).status_code == 404
        assert put(signed_in(user), begun, 0, sound) == 404


def test_a_quota_that_is_reached_keeps_what_came_and_the_upload_goes_on_afterwards(
    company: Company, signed_in: SignedIn, sound: bytes, settings: LazySettings
):
    client = signed_in(company.recruiter)
    disk.forget()
    begun = begin(client, company, "a.wav", len(sound))
    used = disk.disk().used
    settings.DISK_QUOTA_BYTES = used + 25_000
    assert [put(client, begun, number, sound) for number in range(3)] == [204, 204, 507]
    state = client.get(str(begun["url"])).json()
    assert (state["missing"][0], 0 in state["missing"]) == (2, False)
    settings.DISK_QUOTA_BYTES = used + len(sound) + 10_000
    for number in state["missing"]:
        assert put(client, begun, number, sound) == 204
    full = client.post(f"{begun['url']}finish")
    assert (full.status_code, full.json()["code"], full.json()["missing"]) == (507, "full", [])
    assert "kept" in full.json()["error"]
    settings.DISK_QUOTA_BYTES = 0
    again = begin(signed_in(company.recruiter), company, "a.wav", len(sound))
    assert (again["key"], again["missing"]) == (begun["key"], [])
    made = client.post(f"{begun['url']}finish")
    assert made.status_code == 201
    kept = Recording.objects.get(key=made.json()["recording"])
    assert (settings.HOME.files / kept.original).read_bytes() == sound


def test_a_disk_that_is_full_while_it_is_put_together_loses_nothing(
    company: Company, signed_in: SignedIn, sound: bytes
):
    client = signed_in(company.recruiter)
    begun = begin(client, company, "a.wav", len(sound))
    for number in range(int(str(begun["chunks"]))):
        assert put(client, begun, number, sound) == 204
    aside = uploads._aside(Upload.objects.get(key=begun["key"]))
    aside.symlink_to("/dev/full")  # the system answers each write to it as a full disk does
    full = client.post(f"{begun['url']}finish")
    assert (full.status_code, full.json()["code"], full.json()["missing"]) == (507, "full", [])
    assert "No space left" in full.json()["error"]
    assert company.interview.recordings.count() == 1
    made = client.post(f"{begun['url']}finish")
    assert made.status_code == 201, "nothing is left in the way"
    kept = Recording.objects.get(key=made.json()["recording"])
    assert (settings.HOME.files / kept.original).read_bytes() == sound


def test_an_upload_that_has_come_half_needs_space_for_the_rest_alone(
    company: Company, signed_in: SignedIn, sound: bytes, settings: LazySettings
):
    client = signed_in(company.recruiter)
    begun = begin(client, company, "a.wav", len(sound))
    for number in range(4):
        assert put(client, begun, number, sound) == 204
    disk.forget()
    settings.DISK_QUOTA_BYTES = disk.disk().used + 2**28 + 2 * len(sound) - 40_000
    assert begin(client, company, "a.wav", len(sound))["key"] == begun["key"]
    other = client.post(
        f"/interviews/{company.interview.pk}/uploads",
        json.dumps({"name": "b.wav", "size": len(sound)}),
        "application/json",
    )
    assert (other.status_code, other.json()["code"]) == (507, "full")
