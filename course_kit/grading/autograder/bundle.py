"""The autograder's zip: the package as it is installed here, its requirements and two scripts."""

from __future__ import annotations

import io
import json
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from importlib.resources import files
from pathlib import Path

import course_kit
from course_kit.checks import load
from course_kit.grading.autograder.results import not_graded
from course_kit.grading.autograder.running import SETTINGS
from course_kit.problems import Problem

_SCRIPTS = ("setup.sh", "run_autograder")
# The earliest moment that a zip can name: equal contents make equal bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def autograder_zip(lab: str, practice: bool) -> bytes:
    """Make the zip that is uploaded as an assignment's autograder.

    Args:
        lab: as in 06 or 06_dropout.
        practice: whether points are given (and stamped) where isolation is below ``contained``.

    Raises:
        UnknownName: there is no such lab.
        Problem: the package was not installed, so that its requirements are not known.
    """
    graded = load(lab)
    scripts = files("course_kit.grading.autograder").joinpath("files")
    contents = {name: scripts.joinpath(name).read_bytes() for name in _SCRIPTS}
    contents["requirements.txt"] = "\n".join([*_requirements(), ""]).encode()
    contents[SETTINGS] = json.dumps({"lab": graded.name, "practice": practice}).encode()
    # For the case that not even Python can be started there.
    failed = not_graded("the autograder could not be started", graded.points)
    contents["failed.json"] = json.dumps(failed, indent=1).encode()
    return _zipped(contents | _package())


def write_autograder(lab: str, to: Path, practice: bool) -> None:
    """Write the zip to a file.

    Raises:
        Problem: if the file cannot be written.
    """
    data = autograder_zip(lab, practice)
    try:
        to.write_bytes(data)
    except OSError as error:
        raise Problem(
            f"{to} cannot be written: {error.strerror}. Name another file with -o."
        ) from None


def _requirements() -> list[str]:
    try:
        listed = requires("course-kit") or []
    except PackageNotFoundError:
        raise Problem(
            "course-kit is not installed here, so that what it requires is not known. "
            "Install it with: pip install -e ."
        ) from None
    return [line for line in listed if "extra ==" not in line]


def _package() -> dict[str, bytes]:
    package = Path(course_kit.__file__).parent
    return {
        path.relative_to(package.parent).as_posix(): path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _zipped(contents: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    # Stored, not deflated: compressed bytes differ from one version of zlib to the next.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.create_system = 3  # Unix, on every machine: the permissions count
            entry.external_attr = (0o100755 if name in _SCRIPTS else 0o100644) << 16
            archive.writestr(entry, contents[name])
    return out.getvalue()
