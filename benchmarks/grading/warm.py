"""What a student's own code takes: the same cells and probes in a warm process.

    python warm.py NOTEBOOK ...

Run by the benchmark in our grader's environment. Each notebook has a child of its own,
forked from a process that has imported all that the code will import: no start-up, no
sandbox, no wire. Prints [[wall seconds, processor seconds, points], ...] as JSON.
"""

import gc
import importlib
import json
import os
import sys
import time

import IPython.core.interactiveshell  # noqa: F401
import keras  # noqa: F401
import nbformat
import numpy as np

from course_kit.checks import Draw, judge, load
from course_kit.checks.notebook import Notebook

LAB = load("99")


class Timed:
    """A student asked by plain calls; counts the time that the answers take."""

    def __init__(self, names):
        self._notebook = Notebook(names)
        self.wall = self.cpu = 0.0

    def __call__(self, probe, *arguments):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = probe(self._notebook, *arguments)
        answer = answer if isinstance(answer, tuple) else np.asarray(answer)
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        return answer


def examine(path):
    """Seconds of the cells and of the answers, points, and the modules that came with them."""
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    names, before = {"__name__": "__main__"}, set(sys.modules)
    wall, cpu = time.perf_counter(), time.process_time()
    for source in cells:
        exec(compile(source, "cell", "exec"), names)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    student, points = Timed(names), 0
    for exercise in LAB.exercises:
        verdicts = judge(LAB, exercise, student, lambda claim: Draw(path.encode()))
        points += sum(verdict.earned for verdict in verdicts)
    late = sorted(set(sys.modules) - before)
    return [wall + student.wall, cpu + student.cpu, points], late


def in_a_child(path):
    """`examine` in a forked child, which this process stays clean of."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as stream:
            json.dump(examine(path), stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        found = json.load(stream)
    os.waitpid(child, 0)
    return found


def main():
    paths = sys.argv[1:]
    _, late = in_a_child(paths[0])
    for name in late:  # what Keras imports only when it is used
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the collector would otherwise write to, and so copy, every page
    print(json.dumps([in_a_child(path)[0] for path in paths]))


if __name__ == "__main__":
    main()
