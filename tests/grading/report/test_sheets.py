"""Cells that no spreadsheet takes for a formula, and tables as spreadsheets write them."""

import csv
import io
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_kit.grading.report.sheets import (
    BadSheet,
    guard,
    guard_key,
    read_sheet,
    to_csv,
    unguard,
)

SIGNS = "=+-@＝＋－＠"
# Mostly of what matters to a spreadsheet, and now and then of anything.
text = st.text("=+-@;\t\r\n \"',a1＝−\u00a0", max_size=12) | st.text(max_size=12)


def number(value):
    return float(value.replace(",", ".")) is not None


@given(text)
def test_no_cell_begins_as_a_formula_however_the_file_is_split(value):
    guarded = guard(value)
    for separator in (";", "\t"):
        for line in guarded.splitlines():
            for raw in line.split(separator):
                cell = raw.lstrip(' \u00a0"')
                if cell and cell[0] in SIGNS:
                    # Only a plain number may begin with a sign.
                    assert guarded == value and (value == "-" or number(value))


@given(text)
def test_guarding_is_undone_exactly(value):
    assert unguard(guard(value)) == value


@given(st.lists(st.lists(text, min_size=2, max_size=4), min_size=1, max_size=5))
def test_tables_come_back_as_they_were(rows):
    written = to_csv([[guard(cell) for cell in row] for row in rows])
    back = list(csv.reader(io.StringIO(written, newline="")))
    plain = [[re.sub("\r\n?", "\n", guard(cell)) for cell in row] for row in rows]
    assert back == plain


def test_carriage_return_in_a_cell_begins_no_row():
    written = to_csv([["ada", "one\rtwo\r\nthree"], ["ben", ""]])
    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        ["ada", "one\ntwo\nthree"],
        ["ben", ""],
    ]


@pytest.mark.parametrize(
    "value",
    ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", " =1", '"=1', "a;=1", "a\n=1", "＝1", "\t=1"],
)
def test_formulas_get_an_apostrophe(value):
    assert guard(value).replace("'", "", 1) == value != guard(value)


@pytest.mark.parametrize(
    "value", ["Ada", "-", "-5", "+4912345", "3,5", "a-b", "x = 1", "", 7, None]
)
def test_what_is_no_formula_stays_as_it_is(value):
    assert guard(value) == value


def test_addresses_by_which_a_system_finds_a_student_are_exact():
    assert guard_key("-ada+lab@uni.example") == "-ada+lab@uni.example"
    assert guard_key('=HYPERLINK("x")@uni.example').startswith("'")
    assert guard_key("=1+1@uni.example").startswith("'")


def test_guarding_is_linear_in_hostile_text():
    started = time.perf_counter()
    guard("\n" * 300_000 + "=1")
    guard(" '\"" * 100_000)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_are_read_as_spreadsheets_save_them(tmp_path, separator, encoding):
    path = tmp_path / "marks.csv"
    lines = [["label", "Größe", "x"], ["A", 'said "no"\nand left', "1"], [], ["B", "ß"]]
    path.write_bytes(to_csv(lines, separator).replace("\n", "\r\n").encode(encoding))
    sheet = read_sheet(path)
    assert sheet.header == ["label", "Größe", "x"] and sheet.separator == separator
    assert [row[0] for row in sheet.rows] == ["A", "B"] and sheet.rows[1] == ["B", "ß", ""]
    assert sheet.numbers == [2, 4]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (b"\xff\xfeA", "not UTF-8"),
        ("Größe".encode("latin-1"), "not UTF-8"),
        (b"PK\x03\x04\0\0", "no text file"),
        (b'a,b\n"open', "line 2: not CSV"),
    ],
)
def test_what_is_no_table_is_told_in_one_line(tmp_path, data, said):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(BadSheet, match=said) as error:
        read_sheet(path)
    assert "\n" not in str(error.value)


def test_missing_file_and_missing_column_are_told(tmp_path):
    with pytest.raises(BadSheet, match="No such file"):
        read_sheet(tmp_path / "gone.csv")
    (tmp_path / "t.csv").write_text("name,points\n")
    with pytest.raises(BadSheet, match=r"no column 'label'. It has: name, points"):
        read_sheet(tmp_path / "t.csv").need("label")
