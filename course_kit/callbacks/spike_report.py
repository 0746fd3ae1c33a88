"""What is kept of a step at which the loss jumped."""

from dataclasses import dataclass
from typing import Any

import keras


@dataclass(repr=False)
class SpikeReport:
    """A step at which the loss jumped.

    Args:
        step: how many steps ``fit`` had made before it.
        epoch: from 0.
        batch: number of the batch in its epoch, from 0.
        loss: the true loss of the batch.
        expected: median of the losses before it.
        limit: what it was compared with; infinity if there were too few before it.
        data: the batch, in NumPy arrays, as ``fit`` got it: ``(x, y)``, with sample weights
            if there are any.
        gradient_norms: maps each layer to the norm of its gradient of this loss, at the
            weights before this step's update; empty if no gradients were asked for.
        previous_loss: true loss of the batch before, before it was trained on.
        previous_again: its loss once more, at the weights of this step. NaN without
            gradients.
    """

    step: int
    epoch: int
    batch: int
    loss: float
    expected: float
    limit: float
    data: Any
    gradient_norms: dict[str, float]
    previous_loss: float
    previous_again: float

    @property
    def x(self) -> Any:
        """The inputs of the batch."""
        return keras.utils.unpack_x_y_sample_weight(self.data)[0]

    @property
    def y(self) -> Any:
        """The targets of the batch."""
        return keras.utils.unpack_x_y_sample_weight(self.data)[1]

    @property
    def cause(self) -> str:
        """Say what was at fault: ``"batch"``, ``"weights"`` (the update before), or ``"unknown"``.

        By the batch before: trained on, its loss should be about what it was. If it is above
        the limit now, the weights are bad; if not, this batch is.
        """
        if self.previous_again <= self.limit and self.previous_again < float("inf"):
            return "batch"
        # A NaN that was computed is bad too; but without gradients nothing was.
        return "weights" if self.gradient_norms and self.step > 0 else "unknown"

    def __repr__(self) -> str:
        lines = [
            f"The loss jumped to {self.loss:.4g} at step {self.step} (epoch {self.epoch}, batch "
            f"{self.batch}); {self.expected:.4g} was expected, up to {self.limit:.4g}."
        ]
        if self.cause != "unknown":
            lines.append(
                f"Cause: the {self.cause}. The batch before has a loss of "
                f"{self.previous_again:.4g} with the same weights, after {self.previous_loss:.4g}."
            )
        if self.gradient_norms:
            lines.append("Norms of the gradients before the update:")
            lines += [f"  {layer}: {norm:.4g}" for layer, norm in self.gradient_norms.items()]
        return "\n".join(lines)
