"""What the tests of layers need on every backend."""

import inspect

import keras
import numpy as np
import pytest
from scipy import stats

BACKEND = keras.backend.backend()


def _tensorflow_gradients(layer, x, probe):
    import tensorflow as tf

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(tf.cast(layer(x, training=True), "float32") * probe)
    return tape.gradient(loss, [x, *[v.value for v in layer.trainable_variables]])


def _jax_gradients(layer, x, probe):
    import jax

    trained = [v.value for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]
    # `stateless_call` hands its arguments to `call` as they are.
    training = {"training": True} if "training" in inspect.signature(layer.call).parameters else {}

    def loss(x, trained):
        y, _ = layer.stateless_call(trained, fixed, x, **training)
        return (y.astype("float32") * probe).sum()

    dx, dw = jax.grad(loss, argnums=(0, 1))(x, trained)
    return [dx, *dw]


def _torch_gradients(layer, x, probe):
    import torch

    x = torch.tensor(x, requires_grad=True)
    trained = [v.value for v in layer.trainable_variables]
    loss = (layer(x, training=True).float() * torch.tensor(probe)).sum()
    return torch.autograd.grad(loss, [x, *trained])


_GRADIENTS = {
    "tensorflow": _tensorflow_gradients,
    "jax": _jax_gradients,
    "torch": _torch_gradients,
}


@pytest.fixture
def gradients():
    """Differentiate ``sum(layer(x, training=True) * probe)``: dx, then one for each weight."""

    def differentiate(layer, x, probe):
        found = _GRADIENTS[BACKEND](layer, x, np.asarray(probe, "float32"))
        return [keras.ops.convert_to_numpy(g) for g in found]

    return differentiate


@pytest.fixture
def dtype_policy():
    """Set the global dtype policy for one test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


@pytest.fixture
def assert_frequency():
    """Hold a count of independent events to its probability; a false alarm in 10**8 at most."""

    def check(count, trials, probability):
        low = stats.binom.ppf(0.5e-8, trials, probability)
        high = stats.binom.isf(0.5e-8, trials, probability)
        assert low <= count <= high, f"{count} of {trials}: {low:.0f} to {high:.0f} expected"

    return check
