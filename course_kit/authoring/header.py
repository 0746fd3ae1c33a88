"""The generated top of a lab: title, Colab badge, goal, minutes, prerequisites, install cell."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path

from course_kit.authoring.problems import Problems
from course_kit.authoring.source import Cell

SECTION = "course_kit:labs"

_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
_COLAB = "https://colab.research.google.com/github"

# The constraints keep pip from replacing the TensorFlow that Colab built for its own drivers.
_INSTALL = """\
# Only on Google Colab: adds course_kit, keeps Colab's own TensorFlow, Keras and NumPy.
import sys

if "google.colab" in sys.modules:
    import pathlib
    import subprocess
    import tempfile
    from importlib.metadata import version

    kept = [f"{name}=={version(name)}\\n" for name in ("tensorflow", "keras", "numpy")]
    constraints = pathlib.Path(tempfile.mkdtemp()) / "constraints.txt"
    constraints.write_text("".join(kept))
    package = "git+https://github.com/{repository}@{branch}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--constraint", str(constraints), package], check=True)"""


@dataclass(frozen=True)
class Home:
    """Where the labs are published: `repository` is a GitHub slug."""

    repository: str
    branch: str


def find_home(source: Path, problems: Problems) -> Home:
    """Reads `repository` and `branch` from the nearest setup.cfg above `source`."""
    for folder in source.resolve().parents:
        config = configparser.ConfigParser(interpolation=None)
        config.read(folder / "setup.cfg", encoding="utf-8")
        if config.has_section(SECTION):
            section = config[SECTION]
            if section.get("repository") and section.get("branch"):
                return Home(section["repository"].strip(), section["branch"].strip())
            break
    problems.add(1, f"no [{SECTION}] with `repository` and `branch` in a setup.cfg above. Add it.")
    return Home("", "")


def header_text(cell: Cell, lab: str, home: Home) -> str:
    """Markdown of the header cell."""
    target = f"{_COLAB}/{home.repository}/blob/{home.branch}/labs/{lab}.ipynb"
    about = cell.metadata
    return (
        f"# {about['title']}\n\n"
        f"[![Open in Colab]({_BADGE})]({target})\n\n"
        f"**Goal.** {cell.text.strip()}\n\n"
        f"**Time:** about {about['minutes']} minutes. "
        f"**Before this lab:** {about['prerequisites']}"
    )


def install_text(home: Home) -> str:
    """Code of the install cell: does nothing anywhere but on Colab."""
    filled = _INSTALL.replace("{repository}", home.repository)
    return filled.replace("{branch}", home.branch)
