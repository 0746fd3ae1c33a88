"""Time a forward pass with batch normalizations folded against one with them.

    python benchmarks/folding.py [--repeats 15] [--only vgg]

Statistics, gamma and beta are drawn at random. Both models are run in turn in one process, so
that a busy machine slows both; what counts is the ratio of the medians, folded over original,
in graph mode and under XLA. The last column is max|difference| / max|output| of the logits.
Runs on TensorFlow.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

from course_kit import models
from course_kit.inference import fold_batch_normalization

# name: the network, the batch, the ratio we aim at in graph mode and under XLA
NETWORKS: dict[str, tuple[Callable, int, float, float]] = {
    "vgg16": (lambda: models.VGG16(batch_norm=True, classifier_activation=None), 2, 0.97, 1.0),
    "resnet50": (lambda: models.ResNet50(classifier_activation=None), 4, 0.9, 1.0),
    "cifar_resnet56": (lambda: models.CifarResNet(56, classifier_activation=None), 32, 0.9, 1.0),
}
TOLERANCE = 1e-5


def randomize(model: keras.Model) -> None:
    rng = np.random.default_rng(0)
    draws = {
        "moving_mean": lambda n: rng.normal(0, 0.3, n),
        "moving_variance": lambda n: rng.uniform(0.5, 2, n),
        "gamma": lambda n: rng.uniform(0.5, 1.5, n),
        "beta": lambda n: rng.normal(0, 0.3, n),
    }
    for variable in model.variables:
        if variable.name in draws:
            variable.assign(draws[variable.name](variable.shape))


def compiled(model: keras.Model, jit_compile: bool) -> Callable:
    return tf.function(lambda x: model(x, training=False), jit_compile=jit_compile)


def milliseconds(run: Callable, x: tf.Tensor) -> float:
    start = time.perf_counter()
    float(run(x)[0, 0])  # back to the host, so that nothing is still under way
    return 1000 * (time.perf_counter() - start)


def compare(runs: list[Callable], x: tf.Tensor, repeats: int) -> list[float]:
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(repeats + 2):
        for run, collected in zip(runs, times, strict=True):
            collected.append(milliseconds(run, x))
    return [statistics.median(collected[2:]) for collected in times]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--only", default="", help="run the networks whose name contains this")
    arguments = parser.parse_args()
    print(f"forward pass, medians in ms of {arguments.repeats} runs")
    head = f"{'network':15} {'batch':>5} {'folded':>6} {'left':>4} {'mode':>5}"
    print(f"{head} {'plain':>9} {'folded':>9} {'ratio':>6} {'goal':>5} {'error':>8}")
    for name, (build, batch, *goals) in NETWORKS.items():
        if arguments.only not in name:
            continue
        model = build()
        randomize(model)
        folded, report = fold_batch_normalization(model)
        rng = np.random.default_rng(1)
        x = tf.constant(rng.normal(size=(batch, *model.input_shape[1:])), tf.float32)
        for jit_compile, goal in zip((False, True), goals, strict=True):
            runs = [compiled(m, jit_compile) for m in (model, folded)]
            before, after = (run(x).numpy() for run in runs)
            error = np.abs(before - after).max() / np.abs(before).max()
            plain, ours = compare(runs, x, arguments.repeats)
            counts = f"{batch:5} {len(report.folded):6} {len(report.left):4}"
            mode = "XLA" if jit_compile else "graph"
            times = f"{plain:9.1f} {ours:9.1f} {ours / plain:6.3f} {goal:5.2f}"
            print(f"{name:15} {counts} {mode:>5} {times} {error:8.1e}", flush=True)
            if not error <= TOLERANCE:
                raise SystemExit(f"{name}: the folded network differs by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
