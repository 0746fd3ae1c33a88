"""Learning curves that draw themselves while a network trains, and say what they show.

Deck: C, Lecture 10.2, "Look at learning curves", and step 6 of its recipe.
"""

import time
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from course_kit.callbacks.curve_reading import Reading, exponential_average, read_curves
from course_kit.callbacks.live_figure import LiveFigure, in_notebook
from course_kit.figures.curves import is_highest_best

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_DOTS = 2000  # drawn; the average is over all
BY_EPOCH = 0.5  # an average over epochs must not lag by ten of them
SHARE = 0.1  # of the time, at most, that goes into drawing


class LearningCurves(keras.callbacks.Callback):
    """Draw a metric while the model trains: each batch as a dot, and a smooth line through them.

    In a notebook the picture is redrawn in its place; elsewhere nothing is drawn, and `plot`
    draws when you like. `reading` says in words what the epochs so far show: "still rising",
    "gap", "no gap" (`course_kit.callbacks.curve_reading.read_curves` has the rule).

    Where it gets them: from the logs of ``fit``. Those of a batch hold the mean over the epoch
    so far, M_b after batch b, which is undone: ``b * M_b - (b - 1) * M_{b-1}``. That is exact
    where all batches have one size; a smaller last one is drawn nearer to the mean than it
    was. A metric that is no mean (AUC, say) is drawn by epochs. Validation comes by epochs.

    Where ``fit`` raises, the last picture stays, and `plot` has all that was logged.

    Args:
        metric: name of a metric, as in the logs of ``fit``, without ``val_``.
        mode: ``"min"``, ``"max"``, or ``"auto"`` to infer from the name what is better.
        smoothing: weight of the past in the smooth line, from one batch to the next, in
            [0, 1); from one epoch to the next at most 0.5.
        seconds: time from one drawing to the next, at least. It is longer where drawing takes
            longer than a tenth of that.
        live: whether to draw while training; if None, in notebooks only.

    Attributes:
        reading: a `course_kit.callbacks.curve_reading.Reading`: word and sentence.

    Raises:
        ValueError: arguments out of range.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> curves = LearningCurves()
    >>> history = model.fit(np.ones((32, 3)), np.ones((32, 1)), epochs=2, verbose=0,
    ...                     callbacks=[curves])
    >>> curves.reading.sentence
    'Too short: 2 epochs; it takes 8.'
    >>> axes = curves.plot()
    """

    async_safe = True  # the end of a batch only notes a number; who draws is the main thread

    def __init__(
        self,
        metric: str = "loss",
        mode: str = "auto",
        smoothing: float = 0.9,
        seconds: float = 2.0,
        live: bool | None = None,
    ) -> None:
        super().__init__()
        if not 0 <= smoothing < 1:
            raise ValueError(
                f"`smoothing` must be in [0, 1). Received: smoothing={smoothing}. It is the "
                "weight of the past: 0.9 or so."
            )
        if not seconds >= 0:
            raise ValueError(f"`seconds` must be at least 0. Received: seconds={seconds}.")
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"`mode` must be auto, min or max. Received: mode={mode!r}.")
        self.metric, self.mode, self.live = metric, mode, live
        self.smoothing, self.seconds = smoothing, seconds
        self._forget()

    def _forget(self) -> None:
        self._means: list[dict[int, float]] = []  # an epoch's running means, by batch
        self._training: list[float] = []
        self._validation: list[float] = []
        self._by_batch = True
        self._warned = False
        self._wait_until = 0.0
        self._figure: LiveFigure | None = None

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forget the last run."""
        self._forget()
        if in_notebook() if self.live is None else self.live:
            self._figure = LiveFigure()
            self._wait_until = time.monotonic() + self.seconds

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Begin another epoch's list."""
        self._means.append({})

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Draw, if it is time."""
        self._draw()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the mean so far."""
        if logs and self.metric in logs:
            self._means[-1][batch] = logs[self.metric]

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note the epoch's values."""
        logs = logs or {}
        if self.metric not in logs and not self._warned:
            self._warned = True
            warnings.warn(
                f"LearningCurves draws metric `{self.metric}`, which is not available. "
                f"Available metrics are: {','.join(n for n in logs if n[:4] != 'val_')}.",
                stacklevel=2,
            )
        if len(self._training) == 0:
            self._by_batch = _is_running_mean(self.model, self.metric)
        self._training.append(float(logs.get(self.metric, np.nan)))
        self._validation.append(float(logs.get(f"val_{self.metric}", np.nan)))
        self._draw()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Draw the last picture."""
        self._draw(last=True)

    @property
    def reading(self) -> Reading:
        """What the epochs so far show."""
        validation = np.array(self._validation)
        known = np.isfinite(validation)
        training = np.array(self._training)
        highest = is_highest_best(self.metric, self.mode)
        if not known.any():
            return read_curves(training, None, highest)
        # With `validation_freq`, only some epochs have been validated.
        return read_curves(training[known], validation[known], highest)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw what there is: dots and a smooth line for training, and validation by epochs.

        Args:
            ax: axes to draw on; a new figure's if None.

        Returns:
            The axes. Epochs count from 1: at 1 the first is over.
        """
        from course_kit.figures.style import axes_or_new

        ax = axes_or_new(ax)
        epochs = np.arange(1, len(self._training) + 1)
        if self._by_batch:
            self._scatter(ax, 0, *self._batches(), self.smoothing, "training")
        else:
            self._scatter(ax, 0, epochs, np.array(self._training), self._slowly, "training")
        validation = np.array(self._validation)
        known = np.isfinite(validation)
        if known.any():
            self._scatter(ax, 1, epochs[known], validation[known], self._slowly, "validation")
        ax.set(xlabel="epoch", ylabel=self.metric.replace("_", " "))
        word, sentence = self.reading
        ax.set_title(f"{word}: {sentence}" if word else sentence, fontsize="small", wrap=True)
        if ax.lines:
            ax.legend()
        return ax

    @property
    def _slowly(self) -> float:
        return min(self.smoothing, BY_EPOCH)

    @staticmethod
    def _scatter(
        ax: Any, index: int, x: np.ndarray, y: np.ndarray, smoothing: float, label: str
    ) -> None:
        from course_kit.figures.style import line

        every = max(1, -(-len(x) // MOST_DOTS))
        faint = 0.25 if len(x) > 50 else 0.6
        dots = {**line(index), "linestyle": "", "markersize": 4, "alpha": faint}
        ax.plot(x[::every], y[::every], **{**dots, "markevery": 1, "markeredgewidth": 0})
        smooth = exponential_average(y, smoothing)
        ax.plot(x, smooth, **{**line(index), "marker": "", "linewidth": 2.2}, label=label)

    def _batches(self) -> tuple[np.ndarray, np.ndarray]:
        """Give each batch's place, in epochs, and its own value."""
        places: list[float] = []
        values: list[float] = []
        known = (self.params or {}).get("steps") or 0
        for epoch, means in enumerate(self._means):
            told = sorted(list(means.items()))  # a copy: another thread may add to it
            seen = np.array([0, *(batch + 1 for batch, _ in told)], float)
            sums = np.array([0.0, *(mean for _, mean in told)]) * seen
            values += (np.diff(sums) / np.diff(seen)).tolist()
            places += (epoch + seen[1:] / max(known, seen[-1])).tolist()
        return np.array(places), np.array(values)

    def _draw(self, last: bool = False) -> None:
        now = time.monotonic()
        if self._figure is None or (now < self._wait_until and not last):
            return
        self._figure.draw(self.plot)
        took = time.monotonic() - now
        self._wait_until = now + took + max(self.seconds, took / SHARE)


def _is_running_mean(model: keras.Model, name: str) -> bool:
    """Tell whether the logs of a batch hold the mean over the epoch so far."""
    found = keras.tree.flatten([getattr(m, "metrics", m) for m in model.metrics])
    for metric in found:
        if name == metric.name or name.endswith(f"_{metric.name}"):
            # One that was not used is Keras' own, in whose place the train step logs another.
            # The sum reads a variable that has a part on each of several devices.
            return isinstance(metric, keras.metrics.Mean) and float(ops.add(metric.count, 0)) > 0
    return False
