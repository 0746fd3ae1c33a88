"""Landlock, in children of its own: what is named stays, everything else is refused."""

import socket
import subprocess
import sys

import pytest

from course_kit.grading.isolation import landlock

if not landlock.abi():  # e.g. a container whose host forbids it: the level says so
    pytest.skip("this kernel has no Landlock", allow_module_level=True)

PROGRAM = """
import os, signal, socket, sys
from pathlib import Path
from course_kit.grading.isolation.landlock import Ruleset
folder = Path(sys.argv[1])
allowed = [p for p in sys.path if p] + ["/usr", sys.base_prefix]
Ruleset(read=[*allowed, folder / "given"], write=[folder / "mine"]).restrict_self()
def attempt(deed):
    try:
        deed()
    except OSError as error:
        print(type(error).__name__, flush=True)
    else:
        print("done", flush=True)
"""


def outcome(folder, deed, **arguments):
    done = subprocess.run(
        [sys.executable, "-c", f"{PROGRAM}\nattempt(lambda: {deed})", folder],
        capture_output=True,
        text=True,
        timeout=60,
        **arguments,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path):
    for name in ("given", "mine", "secret"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("(folder / 'given/file').read_text()", "done"),
        ("list((folder / 'given').iterdir())", "done"),
        ("(folder / 'mine/file').read_text()", "done"),
        ("(folder / 'mine/new').write_text('x')", "done"),
        ("(folder / 'mine/deep/er').mkdir(parents=True)", "done"),
        ("(folder / 'mine/file').unlink()", "done"),
        ("(folder / 'given/file').write_text('x')", "PermissionError"),
        ("(folder / 'given/new').write_text('x')", "PermissionError"),
        ("(folder / 'given/file').unlink()", "PermissionError"),
        ("os.truncate(folder / 'given/file', 0)", "PermissionError"),
        ("(folder / 'secret/file').read_text()", "PermissionError"),
        ("list(folder.iterdir())", "PermissionError"),
        ("(folder / 'mine/file').rename(folder / 'secret/moved')", "PermissionError"),
        # "another device", says the kernel of a link into another domain
        ("os.link(folder / 'secret/file', folder / 'mine/link')", "OSError"),
        ("(folder / 'mine/to').symlink_to(folder / 'secret/file')", "done"),
        ("open(f'/proc/{os.getppid()}/environ').read()", "PermissionError"),
        ("open(f'/proc/{os.getppid()}/mem', 'rb')", "PermissionError"),
        ("os.execv('/bin/true', ['true'])", "PermissionError"),
    ],
)
def test_only_what_is_named_is_allowed(folder, deed, expected):
    assert outcome(folder, deed) == expected


def test_link_to_a_secret_opens_no_door(folder):
    (folder / "mine/link").symlink_to(folder / "secret/file")
    assert outcome(folder, "(folder / 'mine/link').read_text()") == "PermissionError"


def test_what_is_not_there_is_left_out(folder):
    (folder / "given/file").unlink()
    (folder / "given").rmdir()
    assert outcome(folder, "(folder / 'mine/file').read_text()") == "done"


@pytest.mark.parametrize(
    ("since", "deed"),
    [
        (4, "socket.create_server(('127.0.0.1', 0))"),
        (4, "socket.create_connection(('127.0.0.1', {port}))"),
        (6, "os.kill(os.getppid(), 0)"),
    ],
)
def test_network_and_signals_are_refused_from_the_version_that_can(folder, since, deed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        refused = landlock.abi() >= since
        found = outcome(folder, deed.format(port=port))
    assert found == ("PermissionError" if refused else "done")


def test_missing_network_scope_is_known_by_the_version():
    assert landlock.handled(1) == ((1 << 13) - 1, 0, 0)
    assert landlock.handled(4)[1:] == (3, 0)
    assert landlock.handled(7)[1:] == (3, 3)
