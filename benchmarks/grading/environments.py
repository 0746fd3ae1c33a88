"""An environment for each grader, so that none meets another's dependencies.

TensorFlow and Keras are not installed again: a .pth file adds the running interpreter's
packages after the environment's own, and a constraints file holds what both have to the
same version.
"""

import compileall
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import course_kit
from course_kit.problems import Problem

# otter-grader imports pkg_resources, which setuptools has no longer.
REQUIREMENTS = {
    "nbgrader": ["nbgrader==0.9.6", "ipykernel"],
    "otter": ["otter-grader==7.0.0", "ipykernel", "setuptools<81"],
    "ours": [],
}
# What must be one and the same in all three: it is most of what a submission costs.
_SHARED = ("tensorflow", "keras", "numpy", "ipython")
# otter-grader wants an older wrapt, which TensorFlow takes as well.
_NOT_HELD = {"setuptools", "pip", "wheel", "course-kit", "wrapt"}


def prepare(folder: Path) -> dict[str, Path]:
    """Make what is missing in `folder`; the `bin` folder of each grader's environment.

    Raises:
        Problem: if something cannot be installed, or TensorFlow would be another one.
    """
    held = sorted(
        f"{d.name}=={d.version}" for d in distributions() if d.name.lower() not in _NOT_HELD
    )
    found = {}
    for name, requirements in REQUIREMENTS.items():
        environment = folder.resolve() / name
        _make(environment, requirements, held)
        found[name] = environment / "bin"
    _put_in_ours(_packages(folder.resolve() / "ours"))
    return found


def _make(environment: Path, requirements: list[str], held: list[str]) -> None:
    stamp = environment / "made-of.txt"
    shared = [line for line in held if line.lower().split("==")[0] in _SHARED]
    made_of = "\n".join([sys.version, sys.prefix, *requirements, *shared])
    if stamp.is_file() and stamp.read_text() == made_of:
        return
    shutil.rmtree(environment, ignore_errors=True)
    print(f"making {environment}", flush=True)
    _run(sys.executable, "-m", "venv", environment)
    if requirements:
        constraints = environment / "constraints.txt"
        constraints.write_text("\n".join(held))
        _run(environment / "bin/python", "-m", "pip", "install", "-q", "-c", constraints,
             *requirements)  # fmt: skip
    ours = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (_packages(environment) / "running-interpreter.pth").write_text("\n".join(ours) + "\n")
    question = "import tensorflow, keras; from importlib.metadata import version; "
    question += f"print(*map(version, {_SHARED}))"
    if (theirs := _run(environment / "bin/python", "-c", question)) != (
        own := _run(sys.executable, "-c", question)
    ):
        raise Problem(f"{environment} has {theirs} of {_SHARED}, the running interpreter {own}.")
    stamp.write_text(made_of)


def _put_in_ours(packages: Path) -> None:
    """The package as it is now, and beside its labs the benchmark's: in this copy only."""
    package = packages / "course_kit"
    shutil.rmtree(package, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(course_kit.__file__).parent, package, ignore=ignored)
    lab = Path(__file__).parent / "lab99_benchmark"
    shutil.copytree(lab, package / "checks" / lab.name, ignore=ignored)
    compileall.compile_dir(package, quiet=1)


def _packages(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))


def _run(*words: object) -> str:
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [x for x in (done.stderr or done.stdout).splitlines() if x.strip()]
        raise Problem(f"{' '.join(map(str, words[:5]))} ... failed: {lines[-1] if lines else ''}")
    return done.stdout.strip()
