"""A class on a Dask cluster: the same gradebook, also when a worker dies on the way."""

import os
import signal
import threading
import time

import pytest
from distributed import LocalCluster
from handed_in import solution_of
from isolated import shown_here

from course_kit.grading.cluster import ClusterProblem, cluster_executor
from course_kit.grading.driver import grade, local_executor
from course_kit.grading.levels import Shown
from course_kit.grading.store import Store
from course_kit.grading.submission import find

LAB = "00_first_steps"


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for number in range(12):
        (folder / f"s{number:02}_{LAB}.ipynb").write_bytes(solution_of(number, LAB))
    return find(folder)


@pytest.fixture(scope="module")
def local(handed_in, tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("local"))
    with local_executor(2) as executor:
        rows = grade(handed_in, LAB, store, shown_here().level, executor)
    return store, without_times(rows)


def without_times(rows):
    return [
        {k: v for k, v in row.result.items() if k not in ("seconds", "cpu_seconds")} for row in rows
    ]


def store_with(salt, folder):
    folder.mkdir(exist_ok=True)
    (folder / "salt").write_bytes(salt)
    return Store(folder)


def test_same_results_as_on_one_machine(cluster, handed_in, local, tmp_path):
    store = store_with(local[0].salt, tmp_path / "out")
    with cluster_executor(cluster.scheduler_address, LAB, "limits") as (executor, shown, jobs):
        assert (shown.level, jobs) == (shown_here().level, 3)
        rows = grade(handed_in, LAB, store, shown.level, executor, ahead=2 * jobs)
    assert without_times(rows) == local[1]


def test_worker_killed_on_the_way_changes_nothing(cluster, handed_in, local, tmp_path):
    store, done = store_with(local[0].salt, tmp_path / "out"), []
    killed = threading.Event()

    def kill_one(row):
        done.append(row)
        if len(done) == 2 and not killed.is_set():
            victim = cluster.workers[0].process.process.pid
            os.kill(victim, signal.SIGKILL)
            killed.set()
            time.sleep(0.5)

    with cluster_executor(cluster.scheduler_address, LAB, "limits") as (executor, shown, jobs):
        rows = grade(handed_in, LAB, store, shown.level, executor, kill_one, ahead=2 * jobs)
    assert killed.is_set() and without_times(rows) == local[1]


def test_worker_that_isolates_too_little_is_refused(cluster, monkeypatch):
    from course_kit.grading import cluster as module

    monkeypatch.setattr(module, "_levels", lambda client, lab: {"a": Shown("limits", {})})
    with (
        pytest.raises(ClusterProblem, match=r"No worker reaches 'contained'.*a \(limits\)"),
        cluster_executor(cluster.scheduler_address, LAB, "contained"),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://10.0.0.1:8786", "unencrypted"),
        ("tcp://grader.example.org:8786", "unencrypted"),
        ("scheduler", "tls://host:port"),
        ("tcp://127.0.0.1:1", "No scheduler answers"),
    ],
)
def test_address_that_cannot_be_used_is_told(address, said, monkeypatch):
    with pytest.raises(ClusterProblem, match=said), cluster_executor(address, LAB, "limits"):
        pass
