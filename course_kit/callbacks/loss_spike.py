"""The step at which the loss jumped: its batch, and its gradients layer by layer.

Deck: U, Lecture 4, the quiz with two loss curves: look at the gradients, and at the batch
where the loss exploded.
"""

import math
from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from course_kit.callbacks.gradients import Gradients, by_layer, layer_names
from course_kit.callbacks.snapshot import RandomStates
from course_kit.callbacks.spike_detector import SpikeDetector
from course_kit.callbacks.spike_report import SpikeReport
from course_kit.callbacks.step_tap import StepTap, ValueOf
from course_kit.callbacks.variables import copies

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class LossSpike(keras.callbacks.Callback):
    """Keep the batch and the gradient norms of the step at which the loss jumped.

    A jump is a loss of a batch that is not finite, or above a limit that the last losses set:
    `course_kit.callbacks.spike_detector.SpikeDetector` has the rule, and how often it is
    wrong.

    Where it gets them: callbacks see neither batches nor gradients, so during ``fit`` this one
    stands in for the model's train function. It sees the batch that goes in, and the model's
    own record of the loss before and after, whose difference is the true loss of the batch
    (`logs` have the mean over the epoch so far). It keeps a copy of all variables from before
    each step; when the loss has jumped, it computes the gradients of that batch once more, at
    those weights and with the same dropout masks: those of the step before its update. The
    step itself is not touched, and training goes on as without it, bit for bit.

    To tell a bad batch from bad weights, the batch before is put through the same weights: if
    its loss is as high, the update before has done it.

    Cost: each step waits for its loss; a copy of the model's variables, in time and memory
    (not with ``gradients=False``); two batches; and ``keep`` reports with a batch each.

    After a loss that is not finite, Keras' record of the epoch is not finite either, and
    nothing can be told until the next epoch. Where ``fit`` raises, the reports up to then
    are there, and the stand-in, which stays in place, does nothing any more.

    Args:
        threshold: how far above the median a loss is a jump, in robust standard deviations.
        window: how many of the last losses to compare with, at least 10; the first ones are
            judged only by whether they are finite.
        gradients: whether to compute gradient norms, for which variables are copied.
        keep: how many jumps to report, the first ones, at least 1.
        stop: whether to stop the training after the step of the first jump.

    Attributes:
        reports: list of `course_kit.callbacks.spike_report.SpikeReport`.
        count: how many jumps there were, reported or not.
        losses: the true loss of each batch, NaN where it could not be told.

    Raises:
        ValueError: arguments out of range; in ``fit``, ``steps_per_execution`` above 1,
            several replicas, a model not built yet (TensorFlow), two of these, or another
            callback that puts a new train function in place after this one.

    Example:

    >>> x = np.random.default_rng(0).normal(size=(800, 4))
    >>> y = x[:, :1].copy()
    >>> y[[123, 700]] = 1000.0  # two labels that went wrong
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> spike = LossSpike(window=10)
    >>> history = model.fit(x, y, batch_size=8, shuffle=False, verbose=0, callbacks=[spike])
    >>> report = spike.reports[0]
    >>> report.step, report.cause, int(report.y.argmax())  # 8 * 15 + 3 = 123
    (15, 'batch', 3)
    """

    def __init__(
        self,
        threshold: float = 10.0,
        window: int = 50,
        gradients: bool = True,
        keep: int = 5,
        stop: bool = False,
    ) -> None:
        super().__init__()
        if not threshold > 0:
            raise ValueError(
                f"`threshold` must be above 0. Received: threshold={threshold}. It counts robust "
                "standard deviations: 10 or so."
            )
        for name, value, least in (("window", window, 10), ("keep", keep, 1)):
            if isinstance(value, bool) or value != int(value) or value < least:
                raise ValueError(
                    f"`{name}` must be an integer, at least {least}. Received: {name}={value}."
                )
        self.threshold, self.window, self.keep = threshold, window, keep
        self.gradients, self.stop = gradients, stop
        self._tap: StepTap | None = None
        self._forget()

    def _forget(self) -> None:
        self.reports: list[SpikeReport] = []
        self.count = 0
        self.losses, self._limits = array("d"), array("d")
        self._detector = SpikeDetector(self.window, self.threshold)
        self._batch: Any = None
        self._previous: Any = None
        self._kept: dict[int, Any] = {}

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Forget the last run, and take the train function's place."""
        model = self.model
        _check(model)
        self._forget()
        if self._tap:
            self._tap.detach()  # of a `fit` that was broken off
        self._tap = StepTap(model, self._before, self._after)
        self._tracker = model._loss_tracker
        self._variables = [*model.trainable_variables, *model.non_trainable_variables]
        self._derive = Gradients(model) if self.gradients else None
        self._layers = layer_names(model)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Count the batches of this epoch from here."""
        assert self._tap is not None
        self._tap.armed = False
        self._epoch, self._epoch_start = epoch, len(self.losses)

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Ask to be told of the next step."""
        if self._tap is not None and not self._tap.arm():
            raise ValueError(
                "LossSpike must see each step. Received: a step that went past it, as another "
                "callback has put a new train function in place. Name LossSpike after it."
            )

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Put the train function back."""
        if self._tap:
            self._tap.detach()
        self._kept, self._batch, self._previous = {}, None, None

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the loss of each batch, the limit, and the jumps.

        Args:
            ax: axes to draw on; a new figure's if None.

        Returns:
            The axes.
        """
        from course_kit.figures.style import axes_or_new, line

        ax = axes_or_new(ax)
        losses, limits = np.array(self.losses), np.array(self._limits)
        finite = np.isfinite(losses)
        steps = np.arange(len(losses))
        dots = {**line(0), "linestyle": "", "markersize": 3, "alpha": 0.5}
        ax.plot(steps[finite], losses[finite], **dots, label="each batch")
        shown = np.where(np.isfinite(limits), limits, np.nan)
        ax.plot(steps, shown, **{**line(1), "marker": ""}, label="limit")
        top = np.max(losses[finite], initial=0.0)
        for report in self.reports:
            look = {**line(4), "markersize": 10, "linestyle": "", "markeredgecolor": "k"}
            height = report.loss if math.isfinite(report.loss) else top
            ax.plot(report.step, height, **look, label=f"step {report.step}: {report.loss:.3g}")
        if finite.any() and losses[finite].min() > 0:
            ax.set_yscale("log")
        ax.set(xlabel="step", ylabel="loss of the batch")
        ax.legend(fontsize="small")
        return ax

    def _before(self, batch: Any, value_of: ValueOf) -> None:
        self._previous, self._batch = self._batch, batch
        self._told = self._record(value_of)
        if self.gradients:
            values = copies(value_of(v) for v in self._variables)
            self._kept = {id(v): value for v, value in zip(self._variables, values, strict=True)}
            self._random = RandomStates()

    def _after(self, logs: Any, value_of: ValueOf) -> None:
        total, count = self._record(value_of)
        if count == self._told[1]:  # a train step that keeps its own record
            loss = _logged(logs)
        elif math.isfinite(self._told[0]):
            loss = (total - self._told[0]) / (count - self._told[1])
        else:
            self.losses.append(math.nan)
            self._limits.append(math.nan)
            return
        expected, limit = self._detector.expected, self._detector.limit
        if self._detector.is_spike(loss):
            self.count += 1
            if len(self.reports) < self.keep:
                self.reports.append(self._report(loss, expected, limit, value_of))
            if self.stop:
                self._model.stop_training = True
        self.losses.append(loss)
        self._limits.append(limit)

    def _record(self, value_of: ValueOf) -> tuple[float, float]:
        tracker = self._tracker
        total, count = (ops.convert_to_numpy(value_of(v)) for v in (tracker.total, tracker.count))
        return float(total), float(count)

    def _report(self, loss: float, expected: float, limit: float, value_of: ValueOf) -> SpikeReport:
        step = len(self.losses)
        norms: dict[str, float] = {}
        again = math.nan
        if self._derive is not None:
            # Metrics and the loss scale are needed too; any value of them will do.
            def before(variable: Any) -> Any:
                kept = self._kept.get(id(variable))
                return value_of(variable) if kept is None else kept

            now = RandomStates()
            try:
                self._random.restore()
                norms = by_layer(self._layers, self._derive(self._batch, before)[1])
                if self._previous is not None:
                    self._random.restore()
                    again = self._derive(self._previous, before)[0]
            finally:
                now.restore()
        return SpikeReport(
            step=step,
            epoch=self._epoch,
            batch=step - self._epoch_start,
            loss=loss,
            expected=expected,
            limit=limit,
            data=_on_host(self._batch),
            gradient_norms=norms,
            previous_loss=self.losses[-1] if len(self.losses) else math.nan,
            previous_again=again,
        )


def _logged(logs: Mapping[str, Any]) -> float:
    if "loss" not in logs:
        raise ValueError(
            f"LossSpike needs `loss` in the logs of `fit`. Received: {sorted(logs)}. "
            "Return it from your `train_step`."
        )
    return float(ops.convert_to_numpy(logs["loss"]))


def _check(model: keras.Model) -> None:
    if not model.built:
        raise ValueError(
            "LossSpike needs a model whose variables exist. Received: one that is not built. "
            "Give it a keras.Input, or call it on a batch first."
        )
    if model.steps_per_execution != 1:
        raise ValueError(
            "LossSpike needs steps_per_execution=1, to know the loss of each batch. Received: "
            f"steps_per_execution={model.steps_per_execution}. Compile the model with 1."
        )
    strategy = getattr(model, "distribute_strategy", None)
    if strategy is not None and strategy.num_replicas_in_sync > 1:
        raise ValueError(
            "LossSpike needs a model on one device. Received: a strategy with "
            f"{strategy.num_replicas_in_sync} replicas. Look for the jump without it."
        )


def _on_host(batch: Any) -> Any:
    return keras.tree.map_structure(
        lambda leaf: None if leaf is None else np.array(ops.convert_to_numpy(leaf)), batch
    )
