"""Reports are a function of the manifest and the result files, byte for byte."""

import csv
import json
import re
import zipfile
from decimal import Decimal

import pytest
from made_up_class import LAB, Shown, a_result, a_row

from course_kit.grading.report import NoClass, build, read_class, write_reports
from course_kit.grading.report.building import open_folder
from course_kit.grading.store import Store
from course_kit.problems import Problem


def contents(folder):
    """What every file holds, but for the salt and the results."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "results"
    }


def book(folder):
    with open(folder / "gradebook.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_rebuilding_from_nothing_but_manifest_and_results_gives_the_same_bytes(graded):
    before = contents(graded)
    for name in before:
        if name not in ("class.json", "salt"):
            (graded / name).unlink()
    build(open_folder(graded))
    assert contents(graded) == before
    assert {"gradebook.csv", "report.html", "feedback.zip", "reflections.html"} < set(before)


def test_rebuilding_touches_no_file_that_stays_the_same(graded):
    stamps = {path: path.stat().st_mtime_ns for path in graded.rglob("*")}
    build(open_folder(graded))
    assert {path: path.stat().st_mtime_ns for path in graded.rglob("*")} == stamps


def test_no_page_tells_the_time_or_the_salt(graded, rows, monkeypatch):
    before = contents(graded)
    monkeypatch.setattr("time.time", lambda: 0.0)
    write_reports(Store(graded), LAB, rows, Shown(), practice=False)
    assert contents(graded) == before
    salt = before.pop("salt")
    for name, data in before.items():
        assert salt not in data and salt.hex().encode() not in data, name


def test_gradebook_holds_no_times(store):
    def rows(seconds):
        return [a_row("ada", "f", a_result(store, "ada", seconds=seconds, cpu_seconds=seconds))]

    write_reports(store, LAB, rows(1), Shown(), False)
    before = (store.folder / "gradebook.csv").read_bytes()
    write_reports(store, LAB, rows(2), Shown(), False)
    assert (store.folder / "gradebook.csv").read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text(path.read_text()[:100]),
        lambda path: path.write_bytes(b"\xff\xfe"),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text("{}"),
        lambda path: path.write_text("[" * 100_000),
        lambda path: path.write_text(path.read_text().replace('"notes": []', '"notes": [1]')),
        lambda path: path.write_text(path.read_text().replace('"seconds": 0.5', '"seconds": NaN')),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["gone", "cut", "binary", "list", "empty", "deep", "kinds", "nan", "folder"],
)
def test_missing_or_damaged_result_is_one_clear_line_of_its_row(store, damage):
    rows = [a_row(name, "f", a_result(store, name)) for name in ("ada", "ben")]
    write_reports(store, LAB, rows, Shown(), False)
    damage(store.folder / "results" / f"{rows[1].result['key']['submission']}.json")
    build(store)
    ada, ben = book(store.folder).values()
    assert ada["points"] == "100" and ada["note"] == ""
    assert ben["points"] == "0" and ben["note"].startswith("The result file results/")
    assert "Grade again." in ben["note"]
    # The line is on the student's page as well: it says nothing of this machine.
    assert str(store.folder) not in ben["note"]


@pytest.mark.parametrize(("part", "value"), [("lab", "00_first_steps"), ("level", "none")])
def test_result_of_another_run_is_not_taken_for_this_one(store, part, value):
    rows = [a_row("ada", "f", a_result(store, "ada"))]
    write_reports(store, LAB, rows, Shown(), False)
    path = next((store.folder / "results").iterdir())
    result = json.loads(path.read_text())
    result["key"][part] = value
    path.write_text(json.dumps(result))
    build(store)
    assert book(store.folder)["ada"]["points"] == "0"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"schema": 99}', "[" * 100_000, '{"schema": 1, "rows": 3}']
)
def test_damaged_manifest_is_one_clear_line(graded, text):
    (graded / "class.json").write_text(text)
    with pytest.raises(NoClass, match="Grade again") as error:
        read_class(graded)
    assert "\n" not in str(error.value)


def test_digest_in_the_manifest_is_no_path(graded):
    manifest = json.loads((graded / "class.json").read_text())
    manifest["rows"][0]["digest"] = "../../salt"
    (graded / "class.json").write_text(json.dumps(manifest))
    entry = read_class(graded).entries[0]
    assert entry.result is None and "names no result file" in entry.problem


def test_folder_that_was_not_graded_into_stays_as_it_is(tmp_path):
    with pytest.raises(NoClass, match=r"course-kit grade"):
        open_folder(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoClass):
        open_folder(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []


def test_lost_salt_is_told_and_no_new_one_is_drawn(graded):
    (graded / "salt").unlink()
    with pytest.raises(Problem, match="lost its salt"):
        open_folder(graded)
    assert not (graded / "salt").exists()


def test_penalty_decision_and_attempt_reach_gradebook_and_page(store):
    rows = [
        a_row("ada", "f", a_result(store, "a"), penalty=Decimal("12.50"), reason="late"),
        a_row("ben", "f", a_result(store, "b"), final=60, reason="agreed in person"),
        a_row("carla", "f", a_result(store, "c"), attempt="2 of 3", note="shared with ben"),
        a_row("deniz", "", None, problem="Nothing was handed in.", final=0),
        a_row("emil", "f", a_result(store, "e", False), penalty=10),
    ]
    write_reports(store, LAB, rows, Shown(), False)
    ada, ben, carla, deniz, emil = book(store.folder).values()
    assert (ada["points"], ada["penalty"], ada["final"]) == ("100", "12.5", "87.5")
    assert (ben["points"], ben["final"], ben["note"]) == ("100", "60", "agreed in person")
    assert carla["note"] == "shared with ben; attempt 2 of 3" and carla["final"] == "100"
    assert deniz["final"] == "0" and emil["final"] == "0"
    page = (store.folder / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "87.5" in page and "late" in page


def test_flags_are_in_the_gradebook_and_their_evidence_only_for_the_instructor(store):
    flags = [{"exercise": "dropout_layer", "what": "subclasses Dropout", "evidence": "cell 9"}]
    rows = [a_row("ada", "f", a_result(store, "ada", flags=flags))]
    write_reports(store, LAB, rows, Shown(), False)
    assert book(store.folder)["ada"]["flagged"] == "dropout_layer: subclasses Dropout"
    assert "cell 9" in (store.folder / "report.html").read_text()
    page = (store.folder / "feedback" / "ada.html").read_text()
    assert "asks you to write it yourself" in page and "cell 9" not in page


def test_practice_is_stamped_on_every_page_and_row(store):
    rows = [a_row(name, "f", a_result(store, name, reflections=ANSWER)) for name in ("ada", "ben")]
    write_reports(store, LAB, rows, Shown("limits", "limits"), practice=True)
    for path in store.folder.rglob("*.html"):
        assert "Practice. Not for marks." in path.read_text(encoding="utf-8"), path
    assert {row["marks"] for row in book(store.folder).values()} == {"practice"}
    page = (store.folder / "report.html").read_text(encoding="utf-8")
    assert page.count('<span class="soft small">practice</span>') == 2
    write_reports(store, LAB, rows, Shown(), practice=False)
    assert not any("Practice" in p.read_text("utf-8") for p in store.folder.rglob("*.html"))


ANSWER = [{"id": "inverted-dropout-reflection-1", "question": "?", "text": "At rate 0.5."}]


def test_page_of_a_student_who_is_gone_is_removed_and_nothing_else(graded, rows):
    own = graded / "feedback" / "my notes.html"
    own.write_text("<p>mine</p>")
    write_reports(Store(graded), LAB, rows[1:], Shown(), practice=False)
    names = {path.name for path in (graded / "feedback").iterdir()}
    assert "s1000.html" not in names and {"s1001.html", "my notes.html"} <= names


def test_names_that_come_out_alike_get_a_page_each(store):
    names = [
        "Ada",
        "ada",
        "a/da",
        "a:da",
        "../ada",
        "e\u0301",
        "\u00e9",
        "CON",
        "x" * 300,
        ".",
        "李",
    ]
    rows = [a_row(name, "f", a_result(store, f"{i}")) for i, name in enumerate(names)]
    write_reports(store, LAB, rows, Shown(), False)
    pages = sorted(path.name for path in (store.folder / "feedback").iterdir())
    assert len(pages) == len(names) == len({page.casefold() for page in pages})
    assert all(len(page.encode()) < 255 and "/" not in page for page in pages)
    assert "_CON.html" in pages and "李.html" in pages
    assert {path.name for path in store.folder.iterdir()} >= {"class.json", "feedback"}
    assert len(zipfile.ZipFile(store.folder / "feedback.zip").namelist()) == len(names)


def test_students_whose_keys_become_alike_stay_two(store):
    rows = [a_row("ada" + "\u202e" * n, "f", a_result(store, f"{n}")) for n in range(3)]
    write_reports(store, LAB, rows, Shown(), False)
    assert list(book(store.folder)) == ["ada", "ada (2)", "ada (3)"]
    assert len(list((store.folder / "feedback").iterdir())) == 3


def a_system_s_row(store, layout, student, name):
    """A row of a download of Canvas or Moodle; the first number in a name is the student's."""
    ids = {layout: re.search("_([0-9]+)_", name)[1]}
    return a_row(student, "lab.ipynb", a_result(store, student), ids=ids, system_name=name)


def test_zip_has_the_names_by_which_canvas_finds_the_student(store):
    names = {
        "ada": "lovelaceada_1001_90001_06_dropout.ipynb",
        "late": "kleinben_LATE_1002_90002_06_dropout-1.ipynb",
    }
    rows = [a_system_s_row(store, "canvas", *named) for named in names.items()]
    rows.append(a_row("set", "", None, final=60))
    write_reports(store, LAB, rows, Shown(), False, "canvas")
    archive = zipfile.ZipFile(store.folder / "feedback.zip")
    assert set(archive.namelist()) == {
        "lovelaceada_1001_90001_06_dropout.html",
        "kleinben_LATE_1002_90002_06_dropout-1.html",
        "set.html",
    }
    page = archive.read("lovelaceada_1001_90001_06_dropout.html")
    assert page == (store.folder / "feedback" / "ada.html").read_bytes()
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_zip_has_the_names_by_which_moodle_finds_the_student(store):
    names = {
        "folder": "Ada Lovelace_77_assignsubmission_file_",
        "new": "Ben O'Neill_78_assignsubmission_file",
        "flat": "Carla Núñez_79_assignsubmission_file_06_dropout.ipynb",
    }
    rows = [a_system_s_row(store, "moodle", *named) for named in names.items()]
    write_reports(store, LAB, rows, Shown(), False, "moodle")
    assert set(zipfile.ZipFile(store.folder / "feedback.zip").namelist()) == {
        "Ada Lovelace_77_assignsubmission_file_/feedback.html",
        "Ben O'Neill_78_assignsubmission_file/feedback.html",
        "Carla Núñez_79_assignsubmission_file_feedback.html",
    }


def test_partners_share_a_file_and_its_name_is_of_the_one_who_handed_it_in(store):
    path = "lovelaceada_1001_90001_lab.ipynb"
    result = a_result(store, "pair")
    rows = [
        a_row(student, path, result, ids={"canvas": student}, system_name=path)
        for student in ("1002", "1001")
    ]
    write_reports(store, LAB, rows, Shown(), False, "canvas")
    archive = zipfile.ZipFile(store.folder / "feedback.zip")
    assert set(archive.namelist()) == {"lovelaceada_1001_90001_lab.html", "1002.html"}
    page = (store.folder / "feedback" / "1001.html").read_bytes()
    assert archive.read("lovelaceada_1001_90001_lab.html") == page


def test_who_handed_in_nothing_is_counted_and_not_pictured(store):
    rows = [a_row("ada", "lab.ipynb", a_result(store, "ada"))]
    rows += [a_row(f"absent{i}", "", None, note="handed in nothing", final=0) for i in range(3)]
    write_reports(store, LAB, rows, Shown(), False)
    page = (store.folder / "report.html").read_text(encoding="utf-8")
    assert "<dt>Handed in nothing</dt><dd>3</dd>" in page and "<dt>Mean</dt><dd>100.0</dd>" in page
    assert "For you to decide" not in page
    assert book(store.folder)["absent1"]["final"] == "0"


@pytest.mark.parametrize("name", ["a\\..\\x_1_2_y.ipynb", "c:x_1_2_y.ipynb", "../x_1_2_y.ipynb"])
def test_file_name_made_to_climb_out_of_the_zip_does_not(store, name):
    row = a_row("ada", name, a_result(store, "a"), ids={"canvas": "1"}, system_name=name)
    write_reports(store, LAB, [row], Shown(), False, "canvas")
    (name,) = zipfile.ZipFile(store.folder / "feedback.zip").namelist()
    assert name == "ada.html"
