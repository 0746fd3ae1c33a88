"""Time our layers against Keras' own: forward and backward, in graph mode and under XLA.

    python benchmarks/layers.py [--repeats 15] [--only dropout]

Both are run in turn in one process, so that a busy machine slows both; what counts is the
ratio of the medians, ours over Keras'. Runs on TensorFlow.

The last column is ours over the floor that the memory sets: the time of the passes over the
whole array that cannot be left out, each at the speed of a scaling ``y = a * x`` (two passes)
that is timed in the same run. Dropout must read and write once in each direction: 4 passes.
A normalization reads x for its statistics and again to apply them, and writes; backward, it
reads x and the gradient twice, and writes: 8 passes. (Arrays that stay in the caches can
fall below it.)
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

from course_kit import layers

SHAPE = (64, 32, 32, 64)
K = keras.layers
# name: Keras' layer, ours, the ratio we aim at in graph mode and under XLA
PAIRS: dict[str, tuple[Callable, Callable, float, float]] = {
    "dropout 0.5": (lambda: K.Dropout(0.5), lambda: layers.Dropout(0.5), 0.5, 0.02),
    "dropout 0.1": (lambda: K.Dropout(0.1), lambda: layers.Dropout(0.1), 0.75, 0.02),
    "spatial_dropout_2d 0.5": (
        lambda: K.SpatialDropout2D(0.5),
        lambda: layers.SpatialDropout2D(0.5),
        0.7,
        0.7,
    ),
    "stochastic_depth 0.5 / spatial_dropout_2d": (
        lambda: K.SpatialDropout2D(0.5),
        lambda: layers.StochasticDepth(0.5),
        0.7,
        0.7,
    ),
    "batch_norm": (K.BatchNormalization, layers.BatchNormalization, 1.0, 1.0),
    "layer_norm -1": (K.LayerNormalization, layers.LayerNormalization, 0.85, 1.0),
    "layer_norm [1,2,3]": (
        lambda: K.LayerNormalization([1, 2, 3]),
        lambda: layers.LayerNormalization([1, 2, 3]),
        0.85,
        1.0,
    ),
    "group_norm 8": (
        lambda: K.GroupNormalization(8),
        lambda: layers.GroupNormalization(8),
        1.0,
        1.0,
    ),
    "instance_norm / group_norm -1": (
        lambda: K.GroupNormalization(-1),
        layers.InstanceNormalization,
        1.0,
        1.0,
    ),
}


def compiled_step(layer: keras.Layer, jit_compile: bool) -> Callable:
    """Return a function of x and dy that gives y and dx."""

    @tf.function(jit_compile=jit_compile)
    def step(x, dy):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
        return y, tape.gradient(y, x, output_gradients=dy)

    return step


def milliseconds(step: Callable, x: tf.Tensor, dy: tf.Tensor) -> float:
    start = time.perf_counter()
    y, dx = step(x, dy)
    # A few numbers back to the host, so that nothing is still under way.
    float(y[0, 0, 0, 0]), float(dx[-1, -1, -1, -1])
    return 1000 * (time.perf_counter() - start)


@tf.function
def scaling(x: tf.Tensor, dy: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Two arrays, each read and written: four passes."""
    return 1.0001 * x, 1.0001 * dy


def compare(*steps: Callable, repeats: int) -> list[float]:
    """Give the medians of all, run in turn."""
    rng = np.random.default_rng(0)
    x, dy = (tf.constant(rng.normal(size=SHAPE), tf.float32) for _ in range(2))
    for step in steps:
        step(x, dy), step(x, dy)
    times: list[list[float]] = [[] for _ in steps]
    for _ in range(repeats):
        for step, collected in zip(steps, times, strict=True):
            collected.append(milliseconds(step, x, dy))
    return [statistics.median(collected) for collected in times]


def rows(repeats: int, only: str) -> Iterator[str]:
    for name, (theirs, ours, graph_goal, xla_goal) in PAIRS.items():
        if only not in name:
            continue
        for jit_compile, goal in ((False, graph_goal), (True, xla_goal)):
            keras_ms, our_ms, scaling_ms = compare(
                compiled_step(theirs(), jit_compile),
                compiled_step(ours(), jit_compile),
                scaling,
                repeats=repeats,
            )
            mode = "XLA" if jit_compile else "graph"
            floor = scaling_ms * (2 if "norm" in name else 1)
            yield (
                f"{name:42} {mode:5} {keras_ms:9.2f} {our_ms:8.2f} "
                f"{our_ms / keras_ms:7.3f} {goal:6.2f} {our_ms / floor:8.1f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--only", default="", help="run the pairs whose name contains this")
    arguments = parser.parse_args()
    print(f"{SHAPE} float32, forward and backward, medians in ms of {arguments.repeats} runs")
    print(
        f"{'layer':42} {'mode':5} {'keras':>9} {'ours':>8} {'ratio':>7} {'goal':>6} {'x floor':>8}"
    )
    for row in rows(arguments.repeats, arguments.only):
        print(row, flush=True)


if __name__ == "__main__":
    main()
