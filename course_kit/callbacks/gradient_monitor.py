"""Gradients layer by layer, on a batch that stays the same, while a network trains.

Decks: M, on initialization, vanishing and exploding gradients; U, Lecture 4, on a loss that
jumps: look at the gradients.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from course_kit.callbacks.gradient_verdict import SMALLEST_RATIO, Verdict, judge, middle_ratio
from course_kit.callbacks.gradients import Gradients, by_layer, layer_names
from course_kit.callbacks.snapshot import RandomStates
from course_kit.callbacks.variables import copies

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class GradientMonitor(keras.callbacks.Callback):
    """Measure the gradient of each layer on a probe batch, and say whether it gets through.

    Where it gets them: no callback sees the gradients of ``fit``, nor its data. This one
    computes its own, of the loss on ``probe``, before the step at which it looks: as in
    training, with dropout's masks and the probe's statistics in batch normalization. Nothing
    of it stays: weights, moments, moving statistics and random states go on as without it,
    bit for bit.

    Args:
        probe: ``(x, y)`` or ``(x, y, sample_weight)``, arrays: one batch as it is trained on.
        every: steps from one look to the next, the first step included; if None, the first
            step of each epoch. A look costs about a step (and on jax a compilation), and
            holds a copy of the weights until the step is over.

    Attributes:
        history: a dictionary of lists, with an entry for each look, and one for the end of
            training: ``step`` (how many were made before), ``loss`` (on the probe); and
            ``gradient``, ``weight`` and ``update``, which map a layer to a list of norms:
            of its gradient, its weights, and the change that the step made to them (NaN at
            the end). ``update / weight`` is often about 1e-3 where training goes well.

    Raises:
        ValueError: ``probe`` or ``every`` of the wrong kind; in ``fit``, a model not built
            yet (TensorFlow).

    Where ``fit`` raises, the history ends there, without the entry for the end. Name it
    before callbacks that exchange weights for validation, as `WeightAverage` may.

    Example:

    >>> layers = [keras.layers.Dense(16, activation="sigmoid") for _ in range(10)]
    >>> model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = np.random.default_rng(0).normal(size=(64, 4))
    >>> monitor = GradientMonitor(probe=(x, x[:, :1]))
    >>> history = model.fit(x, x[:, :1], verbose=0, callbacks=[monitor])
    >>> monitor.verdict().kind
    'vanishing'
    """

    async_safe = True  # the end of a batch only notes a number

    def __init__(self, probe: Sequence[Any], every: int | None = None) -> None:
        super().__init__()
        if not isinstance(probe, (tuple, list)) or len(probe) not in (2, 3):
            raise ValueError(
                "`probe` must be (x, y) or (x, y, sample_weight), arrays of one batch. "
                f"Received: {_described(probe)}. Pass (x_train[:64], y_train[:64])."
            )
        if every is not None and (isinstance(every, bool) or every != int(every) or every < 1):
            raise ValueError(
                f"`every` must be an integer number of steps, at least 1. Received: every={every}."
            )
        self.probe, self.every = tuple(probe), every
        self._forget()

    def _forget(self) -> None:
        self.history: dict[str, Any] = {"step": [], "loss": []}
        self.history |= {"gradient": {}, "weight": {}, "update": {}}
        self._deep: list[str] = []
        self._before: list[Any] = []
        self._steps = 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forget the last run."""
        model = self.model
        if not model.built:
            raise ValueError(
                "GradientMonitor needs a model whose variables exist. Received: one that is "
                "not built. Give it a keras.Input, or call it on a batch first."
            )
        self._forget()
        self._gradients = Gradients(model)
        self._layers = layer_names(model)
        self._deep = _with_kernel(self._layers, self._gradients.trainable)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Count the epoch's steps from here."""
        self._epoch_start, self._ended, self._begun = self._steps, set[int](), -1

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """See what the last step has done, and look, if it is time."""
        self._finish()
        # One beginning may stand for several steps: look if one of them is due.
        since, step = self._epoch_start + self._begun + 1, self._epoch_start + batch
        if batch == 0 if self.every is None else (-since % self.every) <= step - since:
            self._look(step)
        self._begun = batch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note that this step was made."""
        self._ended.add(batch)

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """See what the last step has done, before anybody changes weights to evaluate."""
        self._finish()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """See what the last step has done; forget a step that the data turned out not to have."""
        self._finish()
        self._steps = self._epoch_start + max(self._ended, default=-1) + 1
        if self.history["step"] and self.history["step"][-1] >= self._steps:
            for entries in self._entries():
                entries.pop()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Look once more."""
        self._look(self._steps)
        self._before = []

    def verdict(self, look: int = -1) -> Verdict:
        """Say whether the gradient vanishes, explodes or is healthy, and where.

        `course_kit.callbacks.gradient_verdict.judge` has the thresholds. It looks at layers
        with a kernel: scales and offsets of normalizations have gradients of another size.

        Args:
            look: which one, as an index into the history; the last by default.
        """
        if not self.history["step"]:
            return Verdict("unknown", "There was no training yet.")
        gradients, weights = self._at("gradient", look), self._at("weight", look)
        first = middle_ratio(self._at("gradient", 0), self._at("weight", 0))
        return judge(gradients, weights, small_before=not first >= SMALLEST_RATIO)

    def plot(self, ax: "Axes | None" = None, over: str = "layers") -> "Axes":
        """Draw the norm of the gradient, over the layers or over the steps.

        Args:
            ax: axes to draw on; a new figure's if None.
            over: ``"layers"``: from the first to the last, a line for each of at most five
                looks. ``"steps"``: a line for each of at most eight layers.

        Returns:
            The axes.

        Raises:
            ValueError: another ``over``.
        """
        from course_kit.callbacks.gradient_plot import plot_layers, plot_steps

        if over not in ("layers", "steps"):
            raise ValueError(f"`over` must be 'layers' or 'steps'. Received: over={over!r}.")
        norms = {name: self.history["gradient"].get(name, []) for name in self._deep}
        draw = plot_layers if over == "layers" else plot_steps
        return draw(ax, self.history["step"], norms, self.verdict())

    def _look(self, step: int) -> None:
        model = self.model  # Keras' property: on jax it gives the variables their values back
        random = RandomStates()
        try:
            loss, gradients = self._gradients(self.probe)
        finally:
            random.restore()
        self.history["step"].append(step)
        self.history["loss"].append(loss)
        self._note("gradient", gradients)
        self._before = copies(model.trainable_variables)
        self._note("weight", self._before)
        self._note("update", [np.full((), np.nan)] * len(self._before))

    def _finish(self) -> None:
        """Measure the update of the step at which it looked."""
        if self._before:
            model = self.model
            pairs = zip(copies(model.trainable_variables), self._before, strict=True)
            updates = by_layer(self._layers, [after - before for after, before in pairs])
            for layer, update in updates.items():
                self.history["update"][layer][-1] = update
            self._before = []

    def _note(self, what: str, tensors: Sequence[Any]) -> None:
        for layer, value in by_layer(self._layers, tensors).items():
            self.history[what].setdefault(layer, []).append(value)

    def _entries(self) -> list[list[Any]]:
        norms = [self.history[what].values() for what in ("gradient", "weight", "update")]
        return [self.history["step"], self.history["loss"], *itertools.chain(*norms)]

    def _at(self, what: str, look: int) -> dict[str, float]:
        return {layer: self.history[what][layer][look] for layer in self._deep}


def _with_kernel(layers: Sequence[str], variables: Sequence[Any]) -> list[str]:
    """Give the layers with a weight of two axes or more; all, if there are not two such."""
    deep = dict.fromkeys(la for la, v in zip(layers, variables, strict=True) if len(v.shape) > 1)
    return [*deep] if len(deep) > 1 else [*dict.fromkeys(layers)]


def _described(probe: Any) -> str:
    if isinstance(probe, (tuple, list)):
        return f"{len(probe)} of them"
    return f"a {type(probe).__name__}"
