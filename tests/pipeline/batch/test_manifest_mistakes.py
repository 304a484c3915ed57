"""What is wrong with a manifest is said by row and column before any work."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from interview_analysis.errors import ManifestError, OutputError
from interview_analysis.pipeline.batch.manifest.manifest import (
    load_manifest,
)
from tests.pipeline.batch.manifests import HEAD, JOBS, ROW, load, mistakes


def test_an_encoding_that_could_be_two_is_not_guessed(base: Path) -> None:
    text = f"{HEAD}\nA1,Müller,sales,a.wav\n"
    with pytest.raises(ManifestError, match="save it as CSV UTF-8"):
        load(base, text.encode("cp1252"))


@pytest.mark.parametrize(
    ("head", "row", "place", "reason"),
    [
        (HEAD, "A1,C1,slaes,a.wav", "line 2, column job", "did you mean 'sales'?"),
        (HEAD, "A1,,sales,a.wav", "line 2, column candidate_id", "is blank"),
        (HEAD, "A/1,C1,sales,a.wav", "line 2, column interview_id", "slash"),
        (HEAD, "A1,C\x1b[1m,sales,a.wav", "line 2, column candidate_id", r"'C\x1b[1m' has a slash or a control"),
        (HEAD, "A1,C\u200b1,sales,a.wav", "line 2, column candidate_id", "control character"),
        (HEAD, f"{'A' * 201},C1,sales,a.wav", "line 2, column interview_id", "201 characters"),
        (HEAD, "A1,C1,sales,z.wav", "line 2, column recording", "does not exist"),
        (HEAD, "A1,C1,sales,sub", "line 2, column recording", "is a folder"),
        (HEAD, "A1,C1,sales,../outside.wav", "line 2, column recording", "--allow-outside"),
        (HEAD, "A1,C1,sales,/etc/hostname", "line 2, column recording", "--allow-outside"),
        (HEAD, "A1,C1,sales,file:///etc/hostname", "line 2, column recording", "--allow-outside"),
        (HEAD, "A1,C1,sales,https://u:pw@h/a.wav?sig=1", "line 2, column recording", "'https://h/a.wav' leads out"),
        (HEAD, "A1,C1,sales,link.wav", "line 2, column recording", "--allow-outside"),
        (HEAD, "A1,C1,sales,circle.wav", "line 2, column recording", "cannot be looked at"),
        (f"{HEAD},start_s", f"{ROW},01:30", "line 2, column start_s", "'01:30' is no time"),
        (f"{HEAD},start_s", f"{ROW},-1", "line 2, column start_s", "hh:mm:ss"),
        (f"{HEAD},start_s", f"{ROW},nan", "line 2, column start_s", "is no time"),
        (f"{HEAD},start_s,end_s", f"{ROW},12,00:00:12", "line 2, column end_s", "12 s is not after start_s, 12 s"),
        (f"{HEAD},end_s", f"{ROW},0", "line 2, column end_s", "is not after start_s"),
        (f"{HEAD},language", f"{ROW},zh-CN", "line 2, column language", "did you mean 'zh'?"),
        (f"{HEAD},candidate_voice", f"{ROW},z.wav", "line 2, column candidate_voice", "does not exist"),
        (f"{HEAD},candidate_voice", f"{ROW},../outside.wav", "line 2, column candidate_voice", "--allow-outside"),
        (f"{HEAD},candidate_voice", f"{ROW},s3://b/v.wav", "line 2, column candidate_voice", "--allow-outside"),
        (f"{HEAD},candidate_voice", f"{ROW},b.wav\nA1,C1,sales,b.wav,", "line 3, column candidate_voice", "'b.wav' in line 2"),
        (f"{HEAD},candidate_channel", f"{ROW},middle", "line 2, column candidate_channel", "expected left, right or a number"),
        (f"{HEAD},candidate_channel", f"{ROW},0", "line 2, column candidate_channel", "'0' is no channel"),
        (f"{HEAD},lanugage", f"{ROW},zh", "line 1", "unknown column 'lanugage'; did you mean 'language'?"),
        (f"{HEAD},group_", f"{ROW},x", "line 1", "unknown column 'group_'"),
        (f"{HEAD},job", f"{ROW},sales", "line 1, column job", "there twice"),
        (f"{HEAD},", f"{ROW},x", "line 2", "column 5, which has no name"),
        (HEAD, f"{ROW},x", "line 2", "column 5, which has no name"),
        (HEAD, f'{ROW}\n"A2,C1', "line 3", "a quote that is opened must be closed"),
        (HEAD, "", "file", "there is no row"),
        ("interview_id,candidate_id,recording", "A1,C1,a.wav", "column job", "this column is missing"),
        (HEAD, f"{ROW}\nA1,C2,sales,b.wav", "line 3, column candidate_id", "'C1' in line 2 of the same interview 'A1'"),
        (HEAD, f"{ROW}\nA1,C1,product-manager,b.wav", "line 3, column job", "'sales' in line 2"),
        (f"{HEAD},group_g", f"{ROW},f\nA1,C1,sales,b.wav,", "line 3, column group_g", "'f' in line 2"),
        (f"{HEAD},start_s", f"{ROW},\nA1,C1,sales,sub/../a.wav,0", "line 3, column recording", "as in line 2"),
        (HEAD, f"{ROW}\na1,C1,sales,a.wav", "line 3, column interview_id", "the same folder as 'A1'"),
    ],
)  # fmt: skip
def test_a_mistake_says_where_and_what(base: Path, head: str, row: str, place: str, reason: str) -> None:
    (base / "link.wav").symlink_to(base.parent / "outside.wav")
    (base / "circle.wav").symlink_to(base / "circle.wav")
    (found,) = mistakes(base, f"{head}\n{row}\n")
    assert found.startswith(f"{place}: ")
    assert reason in found


def test_all_mistakes_come_together_in_order(base: Path) -> None:
    text = f'{HEAD},end_s,colour\nA1,C1,sales,a.wav,,\nA2,,slaes,"z\n.wav",x,\n\nA1,C9,sales,b.wav,,red\n'
    found = mistakes(base, text)
    assert [line.partition(":")[0] for line in found] == [
        "line 1",
        "line 3, column candidate_id",
        "line 3, column job",
        "line 3, column recording",
        "line 3, column end_s",
        "line 6, column candidate_id",
    ]


def test_no_more_than_fifty_are_shown(base: Path) -> None:
    rows = "\n".join(f"A{i},C1,nothing,a.wav" for i in range(120))
    with pytest.raises(ManifestError, match=r"m\.csv: 120 mistakes") as caught:
        load(base, f"{HEAD}\n{rows}")
    assert len(str(caught.value).splitlines()) == 52
    assert str(caught.value).endswith("and 70 more")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"interview_id": "A1",', "no JSON object"),
        ("[1]", "expected a JSON object"),
        ('{"job": "sales", "job": "sales"}', "twice"),
        ('{"start_s": NaN}', "NaN is no number"),
        ("[" * 100_000, "no JSON object"),
    ],
)
def test_a_line_that_is_no_object(base: Path, line: str, reason: str) -> None:
    good = json.dumps(dict(zip(HEAD.split(","), ROW.split(","), strict=True)))
    (found,) = mistakes(base, f"{good}\n{line}\n", "m.jsonl")
    assert found.startswith("line 2: ")
    assert reason in found


def test_a_value_that_is_no_text(base: Path) -> None:
    row = {**dict(zip(HEAD.split(","), ROW.split(","), strict=True)), "consent": ["x"]}
    (found,) = mistakes(base, json.dumps(row), "m.jsonl")
    assert found.startswith("line 1, column consent: is '['x']' (list), expected a text or a number")
    buffer = io.BytesIO()
    pd.DataFrame([row]).to_parquet(buffer)
    assert mistakes(base, buffer.getvalue(), "m.parquet")[0].startswith("row 1, column consent")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("m.xlsx", b"PK", "a .csv, .tsv, .txt, .jsonl or .parquet"),
        ("m.csv", b"", "is empty"),
        ("m.csv", b"\0\xff\x00\x01" * 9, "encoding"),
        ("m.parquet", b"PAR1 nonsense", "no readable Parquet"),
    ],
)
def test_what_is_no_manifest_at_all(base: Path, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(ManifestError, match=reason):
        load(base, data, name)
    with pytest.raises(OutputError, match="check that it is there"):
        load_manifest(base / "none.csv", JOBS)
    with pytest.raises(ManifestError, match="is a folder"):
        load_manifest(f"{base}/", JOBS)
