"""Time what early stopping does to a ResNet-50: keep its weights once, restore them once.

    python benchmarks/callbacks.py [--repeats 15]

Keras' callback and ours are run in turn in one process; what counts is the ratio of the
medians, ours over Keras'. TensorFlow lets a copy share the variable's memory until the
variable changes, so the update that follows a copy may have to pay for it: the second row
has an in-place update of all weights between keeping and restoring. Runs on TensorFlow.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

from course_kit.callbacks import EarlyStopping

GOAL = 0.4


def updater(model: keras.Model) -> Callable[[], None]:
    """Return a compiled stand-in for a training step: it changes every weight in place."""

    @tf.function
    def update() -> None:
        for variable in model.weights:
            variable.value.assign_add(tf.ones_like(variable.value) * 1e-3)

    return update


def milliseconds(stopping: keras.callbacks.Callback, update: Callable[[], None] | None) -> float:
    stopping.on_train_begin()
    start = time.perf_counter()
    stopping.on_epoch_end(0, {"loss": 1.0})
    if update:
        update()
    stopping.on_train_end()
    float(stopping.model.weights[-1][0])
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    model = keras.applications.ResNet50(weights=None)
    model.compile("sgd", "mse")
    contenders = [
        make("loss", mode="min", restore_best_weights=True)
        for make in (keras.callbacks.EarlyStopping, EarlyStopping)
    ]
    for stopping in contenders:
        stopping.set_model(model)
    print(f"{model.count_params():,} parameters, medians in ms of {repeats} runs")
    print(f"{'':30} {'keras':>8} {'ours':>8} {'ratio':>7} {'goal':>5}")
    update = updater(model)
    for name, between in (("keep, restore", None), ("keep, update, restore", update)):
        times: list[list[float]] = [[], []]
        for _ in range(repeats + 2):
            for stopping, collected in zip(contenders, times, strict=True):
                collected.append(milliseconds(stopping, between))
        theirs, ours = (statistics.median(collected[2:]) for collected in times)
        print(f"{name:30} {theirs:8.2f} {ours:8.2f} {ours / theirs:7.3f} {GOAL:5.2f}")


if __name__ == "__main__":
    main()
