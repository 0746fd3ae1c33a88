"""Rosters as Canvas, Moodle, Gradescope and people write them."""

from datetime import datetime, timedelta

import pytest

from course_kit.grading.lateness import BadTime
from course_kit.grading.roster import (
    Roster,
    Student,
    read_groups,
    read_roster,
    read_times,
    refuse_early,
)
from course_kit.grading.tables import BadTable, same

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,06 Dropout (991),Final Score
Manual Posting,,,,,,
    Points Possible,,,,,100.0,(read only)
"Lovelace, Ada",12345,S-1,ada,Lecture 1,,
"Noether, Emmy",222,S-2,emmy,"Lecture 1, Lab 2",,
"Student, Test",99999,,8a7b,Lecture 1,,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Group,Grade,"Last modified (submission)"
Participant 4711,Zoë O'Neil,zoe@example.edu,Submitted - ,Team A,-,"Tuesday, 31 March 2026, 11:59 PM"
Teilnehmer/in12,Bo,bo@example.edu,No submission,,-,-
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Role,Sections,Submission Time,Lateness (H:M:S)
Ada,Lovelace,0815,ada@example.edu,Student,A,2026-03-31 23:00:00 -0700,01:00:00
Ben,Franklin,,ben@example.edu,Student,A,,
Prof,Fessor,1,prof@example.edu,Instructor,,,
"""


@pytest.fixture
def table(tmp_path):
    def write(text, name="roster.csv", encoding="utf-8"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return tmp_path / name

    return write


def test_canvas_gradebook_is_a_roster(table):
    ada, emmy = read_roster(table(CANVAS), "canvas").students
    assert (ada.id, ada.name, ada.section, ada.line) == ("12345", "Lovelace, Ada", "Lecture 1", 4)
    assert (emmy.id, emmy.section) == ("222", "Lecture 1, Lab 2")


def test_moodle_grading_worksheet_is_a_roster_and_holds_the_times(table):
    path = table(MOODLE)
    zoe, bo = read_roster(path, "moodle").students
    assert (zoe.id, zoe.name, zoe.email, zoe.group) == (
        "4711",
        "Zoë O'Neil",
        "zoe@example.edu",
        "Team A",
    )
    assert bo.id == "12" and bo.submitted is None
    assert read_times(path, "moodle") == {"4711": datetime(2026, 3, 31, 23, 59)}


def test_moodle_list_of_participants_is_matched_by_full_name(table):
    roster = read_roster(
        table("First name,Surname,ID number,Email address\nZoë,O'Neil,77,z@x\n"), "moodle"
    )
    assert roster.by_name and roster.find("4711", "Zoë ONeil").id == "77"
    assert roster.find("77", "Somebody Else") is None
    twins = read_roster(table("Full name,ID number\nBo Li,1\nBo Li,2\n,3\n"), "moodle")
    assert twins.find("1", "Bo Li") is None and twins.find("3", "") is None


def test_gradescope_roster_leaves_out_the_staff_and_falls_back_on_the_mail(table):
    roster = read_roster(table(GRADESCOPE), "gradescope")
    assert [(s.id, s.name) for s in roster.students] == [
        ("0815", "Ada Lovelace"),
        ("ben@example.edu", "Ben Franklin"),
    ]
    assert roster.find("unknown", email="BEN@example.edu").name == "Ben Franklin"
    assert read_times(table(GRADESCOPE), "gradescope")["0815"].isoformat().endswith("-07:00")


def test_number_of_another_system_is_nobodys(table):
    roster = read_roster(table("Student,ID,SIS User ID\nAda,1,2\nBen,3,4\n"), "canvas")
    assert roster.find("2") is None and roster.find("4") is None


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffid,name\n7,José\n".encode(),
        "id;name\r\n7;José\r\n".encode(),
        "id\tname\n7\tJosé\n".encode("utf-16"),
        '"ID","Name"\n"7.0","Jose\u0301"\n\n,\n'.encode(),
        "Name,Extra,Id\nJosé,,7\n".encode(),
    ],
)
def test_spreadsheets_ways_of_writing_are_understood(table, data):
    (student,) = read_roster(table(data), "plain").students
    assert (student.id, student.name) == ("7", "José")


@pytest.mark.parametrize(
    "data,said",
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"id,name\n", "holds no student"),
        (b"color,size\n1,2\n", "no heading that is known; it has: color, size"),
        (b"name,section\nAda,1\n", "no column of ids"),
        (b"id,name\n,Ada\n", "line 2 (Ada) has no id"),
        (b"id,id\n1,2\n", "two columns 'id'"),
        (b"id,name\n7,Jos\xe9\n", "not in UTF-8"),
        (b'id,name\n7,"Ada\n', "is no CSV"),
        (b"id,name\n7,Ada\n8,Ben\n7,Cem\n", "lines 2 and 4 have the same id: 7 (Ada) and 7 (Cem)"),
        ("id,name\njos\u00e9,A\njose\u0301,B\n".encode(), "lines 2 and 3 have the same id"),
        (b"id,name\nada,A\nADA,B\n", "lines 2 and 3 have the same id"),
        (b"id,extension\n7,tomorrow\n", "line 2: 'tomorrow' is no extension"),
        (b"id,submitted\n7,2 o'clock\n", 'line 2: "2 o\'clock" is no date'),
    ],
)
def test_bad_rosters_are_told_in_one_line(table, data, said):
    with pytest.raises(BadTable) as told:
        read_roster(table(data), "plain")
    assert said in str(told.value) and "\n" not in str(told.value)


def test_missing_and_odd_files_are_told(tmp_path):
    with pytest.raises(BadTable, match="There is no file"):
        read_roster(tmp_path / "gone.csv", "plain")
    with pytest.raises(BadTable, match="cannot be used: it is not a regular file"):
        read_roster(tmp_path, "plain")
    with pytest.raises(BadTable, match="There is no file"):
        read_groups(tmp_path / "gone.csv")


def test_terminal_codes_do_not_pass(table):
    (student,) = read_roster(table("id,name\n7,\x1b[31mA\u202eda\n"), "plain").students
    assert student.name == "[31mAda"


def test_extensions_and_pairs_are_columns(table):
    text = "id,extension,pair\n1,2,x\n2,2026-04-02T12:00,x\n3,,\n"
    one, two, three = read_roster(table(text), "plain").students
    assert (one.extension, three.extension) == (timedelta(days=2), None)
    assert two.extension == datetime(2026, 4, 2, 12) and (one.shares, two.shares) == ("x", "x")


def test_extension_before_the_deadline_is_told():
    roster = Roster((Student("7", "Ada", extension=datetime(2026, 3, 1), line=2),))
    refuse_early(roster, None)
    with pytest.raises(BadTable, match=r"line 2: the extension of 7 \(Ada\) ends before"):
        refuse_early(roster, datetime(2026, 3, 2))


def test_times_need_a_column(table):
    with pytest.raises(BadTable, match="'submitted'"):
        read_times(table("id,name\n7,Ada\n"), "plain")


def test_groups_are_lines_of_ids(table):
    assert read_groups(table("Student, Partner\nada,ben\n\ncem,dora,emil\n")) == [
        (2, ("ada", "ben")),
        (4, ("cem", "dora", "emil")),
    ]
    assert read_groups(table("7;8\n")) == [(1, ("7", "8"))]
    with pytest.raises(BadTable, match=r"line 2: ada, ADA alone"):
        read_groups(table("x,y\nada,ADA\n"))


def test_same_ignores_case_form_and_what_cannot_be_seen():
    assert same(" Jose\u0301\u202e ") == same("JOSÉ") and same("ada") != same("\u0430da")


def test_problems_are_the_users_to_mend():
    from course_kit.problems import Problem

    assert issubclass(BadTable, Problem) and issubclass(BadTime, Problem)
