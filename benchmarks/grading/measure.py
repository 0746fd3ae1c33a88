"""What commands cost: wall clock, processor time of all their descendants, memory as PSS."""

import ctypes
import os
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from course_kit.problems import Problem

_PR_SET_CHILD_SUBREAPER = 36
_STRAGGLERS_SECONDS = 10
MB = 1e6


@dataclass
class Cost:
    """Of one run: seconds, processor seconds (user and system), and samples of memory."""

    wall: float
    cpu: float
    memory: list[tuple[float, float]] = field(default_factory=list)  # (time.time(), MB)

    @property
    def peak(self) -> float:
        """The largest sample, in MB."""
        return max(megabytes for _, megabytes in self.memory)

    @property
    def typical(self) -> float:
        """The median sample, in MB: far below the peak where the start-up is what is large."""
        return median(megabytes for _, megabytes in self.memory)


class Sampler(threading.Thread):
    """Memory and processor time of all descendants of this process, until told to stop.

    Memory is PSS: each page counts once, split among those that share it. A process
    that may not be read counts with its own pages only; `unread` says how often.
    """

    def __init__(self, seconds: float):
        super().__init__(daemon=True)
        self.samples: list[tuple[float, float]] = []
        self.unread = 0
        self._seconds = seconds
        self._cpu: dict[tuple[int, float], float] = {}
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._seconds):
            family = psutil.Process().children(recursive=True)
            self.samples.append((time.time(), sum(map(self._memory, family))))
            for process in family:
                try:
                    times = process.cpu_times()
                    self._cpu[process.pid, process.create_time()] = times.user + times.system
                except psutil.Error:
                    continue

    def stop(self) -> float:
        """End; the processor seconds seen, a little less than were used."""
        self._over.set()
        self.join()
        return sum(self._cpu.values())

    def _memory(self, process: psutil.Process) -> float:
        folder = Path(f"/proc/{process.pid}")
        try:
            lines = (folder / "smaps_rollup").read_text().splitlines()
            return (
                sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / MB
            )
        except ProcessLookupError:
            return 0.0
        except OSError:
            return self._own_pages(folder)

    def _own_pages(self, folder: Path) -> float:
        try:
            _, resident, shared, *_ = map(int, (folder / "statm").read_text().split())
        except OSError:  # it has ended
            return 0.0
        self.unread += 1
        return (resident - shared) * os.sysconf("SC_PAGESIZE") / MB


def run(
    commands: list[list[str]],
    folder: Path,
    environment: dict[str, str],
    sample: float | None = None,
) -> Cost:
    """Run commands side by side and wait for them and for all that they leave behind.

    Args:
        folder: where they run, and where their output goes ("output-0.txt", ...).
        sample: seconds between two looks at memory; None takes none, and disturbs nothing.

    Raises:
        Problem: if a command fails.
    """
    # Orphans become our children, so that their times are counted too.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    sampler = Sampler(sample) if sample else None
    if sampler:
        sampler.start()
    started = time.perf_counter()
    running = {}
    for number, command in enumerate(commands):
        # The program is looked up in the PATH it is given, not in ours.
        program = shutil.which(command[0], path=environment["PATH"]) or command[0]
        with open(folder / f"output-{number}.txt", "wb") as output:
            process = subprocess.Popen(
                [program, *command[1:]],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running[process.pid] = (process, number)
    wall, cpu = _wait(running, started, folder)
    seen = sampler.stop() if sampler else 0.0
    # What a parent that ignores SIGCHLD never counted was at least seen by the sampler.
    return Cost(wall, max(cpu, seen), sampler.samples if sampler else [])


def _wait(
    running: dict[int, tuple[subprocess.Popen, int]], started: float, folder: Path
) -> tuple[float, float]:
    """Seconds until the last command ended, and the processor time of the whole tree."""
    wall = cpu = 0.0
    failed = None
    while True:
        try:
            pid, status, used = os.wait4(-1, 0 if running else os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:  # the commands have ended, and something of theirs has not
            if time.perf_counter() - started - wall > _STRAGGLERS_SECONDS:
                raise Problem(f"these outlived what started them: {_end_stragglers()}")
            time.sleep(0.05)
            continue
        cpu += used.ru_utime + used.ru_stime  # its own, and of all that it waited for
        if pid in running:
            process, number = running.pop(pid)
            process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - started
            if process.returncode:
                failed = (process, number)
    if failed:
        process, number = failed
        said = (folder / f"output-{number}.txt").read_text(errors="replace").strip()
        words = " ".join(map(str, process.args))[:200]
        raise Problem(f"{words} ended with {process.returncode}: {said[-300:]}")
    return wall, cpu


def _end_stragglers() -> list[int]:
    left = psutil.Process().children(recursive=True)
    for process in left:
        process.kill()
    return [process.pid for process in left]
