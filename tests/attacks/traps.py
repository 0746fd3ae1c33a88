"""What attacks reach for, and whether they reached it.

Everything of the grader's that a student might want stands here as open as can be: files with
mode 0644 in folders with mode 0777, a process of the same user, ports, sockets. Only isolation
is in the way. All of it belongs to the test, and is gone afterwards.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import psutil

# A process in the grader's place: it holds a secret in its environment and in its memory.
VICTIM = """
import ctypes, os, sys
kept = ctypes.create_string_buffer(os.environ["LOOT"].encode(), 64)
print(ctypes.addressof(kept), flush=True)
for line in sys.stdin:
    print(kept.value.decode(), flush=True)
"""


class Traps:
    """Set before an attack, looked at after it; used as a context.

    Attributes:
        facts: what the attack is told: an attacker with full knowledge of where things are.
    """

    def __enter__(self) -> Traps:
        self._loot = f"loot-{secrets.token_hex(8)}"
        self._ends = contextlib.ExitStack()
        folder = Path(tempfile.mkdtemp(prefix="attacked-"))
        self._ends.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        self.facts: dict[str, Any] = {
            "out": str(folder / "out"),
            "class": str(folder / "class"),
            # Whoever raises it has seen what a student must not.
            "cry": f"cry-{secrets.token_hex(8)}",
            "name": f"ck-{secrets.token_hex(4)}",
            "digits": str(secrets.randbelow(10**9)),
            "key": 0x0C0C0000 + secrets.randbelow(2**16),
        }
        self._lay_out(folder)
        self._listen(folder)
        self._start_victim()
        self._before = self._files()
        return self

    def __exit__(self, *raised: object) -> None:
        # Where an attack could move its folder away, a link stands in its place.
        for link in Path(tempfile.gettempdir()).glob("course-kit-*"):
            if link.is_symlink() and os.readlink(link) == self.facts["out"]:
                link.unlink()
                shutil.rmtree(f"{link}-moved", ignore_errors=True)
        self._ends.close()

    def sprung(self, result: dict[str, Any]) -> set[str]:
        """What the attack got through to, by name; nothing if it was held."""
        said = json.dumps(result)
        found = {
            "loot": self._loot in said or self.facts["cry"] in said,
            "files": self._files() != self._before,
            "network": any([_knocked(end) for end in self._listening]),
            "process": bool(self._end_processes()),
            "ipc": self._remove_ipc(),
            "litter": self._remove_litter(),
            "victim": self._victim_suffered(),
        }
        return {name for name, through in found.items() if through}

    def _lay_out(self, folder: Path) -> None:
        for path, text in {
            "out/salt": self._loot,
            "out/gradebook.csv": "student,points\nada,100\n",
            "out/results/one.json": "{}",
            "class/other.ipynb": self._loot,
            f"class/{self._loot}.ipynb": "{}",
        }.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).parent.chmod(0o777)
            (folder / path).write_text(text)
            (folder / path).chmod(0o644)
        # Where what is left for the next student could lie.
        caches = Path(numpy.__path__[0], "__pycache__")
        home = os.environ.get("HOME", "/nonexistent")
        places = ["/tmp", "/var/tmp", "/dev/shm", home, str(folder / "class"), str(caches)]
        self.facts["litter"] = places

    def _listen(self, folder: Path) -> None:
        named = str(folder / "socket")
        ends = {
            "tcp": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "udp": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.facts['name']}"),
            "named": (socket.AF_UNIX, socket.SOCK_DGRAM, named),
        }
        self._listening = []
        for name, (family, kind, where) in ends.items():
            end = self._ends.enter_context(socket.socket(family, kind))
            end.bind(where)
            end.setblocking(False)
            if kind == socket.SOCK_STREAM:
                end.listen()
            self._listening.append(end)
            self.facts[name] = where.strip("\0") if isinstance(where, str) else end.getsockname()[1]
        os.chmod(named, 0o777)

    def _start_victim(self) -> None:
        self._victim = self._ends.enter_context(
            subprocess.Popen(
                [sys.executable, "-I", "-c", VICTIM],
                env={"LOOT": self._loot},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        self._ends.callback(self._victim.kill)
        assert self._victim.stdout is not None
        self.facts["victim"] = self._victim.pid
        self.facts["address"] = int(self._victim.stdout.readline())
        self._share = psutil.Process(self._victim.pid)
        self._affinity = self._share.cpu_affinity()

    def _victim_suffered(self) -> bool:
        if self._victim.poll() is not None:
            return True
        if self._share.nice() != 0 or self._share.cpu_affinity() != self._affinity:
            return True
        if os.sched_getscheduler(self._victim.pid) != os.SCHED_OTHER:
            return True
        assert self._victim.stdin and self._victim.stdout
        self._victim.stdin.write("\n")
        self._victim.stdin.flush()
        return self._victim.stdout.readline().strip() != self._loot

    def _files(self) -> dict[str, Any]:
        """Everything about every file that stands open, without following links."""
        found = {}
        for top in (self.facts["out"], self.facts["class"]):
            for parent, folders, names in os.walk(top):
                for name in (".", *folders, *names):
                    path = os.path.join(parent, name)
                    about = os.lstat(path)
                    kept = about.st_mode, about.st_uid, about.st_size, about.st_mtime_ns
                    text = Path(path).read_bytes() if os.path.isfile(path) else b""
                    found[path] = (*kept, text)
        return found

    def _end_processes(self) -> list[int]:
        """End what bears the attack's name; what was there, after a moment to die in."""
        time.sleep(0.05)
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                named = process.name() == self.facts["name"]
                started = f"61.{self.facts['digits']}" in process.cmdline()
                if (named or started) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process.pid)
                    process.kill()
        return found

    def _remove_ipc(self) -> bool:
        libc, found = ctypes.CDLL(None), False
        for get, drop in (
            (lambda key: libc.shmget(key, 0, 0), lambda n: libc.shmctl(n, 0, None)),
            (lambda key: libc.msgget(key, 0), lambda n: libc.msgctl(n, 0, None)),
            (lambda key: libc.semget(key, 0, 0), lambda n: libc.semctl(n, 0, 0)),
        ):
            number = get(self.facts["key"])
            if number >= 0:
                found = True
                drop(number)
        return found

    def _remove_litter(self) -> bool:
        left = [Path(folder, self.facts["name"]) for folder in self.facts["litter"]]
        found = [path for path in left if path.exists()]
        for path in found:
            path.unlink()
        return bool(found)


def folders_left() -> set[str]:
    """What stands in the temporary folder under the grader's name."""
    return {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("course-kit-")}


@contextlib.contextmanager
def nothing_left() -> Iterator[None]:
    """Assert that no folder stays in the temporary one, but those of zygotes that live on."""
    kept = tempfile.tempdir
    # A folder of its own: others may grade on this machine at the same time.
    tempfile.tempdir = tempfile.mkdtemp(prefix="tests-")
    os.chmod(tempfile.tempdir, 0o755)
    try:
        yield
        left = {name for name in folders_left() if "zygote" not in name}
    finally:
        # A zygote that was started meanwhile lives there until the tests end.
        atexit.register(shutil.rmtree, tempfile.tempdir, ignore_errors=True)
        tempfile.tempdir = kept
    assert not left, left


def _knocked(end: socket.socket) -> bool:
    try:
        if end.type == socket.SOCK_STREAM:
            end.accept()[0].close()
        else:
            end.recv(16)
    except BlockingIOError:
        return False
    return True
