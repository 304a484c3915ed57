"""Tables as spreadsheets of all countries save them: every cell stays what it is, and a rating stays with its person."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from interview_analysis.errors import LearningError
from interview_analysis.pipeline.common.tables import numbers, read_rows, read_table
from interview_analysis.pipeline.learning.mit import load_mit
from interview_analysis.pipeline.learning.runs import load_run
from interview_analysis.pipeline.learning.sample import write_sample
from interview_analysis.pipeline.learning.sources import load_groups
from tests.learning_data import write_run

NFD = "Jose\u0301-\u1112\u1161\u11ab"  # é and 한 as macOS writes them
NFC = unicodedata.normalize("NFC", NFD)
TEXT = "interview_id,Overall,备注\n001,3.1,良好\n002,,不错\nX-3,4.0,\n"


def comma(text: str) -> str:
    return text.replace(",", ";").replace("3.1", "3,1").replace("4.0", "4,0")


SAVED: dict[str, Callable[[], bytes]] = {
    "plain": lambda: TEXT.encode(),
    "utf-8 with a mark": lambda: TEXT.encode("utf-8-sig"),
    "a Chinese Windows": lambda: TEXT.replace("\n", "\r\n").encode("gb18030"),
    "unicode text": lambda: TEXT.replace(",", "\t").encode("utf-16"),
    "a country of decimal commas": lambda: comma(TEXT).encode("utf-8-sig"),
    "tabs and decimal commas": lambda: comma(TEXT).replace(";", "\t").encode("utf-16"),
    "sep=;": lambda: ("sep=;\r\n" + comma(TEXT)).encode("utf-8-sig"),
    "sep=| quoted": lambda: ('"sep=|"\n' + TEXT.replace(",", "|")).encode(),
}


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_whatever_saved_it_the_table_is_the_same(saved: Callable[[], bytes], tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes(saved())
    table = read_table(path, LearningError)
    frame = table.frame()
    assert list(frame["interview_id"]) == ["001", "002", "X-3"]
    assert frame["备注"].fillna("-").tolist() == ["良好", "不错", "-"]
    values = numbers(frame[["Overall"]], decimal_comma=table.decimal_comma)
    assert values["Overall"].fillna(-1).tolist() == [3.1, -1, 4.0]


def test_unicode_text_of_a_spreadsheet_is_a_table_by_the_name_it_gets(tmp_path: Path) -> None:
    path = tmp_path / "ratings.txt"
    path.write_bytes(SAVED["unicode text"]())
    assert list(read_table(path, LearningError).frame()["interview_id"]) == ["001", "002", "X-3"]


def test_the_lines_of_mistakes_count_a_sep_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sep=;\na;b\n1;2;3\n", encoding="utf-8")
    with pytest.raises(LearningError, match=r"t\.csv, line 3: '3' stands in column 3, which has no name"):
        read_table(path, LearningError)


def test_a_first_line_tells_what_separates_where_both_signs_are_in_it(tmp_path: Path) -> None:
    path = tmp_path / "faces.csv"
    path.write_text("P1;0,1;0,2\nP2;0,3;0,4\n", encoding="utf-8")
    assert read_rows(path, LearningError) == ([["P1", "0,1", "0,2"], ["P2", "0,3", "0,4"]], ";")
    path.write_text('"P1; the first",0.1\n', encoding="utf-8")
    assert read_rows(path, LearningError) == ([["P1; the first", "0.1"]], ",")


def test_a_comma_that_separates_cells_is_no_decimal_comma() -> None:
    values = pd.DataFrame({"a": ["3,1", "1,234", "1_0", "٣", "-2.5e1", None]}, dtype="str")
    assert numbers(values, decimal_comma=False)["a"].fillna(-1).tolist() == [-1, -1, -1, 3, -25, -1]
    assert numbers(values, decimal_comma=True)["a"].fillna(-1).tolist() == [3.1, 1.234, -1, 3, -25, -1]


IDS = [f"{number:03d}" for number in range(1, 26)]


def ratings(folder: Path, ids: list[str], data: Callable[[str], bytes] = str.encode) -> Path:
    path = folder / "ratings.csv"
    lines = [f"{key},{3 + number % 3}.5" for number, key in enumerate(ids)]
    path.write_bytes(data("\n".join(["interview_id,Overall", *lines]) + "\n"))
    return path


def test_zeros_in_front_of_an_id_stay(tmp_path: Path) -> None:
    dataset = load_run(write_run(tmp_path / "run", IDS), ratings(tmp_path, IDS))
    assert dataset.ratings is not None
    assert list(dataset.ratings.index) == IDS
    assert dataset.ratings["Overall"].notna().all()
    assert dataset.notes == ()


def test_ratings_never_move_to_another_person(tmp_path: Path) -> None:
    both = [*(str(number) for number in range(1, 26)), "007", "008"]
    rated = [key for key in both if key not in ("7", "8")]
    dataset = load_run(write_run(tmp_path / "run", both), ratings(tmp_path, rated))
    assert dataset.ratings is not None
    assert dataset.ratings["Overall"].isna()[lambda missing: missing].index.tolist() == ["7", "8"]
    assert dataset.notes == ("2 ids ('7', '8') measured but not rated",)


def test_persons_and_raters_keep_their_zeros(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    rows = [f"{key},{'0' * (n % 2)}1,0{n % 3},4.5" for n, key in enumerate(IDS)]
    path.write_text("\n".join(["interview_id,person,rater,Overall", *rows]), encoding="utf-8")
    dataset = load_run(write_run(tmp_path / "run", IDS), path)
    assert set(dataset.persons) == {"1", "01"}
    assert dataset.raters is not None
    assert set(dataset.raters.index.get_level_values(1)) == {"00", "01", "02"}


def test_numbers_of_a_parquet_file_are_ids_of_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "ratings.parquet"
    pd.DataFrame({"interview_id": [1, 2, 3], "Overall": [1.5, 2.5, None]}).to_parquet(path)
    dataset = load_run(write_run(tmp_path / "run", ["1", "2", "03"]), path)
    assert dataset.ratings is not None
    assert dataset.ratings["Overall"].fillna(-1).tolist() == [1.5, 2.5, -1]


def test_ids_that_lost_their_zeros_are_said_to_differ(tmp_path: Path) -> None:
    with pytest.raises(
        LearningError, match=r"the table has '1', the batch '001'; ids have to be the same text"
    ):
        load_run(write_run(tmp_path / "run", ["001", "002"]), ratings(tmp_path, ["1", "2"]))


@pytest.mark.parametrize(("in_run", "in_table"), [(NFD, NFC), (NFC, NFD)], ids=["run", "table"])
def test_names_match_in_both_forms_of_unicode(in_run: str, in_table: str, tmp_path: Path) -> None:
    dataset = load_run(write_run(tmp_path / "run", [in_run, "b"]), ratings(tmp_path, [in_table, "b"]))
    assert dataset.ratings is not None
    assert dataset.ratings["Overall"].notna().all()
    groups = tmp_path / "groups.csv"
    groups.write_text(f"interview_id;group_team\n{in_table};a\n", encoding="utf-8")
    assert list(load_groups(groups).index) == [NFC]


def test_remarks_are_no_ratings_and_a_gap_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes("interview_id,Overall,备注\na,NA,好\nb,3.5,一般\n".encode("gb18030"))
    dataset = load_run(write_run(tmp_path / "run", ["a", "b"]), path)
    assert dataset.ratings is not None
    assert dataset.ratings["Overall"].fillna(-1).tolist() == [-1, 3.5]
    assert dataset.notes == ("ratings.csv: no value of 备注 is a number, left out",)
    path.write_text("interview_id,Overall\na,good\nb,3.5\n", encoding="utf-8")
    with pytest.raises(LearningError, match="1 values of 'Overall' are no numbers"):
        load_run(tmp_path / "run", path)


def test_a_folder_of_rated_answers_may_be_saved_in_any_way(tmp_path: Path) -> None:
    plain = load_mit(write_sample(tmp_path / "plain", persons=12))
    folder = write_sample(tmp_path / "saved", persons=12)
    for path in folder.glob("*.csv"):
        rows, separator = read_rows(path, LearningError)
        assert separator == ","
        decimal = path.name != "transcripts.csv"
        buffer = io.StringIO()
        cells = [[cell.replace(".", ",") if decimal else cell for cell in row] for row in rows]
        pd.DataFrame(cells).to_csv(buffer, sep=";", header=False, index=False)
        path.write_bytes(("sep=;\n" + buffer.getvalue()).encode("utf-16"))
    assert load_mit(folder).fingerprint == plain.fingerprint
