"""What Canvas and Moodle take back: their own table, with one column filled in."""

import csv
import io
import itertools

import pytest
from made_up_class import LAB, Shown, a_result, a_row

from course_kit.grading.report import read_class, write_reports
from course_kit.grading.report.canvas import canvas
from course_kit.grading.report.exports import NotExported
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.matching import Twice
from course_kit.grading.report.moodle import moodle
from course_kit.grading.report.sheets import BadSheet

CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Lab 5 (1233),Lab 6 (1234),Current Score
,,,,,,,Manual Posting,
    Points Possible,,,,,,10,100,(read only)
"Lovelace, Ada",1001,u1,ada@uni.example,A,,9,,90
"Núñez, Carla",1003,u3,carla@uni.example,"A and B",,8,12,80
"=""=cmd()""",1004,u4,d@uni.example,A,,7,EX,70
"Klein, Ben",1002,u2,ben@uni.example,A,,6,,60
"Student, Test",1999,,,A,,,,
'''

WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (grade),Feedback comments
Participant 77,Ada Lovelace,Ada@uni.example,Submitted for grading,,100.00,Yes,-,
Participant 78,Ben Klein,ben@uni.example,Submitted for grading,3.00,100.00,Yes,-,see me
"""

MOODLE = """\
"First name","Last name","ID number",Institution,"Email address","Assignment: Lab 6 (Real)","Total"
Ada,Lovelace,0017,=x,Ada@uni.example,-,1
Ben,Klein,0018,,ben@uni.example,4.00,2
Carla,Núñez,0019,,carla@uni.example,5.00,2
"""


@pytest.fixture
def a_class(store, tmp_path):
    """A class of the given rows, and a file of the given text."""
    count = itertools.count()

    def make(*rows, text=None, practice=False):
        write_reports(store, LAB, rows, Shown(), practice)
        path = None
        if text is not None:
            path = tmp_path / f"export{next(count)}.csv"
            path.write_text(text, encoding="utf-8")
        return read_class(store.folder), Marks(), path

    return make


@pytest.fixture
def row(store):
    """A graded row."""

    def make(student, points=100, **more):
        result = a_result(store, student + str(more.get("path", "")))
        return a_row(student, f"{student}.ipynb", result, final=points, **more)

    return make


def table(exported, separator=","):
    return list(csv.reader(io.StringIO(exported.text, newline=""), delimiter=separator))


def test_canvas_gets_its_own_rows_back_with_one_column(a_class, row):
    rows = [row("1001", 87.5), row("x", 40, ids={"canvas": "1002"})]
    exported = canvas(*a_class(*rows, text=CANVAS), "Lab 6 (1234)")
    assert table(exported) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 6 (1234)"],
        ["", "", "", "", "", "Manual Posting"],
        ["    Points Possible", "", "", "", "", "100"],
        ["Lovelace, Ada", "1001", "u1", "ada@uni.example", "A", "87.5"],
        ["Núñez, Carla", "1003", "u3", "carla@uni.example", "A and B", "12"],
        ['\'="=cmd()"', "1004", "u4", "d@uni.example", "A", "EX"],
        ["Klein, Ben", "1002", "u2", "ben@uni.example", "A", "40"],
        ["Student, Test", "1999", "", "", "A", ""],
    ]
    assert exported.filled == 2 and exported.missing == [] and exported.ungraded == []


@pytest.mark.parametrize(
    "student", ["ada@uni.example", "ADA@uni.example", "u1", "1001", "Ada Lovelace", "Lovelace, Ada"]
)
def test_student_is_found_by_id_login_or_name(a_class, row, student):
    exported = canvas(*a_class(row(student), text=CANVAS), "Lab 6")
    assert table(exported)[3][-1] == "100" and exported.filled == 1


def test_number_that_canvas_wrote_decides_alone(a_class, row):
    """Whoever calls the notebook by another's number or name gets nothing there."""
    path = "nobody_5555_9_1001_2_Ada Lovelace.ipynb"
    entry = row("ada@uni.example", path=path, ids={"canvas": "5555"})
    exported = canvas(*a_class(entry, text=CANVAS), "Lab 6")
    assert exported.filled == 0 and exported.missing == ["ada@uni.example"]


def test_name_that_two_have_is_nobody_s(a_class, row):
    text = CANVAS + '"Lovelace, Ada",1005,u5,ada2@uni.example,B,,1,,1\n'
    exported = canvas(*a_class(row("Ada Lovelace"), text=text), "Lab 6")
    assert exported.filled == 0 and exported.missing == ["Ada Lovelace"]


def test_two_submissions_for_one_cell_are_refused(a_class, row):
    with pytest.raises(Twice, match=r"'u1' and '1001' are the same"):
        canvas(*a_class(row("u1"), row("1001"), text=CANVAS), "Lab 6")


def test_student_without_a_grade_keeps_what_was_there(a_class):
    exported = canvas(*a_class(a_row("1003", "f", None, "not read"), text=CANVAS), "Lab 6")
    assert table(exported)[4][-1] == "12" and exported.ungraded == ["1003"]


def test_points_possible_must_agree_or_be_scaled(a_class, row):
    text = CANVAS.replace("10,100,(", "10,20,(")
    with pytest.raises(NotExported, match=r"worth 20 points, and 100 here.*--scale"):
        canvas(*a_class(row("1001"), text=text), "Lab 6")
    exported = canvas(*a_class(row("1001", 87.6), text=text), "Lab 6", scale=True)
    assert table(exported)[2][-1] == "20" and table(exported)[3][-1] == "17.52"
    # 12.375 points are 12.38 in the gradebook, and 2.476 of 20.
    exported = canvas(*a_class(row("1001", 12.375), text=text), "Lab 6", scale=True)
    assert table(exported)[3][-1] == "2.48"


def test_columns_are_named_where_the_assignment_is_not_clear(a_class, row):
    for wanted, said in ((None, "'Lab 6 \\(1234\\)'"), ("Lab", "Several"), ("Lab 9", "No column")):
        with pytest.raises(NotExported, match=said):
            canvas(*a_class(row("1001"), text=CANVAS), wanted)
    with pytest.raises(BadSheet, match="no column 'ID'"):
        canvas(*a_class(row("1001"), text="a,b\n1,2\n"), "b")


def test_semicolons_and_decimal_commas_stay(a_class, row):
    text = CANVAS.replace(",", ";").replace("Lovelace; Ada", "Lovelace, Ada")
    exported = canvas(*a_class(row("1001", 87.5), text="\ufeff" + text), "Lab 6 (1234)")
    line = ["Lovelace, Ada", "1001", "u1", "ada@uni.example", "A", "87,5"]
    assert table(exported, ";")[3] == line


def test_canvas_without_its_gradebook_goes_by_the_numbers_of_its_download(a_class, row):
    with pytest.raises(NotExported, match="--assignment"):
        canvas(*a_class(row("ada")), None)
    with pytest.raises(NotExported, match="--gradebook"):
        canvas(*a_class(row("ada")), "Lab 6 (1)")
    exported = canvas(*a_class(row("=ada", ids={"canvas": "77"}), row("ben")), "Lab 6 (1)")
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 6 (1)"]
    assert table(exported) == [header, ["'=ada", "77", "", "", "", "100"]]
    assert exported.missing == ["ben"]


def test_moodle_gets_addresses_letter_for_letter_and_only_those_with_a_grade(a_class, row):
    rows = [row("ada@uni.example", 87.5), row("x", 50, ids={"number": "0018"})]
    exported = moodle(*a_class(*rows, text=MOODLE), "Lab 6")
    header = ["First name", "Last name", "ID number", "Email address", "Assignment: Lab 6 (Real)"]
    assert table(exported) == [
        header,
        ["Ada", "Lovelace", "0017", "Ada@uni.example", "87.5"],
        ["Ben", "Klein", "0018", "ben@uni.example", "50"],
    ]


def test_moodle_worksheet_is_filled_in_and_kept_whole(a_class, row):
    entry = row("anything", 91, ids={"moodle": "77"})
    exported = moodle(*a_class(entry, text=WORKSHEET), None)
    before = list(csv.reader(io.StringIO(WORKSHEET)))
    before[1][4] = "91"
    assert table(exported) == before


def test_moodle_refuses_points_that_it_would_pass_over_in_silence(a_class, row):
    text = WORKSHEET.replace("100.00", "10.00")
    with pytest.raises(NotExported, match=r"worth 10\.00 points"):
        moodle(*a_class(row("ben@uni.example"), text=text), None)
    exported = moodle(*a_class(row("ben@uni.example", 45), text=text), None, scale=True)
    assert table(exported)[2][4] == "4.5"


def test_moodle_without_its_gradebook_names_by_address_or_number(a_class, row):
    rows = [row("ada@uni.example"), row("b", email="ben@uni.example"), row("c"), row("=d@x.org")]
    exported = moodle(*a_class(*rows, row("e", ids={"number": "0019"})), None)
    assert [line[:2] for line in table(exported)[1:]] == [
        ["ada@uni.example", ""],
        ["ben@uni.example", ""],
        ["'=d@x.org", ""],
        ["", "0019"],
    ]
    assert exported.missing == ["c"]
