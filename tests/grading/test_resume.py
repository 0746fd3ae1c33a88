"""Whatever is killed, and whenever: the same gradebook in the end, byte for byte."""

import os
import random
import signal
import subprocess
import sys
import time

import psutil
import pytest
from handed_in import solution_of

ALL = bool(os.environ.get("COURSE_KIT_ALL_TESTS"))
STUDENTS, KILLS = (40, 60) if ALL else (10, 6)
LAB = "00_first_steps"
CRASH = "import os\nos.abort()"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Right answers, each its own, and now and then a cell that crashes."""
    folder = tmp_path_factory.mktemp("class")
    for number in range(STUDENTS):
        cells = [CRASH] if number % 4 == 3 else []
        (folder / f"s{number:02}_{LAB}.ipynb").write_bytes(solution_of(number, LAB, *cells))
    return folder


def start(handed_in, out, jobs=2):
    command = [sys.executable, "-m", "course_kit", "grade", str(handed_in), "-o", str(out)]
    return subprocess.Popen(
        [*command, "--jobs", str(jobs), "--practice"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=with_ctrl_c,
    )


def with_ctrl_c():
    """What a shell starts in the background, and all that comes of it, does not hear Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finished(handed_in, out):
    run = start(handed_in, out)
    said, _ = run.communicate(timeout=600)
    assert run.returncode == 0, said
    return (out / "gradebook.csv").read_bytes()


@pytest.fixture(scope="module")
def undisturbed(handed_in, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "undisturbed"
    return out, finished(handed_in, out)


def family(run):
    """The driver, its zygote, and the students' processes, by what they are."""
    try:
        others = psutil.Process(run.pid).children(recursive=True)
    except psutil.Error:
        return {"driver": [run.pid]}
    zygotes = [p.pid for p in others if _runs_zygote(p)]
    children = [p.pid for p in others if _has_zygote_above(p, zygotes)]
    return {"driver": [run.pid], "zygote": zygotes, "child": children}


def _runs_zygote(process):
    try:
        return "course_kit.grading.zygote" in process.cmdline()
    except psutil.Error:
        return False


def _has_zygote_above(process, zygotes):
    try:
        return process.ppid() in zygotes
    except psutil.Error:
        return False


def test_gradebook_after_kills_at_random_moments_is_the_undisturbed_one(
    handed_in, undisturbed, tmp_path
):
    randomness = random.Random(0)
    out, kills, runs = tmp_path / "out", 0, 0
    while kills < KILLS:
        # The same class anew once it is done: there is always something to interrupt.
        out = tmp_path / f"out-{runs}" if (out / "gradebook.csv").exists() else out
        if not out.exists():
            out.mkdir()
            salt = (undisturbed[0] / "salt").read_bytes()
            os.close(os.open(out / "salt", os.O_CREAT | os.O_WRONLY, 0o600))
            (out / "salt").write_bytes(salt)
        run, runs = start(handed_in, out), runs + 1
        whom = randomness.choice(["driver", "zygote", "child"])
        deadline = time.monotonic() + randomness.uniform(1, 14)
        while run.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        targets = family(run).get(whom) or []
        if run.poll() is None and targets:
            with_luck = randomness.choice(targets)
            try:
                os.kill(with_luck, signal.SIGKILL)
                kills += 1
            except ProcessLookupError:
                pass
        run.communicate(timeout=600)
        assert run.returncode in (0, 1, -signal.SIGKILL)
        assert no_process_is_left(run.pid)
        if not (out / "gradebook.csv").exists() or run.returncode != 0:
            (out / "gradebook.csv").unlink(missing_ok=True)
            assert finished(handed_in, out) == undisturbed[1]
        assert (out / "gradebook.csv").read_bytes() == undisturbed[1]


def no_process_is_left(driver):
    """Zygotes and students end with the judge, at once."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        left = [p for p in psutil.process_iter() if _runs_zygote(p) and p.ppid() in (1, driver)]
        if not [p for p in left if p.status() != psutil.STATUS_ZOMBIE]:
            return True
        time.sleep(0.1)
    return False


def test_interrupted_run_says_how_to_go_on_and_keeps_what_is_done(handed_in, undisturbed, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "salt").write_bytes((undisturbed[0] / "salt").read_bytes())
    run = start(handed_in, out, jobs=1)  # slow enough to be interrupted
    results = out / "results"
    end = time.monotonic() + 120
    while time.monotonic() < end and not (results.is_dir() and any(results.glob("*.json"))):
        time.sleep(0.002)
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "the same command goes on from there" in said and "Traceback" not in said
    kept = {path: path.stat().st_mtime_ns for path in results.glob("*.json")}
    assert kept and finished(handed_in, out) == undisturbed[1]
    assert all(path.stat().st_mtime_ns == at for path, at in kept.items())


def test_two_runs_into_one_folder_do_not_mix(handed_in, tmp_path):
    first = start(handed_in, tmp_path / "out")
    while not (tmp_path / "out" / "results").is_dir():
        time.sleep(0.02)
    time.sleep(0.5)
    second = start(handed_in, tmp_path / "out")
    said, _ = second.communicate(timeout=120)
    assert second.returncode == 2 and "Another run is writing" in said
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
