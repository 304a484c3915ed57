"""Chunks come twice, out of order, cut, with a false hash or after the end; what is acknowledged is on the disk."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation

CHUNKS = [b"first", b"second one", b"third"]


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def over(chunks: list[bytes]) -> str:
    return sha("".join(map(sha, chunks)).encode())


@pytest.fixture(autouse=True)
def purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(streams._purposes, "test", lambda invitation, group: "")
    monkeypatch.setitem(streams._purposes, "shut", lambda invitation, group: "closed_door")


def begun(invitation: Invitation, **changed: object) -> Stream:
    told: dict = {
        "key": uuid.uuid4(),
        "group": uuid.uuid4(),
        "purpose": "test",
        "kind": "video",
        "mime": "video/webm",
    }
    return streams.begin(invitation, **told | {"age_s": 0.0} | changed)


def test_any_order_and_twice_make_the_same_whole(invitation: Invitation, tmp_path):
    stream = begun(invitation)
    for number in (2, 0, 2, 1, 1):
        streams.keep_chunk(stream, number, CHUNKS[number], sha(CHUNKS[number]).upper())
        assert not streams.complete(stream)
    assert streams.missing(stream) == []
    streams.end(stream, 3, over(CHUNKS), [(1.04, 4.0)])
    streams.end(stream, 3, over(CHUNKS), [])
    assert streams.complete(stream)
    assert stream.pauses == [[1.0, 4.0]]
    streams.write_whole(stream, tmp_path / "whole")
    assert (tmp_path / "whole").read_bytes() == b"".join(CHUNKS)


def test_what_is_missing_is_known_before_and_after_the_end(invitation: Invitation):
    stream = begun(invitation)
    streams.keep_chunk(stream, 2, CHUNKS[2], sha(CHUNKS[2]))
    assert streams.missing(stream) == [0, 1]
    streams.end(stream, 5, "0" * 64, [])
    assert streams.missing(stream) == [0, 1, 3, 4]
    assert not streams.complete(stream)


@pytest.mark.parametrize(
    ("number", "content", "sha256", "code"),
    [
        (0, CHUNKS[0], sha(b"other"), "damaged"),
        (0, CHUNKS[0][:-1], sha(CHUNKS[0]), "damaged"),  # cut on its way
        (0, CHUNKS[0], "", "damaged"),
        (0, b"", sha(b""), "size"),
        (0, bytes(streams.MAX_CHUNK_BYTES + 1), sha(bytes(streams.MAX_CHUNK_BYTES + 1)), "size"),
        (-1, CHUNKS[0], sha(CHUNKS[0]), "end"),
        (streams.MAX_CHUNKS, CHUNKS[0], sha(CHUNKS[0]), "end"),
        (1, b"another", sha(b"another"), "differs"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_nothing(invitation, number, content, sha256, code):
    stream = begun(invitation)
    streams.keep_chunk(stream, 1, CHUNKS[1], sha(CHUNKS[1]))
    with pytest.raises(streams.StreamError) as refused:
        streams.keep_chunk(stream, number, content, sha256)
    assert refused.value.code == code
    assert streams.held(stream) == {1: sha(CHUNKS[1])}


def test_nothing_comes_after_the_end_and_the_end_does_not_move(invitation: Invitation):
    stream = begun(invitation)
    streams.keep_chunk(stream, 0, CHUNKS[0], sha(CHUNKS[0]))
    streams.keep_chunk(stream, 1, CHUNKS[1], sha(CHUNKS[1]))
    for count, sha256, code in ((1, over(CHUNKS[:1]), "end"), (2, over(CHUNKS[1:]), "differs")):
        with pytest.raises(streams.StreamError) as refused:
            streams.end(stream, count, sha256, [])
        assert refused.value.code == code
    streams.end(stream, 2, over(CHUNKS[:2]), [])
    for work in (
        lambda: streams.keep_chunk(stream, 2, CHUNKS[2], sha(CHUNKS[2])),
        lambda: streams.end(stream, 3, over(CHUNKS), []),
    ):
        with pytest.raises(streams.StreamError) as refused:
            work()
        assert refused.value.code == "end"


def test_a_closed_stream_acknowledges_what_it_has_and_takes_no_more(invitation: Invitation):
    stream = begun(invitation)
    streams.keep_chunk(stream, 0, CHUNKS[0], sha(CHUNKS[0]))
    streams.close(stream)
    streams.keep_chunk(stream, 0, CHUNKS[0], sha(CHUNKS[0]))
    with pytest.raises(streams.StreamError) as refused:
        streams.keep_chunk(stream, 1, CHUNKS[1], sha(CHUNKS[1]))
    assert refused.value.code == "closed"


def test_begun_is_told_by_the_server_however_wrong_the_browsers_clock_is(invitation: Invitation):
    for age_s, expected_s in ((90.0, 90.0), (-86_400.0, 0.0), (1e9, 0.0), (float("nan"), 0.0)):
        stream = begun(invitation, age_s=age_s)
        ago = timezone.now() - stream.begun_at
        assert timedelta(seconds=expected_s) <= ago < timedelta(seconds=expected_s + 5)


def test_segments_of_a_group_lie_in_the_order_in_which_they_began(invitation: Invitation):
    group = uuid.uuid4()
    late = begun(invitation, group=group, age_s=1.0)
    early = begun(invitation, group=group, age_s=60.0)
    assert streams.segments(group) == [early, late]


def test_a_full_disk_is_told_and_what_came_stays(invitation: Invitation, monkeypatch: pytest.MonkeyPatch):
    from interview_analysis.web.site.disk import Disk

    stream = begun(invitation)
    streams.keep_chunk(stream, 0, CHUNKS[0], sha(CHUNKS[0]))
    monkeypatch.setattr(streams, "disk", lambda: Disk(10, 10))
    with pytest.raises(streams.StreamError) as refused:
        streams.keep_chunk(stream, 1, CHUNKS[1], sha(CHUNKS[1]))
    assert refused.value.code == "full"
    streams.keep_chunk(stream, 0, CHUNKS[0], sha(CHUNKS[0]))
    assert list(streams.held(stream)) == [0]


def test_the_addresses_speak_json_and_know_their_own(invitation: Invitation):
    browser = Client()
    browser.get(link_of(invitation))
    key, group = str(uuid.uuid4()), str(uuid.uuid4())
    told = {
        "key": key,
        "group": group,
        "purpose": "test",
        "kind": "audio",
        "mime": "audio/webm",
        "age_s": 0.5,
    }

    def post(url: str, body: object):
        return browser.post(url, json.dumps(body), "application/json")

    for wrong, status in (
        ({**told, "purpose": "unknown"}, 400), ({**told, "key": "x"}, 400), ([], 400), ({**told, "kind": "gif"}, 400),
        ({**told, "purpose": "shut"}, 403),
    ):  # fmt: skip
        assert post("/c/streams", wrong).status_code == status
    assert post("/c/streams", told).status_code == post("/c/streams", told).status_code == 201
    url = f"/c/streams/{key}"

    def put(number: int, content: bytes, sha256: str):
        return browser.put(
            f"{url}/chunks/{number}", content, "application/octet-stream", headers={"X-SHA256": sha256}
        )

    assert put(0, CHUNKS[0], sha(CHUNKS[0])).json() == {"number": 0, "sha256": sha(CHUNKS[0])}
    assert (damaged := put(1, CHUNKS[1], sha(b"no"))).status_code == 422
    assert damaged.json()["code"] == "damaged"
    assert put(0, b"other", sha(b"other")).status_code == 409
    assert put(1, bytes(2**20 + 1), sha(bytes(2**20 + 1))).status_code == 413
    assert post(f"{url}/end", {"count": 2, "sha256": over(CHUNKS[:2])}).json()["missing"] == [1]
    assert put(1, CHUNKS[1], sha(CHUNKS[1])).status_code == 200
    assert put(2, CHUNKS[2], sha(CHUNKS[2])).status_code == 422
    assert browser.get(url).json() == {"key": key, "url": url, "count": 2, "missing": [], "complete": True}
    assert Client().get(url).status_code == 404


def test_one_candidate_does_not_reach_the_stream_of_another(invitation: Invitation, company):
    stream = begun(invitation)
    other = Invitation.objects.get(pk=invitation.pk)
    from interview_analysis.web.candidate.access import renew
    from interview_analysis.web.interviews.models import Interview

    other.pk, other.key = None, uuid.uuid4()
    other.interview = Interview.objects.create(
        application=company.application, title="Another", created_by=company.recruiter
    )
    renew(other)
    other.save()
    with pytest.raises(streams.StreamError) as refused:
        begun(other, key=stream.key)
    assert refused.value.code == "stream"
    browser = Client()
    browser.get(link_of(other))
    assert browser.get(f"/c/streams/{stream.key}").json()["code"] == "stream"


def test_recruiters_see_streams_of_their_interviews(invitation: Invitation, company):
    begun(invitation)
    assert Stream.objects.visible_to(company.recruiter).count() == 1
    assert Stream.objects.visible_to(company.outsider).count() == 0
