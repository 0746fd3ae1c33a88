"""The wheel: what it carries, what it never carries, and that it works on its own."""

import configparser
import subprocess
import sys
import venv
import zipfile

import pytest
from handed_in import LABS, ROOT, solution, source


def quiet(*words, **settings):
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, check=False, **settings
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    # From what git tracks (or would): a stray build folder must not slip in.
    listed = quiet("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
    copy = folder / "source"
    for name in listed:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    quiet(sys.executable, "-m", "build", "--wheel", "--outdir", folder, copy)
    return next(folder.glob("*.whl"))


def test_every_package_is_listed():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    listed = set(settings["options"]["packages"].split())
    there = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "course_kit").rglob("__init__.py")
    }
    assert listed == there | {"course_kit.labs"}


def test_wheel_carries_labs_and_checks(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for lab in LABS:
        assert f"course_kit/labs/{lab}.ipynb" in names
        assert any(name.startswith(f"course_kit/checks/lab{lab}/claims") for name in names)
        assert f"course_kit/checks/lab{lab}/mistakes.json" in names
        assert f"course_kit/checks/lab{lab}/probes.py" in names
    for page in (ROOT / "course_kit" / "grading" / "report" / "templates").iterdir():
        assert f"course_kit/grading/report/templates/{page.name}" in names
    assert "course_kit/grading/autograder/files/setup.sh" in names
    assert "course_kit/grading/autograder/files/run_autograder" in names


def test_wheel_carries_no_solution_and_no_mutant(wheel):
    """No file of theirs, and no line of a graded lab's solution in any file."""
    contents = zipfile.ZipFile(wheel)
    for name in contents.namelist():
        assert not name.startswith(("solutions", "tests", "labs")), name
        assert "mutant" not in name and "solution" not in name, name
    text = "\n".join(
        contents.read(name).decode("utf-8", "replace")
        for name in contents.namelist()
        if name.endswith(".ipynb")
    )
    for lab in LABS:
        for block in source(lab).read_text().split("### BEGIN SOLUTION")[1:]:
            block = block.split("### END SOLUTION")[0].strip()
            assert block.replace("\n", "\\n") not in text


def test_wheel_works_in_a_clean_environment(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    binaries = tmp_path / "env" / "bin"
    quiet(binaries / "pip", "install", "-q", wheel)
    clean = {"cwd": tmp_path, "env": {"PATH": f"{binaries}:/usr/bin:/bin", "HOME": str(tmp_path)}}
    assert "06_dropout" in quiet(binaries / "course-kit", "labs", **clean)
    quiet(binaries / "course-kit", "start", "06", **clean)
    started = tmp_path / "06_dropout.ipynb"
    assert started.read_bytes() == (ROOT / "labs" / started.name).read_bytes()
    assert "0 of 100 points" in quiet(binaries / "course-kit", "check", started, **clean)
    started.write_bytes(solution("06_dropout"))
    assert "100 of 100 points" in quiet(binaries / "course-kit", "check", started, **clean)
