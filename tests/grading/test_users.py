"""The levels as root and as an ordinary user, whoever runs the tests.

Where the Python in use lies in a closed home, it is shown to the other user in a mount namespace
of the test's own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import course_kit

NEEDED = [sys.base_prefix, sys.prefix, str(Path(course_kit.__file__).parents[1])]
OPEN_UP = """
set -e
mount --make-rprivate /
closed="$1"; shift
aside="$1"; shift
if [ -n "$closed" ]; then
  mount --bind "$closed" "$aside"
  mount -t tmpfs -o mode=755 none "$closed"
  for path in $NEEDED; do
    case "$path" in "$closed"/*)
      mkdir -p "$path"; mount --bind "$aside${path#"$closed"}" "$path";;
    esac
  done
fi
exec setpriv --reuid="$WHO" --regid="$WHO" --clear-groups "$@"
"""
SHOW = """
import json, sys
from course_kit.grading.isolation.sandbox import Plan, plan_here
from course_kit.grading.launch import Launcher
from course_kit.grading.levels import plan_for, show
here = plan_here()
launcher = Launcher({"allows": [], "probes": "course_kit.quiet"}, plan_for(sys.argv[1], here))
shown = show(launcher)
launcher.close()
print(json.dumps([shown.level, shown.properties, here.key()]))
"""


def first_closed():
    """The outermost folder above what is needed that other users cannot pass through."""
    for path in map(Path, NEEDED):
        for folder in reversed([path, *path.parents]):
            if not folder.stat().st_mode & 0o001:
                return str(folder)
    return ""


def shown_as(user, level, tmp_path):
    home, aside = tmp_path / "home", tmp_path / "aside"
    home.mkdir()
    aside.mkdir()
    os.chown(home, user, user)
    for folder in (tmp_path, *tmp_path.parents):
        if (
            folder.stat().st_uid == os.getuid()
            and folder != Path("/")
            and folder.is_relative_to(tmp_path.parents[2])
        ):
            folder.chmod(folder.stat().st_mode | 0o011)
    environment = {"WHO": str(user), "NEEDED": " ".join(NEEDED), "HOME": str(home)}
    environment |= {"PATH": os.environ["PATH"], "TMPDIR": str(home)}
    command = ["unshare", "-m", "bash", "-c", OPEN_UP, "open-up", first_closed(), str(aside)]
    done = subprocess.run(
        [*command, sys.executable, "-c", SHOW, level],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_root = pytest.mark.skipif(
    sys.platform != "linux"
    or os.geteuid() != 0
    or not (shutil.which("unshare") and shutil.which("setpriv")),
    reason="only root can try it as another user",
)


@needs_root
@pytest.mark.parametrize("level", ["contained", "sealed", "namespaced"])
def test_ordinary_user_reaches_what_the_kernel_gives(level, tmp_path):
    found, properties, here = shown_as(65534, level, tmp_path)
    assert not here["user"]  # only root can change the user
    if here["files"] and (level == "contained" or here["calls"]):
        wanted = level if level != "namespaced" or here["namespaces"] else "sealed"
        assert found == wanted, properties


@needs_root
@pytest.mark.parametrize("level", ["contained", "sealed", "namespaced"])
def test_root_with_a_readable_python_gives_each_student_a_user(level, tmp_path):
    found, properties, here = shown_as(0, level, tmp_path)
    assert here["user"], here["without"]
    if here["files"] and (level == "contained" or here["calls"]):
        wanted = level if level != "namespaced" or here["namespaces"] else "sealed"
        assert found == wanted, properties
