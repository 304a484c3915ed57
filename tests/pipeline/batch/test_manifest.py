"""A manifest is checked as a whole before any work, and what it cannot say of a candidate scoring cannot see."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from interview_analysis.errors import ManifestError, OutputError
from interview_analysis.pipeline.batch.manifest.manifest import (
    Interview,
    Recording,
    load_manifest,
    read_manifest,
    slug,
    write_manifest,
)
from interview_analysis.pipeline.batch.run import load_jobs
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.storage.places import Folder, local_copy
from tests.pipeline.batch.manifests import HEAD, JOBS, ROW, load, mistakes


def test_rows_become_interviews_in_order(base: Path) -> None:
    text = (
        f"{HEAD},question,start_s,end_s,language,consent,group_gender\n"
        "A2,C2,sales,b.wav,Why us?,,,ZH,REF-2,f\n"
        "\n"
        "A1,C1,product-manager,a.wav,,1.5,00:01:30.5,,,\n"
        "A2,C2,sales,sub/c.wav,,90,,ZH,REF-2,f\n"
    )
    manifest = load(base, text)
    assert manifest.interviews == (
        Interview(
            id="A2",
            candidate_id="C2",
            job="sales",
            language="zh",
            consent="REF-2",
            recordings=(
                Recording(path=str(base / "b.wav"), question="Why us?"),
                Recording(path=str(base / "sub" / "c.wav"), start_s=90),
            ),
        ),
        Interview(
            id="A1",
            candidate_id="C1",
            job="product-manager",
            recordings=(Recording(path=str(base / "a.wav"), start_s=1.5, end_s=90.5),),
        ),
    )
    assert list(manifest.groups.index) == ["A2", "A1"]
    assert manifest.groups["group_gender"].fillna("-").tolist() == ["f", "-"]


TEXT = f'{HEAD},question,group_性别\nA1,张三,sales,面试.wav,"为什么\n加入？",女\nA2,李四,sales,a.wav,请自我介绍,男\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_excel_saves_reads_the_same(base: Path, encoding: str, delimiter: str, line_end: str) -> None:
    text = TEXT.replace(",", delimiter).replace("\n", line_end)
    manifest = load(base, text.encode(encoding))
    first = manifest.interviews[0]
    assert (first.candidate_id, first.recordings[0].path) == ("张三", str(base / "面试.wav"))
    assert first.recordings[0].question.split() == ["为什么", "加入？"]
    assert manifest.groups["group_性别"].tolist() == ["女", "男"]


def test_a_line_that_tells_excel_the_separator_is_no_row(base: Path) -> None:
    for line in ("sep=;", '"sep=;"', "SEP=;"):
        manifest = load(base, f"{line}\r\n{HEAD.replace(',', ';')}\r\n{ROW.replace(',', ';')}\r\n")
        assert [i.id for i in manifest.interviews] == ["A1"]
    (found,) = mistakes(base, f"sep=;\n{HEAD.replace(',', ';')}\nA1;C1;slaes;a.wav\n")
    assert found.startswith("line 3, column job: ")


def test_names_match_in_both_forms_of_unicode(base: Path) -> None:
    """macOS writes é as two characters, in names of files and in what is copied from them; others write one."""
    nfc, nfd = "\u00e9", "e\u0301"
    (base / f"{nfd}t{nfd}").mkdir()
    (base / f"{nfd}t{nfd}" / f"{nfc}.wav").write_bytes(b"sound")
    rows = [f"{nfd},C{nfc},sales,{nfc}t{nfc}/{nfd}.wav", f"{nfc},C{nfd},sales,a.wav"]
    (interview,) = load(base, "\n".join([HEAD, *rows])).interviews
    assert (interview.id, interview.candidate_id) == (nfc, f"C{nfc}")
    assert interview.recordings[0].path == str(base / f"{nfd}t{nfd}" / f"{nfc}.wav")
    path = base / "j.csv"
    path.write_text(f"{HEAD}\nA1,C1,{nfd}conome,a.wav\n", encoding="utf-8")
    assert load_manifest(path, {f"{nfc}conome"}).interviews[0].job == f"{nfc}conome"


def test_a_profile_is_found_in_either_form_of_unicode(tmp_path: Path) -> None:
    (tmp_path / "e\u0301conome.yaml").write_bytes((BUILT_IN / "jobs" / "product-manager.yaml").read_bytes())
    assert list(load_jobs(Folder(tmp_path))) == ["\u00e9conome"]


def test_all_formats_read_the_same(base: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"interview_id": "A1", "candidate_id": 7, "job": "sales", "recording": "a.wav", "start_s": 0.5, "group_age": "40+"},
        {"interview_id": "A2", "candidate_id": 8, "job": "sales", "recording": "b.wav", "start_s": None, "group_age": None},
    ]  # fmt: skip
    from_csv = load(base, pd.DataFrame(rows).to_csv(index=False))
    from_jsonl = load(base, "\n\n".join(json.dumps(row) for row in rows), "m.jsonl")
    buffer = io.BytesIO()
    pd.DataFrame(rows).to_parquet(buffer)
    from_parquet = load(base, buffer.getvalue(), "m.parquet")
    assert from_csv.interviews == from_jsonl.interviews == from_parquet.interviews
    pd.testing.assert_frame_equal(from_csv.groups, from_jsonl.groups)
    pd.testing.assert_frame_equal(from_csv.groups, from_parquet.groups)


def test_outside_is_allowed_where_asked(base: Path) -> None:
    rows = "A1,C1,sales,../outside.wav\nA2,C1,sales,s3://bucket/x.wav\nA3,C1,sales,file:///etc/hostname\n"
    manifest = load(base, f"{HEAD}\n{rows}", allow_outside=True)
    paths = [interview.recordings[0].path for interview in manifest.interviews]
    assert paths == [
        str(base.parent / "outside.wav"),
        "s3://bucket/x.wav",
        str(Path("/etc/hostname").resolve()),
    ]
    (found,) = mistakes(base, f"{HEAD}\nA1,C1,sales,nosuch://b/x.wav\n", allow_outside=True)
    assert "nosuch" in found


def test_scoring_cannot_see_a_group(base: Path) -> None:
    texts = [f"{HEAD},group_gender,group_age\n{ROW},{groups}\n" for groups in ("f,20", "m,60")]
    one, other = (load(base, text) for text in texts)
    without = load(base, f"{HEAD}\n{ROW}\n")
    assert one.interviews == other.interviews == without.interviews
    assert one.interviews[0].model_dump_json() == other.interviews[0].model_dump_json()
    assert not one.groups.equals(other.groups)

    def fields(model: type[BaseModel]) -> set[str]:
        return set(model.model_fields)

    assert fields(Interview) == {"id", "candidate_id", "job", "recordings", "language", "consent", "candidate_channel", "candidate_voice"}  # fmt: skip
    assert fields(Recording) == {"path", "start_s", "end_s", "question", "transcript"}
    for model in (Interview, Recording):  # and none can be added
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["frozen"]


def test_a_manifest_is_read_back_as_it_was(base: Path) -> None:
    text = f"{HEAD},start_s,language,question,group_g,group_空\n{ROW},3,,=1+1,f,\n张三,C2,sales,b.wav,,,,,\n"
    manifest = load(base, text)
    run = Folder(base.parent / "run")
    write_manifest(manifest, run)
    back = read_manifest(run)
    assert back.interviews == manifest.interviews
    pd.testing.assert_frame_equal(back.groups, manifest.groups)
    first = run.read_bytes("manifest.parquet")
    write_manifest(back, run)
    assert run.read_bytes("manifest.parquet") == first
    bare = load(base, f"{HEAD}\n{ROW}\n")
    write_manifest(bare, run)
    back = read_manifest(run)
    assert (back.interviews, list(back.groups.index), list(back.groups)) == (bare.interviews, ["A1"], [])


def test_whose_voice_is_the_candidates_is_read_and_read_back(base: Path) -> None:
    head = f"{HEAD},candidate_voice,candidate_channel"
    text = f"{head}\n{ROW},sub/c.wav,\nA2,C2,sales,b.wav,,Right\nA3,C3,sales,b.wav,,3\nA4,C4,sales,b.wav,b.wav,\n"
    manifest = load(base, text)
    found = [(i.candidate_voice, i.candidate_channel) for i in manifest.interviews]
    voice, own = str(base / "sub" / "c.wav"), str(base / "b.wav")
    assert found == [(voice, None), (None, "right"), (None, 3), (own, None)]
    files = [interview.files for interview in manifest.interviews]
    assert files == [(str(base / "a.wav"), voice), (own,), (own,), (own,)]
    run = Folder(base.parent / "run")
    write_manifest(manifest, run)
    assert read_manifest(run).interviews == manifest.interviews
    path = base.parent / "run" / "manifest.parquet"  # as runs of before there were such columns left it
    pd.read_parquet(path).drop(columns=["candidate_voice", "candidate_channel"]).to_parquet(path, index=False)
    assert {(i.candidate_voice, i.candidate_channel) for i in read_manifest(run).interviews} == {(None, None)}


def test_a_folder_that_holds_another_manifest_is_refused(tmp_path: Path) -> None:
    run = Folder(tmp_path)
    with pytest.raises(OutputError, match="check that it is there"):
        read_manifest(run)
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "manifest.parquet")
    with pytest.raises(ManifestError, match="no manifest of a run"):
        read_manifest(run)
    run.write_bytes("manifest.parquet", b"nonsense")
    with pytest.raises(ManifestError, match="no manifest of a run"):
        read_manifest(run)


def test_a_manifest_in_a_bucket_names_recordings_beside_it(bucket: str, tmp_path: Path) -> None:
    store = Folder(f"{bucket}/2026")
    store.write_bytes("rec/a.wav", b"sound")
    text = f"{HEAD}\n{ROW.replace('a.wav', 'rec/a.wav')}\nA2,C2,sales,{bucket}/2026/rec/a.wav\n"
    store.write_bytes("m.csv", text.encode())
    manifest = load_manifest(f"{bucket}/2026/m.csv", JOBS)
    assert {r.path for i in manifest.interviews for r in i.recordings} == {f"{bucket}/2026/rec/a.wav"}
    with local_copy(manifest.interviews[0].recordings[0].path) as path:
        assert path.read_bytes() == b"sound"
    write_manifest(manifest, store.folder("run"))
    assert read_manifest(store.folder("run")).interviews == manifest.interviews

    outside = (
        "../x.wav",
        "a/../../x.wav",
        f"{bucket}/other/x.wav",
        f"{bucket}/2026/../x.wav",
        "/etc/hostname",
    )
    outside += (
        "s3://elsewhere/2026/x.wav",
        "file:///etc/hostname",
        "gs://b/x.wav",
        f"{bucket}/2026b/x.wav",
        "%2e%2e/x",
    )
    rows = "\n".join(f"A{n},C,sales,{place}" for n, place in enumerate(outside))
    store.write_bytes("m.csv", f"{HEAD}\n{rows}\n".encode())
    with pytest.raises(ManifestError) as caught:
        load_manifest(f"{bucket}/2026/m.csv", JOBS)
    lines = str(caught.value).splitlines()[1:]
    assert len(lines) == len(outside)
    assert all("leads out of the manifest's folder" in line for line in lines)


def test_slugs_are_plain_readable_and_safe() -> None:
    assert slug("2026-11_A.7") == "2026-11_A.7"
    assert slug("Zoë Müller").startswith("Zo-M-ller-")
    assert slug("张三").startswith("interview-")
    assert slug("张三") != slug("李四")
    assert len({slug(x) for x in (".hidden", "hidden", "hidden.", "-hidden", "..", ".")}) == 6


@given(st.text(min_size=1, max_size=200))
def test_a_slug_is_always_the_name_of_a_folder(interview_id: str) -> None:
    name = slug(interview_id)
    assert name.isascii()
    assert 0 < len(name) <= 100
    assert not set(name) & set('/\\ :*?"<>|\0\n')
    assert name[0] not in ".-"
    assert name == slug(interview_id)


def test_thousands_of_rows_take_no_time(base: Path) -> None:
    for i in range(200):
        (base / f"{i}.wav").write_bytes(b"")
    rows = "\n".join(f"A{i},C{i},sales,{i % 200}.wav,{i},,zh,REF,f" for i in range(5000))
    text = f"{HEAD},start_s,end_s,language,consent,group_g\n{rows}\n"
    started = time.process_time()
    manifest = load(base, text)
    assert len(manifest.interviews) == len(manifest.groups) == 5000
    assert time.process_time() - started < 20  # about 0.3 s; a quadratic check would take minutes
