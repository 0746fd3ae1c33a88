"""The zygote forks only while it is as it was; one that is not is replaced."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from handed_in import solution

from course_kit.checks import load
from course_kit.grading.children import GraderFailure, ZygoteGone, program
from course_kit.grading.examine import examine
from course_kit.grading.isolation.sandbox import Plan, plan_here
from course_kit.grading.launch import Launcher
from course_kit.grading.launchers import close_launchers, launcher_for
from course_kit.grading.limits import Limits

if sys.platform != "linux":
    pytest.skip("no zygote where fork is not to be trusted", allow_module_level=True)

SALT = b"s" * 32
# A zygote without its imports, changed after it was made.
CHANGED = """
import json, os, socket, sys, threading, time
from course_kit.grading.zygote import Zygote
ours, judge = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
plan = {"user": False, "files": False, "calls": False, "namespaces": False, "without": {}}
zygote = Zygote(judge, {"plan": plan, "readable": []})
CHANGE
end, far_end = socket.socketpair()
line, far_line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
socket.send_fds(ours, [json.dumps({}).encode()], [far_end.detach(), far_line.detach()])
code = 0
try:
    zygote.serve()
except SystemExit as stop:
    code = stop.code
print(json.dumps([code, json.loads(line.recv(1000))]))
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", "2 threads"),
        ("kept = open(os.devnull)", "descriptors that are not its own"),
    ],
)
def test_zygote_that_has_changed_forks_nobody(change, said):
    done = subprocess.run(
        [sys.executable, "-c", CHANGED.replace("CHANGE", change)],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    code, told = json.loads(done.stdout)
    assert code == 1 and said in told["broken"]


@pytest.fixture
def launcher():
    lab = load("00")
    launcher = Launcher({"allows": list(lab.allows), "probes": lab.probes}, Plan())
    yield launcher
    launcher.close()


def zygote_of(launcher):
    return psutil.Process(launcher._zygote._process.pid)


def test_zygote_that_says_it_is_broken_is_replaced(launcher, monkeypatch):
    launcher.start(Limits()).finish()
    first = zygote_of(launcher)
    real = socket.socket.recvmsg

    def broken(self, *words):
        _data, *rest = real(self, *words)
        return (json.dumps({"broken": "it has 9 threads"}).encode(), *rest)

    with monkeypatch.context() as patched, pytest.raises(ZygoteGone, match="9 threads"):
        patched.setattr(socket.socket, "recvmsg", broken)
        launcher.start(Limits())
    launcher.start(Limits()).finish()
    assert zygote_of(launcher).pid != first.pid and not first.is_running()


def test_killed_zygote_takes_its_children_and_is_replaced(launcher):
    child = launcher.start(Limits())
    zygote_of(launcher).kill()
    gone, _ = psutil.wait_procs([child.vitals], timeout=10)
    assert child.vitals in gone
    child.finish()
    assert not child.folder.exists()
    with pytest.raises(ZygoteGone):
        launcher.start(Limits())
    again = launcher.start(Limits())
    again.finish()


def test_examination_survives_a_killed_zygote():
    """The examination begins anew with another zygote, and the result is the same."""
    lab = load("00")
    right = examine(solution(lab.name), "00", SALT, "limits")
    launcher = launcher_for(lab, "limits")
    os.kill(zygote_of(launcher).pid, signal.SIGKILL)
    again = examine(solution(lab.name), "00", SALT, "limits")
    close_launchers()
    times = ("seconds", "cpu_seconds")
    assert {k: v for k, v in right.items() if k not in times} == {
        k: v for k, v in again.items() if k not in times
    }


def test_zygote_that_cannot_start_says_why():
    launcher = Launcher({"allows": ["no_such_part"], "probes": "course_kit.quiet"}, Plan())
    with pytest.raises(GraderFailure, match="no_such_part"):
        launcher.start(Limits())


def test_children_start_clean_and_leave_nothing(launcher):
    first, second = launcher.start(Limits()), launcher.start(Limits())
    assert first.folder != second.folder
    for child in (first, second):
        descriptors = Path(f"/proc/{child.vitals.pid}/fd")
        child.end.recv(1)  # it has said hello: it is ready
        targets = {os.readlink(path) for path in descriptors.iterdir()}
        assert len([target for target in targets if target.startswith("socket:")]) == 1
        assert all(target.startswith(("socket:", "/dev/null")) for target in targets)
    for child in (first, second):
        child.finish()
        assert not child.folder.exists() and not psutil.pid_exists(child.vitals.pid)


# A zygote that says before it loads that it does so, and then loads as long as it is told to.
SLOW = """
import os, sys, time
from course_kit.grading import student_process, zygote
def load(lab):
    os.write(1, b"loading")
    for _ in range(SECONDS * 100):
        time.sleep(0.01)
student_process.load = load
zygote.main()
"""


def slow_zygote(namespaces, seconds):
    """Its judge's end of the socket, and its process."""
    judge, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    plan = Plan(namespaces=namespaces).key()
    judge.send(json.dumps({"lab": {}, "plan": plan, "readable": []}).encode())
    with theirs:
        program_text = SLOW.replace("SECONDS", str(seconds))
        command = [sys.executable, "-c", program_text, str(theirs.fileno())]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return judge, subprocess.Popen(command, pass_fds=(theirs.fileno(),), **pipes)


@pytest.mark.parametrize("namespaces", [False, plan_here().namespaces])
def test_zygote_ends_with_its_judge_while_it_still_loads(namespaces):
    judge, zygote = slow_zygote(namespaces, 60)
    with zygote, judge:
        assert zygote.stdout.read(7) == b"loading"
        judge.close()
        assert (zygote.wait(20), zygote.stderr.read()) == (0, b"")


@pytest.mark.parametrize("namespaces", [False, plan_here().namespaces])
def test_zygote_ends_with_its_judge_that_has_not_heard_that_it_is_ready(namespaces):
    judge, zygote = slow_zygote(namespaces, 0)
    with zygote, judge:
        assert b"ready" in judge.recv(1000, socket.MSG_PEEK)
        judge.close()
        assert (zygote.wait(20), zygote.stderr.read()) == (0, b"")


@pytest.mark.parametrize("namespaces", [False, plan_here().namespaces])
def test_zygote_ends_with_its_judge_at_whatever_time(namespaces):
    lab = {"allows": ["data", "figures"], "probes": load("00").probes}
    config = json.dumps({"lab": lab, "plan": Plan(namespaces=namespaces).key(), "readable": []})
    for seconds in (0.3, 2):
        judge, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = program("course_kit.grading.zygote", theirs)
            zygote = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stderr=subprocess.PIPE)
        judge.send(config.encode())
        time.sleep(seconds)
        judge.close()
        said = zygote.communicate(timeout=60)[1]
        assert (zygote.returncode, b"Traceback" in said) == (0, False), (seconds, said)
