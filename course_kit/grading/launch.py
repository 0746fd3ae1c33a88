"""Students' processes are started here: from a zygote where fork is to be trusted."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from course_kit.grading.children import (
    END_SECONDS,
    Child,
    ForkedChild,
    FreshChild,
    GraderFailure,
    ZygoteGone,
    environment,
    heard,
    heard_with_number,
    program,
)
from course_kit.grading.folders import remove
from course_kit.grading.isolation.sandbox import Plan
from course_kit.grading.limits import Limits

# A zygote imports TensorFlow; a busy machine may take this long, in seconds.
START_SECONDS = 180
# Living processes of one judge, at most; with its own number they name a user each.
SLOTS = 256


@dataclass
class Launcher:
    """Starts students' processes of one lab, from a zygote where fork is to be trusted.

    Safe to share between threads: one zygote serves all the jobs of a machine.

    Args:
        lab: "allows" and "probes" of the lab.
        plan: what the processes give up.
        readable: folders they may read, beside the interpreter's.
        fork: whether from a zygote; else each is an interpreter of its own.

    Attributes:
        stopped: set it, and whoever waits for one of the processes goes no further.
    """

    lab: dict[str, Any]
    plan: Plan
    readable: tuple[str, ...] = ()
    fork: bool = sys.platform == "linux"
    stopped: threading.Event = field(default_factory=threading.Event, init=False)
    _zygote: _ZygoteProcess | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _slots: set[int] = field(default_factory=set, init=False)

    def start(self, limits: Limits, role: str = "student", **more: Any) -> Child:
        """Have a process started; it has said nothing yet.

        Raises:
            GraderFailure: there is none to be had.
        """
        ours, theirs = socket.socketpair()
        folder = Path(tempfile.mkdtemp(prefix="course-kit-"))
        request = {"role": role, "folder": str(folder), "limits": limits.key()} | more
        slot = self._take_slot()
        request["slot"] = os.getpid() * SLOTS + slot
        try:
            if self.fork:
                with self._lock:
                    child: Child = self._forked(request, ours, theirs)
            else:
                request |= {"lab": self.lab, "plan": self.plan.key(), "readable": self.readable}
                child = FreshChild(request, ours, theirs)
                ours.sendall(_frame(request))
        except BaseException:
            self._free_slot(slot)
            ours.close()
            theirs.close()
            remove(folder)
            raise
        child.afterwards = lambda: self._free_slot(slot)
        return child

    def close(self) -> None:
        """End the zygote with all its children."""
        with self._lock:
            if self._zygote:
                self._zygote.close()
                self._zygote = None

    def _take_slot(self) -> int:
        """The lowest number that no living process of ours has."""
        with self._lock:
            slot = next(n for n in range(SLOTS) if n not in self._slots)
            self._slots.add(slot)
            return slot

    def _free_slot(self, slot: int) -> None:
        with self._lock:
            self._slots.discard(slot)

    def _forked(
        self, request: dict[str, Any], ours: socket.socket, theirs: socket.socket
    ) -> ForkedChild:
        if self._zygote is None:
            config = {"lab": self.lab, "plan": self.plan.key(), "readable": self.readable}
            self._zygote = _ZygoteProcess(config)
        try:
            return self._zygote.fork(request, ours, theirs)
        except ZygoteGone:
            self._zygote.close()
            self._zygote = None
            raise


class _ZygoteProcess:
    """The zygote as the judge sees it."""

    def __init__(self, config: dict[str, Any]):
        self._folder = Path(tempfile.mkdtemp(prefix="course-kit-zygote-"))
        self._pid_in_words = bool(config["plan"]["namespaces"])
        self._judge, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, open(self._folder / "stderr", "wb") as errors:
            self._process = subprocess.Popen(
                program("course_kit.grading.zygote", theirs),
                cwd=self._folder,
                env=environment(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._judge.settimeout(START_SECONDS)
        try:
            self._judge.send(json.dumps(config).encode())
            heard(self._judge)
        except (OSError, ZygoteGone, TimeoutError) as error:
            said = (self._folder / "stderr").read_text(errors="replace").strip().split("\n")[-1]
            self.close()
            raise GraderFailure(f"the zygote did not start: {said or error!r}") from None

    def fork(
        self, request: dict[str, Any], ours: socket.socket, theirs: socket.socket
    ) -> ForkedChild:
        line, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.settimeout(END_SECONDS)
        if self._pid_in_words:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            with theirs, far:
                sent = [theirs.fileno(), far.fileno()]
                socket.send_fds(self._judge, [json.dumps(request).encode()], sent)
            said, number = heard_with_number(line)
            if "forked" not in said:
                raise ZygoteGone(f"the zygote is not as it should be: {said.get('broken')}")
            pid = number if self._pid_in_words else said["forked"]
            return ForkedChild(pid, ours, Path(request["folder"]), line)
        except (OSError, psutil.Error) as error:
            line.close()
            raise ZygoteGone(f"the zygote ended ({error})") from None
        except ZygoteGone:
            line.close()
            raise

    def close(self) -> None:
        self._judge.close()  # the zygote takes that as the end, and takes its children with it
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _frame(request: dict[str, Any]) -> bytes:
    from course_kit.checks.answers import Message, encode

    blob = encode(Message("request", json.dumps(request)))
    return len(blob).to_bytes(4, "big") + blob
