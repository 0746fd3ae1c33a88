"""The mean loss with an l2 penalty, and the penalty's gradient."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect, expect_close
from course_kit.checks.lab05_regularization import probes
from course_kit.checks.lab05_regularization.claims.base import factor_of, lab

EXERCISE = "l2_objective"

# The question's: losses with mean 3, kernels with squares 16.25 and 1.09 in sum.
LOSSES = np.array([1.0, 2.0, 6.0], "float32")
KERNELS = [np.array(w, "float32") for w in ([[1.0, -2.0], [3.0, 1.5]], [[0.3], [-1.0]])]


def three_kernels(draw: Draw) -> list[np.ndarray]:
    """Kernels of a small network, one of them of a convolution."""
    return [draw.normal(3, 3, 2, 4), draw.normal(6, 5), draw.normal(5, 3)]


def squares(kernels: list[np.ndarray]) -> float:
    """The sum of all squared weights."""
    return float(sum((np.float64(w) ** 2).sum() for w in kernels))


def expect_gradients(answer: Any, kernels: list[np.ndarray], factor: float) -> None:
    """One gradient for each kernel, 2 * factor * w."""
    expect(len(answer) == len(kernels), f"{len(answer)} gradients for {len(kernels)} kernels")
    for place, (gradient, kernel) in enumerate(zip(answer, kernels, strict=True), 1):
        expect_close(gradient, 2 * factor * np.float64(kernel), f"gradient of kernel {place}")


@lab.check(
    EXERCISE,
    points=4,
    hint="How often is the penalty in the objective: once, once a sample, once a kernel? And is "
    "each kernel in it once?",
)
def penalty_is_added_once_to_the_mean(student: Student, draw: Draw) -> None:
    """The objective is the mean loss plus factor times the sum of all squared weights."""
    losses, kernels, factor = (
        draw.uniform(draw.integer(5, 12)),
        three_kernels(draw),
        factor_of(draw),
    )
    objective, *_ = student(probes.l2, losses, factor, *kernels)
    expect_close(objective, np.float64(losses).mean() + factor * squares(kernels), "objective")


@lab.check(
    EXERCISE,
    points=4,
    hint="What is the slope of factor * w^2 in one weight w? Do the other weights matter to it?",
)
def every_kernel_has_its_gradient(student: Student, draw: Draw) -> None:
    """For each kernel there is the gradient of the penalty, of the kernel's shape."""
    losses, kernels, factor = draw.uniform(4), three_kernels(draw), factor_of(draw)
    _, *gradients = student(probes.l2, losses, factor, *kernels)
    expect_gradients(gradients, kernels, factor)


@lab.check(
    EXERCISE,
    points=3,
    hint="With pen and paper: the mean of the two losses, the two squares, half of their sum.",
)
def two_losses_and_two_weights_by_hand(student: Student, draw: Draw) -> None:
    """Two losses and two weights, factor 0.5, by hand: the gradient is the weight itself."""
    losses = draw.integers(1, 99, 2).astype("float32")
    kernel = draw.integers(2, 99, 1, 2).astype("float32") * np.array([[1, -1]], "float32")
    objective, *gradients = student(probes.l2, losses, 0.5, kernel)
    expect_close(objective, np.float64(losses).mean() + squares([kernel]) / 2, "objective")
    expect_gradients(gradients, [kernel], 0.5)


@lab.check(
    EXERCISE,
    points=2,
    hint="Does your penalty grow with the number of losses? Then a batch of one pays least.",
)
def batch_of_one_pays_the_same_penalty(student: Student, draw: Draw) -> None:
    """The penalty is the same for a batch of one and for a batch of fifty."""
    losses, kernel, factor = draw.uniform(50), draw.normal(4, 3), factor_of(draw)
    batches = (losses[:1], losses)
    answers = [student(probes.l2, batch, factor, kernel) for batch in batches]
    for batch, (objective, *gradients) in zip(batches, answers, strict=True):
        desired = np.float64(batch).mean() + factor * squares([kernel])
        expect_close(objective, desired, f"objective of a batch of {len(batch)}")
        expect_gradients(gradients, [kernel], factor)


@lab.check(
    EXERCISE,
    points=1,
    hint="What is left of the objective when nothing is penalized?",
    edge=True,
)
def factor_zero_is_the_mean_loss(student: Student, draw: Draw) -> None:
    """With factor 0 the objective is the mean loss, and the gradients are zero."""
    losses, kernel = draw.uniform(6), draw.normal(3, 2)
    objective, *gradients = student(probes.l2, losses, 0.0, kernel)
    expect_close(objective, np.float64(losses).mean(), "objective")
    expect_gradients(gradients, [kernel], 0.0)


@lab.check(
    EXERCISE,
    points=1,
    hint="Does a line write into a kernel (`w *= ...`)? Whose weights does that change?",
    edge=True,
)
def losses_and_weights_are_left_alone(student: Student, draw: Draw) -> None:
    """The losses and the kernels are the same after the call as before."""
    losses, kernel, factor = draw.uniform(6), draw.normal(3, 2), factor_of(draw)
    after = student(probes.l2_and_inputs, losses, factor, kernel)
    expect_close(after[0], losses, "losses after the call", rtol=0, atol=0)
    expect_close(after[1], kernel, "kernel after the call", rtol=0, atol=0)


@lab.question(EXERCISE)
def objective_and_gradients(student: Student) -> Any:
    """Three losses and two kernels: every factor and every sum shows."""
    return student(probes.l2, LOSSES, 0.1, *KERNELS)


lab.forbids(
    EXERCISE,
    "keras.regularizers.L2",
    "keras.regularizers.L1L2",
    "tensorflow.nn.l2_loss",
    "tensorflow.raw_ops.L2Loss",
)
