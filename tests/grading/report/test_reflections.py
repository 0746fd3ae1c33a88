"""Written answers: gathered without names where asked, marked in a table that comes back."""

import csv
import io
import json

import pytest
from made_up_class import LAB, Shown, a_result, a_row

from course_kit.checks.handout import questions as asked_by
from course_kit.grading.report import build, read_class, write_reports
from course_kit.grading.report.marks import BadMarks
from course_kit.grading.report.reflections import labels, questions
from course_kit.grading.report.sheets import BadSheet
from course_kit.grading.store import Store

FIRST, SECOND = list(asked_by(LAB.name))[:2]


def answers(**texts):
    ids = {"first": FIRST, "second": SECOND}
    return [
        {"id": ids.get(name, name), "question": "as the student has it", "text": text}
        for name, text in texts.items()
    ]


def answered(store, name, **texts):
    result = a_result(store, name + str(texts), reflections=answers(**texts))
    return a_row(name.lower(), f"{name}.ipynb", result, name=name)


@pytest.fixture
def two(store):
    """Ada answered both, Ben the first."""
    rows = [
        answered(store, "Ada", first="=1+1 is\n- not 2", second="never"),
        answered(store, "Ben", first="at 0.5"),
    ]
    write_reports(store, LAB, rows, Shown(), False)
    return rows


def sheet(store):
    with open(store.folder / "reflections.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def label(store, student):
    return labels(read_class(store.folder), store.salt)[student]


def marked(store, tmp_path, *lines, header="label,id,marks,max,comment"):
    path = tmp_path / "marks.csv"
    named = [
        line.replace("ADA", label(store, "ada")).replace("BEN", label(store, "ben"))
        for line in lines
    ]
    path.write_text("\n".join([header, *named]) + "\n", encoding="utf-8")
    return path


def book(store):
    with open(store.folder / "gradebook.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_answers_are_gathered_by_the_questions_of_our_own_notebook(store):
    """What a submission calls a question is a student's word, and so is an id we never gave."""
    rows = [
        answered(store, "Ada", first="yes"),
        answered(store, "Mallory", first="", forged="buy!"),
    ]
    write_reports(store, LAB, rows, Shown(), False)
    found = questions(read_class(store.folder), store.salt)
    assert [question.id for question in found] == list(asked_by(LAB.name))
    assert found[0].text == asked_by(LAB.name)[FIRST]
    assert [a.text for a in found[0].answers] == ["yes"] and found[0].empty == 1
    page = (store.folder / "reflections.html").read_text(encoding="utf-8")
    assert "buy!" not in page and "as the student has it" not in page


def test_labels_are_stable_secret_and_no_order_of_the_class(store, tmp_path):
    rows = [answered(store, f"S{i}", first="x") for i in range(200)]
    write_reports(store, LAB, rows, Shown(), False)
    before = labels(read_class(store.folder), store.salt)
    write_reports(store, LAB, [*rows[100:], answered(store, "New", first="x")], Shown(), False)
    after = labels(read_class(store.folder), store.salt)
    assert all(after[f"s{i}"] == before[f"s{i}"] for i in range(100, 200))
    other = labels(read_class(store.folder), Store(tmp_path / "other").salt)
    assert not set(other.values()) & set(after.values())
    assert len(set(before.values())) == 200
    in_order = [label for label in sorted(before.values())]
    assert in_order != list(before.values())


def test_anonymous_pages_hold_no_name_anywhere(store):
    rows = [answered(store, "Zerlina", first="at 0.5"), answered(store, "Xaver", first="never")]
    write_reports(store, LAB, rows, Shown(), False)
    build(store, anonymous=True)
    for name in ("reflections.html", "reflections.csv"):
        text = (store.folder / name).read_text(encoding="utf-8-sig").casefold()
        assert "zerlina" not in text and "xaver" not in text and "ipynb" not in text
        assert label(store, "zerlina").casefold() in text
    assert "student" not in sheet(store)[0]
    build(store)
    assert "Zerlina" in (store.folder / "reflections.html").read_text(encoding="utf-8")


def test_table_holds_every_answer_safe_for_spreadsheets(store, two):
    rows = {(row["label"], row["id"]): row for row in sheet(store)}
    assert len(rows) == 3
    ada = rows[label(store, "ada"), FIRST]
    assert ada["answer"] == "'=1+1 is\n'- not 2" and ada["marks"] == "" and ada["max"] == "10"
    assert (store.folder / "reflections.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_line_breaks_are_kept_by_style_and_text_is_never_markup(store):
    text = "<script>alert(1)</script>\n{{7*7}} \u202eevil"
    write_reports(store, LAB, [answered(store, "Ada", first=text)], Shown(), False)
    for name in ("reflections.html", "feedback/ada.html"):
        page = (store.folder / name).read_text(encoding="utf-8")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;\n{{7*7}}" in page and "49" not in page
        assert "white-space: pre-wrap" in page and "<script>alert" not in page


def test_marks_come_into_gradebook_and_feedback_and_stay(store, two, tmp_path):
    path = marked(
        store,
        tmp_path,
        f'ADA,{FIRST},"7,5",10,"good, but\nshort"',
        f"BEN,{FIRST},4,,",
        "",
        f"ADA,{SECOND},2,3,",
    )
    build(store, table=path, marks_max=5)
    rows = book(store)
    ada, ben = rows["ada"], rows["ben"]
    assert (ada[f"answer {FIRST}"], ada[f"answer {SECOND}"]) == ("7.5", "2")
    assert (ada["answers"], ada["total"], ada["final"]) == ("9.5", "109.5", "100")
    assert (ben["answers"], ben[f"answer {SECOND}"]) == ("4", "")
    page = (store.folder / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "7.5 of 10" in page and "good, but short" in page
    before = (store.folder / "gradebook.csv").read_bytes()
    build(store)
    assert (store.folder / "gradebook.csv").read_bytes() == before
    assert {row["marks"] for row in sheet(store)} == {"7.5", "4", "2"}


def test_table_filled_in_where_it_lies_comes_back(store, two):
    path = store.folder / "reflections.csv"
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    for row in rows[1:]:
        row[rows[0].index("marks")], row[rows[0].index("comment")] = "3", "=fine"
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)  # as a spreadsheet may save it
    build(store, table=path)
    assert book(store)["ada"]["answers"] == "6"
    page = (store.folder / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "=fine" in page and "&#39;=fine" not in page
    built = build(store)
    assert built.lines == [] and sheet(store)[0]["comment"] == "'=fine"


def test_work_in_the_table_is_never_overwritten(store, two):
    path = store.folder / "reflections.csv"
    mine = path.read_text("utf-8-sig").replace(",10,", ",3 points,", 1).replace(",,10,", ",8,10,")
    path.write_text(mine, encoding="utf-8")
    built = build(store)
    assert path.read_text(encoding="utf-8") == mine
    assert len(built.lines) == 1 and "--marks" in built.lines[0]


def test_empty_cell_changes_nothing_and_a_minus_takes_back(store, two, tmp_path):
    build(store, table=marked(store, tmp_path, f"ADA,{FIRST},7,,", f"BEN,{FIRST},4,,"))
    build(store, table=marked(store, tmp_path, f"ADA,{FIRST},,,", f"BEN,{FIRST},-,,"))
    assert book(store)["ada"]["answers"] == "7" and book(store)["ben"]["answers"] == "0"


def test_marks_do_not_pass_to_a_text_that_was_not_marked(store, two, tmp_path):
    build(store, table=marked(store, tmp_path, f"ADA,{FIRST},7,,", f"BEN,{FIRST},4,,"))
    rows = [answered(store, "Ada", first="something else"), two[1]]
    built = write_reports(store, LAB, rows, Shown(), False)
    assert book(store)["ada"]["answers"] == "0" and book(store)["ben"]["answers"] == "4"
    assert built.lines == ["1 marks are of answers that have changed since; mark them anew."]


def test_table_of_an_answer_that_changed_is_not_taken_in(store, two):
    old = store.folder / "old.csv"
    old.write_text((store.folder / "reflections.csv").read_text("utf-8").replace(",,10,", ",8,10,"))
    rows = [answered(store, "Ada", first="something else"), two[1]]
    write_reports(store, LAB, rows, Shown(), False)
    with pytest.raises(BadMarks, match="changed since this table was written"):
        build(store, table=old)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("NOBODY,FIRST,5,,", r"row 3: there is no label 'NOBODY'"),
        ("ADA,q99,5,,", r"row 3: there is no question 'q99'"),
        ("BEN,SECOND,5,,", r"row 3: there is no question"),
        ("ADA,FIRST,five,,", r"row 3: marks 'five' is no number"),
        ("ADA,FIRST,nan,,", r"row 3: marks 'nan' is no number"),
        ("ADA,FIRST,inf,,", r"row 3: marks 'inf' is no number"),
        ("ADA,FIRST,-1,,", r"row 3: marks '-1' is no number"),
        ("ADA,FIRST,11,,", r"row 3: 11 is more than 10"),
        ("ADA,FIRST,4,3,", r"row 3: 4 is more than 3"),
        ("ADA,FIRST,4,x,", r"row 3: max 'x' is no number"),
        ("ADA,FIRST,,,nice", r"row 3: a comment needs marks"),
        ("BEN,FIRST,1,,", r"row 3: label '.*' has a second row"),
    ],
)
def test_bad_marks_name_the_row_and_nothing_is_taken_in(store, two, tmp_path, line, said):
    line = line.replace("FIRST", FIRST).replace("SECOND", SECOND)
    before = {p: p.read_bytes() for p in store.folder.rglob("*") if p.is_file()}
    with pytest.raises(BadMarks, match=said) as error:
        build(store, table=marked(store, tmp_path, f"BEN,{FIRST},1,,", line))
    assert "\n" not in str(error.value)
    assert {p: p.read_bytes() for p in store.folder.rglob("*") if p.is_file()} == before


def test_many_bad_rows_are_told_by_the_first_few(store, two, tmp_path):
    path = marked(store, tmp_path, *(f"X{i},{FIRST},1,," for i in range(300)))
    with pytest.raises(BadMarks, match=r"row 6: .*; and 295 more rows") as error:
        build(store, table=path)
    assert len(str(error.value)) < 500


def test_table_without_its_columns_is_told(store, two, tmp_path):
    with pytest.raises(BadSheet, match="no column 'label'"):
        build(store, table=marked(store, tmp_path, "a,b", header="who,marks"))


def test_damaged_store_of_marks_is_told(store, two):
    for text in ("{", "[1]", json.dumps([{"student": "ada"}])):
        (store.folder / "marks.json").write_text(text)
        with pytest.raises(BadMarks, match=r"marks.json is damaged"):
            build(store)
