"""From a download to the rows of a gradebook: attempts, pairs, lateness, and who is missing."""

import os
from decimal import Decimal

import pytest

from course_kit.grading.handing_in import make_plan
from course_kit.grading.intake import Options, take_in
from course_kit.grading.lateness import BadTime
from course_kit.grading.layouts import BadDownload
from course_kit.grading.settling import Outcome, settle
from course_kit.grading.tables import BadTable
from course_kit.problems import Problem

LAB = "06_dropout"


@pytest.fixture
def hand_in(tmp_path):
    """Lays out a download and gives its rows; points by a part of the path (none is 80)."""

    def run(names, points=None, roster=None, pairs=None, lab=LAB, times=None, **words):
        folder = tmp_path / "in"
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(names[name] if isinstance(names, dict) else name)
        files = {"roster": roster, "pairs": pairs, "times": times}
        for key, text in files.items():
            if text is not None and text != "mtime":
                (tmp_path / f"{key}.csv").write_text(text)
                words[key] = tmp_path / f"{key}.csv" if key != "times" else f"{tmp_path}/times.csv"
        if times == "mtime":
            words["times"] = times
        options = Options.read(**words)
        plan = make_plan(take_in(folder, options), options, lab)
        run.plan = plan
        outcomes = {sub: outcome(sub.path, points or {}) for sub in plan.submissions}
        return {row.student: row for row in settle(plan, outcomes)}

    return run


def outcome(path, points):
    found = next((value for part, value in points.items() if part in path.as_posix()), 80)
    if isinstance(found, str):
        return Outcome(None, found)
    return Outcome(found, digest=f"{path.read_text()}")


def shown(rows, *fields):
    return {id: tuple(getattr(row, field) for field in fields) for id, row in rows.items()}


def test_latest_attempt_counts_and_only_it_is_graded(hand_in):
    rows = hand_in(["doe_1_30_a.ipynb", "doe_1_200_a-1.ipynb"], {"_30_": 100, "_200_": 60})
    assert shown(rows, "final", "attempt") == {"1": (60, "2 of 2")}
    assert [s.path.name for s in hand_in.plan.submissions] == ["doe_1_200_a-1.ipynb"]


def test_best_attempt_counts_and_the_others_are_told(hand_in):
    names = ["doe_1_30_a.ipynb", "doe_1_200_b.ipynb", "doe_1_300_c.ipynb"]
    rows = hand_in(names, {"_30_": 70, "_200_": 90, "_300_": "broken"}, attempt="best")
    assert shown(rows, "final", "attempt") == {"1": (90, "2 of 3")}
    assert rows["1"].note == "also graded: a.ipynb (70), c.ipynb (no grade)"


def test_best_is_after_the_penalty(hand_in):
    names = ["doe_1_30_a.ipynb", "doe_LATE_1_200_b.ipynb"]
    rows = hand_in(names, {"_30_": 70, "_200_": 75}, attempt="best", late="10%")
    assert (rows["1"].final, rows["1"].penalty) == (70, 0)


def test_where_nothing_orders_them_the_best_counts_and_it_is_said(hand_in):
    names = ["Doe_1_assignsubmission_file_/a.ipynb", "Doe_1_assignsubmission_file_/b.ipynb"]
    rows = hand_in(names, {"a.ipynb": 90, "b.ipynb": 20})
    assert rows["1"].final == 90 and "nothing says which notebook is the latest" in rows["1"].note


@pytest.mark.parametrize("attempt", ["latest", "best"])
@pytest.mark.parametrize(
    "folder", ["submission_5", "Doe_1_assignsubmission_file_", "doe_1_9_unpacked"]
)
def test_of_a_student_with_too_many_notebooks_only_some_are_graded(hand_in, folder, attempt):
    names = [f"{folder}/n{n:03}.ipynb" for n in range(300)]
    rows = hand_in(
        [*names, folder.replace("5", "6").replace("1", "2") + "/a.ipynb"],
        {"n000": 100},
        attempt=attempt,
    )
    assert len(hand_in.plan.submissions) == 20 + 1
    many, one = rows.values()
    assert many.note.startswith("of 300 notebooks 20 are graded") and "20 are" not in one.note
    assert many.final == 80 and many.attempt.endswith(" of 300")
    (line,) = hand_in.plan.passed_over
    assert line.startswith(many.student) and line.endswith(": of 300 notebooks 20 are graded")


def test_canvas_takes_the_latest_of_however_many(hand_in):
    rows = hand_in([f"doe_1_{n}_a.ipynb" for n in range(1, 31)], {"_30_": 100})
    assert (rows["1"].final, rows["1"].note) == (100, "")


def test_times_of_files_order_them_only_if_asked(hand_in, tmp_path):
    hand_in(["ada/a.ipynb", "ada/b.ipynb"])
    points = {"a.ipynb": 20, "b.ipynb": 90}
    words = {"deadline": "2026-03-31T23:59Z", "late": "50%"}
    for name, when in (("a", 2e9), ("b", 1e9)):
        os.utime(tmp_path / "in" / "ada" / f"{name}.ipynb", (when, when))
    unasked = hand_in([], points, **words)["ada"]
    assert unasked.final == 90 and "when it was handed in is not known" in unasked.note
    row = hand_in([], points, times="mtime", **words)["ada"]
    assert (row.final, row.attempt) == (10, "2 of 2")


def test_notebook_of_another_lab_is_left_aside(hand_in):
    names = ["doe_1_30_06_dropout.ipynb", "doe_1_200_00_first_steps.ipynb"]
    rows = hand_in(names, {"_30_": 70, "_200_": 0})
    assert (rows["1"].final, rows["1"].attempt) == (70, "1 of 2")
    alone = hand_in(["roe_2_9_00_first_steps.ipynb"])
    assert alone["2"].final == 80  # there is nothing else to grade


def test_who_handed_in_nothing_appears_with_zero(hand_in):
    roster = "Student,ID,SIS User ID,Section\n'Doe',1,,A\nRoe,2,,B\nPoe,3,,B\n"
    rows = hand_in(["doe_1_3_a.ipynb", "roe_2_4_a.zip", "zoe_9_5_a.ipynb"], roster=roster)
    assert list(rows) == ["1", "2", "3", "9"]
    assert shown(rows, "final", "note") == {
        "1": (80, ""),
        "2": (0, "handed in a.zip, no notebook"),
        "3": (0, "handed in nothing"),
        "9": (80, "not on the roster"),
    }
    assert rows["2"].section == "B" and rows["9"].name == "zoe"
    assert rows["3"].ids == {"canvas": "3"} and rows["9"].ids == {"canvas": "9"}


def test_pair_shares_the_one_submission(hand_in):
    names = ["ada.ipynb", "dora.ipynb"]
    roster = "id,name\nada,Ada\nben,Ben\ncem,Cem\ndora,Dora\n"
    rows = hand_in(names, {"ada": 90}, roster=roster, pairs="student,partner\nben,ada\n")
    assert (
        shown(rows, "final", "file")["ben"]
        == shown(rows, "final", "file")["ada"]
        == (90, "ada.ipynb")
    )
    assert rows["ben"].note == "with ada" and rows["cem"].note == "handed in nothing"
    assert len(hand_in.plan.submissions) == 2


def test_pair_by_the_roster_and_extension_of_one(hand_in):
    roster = "id,pair,extension\n1,x,\n2,x,3\n"
    rows = hand_in(
        ["doe_1_5_a.ipynb"],
        roster=roster,
        deadline="2026-03-31T23:59Z",
        times="id,submitted\n1,2026-04-01T23:00Z\n",
        late="10%/day",
        layout="canvas",
    )
    assert shown(rows, "final") == {"1": (80,), "2": (80,)}  # not marked late: told, not punished
    assert "not marked late" in rows["1"].note and "not marked late" not in rows["2"].note


def test_pair_without_a_roster_gives_the_partner_a_row(hand_in):
    rows = hand_in(["ada.ipynb"], pairs="ada,ben\n")
    assert shown(rows, "final") == {"ada": (80,), "ben": (80,)}


@pytest.mark.parametrize(
    "pairs,said",
    [
        ("ada,nobody\n", "line 1: nobody has the id nobody"),
        ("ada,ben\ncem,ada\n", "ada is in two groups: --pairs, line 1 and --pairs, line 2"),
    ],
)
def test_bad_pairs_are_told(hand_in, pairs, said):
    with pytest.raises(BadTable, match=said):
        hand_in(["ada.ipynb"], roster="id\nada\nben\ncem\n", pairs=pairs)


def test_latest_of_a_pair_counts_for_both(hand_in):
    names = ["doe_1_30_a.ipynb", "roe_2_31_b.ipynb"]
    rows = hand_in(names, {"_30_": 90, "_31_": 50}, pairs="1,2\n")
    assert shown(rows, "final", "attempt") == {"1": (50, "2 of 2"), "2": (50, "2 of 2")}


def test_group_of_gradescope_gets_the_grade_and_its_time(hand_in):
    metadata = """\
submission_5:
  :submitters:
  - {':name': Ada, ':sid': '1', ':email': a@x}
  - {':name': Ben, ':sid': '2', ':email': b@x}
  :created_at: 2026-04-02 00:00:00.000 Z
submission_9:
  :submitters:
  - {':name': Ada, ':sid': '1', ':email': a@x}
  :created_at: 2026-03-01 00:00:00.000 Z
"""
    names = {
        "submission_5/a.ipynb": "x",
        "submission_9/a.ipynb": "y",
        "submission_metadata.yml": metadata,
    }
    rows = hand_in(names, {"n_9": 100}, deadline="2026-03-31T23:59Z", late="10%/day max 15%")
    assert shown(rows, "earned", "penalty", "final") == {"1": (80, 12, 68), "2": (80, 12, 68)}
    assert rows["1"].reason == "1 d 1 min late, 10%/day max 15%" and rows["1"].attempt == "2 of 2"


def test_group_of_moodle_is_everybody_whom_the_worksheet_puts_in_it(hand_in):
    roster = "Identifier,Full name,Group\nParticipant 7,Ada,Team A\nParticipant 8,Ben,Team A\n"
    rows = hand_in(["Team A_7_assignsubmission_file_/a.ipynb"], {"Team": 90}, roster=roster)
    assert shown(rows, "final")["7"] == shown(rows, "final")["8"] == (90,)


TEAM = "Identifier,Full name,Group\n901,Ann,Team 7\n902,Ben,Team 7\n903,Mallory,Team 9\n"


def test_student_who_is_called_like_a_group_hands_in_for_nobody_else(hand_in):
    forged = "Team 7_903_assignsubmission_file_/a.ipynb"
    rows = hand_in([forged], roster=TEAM)
    assert shown(rows, "final", "note") == {
        "901": (0, "handed in nothing"),
        "902": (0, "handed in nothing"),
        "903": (80, "the download calls them Team 7, a group that they are not in"),
    }
    rows = hand_in([forged, "Ann_901_assignsubmission_file_/a.ipynb"], roster=TEAM)
    assert shown(rows, "final") == {"901": (80,), "902": (0,), "903": (80,)}


def test_number_of_a_group_s_folder_is_taken_for_nobody_s_own(hand_in):
    roster = "Full name,ID number,Group\nAnn,1,Team 7\nBen,2,Team 7\n"
    rows = hand_in(["Team 7_55_assignsubmission_file_/a.ipynb"], roster=roster)
    assert shown(rows, "final", "ids") == {"1": (80, {"number": "1"}), "2": (80, {"number": "2"})}
    told = "only the name of the group says that participant 55 hands in for them"
    assert all(told in row.note for row in rows.values())


def test_where_only_a_name_says_whose_a_file_is_it_is_told(hand_in):
    roster = "First name,Last name,Email address\nAnn,A,a@x\nBob,B,b@x\nMallory,M,m@x\n"
    names = ["Ann A_901_assignsubmission_file_/a.ipynb", "Bob B_903_assignsubmission_file_/a.ipynb"]
    rows = hand_in(names, roster=roster)
    assert shown(rows, "note") == {
        "a@x": ("only the name says that participant 901 is this student",),
        "b@x": ("only the name says that participant 903 is this student",),
        "m@x": ("handed in nothing",),
    }
    numbered = "Identifier,Full name\n901,Ann A\n903,Bob B\n"
    assert {row.note for row in hand_in([], roster=numbered).values()} == {""}


def test_moodle_by_name_takes_no_number_for_another(hand_in):
    roster = "Full name,ID number\nAda Doe,4711\nBen Roe,12\n"
    names = ["Ben Roe_4711_assignsubmission_file_/a.ipynb", "Eve_12_assignsubmission_file_/a.ipynb"]
    rows = hand_in(names, {"Ben": 90, "Eve": 10}, roster=roster)
    told = [(r.name, r.final, r.note) for r in settle(hand_in.plan, _all(hand_in.plan, 90))]
    assert told == [
        ("Ada Doe", 0, "handed in nothing"),
        (
            *("Ben Roe", 90),
            "only the name says that participant 4711 is this student; "
            "the same file, byte for byte, as participant 12",
        ),
        ("Eve", 90, "not on the roster; the same file, byte for byte, as 12"),
    ]
    assert shown(rows, "final") == {"4711": (0,), "12": (90,), "participant 12": (10,)}
    assert rows["12"].ids == {"number": "12", "moodle": "4711"}


def _all(plan, points):
    return {submission: Outcome(points, digest="d") for submission in plan.submissions}


def test_two_folders_that_claim_one_name_are_an_error(hand_in):
    names = ["Ada_1_assignsubmission_file_/a.ipynb", "Ada_2_assignsubmission_file_/a.ipynb"]
    with pytest.raises(BadDownload, match=r"claim 77 \(Ada\): those of 1 and 2"):
        hand_in(names, roster="Full name,ID number\nAda,77\n")


def test_name_that_the_roster_does_not_know_is_told(hand_in):
    roster = "Identifier,Full name\nParticipant 7,Ada\n"
    rows = hand_in(["Eve_7_assignsubmission_file_/a.ipynb"], roster=roster)
    assert rows["7"].note == "the download calls them Eve"


def test_equal_bytes_of_strangers_are_told_and_cost_nothing(hand_in):
    names = {"ada.ipynb": "x", "ben.ipynb": "x", "cem.ipynb": "x", "dora.ipynb": "y"}
    rows = hand_in(names, pairs="ada,ben\n")
    assert {row.final for row in rows.values()} == {80}
    assert rows["ada"].note == "with ben; the same file, byte for byte, as cem"
    assert rows["cem"].note.endswith("as ada, ben") and rows["dora"].note == ""
    untouched = hand_in({}, {"ipynb": 0})
    assert not any("byte" in row.note for row in untouched.values())


def test_canvas_mark_costs_one_unit_where_no_time_is_known(hand_in):
    rows = hand_in(["doe_LATE_1_3_a.ipynb", "roe_2_4_a.ipynb"], {}, late="12.5%/day")
    assert shown(rows, "final", "penalty", "reason") == {
        "1": (70, 10, "late, 12.5%/day"),
        "2": (80, 0, ""),
    }
    assert "by how much is not known" in rows["1"].note


def test_lateness_is_told_without_a_penalty(hand_in):
    rows = hand_in(
        ["ada.ipynb"], deadline="2026-03-31T23:59Z", times="id,submitted\nada,2026-04-01 01:59Z\n"
    )
    assert shown(rows, "final", "reason") == {"ada": (80, "2 h late")}


def test_penalty_needs_a_deadline_where_no_system_marks(hand_in):
    with pytest.raises(BadTime, match="--late needs --deadline"):
        hand_in(["ada.ipynb"], late="10%/day")


def test_points_of_thirds_are_rounded_once_and_add_up(hand_in):
    rows = hand_in(["doe_LATE_1_3_a.ipynb"], {"a.": 77}, late="33.333%")
    row = rows["1"]
    assert (row.earned, row.final) == (77, Decimal("51.33"))
    assert row.earned - row.penalty == row.final


def test_submission_without_a_grade_has_none_and_says_why(hand_in):
    rows = hand_in(["ada.ipynb"], {"ada": "The file was not read: it is a link."})
    row = rows["ada"]
    assert (row.final, row.earned, row.problem) == (None, 0, "The file was not read: it is a link.")


def test_plan_does_not_depend_on_the_order_of_the_folder(hand_in, monkeypatch):
    names = [f"s{n}_{n}_{900 - n}_a.ipynb" for n in range(1, 30)]
    hand_in(names)
    first, real = hand_in.plan, os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: list(reversed(real(path))))
    hand_in([])
    assert hand_in.plan == first
    assert [row.student.id for row in first.rows] == [str(n) for n in range(1, 30)]


@pytest.mark.parametrize(
    "words,said",
    [
        ({"attempt": "first"}, "Say latest or best"),
        ({"deadline": "tomorrow"}, "no date and time"),
        ({"late": "much"}, "no penalty"),
        ({"grace": float("inf")}, "no number of minutes"),
        ({"grace": float("nan")}, "no number of minutes"),
    ],
)
def test_words_that_cannot_be_read_are_told(words, said):
    with pytest.raises(Problem, match=said):
        Options.read(**words)
