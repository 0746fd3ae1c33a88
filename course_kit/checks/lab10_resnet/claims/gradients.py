"""Claims about the gradient on its way back through a chain of linear layers."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_array, expect_close
from course_kit.checks.lab10_resnet import probes
from course_kit.checks.lab10_resnet.claims.base import lab


def by_pushing_forward(weights: np.ndarray, gradient: np.ndarray, skip: bool) -> np.ndarray:
    """The gradients, from what the chain does to unit vectors: no chain rule.

    The chain is linear, so that row i of `x` below is how the output answers to unit i.
    """
    found = []
    for start in range(len(weights) + 1):
        x = np.eye(gradient.shape[-1])
        for w in np.float64(weights[start:]):
            x = x @ w + (x if skip else 0.0)
        found.append(gradient @ x.T)
    return np.stack(found)


def draw_chain(draw: Draw, layers: int, units: int) -> np.ndarray:
    """Weights (layers, units, units), of a size at which nothing explodes."""
    return draw.normal(layers, units, units) / 2


@lab.check(
    "chain_gradients",
    points=3,
    hint="Walk back by hand: by which number is the gradient multiplied at each layer, without "
    "the skip and with it?",
)
def three_slopes_by_hand(student: Student, draw: Draw) -> None:
    """Three layers of slope 1/2, one unit: the gradient ends at 1/8 of itself, with skips 27/8."""
    slopes, g = np.full((3, 1, 1), 0.5, "float32"), float(draw.integer(1, 99))
    gradient = np.array([[g]], "float32")
    plain = student(probes.chain, slopes, gradient, False)
    skipped = student(probes.chain, slopes, gradient, True)
    powers = np.array([3, 2, 1, 0]).reshape(4, 1, 1)
    expect_close(plain, g * 0.5**powers, "gradients without skips")
    expect_close(skipped, g * 1.5**powers, "gradients with skips")


@lab.check(
    "chain_gradients",
    points=3,
    hint="Going forward, x is multiplied by the matrix. By what is the gradient multiplied on the "
    "way back, and which layer comes first?",
)
def plain_gradients_are_products(student: Student, draw: Draw) -> None:
    """Without skips, each gradient is what the layers behind it make of the last one."""
    weights, gradient = draw_chain(draw, 4, 3), draw.normal(2, 3)
    found = student(probes.chain, weights, gradient, False)
    expect_close(found, by_pushing_forward(weights, gradient, False), "gradients")


@lab.check(
    "chain_gradients",
    points=4,
    hint="For a single number, the derivative of x + f(x) is 1 + f'(x). What stands in place of "
    "that 1 when x has several units?",
)
def skips_add_the_identity(student: Student, draw: Draw) -> None:
    """With skips, every layer's Jacobian has the identity added to it."""
    weights, gradient = draw_chain(draw, 4, 3), draw.normal(2, 3)
    found = student(probes.chain, weights, gradient, True)
    expect_close(found, by_pushing_forward(weights, gradient, True), "gradients")


@lab.check(
    "chain_gradients",
    points=2,
    hint="A layer whose weights are all zero: what can pass through it on the way back, with the "
    "skip and without?",
)
def a_dead_layer_stops_only_the_plain_chain(student: Student, draw: Draw) -> None:
    """A layer of zeros stops the gradient without skips; with skips it passes unchanged."""
    weights, gradient = draw_chain(draw, 3, 2), draw.normal(1, 2)
    weights[1] = 0.0
    plain = student(probes.chain, weights, gradient, False)
    skipped = student(probes.chain, weights, gradient, True)
    expect_close(plain, by_pushing_forward(weights, gradient, False), "gradients without skips")
    expect_close(skipped, by_pushing_forward(weights, gradient, True), "gradients with skips")


@lab.check(
    "chain_gradients",
    points=1,
    hint="A slope of -1 beside the skip: what is 1 + f' then?",
)
def a_slope_of_minus_one_closes_the_way(student: Student, draw: Draw) -> None:
    """A branch f(x) = -x cancels the skip: no gradient comes past it."""
    weights, gradient = draw_chain(draw, 3, 2), draw.normal(3, 2)
    weights[1] = -np.eye(2)
    found = student(probes.chain, weights, gradient, True)
    expect_close(found, by_pushing_forward(weights, gradient, True), "gradients")


@lab.check(
    "chain_gradients",
    points=2,
    hint="With many layers and few units: how many gradients are there, and which of them is the "
    "one that you were given?",
)
def twelve_layers_give_thirteen(student: Student, draw: Draw) -> None:
    """Twelve layers, a batch of one: thirteen gradients, from the input's to the output's."""
    weights, gradient = draw_chain(draw, 12, 2) / 2, draw.normal(1, 2)
    found = expect_array(student(probes.chain, weights, gradient, True), (13, 1, 2), "gradients")
    expect_close(found, by_pushing_forward(weights, gradient, True), "gradients")


@lab.check(
    "chain_gradients",
    points=1,
    hint="If there is no layer, input and output are the same. What is the gradient there?",
    edge=True,
)
def no_layer_gives_the_gradient_back(student: Student, draw: Draw) -> None:
    """A chain of no layers returns the one gradient there is."""
    gradient = draw.normal(2, 3)
    found = student(probes.chain, np.zeros((0, 3, 3), "float32"), gradient, True)
    expect_close(found, gradient[None], "gradients")


FIXED = np.random.default_rng(0)
ASKED = FIXED.normal(size=(3, 2, 2)).astype("float32"), np.array([[1.0, -2.0]], "float32")


@lab.question("chain_gradients")
def three_layers_of_two_units(student: Student) -> Any:
    """The gradients without skips and with them."""
    return student(probes.chain, *ASKED, False), student(probes.chain, *ASKED, True)


lab.forbids(
    "chain_gradients",
    "tensorflow.GradientTape",
    "tensorflow.gradients",
    "tensorflow.compat.v1.gradients",
    "tensorflow.compat.v1.train.Optimizer.compute_gradients",
    "tensorflow.autodiff.ForwardAccumulator",
    "tensorflow.test.compute_gradient",
    "tensorflow.compat.v1.test.compute_gradient",
    "keras.src.legacy.backend.gradients",
    "jax.grad",
    "jax.value_and_grad",
    "jax.vjp",
    "jax.jvp",
    "jax.jacrev",
    "jax.jacfwd",
    "jax.jacobian",
    "jax.linearize",
    "jax.linear_transpose",
    "torch.autograd.grad",
    "torch.autograd.backward",
    "torch.Tensor.backward",
    "torch.func.grad",
    "torch.func.vjp",
    "torch.func.jacrev",
    "torch.func.jacfwd",
    "scipy.optimize.approx_fprime",
)
