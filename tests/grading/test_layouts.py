"""Downloads of Canvas, Moodle and Gradescope: an id comes from the system, never from a student."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from course_kit.grading.downloads import canvas, moodle
from course_kit.grading.gradescope import BadMetadata
from course_kit.grading.hand_ins import scan
from course_kit.grading.layouts import BadDownload, recognise
from course_kit.grading.roster import Roster, Student

METADATA = """\
---
submission_501:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0815'
    :email: ada@example.edu
  :created_at: 2026-03-31 21:59:59.123456789 Z
  :score: 3.0
submission_502:
  :submitters:
  - :name: Ben
    :sid:
    :email: ben@example.edu
  - :name: Cem
    :sid: '77'
    :email: cem@example.edu
  :created_at: 2026-03-31 23:00:00.000000000 -07:00
"""


def lay(folder, *names, text="{}"):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def read(folder, layout=None, roster=None):
    return scan(recognise(folder, layout), roster)


def ids(folder, layout=None, roster=None):
    """The file names of every student."""
    found = {}
    for hand_in in read(folder, layout, roster).hand_ins:
        for owner in hand_in.owners:
            found.setdefault(owner.id, []).append(hand_in.file)
    return found


def canvas_name(sortable_name, late, user, attachment, file):
    """As Canvas builds it (lib/content_zipper.rb, told in other words)."""
    name = re.sub(r"_([0-9]+)_", r"\1", sortable_name).lower()
    front = "_".join([name, *(["LATE"] if late else []), str(user)])
    kept = [c for c in front if c == "_" or unicodedata.category(c)[0] in "LM" or c.isdecimal()]
    return f"{''.join(kept)}_{attachment}_" + re.sub(r'[\x00/\\:*?"<>|]+', "_", file)


def moodle_name(full_name, number):
    """As Moodle builds a folder's name (mod/assign: get_student_prefix, told in other words)."""
    kept = "".join(
        c for c in full_name if unicodedata.category(c) != "Cc" and c not in "&<>\"`|:\\/'"
    )
    return f"{kept.replace('_', ' ')}_{number}_assignsubmission_file"


NUMBER = st.integers(1, 10**9)
ANY = st.text(min_size=1, max_size=60)
TRICKY = st.sampled_from(
    [
        "x_12345_67890_lab",
        "_12345_67890_lab",
        "12345_67890_lab",
        "LATE_12345_67890_lab",
        "doejane_LATE_12345_67890_lab",
        "Doe Jane_12345_assignsubmission_file_lab",
        "12345_assignsubmission_file_/lab",
        "submission_12345/lab",
        "anon_abcde_12345_lab",
        "١٢٣_١٢٣_lab",
        "\u202e_99_98_lab",
        "a\nb_1_2_c",
        "-2",
        ".ipynb_checkpoints",
    ]
)
FILE = st.one_of(ANY, TRICKY, st.builds("{}{}".format, TRICKY, ANY)).map(lambda t: f"{t}.ipynb")


@given(name=ANY, late=st.booleans(), user=NUMBER, attachment=NUMBER, file=FILE)
def test_canvas_id_is_the_same_whatever_the_file_is_called(name, late, user, attachment, file):
    plain = name.replace("_", "")
    assume(unicodedata.is_normalized("NFC", plain.lower()))
    written = canvas(canvas_name(plain, late, user, attachment, file))
    assert (written.id, written.number, written.late) == (str(user), attachment, late)


@given(name=ANY, late=st.booleans(), user=NUMBER, victim=NUMBER, attachment=NUMBER, file=FILE)
def test_canvas_name_that_a_student_chose_deceives_nobody_with_a_roster(
    name, late, user, victim, attachment, file
):
    assume(user != victim)
    roster = Roster((Student(str(user), name), Student(str(victim), "Bob")))
    for chosen in (name, f"bob_{victim}", f"bob_,{victim}_,{victim}_", f"{name}_{victim}"):
        written = canvas(canvas_name(chosen, late, user, attachment, file), roster)
        assert (
            written is None
            or written.id == str(user)
            or written.doubt
            or written.id not in (str(victim),)
        )


@given(user=NUMBER, victim=NUMBER, attachment=NUMBER, file=FILE)
def test_canvas_id_stays_where_the_roster_knows_another_name(user, victim, attachment, file):
    assume(user != victim)
    roster = Roster((Student(str(user), "Nick Name"), Student(str(victim), "Doe, Jane")))
    for called in (file, f"{victim}_1_{file}", f"x_LATE_{victim}_1_{file}"):
        written = canvas(canvas_name("Doe, Jane", False, user, attachment, called), roster)
        assert (written.id, written.late) == (str(user), False)
        assert written.doubt or called == file


def test_canvas_name_with_two_readings_goes_by_the_roster_and_is_told():
    roster = Roster((Student("111", "Bob"), Student("999", "X_111")))
    forged = canvas("x_111_999_888_lab.ipynb", roster)
    assert (forged.id, forged.number, forged.file) == ("999", 888, "lab.ipynb")
    assert forged.doubt == "the file's name may also be read as that of 111"
    honest = canvas("bob_111_444_2026_888_lab.ipynb", roster)
    assert (honest.id, honest.file, honest.doubt) == ("111", "2026_888_lab.ipynb", "")


@given(name=ANY, number=NUMBER, file=FILE)
def test_moodle_id_is_the_same_whatever_the_file_is_called(name, number, file):
    folder = moodle_name(name, number)
    assert moodle(folder).id == str(number)
    flat = moodle(f"{folder}_{file.replace('/', '_')}")
    assert flat.id == str(number)
    if unicodedata.is_normalized("NFC", folder + file):
        assert flat.file == file.replace("/", "_")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(file=FILE)
@pytest.mark.parametrize(
    "folder,id",
    [
        ("Doe Jane_4711_assignsubmission_file_", "4711"),
        ("submission_501", "0815"),
        ("ada", "ada"),
    ],
)
def test_id_of_a_folder_is_the_same_whatever_lies_in_it(tmp_path_factory, folder, id, file):
    name = "".join(c for c in file if c not in "/\x00")[:60].encode("utf-8", "ignore").decode()
    assume(name.endswith(".ipynb") and name not in (".ipynb",) and not name.startswith("._"))
    root = tmp_path_factory.mktemp("download")
    lay(root, f"{folder}/{name}", "ben/b.ipynb" if folder == "ada" else f"{folder}/z.ipynb")
    if folder.startswith("submission"):
        (root / "submission_metadata.yml").write_text(METADATA)
    assert set(ids(root)) - {"ben"} == {id}


def test_canvas_download_is_recognised_and_read(tmp_path):
    lay(
        tmp_path,
        "doejane_12345_67890_06_dropout.ipynb",
        "roeric_LATE_222_67999_lab_2024_11_x.ipynb",
        "oneil_333_68000_report.html",
        "texter_444_text.html",
        "__MACOSX/._doejane_12345_67890_06_dropout.ipynb",
        "._doejane_12345_67890_06_dropout.ipynb",
        ".DS_Store",
    )
    found = read(tmp_path)
    told = [(h.owners[0].id, h.owners[0].name, h.late, h.file) for h in found.hand_ins]
    assert found.layout == "canvas" and found.passed_over == ()
    assert told == [
        ("222", "roeric", True, "lab_2024_11_x.ipynb"),
        ("333", "oneil", False, "report.html"),
        ("444", "texter", False, "text.html"),
        ("12345", "doejane", False, "06_dropout.ipynb"),
    ]


def test_canvas_hides_names_in_anonymous_downloads(tmp_path):
    lay(tmp_path, "anon_k3xQ9_991_lab.ipynb", "LATE_anon_aaaaa_992_x_1_2_lab.ipynb")
    told = {h.owners[0].id: h.late for h in read(tmp_path).hand_ins}
    assert told == {"k3xQ9": False, "aaaaa": True}


FORGED = "anon_12345_555_777_lab.ipynb"  # of user 555, who calls herself Anon_12345


@pytest.mark.parametrize("beside", [(), ("alice_101_778_lab.ipynb",)])
def test_canvas_name_that_looks_hidden_is_asked_of_the_roster(tmp_path, beside):
    lay(tmp_path, FORGED, *beside)
    students = (Student("12345", "Bob"), Student("555", "Anon_12345"), Student("101", "Alice"))
    (found,) = (
        h for h in read(tmp_path, roster=Roster(students)).hand_ins if h.path.name == FORGED
    )
    assert (found.owners[0].id, found.file) == ("555", "lab.ipynb")
    assert found.doubt == "the file's name may also be read as that of 12345"
    lay(tmp_path, "bob_12345_9001_lab.ipynb")  # and he is graded all the same
    assert set(ids(tmp_path, roster=Roster(students))) >= {"12345", "555"}


def test_canvas_name_that_looks_hidden_is_in_doubt_where_no_name_decides(tmp_path):
    lay(tmp_path, FORGED, "alice_101_778_lab.ipynb")
    roster = Roster((Student("12345", "Bob"), Student("555", "Mallory")))
    (found,) = (h for h in read(tmp_path, roster=roster).hand_ins if h.path.name == FORGED)
    assert found.doubt


def test_only_a_download_that_hides_all_names_is_read_as_hidden(tmp_path):
    lay(tmp_path, "anon_abcde_555_777_lab.ipynb", "alice_101_778_lab.ipynb")
    assert ids(tmp_path) == {"555": ["lab.ipynb"], "101": ["lab.ipynb"]}


def test_hidden_names_of_canvas_are_read_whatever_the_files_are_called(tmp_path):
    lay(
        tmp_path,
        "anon_12345_991_2024_11_lab.ipynb",
        "LATE_anon_k3xQ9_992_x_1_2_lab.ipynb",
        "anon_34567_text.html",
    )
    roster = Roster((Student("12345"), Student("991"), Student("k3xQ9"), Student("1")))
    assert set(ids(tmp_path)) == {"12345", "k3xQ9", "34567"}
    assert set(ids(tmp_path, roster=roster)) == {"12345", "k3xQ9", "34567"}


def test_attempts_at_canvas_are_ordered_by_its_own_number(tmp_path):
    lay(tmp_path, "doe_1_30_lab-1.ipynb", "doe_1_200_lab.ipynb", "doe_1_30_lab-10.ipynb")
    ordered = sorted(read(tmp_path).hand_ins, key=lambda found: found.order)
    assert [found.file for found in ordered] == ["lab-1.ipynb", "lab-10.ipynb", "lab.ipynb"]


def test_moodle_download_is_recognised_in_both_shapes(tmp_path):
    lay(
        tmp_path,
        "Zoë O'Neil 3_4711_assignsubmission_file_/06 (1).ipynb",
        "Zoë O'Neil 3_4711_assignsubmission_file_/sub/7_8_x.ipynb",
        "Zoë O'Neil 3_4711_assignsubmission_onlinetext_/onlinetext.html",
        "Al-Amin_12_assignsubmission_file/.ipynb_checkpoints/x.ipynb",
        "Al-Amin_12_assignsubmission_file/lab.py",
        "Bo_13_assignsubmission_file_9_assignsubmission_file_x.ipynb",
    )
    assert recognise(tmp_path).layout == "moodle"
    assert ids(tmp_path) == {
        "12": ["lab.py"],
        "13": ["9_assignsubmission_file_x.ipynb"],
        "4711": ["06 (1).ipynb", "7_8_x.ipynb"],
    }


def test_gradescope_download_names_groups_and_times(tmp_path):
    lay(tmp_path, "submission_501/06_dropout.ipynb", "submission_502/a/b.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(METADATA)
    first, second = read(tmp_path).hand_ins
    assert [o.id for o in first.owners] == ["0815"]  # text: no octal number
    assert [o.id for o in second.owners] == ["ben@example.edu", "77"]
    assert first.submitted.isoformat() == "2026-03-31T21:59:59.123456+00:00"
    assert second.submitted.utcoffset().total_seconds() == -7 * 3600


def test_gradescope_without_its_list_says_so(tmp_path):
    lay(tmp_path, "submission_501/06.ipynb")
    found = read(tmp_path).hand_ins[0]
    assert found.owners[0].id == "submission_501" and "whose" in found.doubt
    with pytest.raises(BadMetadata, match=r"submission_metadata.yml is missing"):
        read(tmp_path, roster=Roster((Student("0815"),)))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: [1",
        "- 1",
        "submission_501: 3",
        "submission_501: {':submitters': [1]}",
        "submission_501: {':submitters': [], ':created_at': soon}",
        "\x00",
    ],
)
def test_gradescope_list_that_is_none_is_told_in_one_line(tmp_path, text):
    lay(tmp_path, "submission_501/06.ipynb")
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(BadMetadata) as told:
        if text.startswith("submission_501: {':submitters': []"):
            text = text.replace("[]", "[{':sid': '1'}]")
        read(tmp_path)
    assert "\n" not in str(told.value) and str(tmp_path) in str(told.value)


def test_gradescope_list_runs_nothing(tmp_path):
    lay(tmp_path, "submission_501/06.ipynb")
    evil = f"!!python/object/apply:os.mkdir ['{tmp_path}/made']"
    (tmp_path / "submission_metadata.yml").write_text(METADATA + f"  :results: {evil}\n")
    assert ids(tmp_path) == {"0815": ["06.ipynb"]} and not (tmp_path / "made").exists()


def test_plain_folder_names_students_by_the_first_part(tmp_path):
    lay(tmp_path, "ada.ipynb", "ben/06/a.ipynb", "ben/b.ipynb", "marks.csv", "pictures/x.png")
    assert recognise(tmp_path).layout == "plain"
    found = ids(tmp_path)
    assert found["ada"] == ["ada.ipynb"] and found["ben"] == ["a.ipynb", "b.ipynb"]


def test_folder_with_a_class_in_it_is_not_taken_for_a_student(tmp_path):
    lay(tmp_path, "ada.ipynb", *(f"section 1/s{n}.ipynb" for n in range(21)))
    with pytest.raises(BadDownload, match="a folder section 1 with 21 notebooks"):
        read(tmp_path)


def test_one_notebook_is_read_by_its_name(tmp_path):
    lay(tmp_path, "doe_12_34_lab.ipynb", "mine.ipynb")
    assert set(ids(tmp_path / "doe_12_34_lab.ipynb")) == {"12"}
    assert set(ids(tmp_path / "mine.ipynb")) == {"mine"}


@pytest.mark.parametrize(
    "names,kinds",
    [
        (["doe_1_2_a.ipynb", "Doe_1_assignsubmission_file_/a.ipynb"], ["canvas", "moodle"]),
        (["doe_1_2_a.ipynb", "submission_5/a.ipynb"], ["canvas", "gradescope"]),
        (["doe_1_2_a.ipynb", "ada.ipynb"], ["canvas", "plain"]),
    ],
)
def test_mixed_layouts_are_an_error_that_names_one_of_each(tmp_path, names, kinds):
    lay(tmp_path, *names)
    with pytest.raises(BadDownload) as told:
        recognise(tmp_path)
    assert all(f"{kind}: " in str(told.value) for kind in kinds) and "\n" not in str(told.value)
    assert recognise(tmp_path, "plain").layout == "plain"


def test_named_layout_passes_over_what_is_not_its_own_and_says_so(tmp_path):
    lay(tmp_path, "doe_1_2_a.ipynb", "ada.ipynb")
    found = read(tmp_path, "canvas")
    assert len(found.hand_ins) == 1 and "ada.ipynb" in found.passed_over[0]


@pytest.mark.parametrize(
    "names,layout",
    [
        (["doe_5_1_a.ipynb", "roe_5_2_a.ipynb"], "canvas"),
        (
            ["Doe_5_assignsubmission_file_/a.ipynb", "Roe_5_assignsubmission_file_/a.ipynb"],
            "moodle",
        ),
        (["ada.ipynb", "ada/x.ipynb"], "plain"),
        (["Ada.ipynb", "ada.ipynb"], "plain"),
        (["jos\u00e9.ipynb", "jose\u0301.ipynb"], "plain"),
        (["ada.ipynb", "ada\u202e.ipynb"], "plain"),
    ],
)
def test_two_submissions_that_claim_one_id_are_an_error_that_names_both(tmp_path, names, layout):
    lay(tmp_path, *names)
    with pytest.raises(BadDownload) as told:
        read(tmp_path, layout)
    said = str(told.value)
    assert "\n" not in said and "\u202e" not in said
    shown = re.findall(r"claim the id .*?: (.*) and (.*)\. Remove", said)[0]
    assert shown[0] != shown[1]


def test_both_normal_forms_are_one_student(tmp_path):
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "José Müller_7_assignsubmission_file_")
        lay(tmp_path, f"{name}/{form}.ipynb")
    found = ids(tmp_path)
    assert set(found) == {"7"} and set(found["7"]) == {"NFC.ipynb", "NFD.ipynb"}
    decomposed = unicodedata.normalize("NFD", "müllerjosé_7_8_lab.ipynb")
    assert canvas(decomposed).name == "müllerjosé"


def test_look_alikes_are_not_the_same_student(tmp_path):
    lay(tmp_path, "ada.ipynb", "\u0430da.ipynb")  # the second begins with a Cyrillic letter
    assert len(ids(tmp_path)) == 2
    assert (
        canvas("doe_١٢_34_lab.ipynb") is None and moodle("Doe_１２_assignsubmission_file_") is None
    )


def test_links_to_folders_are_told_and_not_followed(tmp_path):
    outside = lay(tmp_path / "outside", "secret.ipynb")
    inside = lay(tmp_path / "in", "ada/a.ipynb")
    (inside / "ada" / "more").symlink_to(outside)
    (inside / "ben").symlink_to(outside)
    (inside / "cem.ipynb").symlink_to(outside / "secret.ipynb")
    found = read(inside)
    assert [h.owners[0].id for h in found.hand_ins] == ["ada", "cem"]  # reading refuses cem's
    assert len(found.passed_over) == 2 and "not followed" in found.passed_over[0]


def test_names_that_are_no_text_or_no_name_are_read(tmp_path):
    for name in (b"\xff_7_8_lab.ipynb", b"roe_5_6_\xfe\x1b[31m.ipynb"):
        with open(bytes(tmp_path) + b"/" + name, "wb"):
            pass
    found = read(tmp_path, "canvas")
    assert [h.owners[0].id for h in found.hand_ins] == ["5"]
    assert found.hand_ins[0].file == "[31m.ipynb" and len(found.passed_over) == 1
    lay(tmp_path / "plain", "\u202e.ipynb", "ada.ipynb")
    assert set(ids(tmp_path / "plain")) == {"(no name)", "ada"}


def test_packed_wrapped_and_missing_downloads_are_told(tmp_path):
    lay(tmp_path, "d/Canvas.ZIP", "d/notes.txt", "w/submissions/doe_1_2_a.ipynb")
    for given_, said in (
        (tmp_path / "d" / "Canvas.ZIP", "Unpack it"),
        (tmp_path / "d" / "notes.txt", "is no notebook"),
        (tmp_path / "w", "looks like a download of canvas"),
        (tmp_path / "gone", "There is no folder"),
    ):
        with pytest.raises(BadDownload, match=said):
            recognise(given_)
    with pytest.raises(BadDownload, match="There are: canvas, moodle, gradescope, plain"):
        recognise(tmp_path, "blackboard")
