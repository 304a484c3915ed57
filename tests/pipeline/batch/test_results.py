"""Rows and tables: nothing lost, the same from any order, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from interview_analysis.errors import OutputError
from interview_analysis.features.tables import FeatureTables
from interview_analysis.pipeline.batch.manifest.manifest import Interview, Recording
from interview_analysis.pipeline.batch.results import (
    Row,
    csv_bytes,
    failed_row,
    features_table,
    neutral,
    scored_row,
    scores_table,
    write_tables,
)
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.report.report import Report
from tests.pipeline.sample_report import abstained_report, digest, sample_report

FILES = ["failures.csv", "features.parquet", "groups.parquet", "scores.csv", "scores.parquet"]


def interview(key: str, **update: Any) -> Interview:
    made = Interview(id=key, candidate_id=f"C-{key}", job="sales", recordings=(Recording(path="/a.wav"),))
    return made.model_copy(update=update)


def tables(**values: float) -> FeatureTables:
    whole = pd.DataFrame([{name.replace("__", "."): value for name, value in values.items()}])
    return FeatureTables(whole, whole, whole, ())


def scored(key: str, report: Report | None = None, **values: float) -> Row:
    return scored_row(
        interview(key),
        report or sample_report(),
        tables(**(values or {"pauses__pause_ratio": 0.25})),
        inputs=digest(key),
        recordings=[digest("r1"), digest("r2")],
        report_path=f"interviews/{key}/report.html",
        seconds={"score": random.random()},
        finished_at="2026-11-22T10:00:00Z",
    )


def failed(key: str, reason: str = "no audio") -> Row:
    return failed_row(interview(key), stage="probe", reason=reason, seconds={"probe": 0.1}, finished_at="now")


def groups(*keys: str, **columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.Index(keys, name="interview_id", dtype="str"))


def test_a_row_says_what_its_report_says() -> None:
    report = sample_report()
    row = scored("A1", report, gaze__yaw_deg=1.23456789, gaze__coverage_ratio=float("nan"))
    assert (row.status, row.partial, row.language, row.duration_s) == ("scored", False, "zh", 96.0)
    assert row.scores["overall"].model_dump() == {"score": 67.6, "standard_error": 3.7, "abstained": ""}
    assert row.scores["channel.posture"].model_dump() == {
        "score": None,
        "standard_error": None,
        "abstained": "no_upper_body",
    }
    assert row.scores["dimension.delivery"].score == 58.9
    assert row.features == {"gaze.yaw_deg": 1.2346, "gaze.coverage_ratio": None}
    assert row.flags == ("low_snr", "other_faces", "fillers_lower_bound")
    assert row.lineage is not None
    assert row.lineage.profile == report.lineage.profile.sha256
    assert row.lineage.recordings == (digest("r1"), digest("r2"))
    assert Row.model_validate_json(row.model_dump_json()) == row


def test_the_order_of_models_does_not_change_the_row() -> None:
    report = sample_report()
    line = report.lineage.model_copy(update={"models": report.lineage.models[::-1]})
    other = scored("A1", report.model_copy(update={"lineage": line}))
    assert other.lineage == scored("A1").lineage
    line = line.model_copy(update={"models": line.models[:1]})
    assert scored("A1", report.model_copy(update={"lineage": line})).lineage != other.lineage


@pytest.mark.parametrize(
    "update", [{"inputs": None}, {"lineage": None}, {"scores": {}}, {"status": "failed"}]
)
def test_a_row_is_whole(update: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Row.model_validate(scored("A1").model_dump() | update)


def test_every_interview_is_in_the_tables(tmp_path: Path) -> None:
    rows = [scored("A3"), failed("A1"), scored("A2", abstained_report())]
    write_tables(iter(rows), groups("A1", "A2", "A3", group_g=["f", "m", "女"]), Folder(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    scores = pd.read_parquet(tmp_path / "scores.parquet").set_index("interview_id")
    assert list(scores.index) == ["A1", "A2", "A3"]
    assert list(scores["status"]) == ["failed", "scored", "scored"]
    assert np.isnan(scores.loc["A1", "overall.score"])
    assert scores.loc["A2", "overall.abstained"] == "nothing_scored"
    assert scores.loc["A3", "overall.score"] == 67.6
    assert scores.loc["A3", "dimension.delivery.standard_error"] == 6.8
    assert scores.loc["A3", "recordings_sha256"] == f"{digest('r1')}; {digest('r2')}"
    assert not any("group" in column for column in scores)
    assert list(pd.read_parquet(tmp_path / "features.parquet")["interview_id"]) == ["A2", "A3"]
    assert list(pd.read_parquet(tmp_path / "groups.parquet")["group_g"]) == ["f", "m", "女"]
    failures = pd.read_csv(tmp_path / "failures.csv")
    assert failures.to_dict("records") == [
        {"interview_id": "A1", "candidate_id": "C-A1", "job": "sales", "stage": "probe", "reason": "no audio"}
    ]
    assert len(pd.read_csv(tmp_path / "scores.csv")) == 3


def test_the_tables_do_not_depend_on_when_and_in_which_order(tmp_path: Path) -> None:
    keys = [f"A{n}" for n in range(9)]
    other_job = sample_report(dimensions=6)
    for run in ("one", "two"):
        rows = [failed(k) if k == "A4" else scored(k, other_job if k > "A6" else None) for k in keys]
        if run == "two":
            rows = [row.model_copy(update={"finished_at": "later"}) for row in reversed(rows)]
        write_tables(rows, groups(*keys), Folder(tmp_path / run))
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    columns = list(pd.read_parquet(tmp_path / "one" / "scores.parquet"))
    names = [column.removesuffix(".score") for column in columns if column.endswith(".score")]
    assert names[:5] == ["overall", "channel.content", "channel.voice", "channel.face", "channel.posture"]
    assert names[5:] == sorted(names[5:])
    assert not {"seconds", "finished_at"} & set(columns)


def test_types_do_not_depend_on_what_was_seen(tmp_path: Path) -> None:
    for table in (scores_table, features_table):
        assert table([scored("A1", abstained_report(), x__y=np.nan)]).dtypes.equals(
            table([scored("A1", abstained_report(), x__y=1.0)]).dtypes
        )
    write_tables([failed("A1")], groups("A1"), Folder(tmp_path))
    assert pd.read_parquet(tmp_path / "scores.parquet")["overall.score"].dtype == "float64"
    write_tables([], groups(), Folder(tmp_path / "none"))
    assert len(pd.read_parquet(tmp_path / "none" / "scores.parquet")) == 0


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([scored("A1")], "1 interviews have no row, such as 'A2'"),
        ([scored("A1"), failed("A2"), failed("A3")], "1 interviews are not in the manifest, such as 'A3'"),
        ([scored("A1"), failed("A1"), failed("A2")], "interview 'A1' has two rows"),
    ],
)
def test_a_lost_interview_is_an_error(tmp_path: Path, rows: list[Row], reason: str) -> None:
    with pytest.raises(OutputError, match=reason):
        write_tables(rows, groups("A1", "A2"), Folder(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_tables_are_written_to_a_bucket(bucket: str) -> None:
    folder = Folder(f"{bucket}/run")
    write_tables([scored("A1")], groups("A1"), folder)
    assert folder.names() == FILES
    assert len(pd.read_parquet(io.BytesIO(folder.read_bytes("scores.parquet")))) == 1


HOSTILE = "=cmd|'/c calc'!A1"


def test_a_spreadsheet_runs_nothing_and_parquet_keeps_the_text(tmp_path: Path) -> None:
    row = failed(HOSTILE, f"说明\n{HOSTILE}")
    write_tables([row], groups(HOSTILE), Folder(tmp_path))
    for name in ("scores.csv", "failures.csv"):
        data = (tmp_path / name).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        (_, cells) = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        assert cells[0] == f"'{HOSTILE}"
    assert cells[-1] == f"说明\n'{HOSTILE}"
    assert pd.read_parquet(tmp_path / "scores.parquet")["interview_id"][0] == HOSTILE


def test_numbers_and_plain_text_stay() -> None:
    table = pd.DataFrame({"n": [-1.5, np.nan], "t": ["a-b = c", None], "b": [True, False]})
    table["t"] = table["t"].astype("str")
    assert csv_bytes(table).decode("utf-8-sig") == "n,t,b\r\n-1.5,a-b = c,True\r\n,,False\r\n"


def test_what_could_be_a_formula_gets_an_apostrophe() -> None:
    cases = [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1＋1", "'＝1＋1"),
        ("＠x", "'＠x"),
        ("  \u3000=1", "'  \u3000=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("x;=1", "x;'=1"),
        ("x\n =1", "x\n' =1"),
        ("", ""),
        ("张三 a=b, -c", "张三 a=b, -c"),
    ]
    assert [(text, safe, found) for text, safe in cases if (found := neutral(text)) != safe] == []


_BLANK = "\u200b\u2060\ufeff" + "".join(map(chr, range(32)))


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("=+-@＝＋－＠ \t\r\n;,\"'a张\u3000\ufeff"), st.characters(codec="utf-8")
        )
    )
)
@example("\n=1")
@example("\t\t;\t=")
def test_no_cell_begins_with_a_formula(text: str) -> None:
    safe = neutral(text)
    assert neutral(safe) == safe
    assert safe.replace("'", "") == text.replace("'", "")
    table = pd.DataFrame({"t": pd.Series([text], dtype="str")})
    written = csv_bytes(table).decode("utf-8-sig")
    (_, cells) = csv.reader(io.StringIO(written, newline=""))
    assert (cells or [""])[0] == safe
    for cell in re.split(r"[;\t\r\n]", safe):  # as a spreadsheet with another delimiter would cut it
        assert cell.strip().strip(_BLANK).strip()[:1] not in tuple("=+-@＝＋－＠")
    assert not safe.startswith(("\t", "\r", "\n"))
