"""How often suggestions of a learning rate are right, and what a step of the search costs.

    python benchmarks/lr_finder.py [--curves 500] [--repeats 7] [--backend tensorflow]

First table: curves whose steepest point is known; the share of answers within a factor 1.5
of it, for ours and for the rules of other finders, written anew from their documentation.
Then the share of curves without any fall on which ours keeps silent. Last, a step of `fit`
with the callback over one without, ResNet-20 on batches of 128, in turn in one process.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "--backend" in sys.argv:
    os.environ["KERAS_BACKEND"] = sys.argv[sys.argv.index("--backend") + 1]

import keras
import numpy as np
from keras import layers
from scipy.signal import savgol_filter

from course_kit.callbacks.lr_finder import LRFinder
from course_kit.callbacks.suggestions import FACTOR, suggest

SHAPES: dict[str, Callable] = {
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "arctan": lambda z: 0.5 + np.arctan(z) / np.pi,
    "long tail": lambda z: np.exp(-np.exp(-0.8 * z)),
    "slow start": lambda z: 1 - np.exp(-np.exp(0.8 * z)),
}
GOALS = {0.05: 97, 0.10: 90}
STEP_GOAL = 1.05


def curve(seed: int, noise: float, shape: str = "logistic", steps: int = 100) -> tuple:
    rng = np.random.default_rng(seed)
    c, k, d, g = (rng.uniform(*r) for r in ((-4.5, -1.5), (2, 5), (0.8, 2.0), (1.2, 2.2)))
    x = np.linspace(-7, 1, steps)
    losses = 2.3 - d * SHAPES[shape](k * (x - c)) + np.exp(np.minimum(6 * (x - c - g), 4))
    return 10**x, losses + noise * rng.normal(size=steps), 10**c


def averaged(losses: np.ndarray, weight: float, debias: bool) -> np.ndarray:
    """The moving average that these finders take, which answers late."""
    mean, found = 0.0 if debias else losses[0], []
    for i, loss in enumerate(losses, start=1):
        mean = weight * mean + (1 - weight) * loss
        found.append(mean / (1 - weight**i) if debias else mean)
    return np.array(found)


def seen(rates, losses, weight, debias, stop, skip_begin, skip_end):
    """Smoothed losses up to the stop, without the ends that are not looked at."""
    smoothed = averaged(losses, weight, debias)
    over = np.flatnonzero(smoothed > stop * np.minimum.accumulate(smoothed))
    end = over[0] + 1 if len(over) else len(losses)
    return rates[skip_begin : end - skip_end], smoothed[skip_begin : end - skip_end]


def fastai_steep(rates, losses):
    rates, losses = seen(rates, losses, 0.98, True, 4, 10, 5)
    return rates[(np.diff(losses) / np.diff(np.log(rates))).argmin()]


def fastai_valley(rates, losses):
    """Half way through the longest run of losses, not all adjacent, each below the last."""
    rates, losses = seen(rates, losses, 0.98, True, 4, 10, 5)
    length = np.ones(len(losses), int)
    for i in range(1, len(losses)):
        length[i] = 1 + max((length[j] for j in range(i) if losses[j] > losses[i]), default=0)
    end = int(length.argmax())
    section = (length[end] - 1) / 3
    return rates[end - (length[end] - 1) + int(section) + int(section / 2)]


def torch_lr_finder(rates, losses):
    rates, losses = seen(rates, losses, 0.95, False, 5, 10, 5)
    return rates[np.gradient(losses).argmin()]


def lightning(rates, losses):
    rates, losses = seen(rates, losses, 0.98, True, 4, 10, 1)
    return rates[np.gradient(losses, rates).argmin()]


def savitzky_golay(rates, losses):
    """The slope of a parabola through 21 points, the best of the widths tried at 100 steps."""
    losses = np.minimum(losses, np.median(losses[:10]))  # without the explosion
    end = savgol_filter(losses, 21, 2).argmin() + 1
    return rates[savgol_filter(losses, 21, 2, deriv=1)[: max(end, 2)].argmin()]


def ours(rates, losses):
    answer = suggest(rates, losses)["steepest"]
    return answer.rate if answer else np.nan


FINDERS: dict[str, Callable] = {
    "constant 1e-3": lambda rates, losses: 1e-3,
    "fastai steep": fastai_steep,
    "fastai valley": fastai_valley,
    "torch-lr-finder": torch_lr_finder,
    "Lightning": lightning,
    "Savitzky-Golay": savitzky_golay,
    "ours": ours,
}


def share(finder: Callable, count: int, noise: float, shape: str, steps: int) -> float:
    right = 0
    for seed in range(count):
        rates, losses, true = curve(seed, noise, shape, steps)
        right += abs(np.log(finder(rates, losses) / true)) <= np.log(FACTOR)
    return 100 * right / count


def print_shares(count: int) -> None:
    print(f"Share of {count} 'steepest' answers within a factor {FACTOR}, in percent")
    print(f"{'curve':28}" + "".join(f"{name:>16}" for name in FINDERS) + f"{'goal':>7}")
    for shape in SHAPES:
        for steps in (100, 50, 200) if shape == "logistic" else (100,):
            for noise in (0.05, 0.10):
                goal = f"{GOALS[noise]}" if (shape, steps) == ("logistic", 100) else ""
                row = [share(f, count, noise, shape, steps) for f in FINDERS.values()]
                title = f"{shape}, {steps} steps, noise {noise:.2f}"
                print(f"{title:30}" + "".join(f"{v:14.1f}  " for v in row) + f"{goal:>5}")


def print_silence(count: int) -> None:
    x = np.linspace(-7, 1, 100)
    nothing = {
        "flat": lambda rng: 2.3 + 0.005 * rng.normal(size=100),
        "rising": lambda rng: 2.3 + 0.1 * (x + 7) + 0.05 * rng.normal(size=100),
        "noise": lambda rng: rng.normal(size=100),
    }
    print(f"\nNo answer on curves without a fall, of {count} (goal: 95 %)")
    for name, make in nothing.items():
        curves = (make(np.random.default_rng(seed)) for seed in range(count))
        silent = sum(not any(suggest(10**x, losses).values()) for losses in curves)
        print(f"{name:8} {100 * silent / count:5.1f} %")


def resnet20() -> keras.Model:
    def convolution(x, filters, stride=1, size=3):
        x = layers.Conv2D(filters, size, stride, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(convolution(inputs, 16))
    for filters in (16, 32, 64):
        for block in range(3):
            stride = 2 if block == 0 and filters > 16 else 1
            shortcut = convolution(x, filters, stride, 1) if stride == 2 else x
            y = layers.ReLU()(convolution(x, filters, stride))
            x = layers.ReLU()(layers.add([convolution(y, filters), shortcut]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10)(x))


class Clock(keras.callbacks.Callback):
    """Seconds of the steps alone; only the epoch's ends are watched, batches stay free."""

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.perf_counter() - self.start


def print_step(repeats: int, steps: int, batch: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(steps * batch, 32, 32, 3)).astype("float32")
    y = rng.integers(10, size=steps * batch)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = resnet20()
    model.compile("adam", loss, metrics=["accuracy"])
    times: dict[str, list[float]] = {"plain": [], "finder": [], "plain all": [], "finder all": []}
    for _ in range(repeats + 1):
        for name in ("plain", "finder"):
            clock, finder = Clock(), LRFinder(1e-7, 1e-5, steps=steps)
            callbacks = [clock, finder] if name == "finder" else [clock]
            start = time.perf_counter()
            model.fit(x, y, batch_size=batch, verbose=0, callbacks=callbacks)
            times[f"{name} all"].append(time.perf_counter() - start)
            times[name].append(clock.seconds)
    plain, ours, plain_all, ours_all = (
        1000 * statistics.median(v[1:]) / steps for v in times.values()
    )
    ratio = statistics.median(b / a for a, b in zip(times["plain"][1:], times["finder"][1:]))  # noqa: B905
    print(f"\nResNet-20, batch {batch}, {keras.backend.backend()}: ms a step, medians of {repeats}")
    print(f"{'plain':>10} {'finder':>10} {'ratio':>8} {'goal':>6}")
    print(f"{plain:10.1f} {ours:10.1f} {ratio:8.3f} {STEP_GOAL:6.2f}")
    print(f"with keeping and restoring, over {steps} steps: {plain_all:.1f} {ours_all:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--backend", default="tensorflow")
    arguments = parser.parse_args()
    if arguments.curves:
        print_shares(arguments.curves)
        print_silence(100)
    if arguments.repeats:
        print_step(arguments.repeats, arguments.steps, arguments.batch)


if __name__ == "__main__":
    main()
