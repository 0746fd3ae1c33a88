"""Decay by one call: kernels shrink by (1 - rate * decay)^n, all else stays bit for bit."""

import keras
import numpy as np
import pytest

from course_kit import layers
from course_kit.optimizers import decay_kernels_only, decayed_weights

BACKEND = keras.backend.backend()
RATE, DECAY, STEPS = 0.1, 0.5, 4
LEFT = (1 - RATE * DECAY) ** STEPS
OPTIMIZERS = {
    "AdamW": keras.optimizers.AdamW,
    "Adam": keras.optimizers.Adam,
    "Lion": keras.optimizers.Lion,
    "Nadam": keras.optimizers.Nadam,
    "RMSprop": keras.optimizers.RMSprop,
    "SGD": lambda rate, weight_decay: keras.optimizers.SGD(
        rate, momentum=0.9, weight_decay=weight_decay
    ),
}


def array(variable):
    return keras.ops.convert_to_numpy(variable.value).copy()


def small_model():
    return keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(5, name="bias_tower"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dense(2, name="kernel_free"),
        ]
    )


class Scaled(keras.layers.Layer):
    """A hand-made layer, as a student writes it: names say nothing."""

    def build(self, shape):
        self.a = self.add_weight(shape=(shape[-1],), initializer="ones", name="a")
        self.w = self.add_weight(shape=(shape[-1], 4), name="w")

    def call(self, x):
        return keras.ops.matmul(x * self.a, self.w)


class LayerScale(keras.layers.Layer):
    """Rank 1 gain named like a kernel."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1],), initializer="ones", name="kernel")

    def call(self, x):
        return x * self.kernel


def every_kind_of_model():
    k = keras.layers
    inputs = keras.Input((4, 4, 3))
    x = k.Conv2D(4, 2, padding="same", name="bias")(inputs)
    x = layers.BatchNormalization(axis=[1, 3])(x)
    x = k.LayerNormalization(axis=[1, 2, 3])(x)
    x = layers.WeightNormalization(k.DepthwiseConv2D(2, padding="same"))(x)
    x = layers.BatchChannelNormalization(groups=2)(x)
    x = k.SeparableConv2D(4, 2, padding="same")(x)
    x = layers.LayerNormalization(axis=[1, 2])(k.GroupNormalization(2)(x))
    x = LayerScale()(k.RMSNormalization()(x))
    x = k.Reshape((16, 4))(x)
    x = k.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d")(x)
    x = k.MultiHeadAttention(2, 3)(x, x)
    x = k.Bidirectional(k.LSTM(3))(x)
    x = layers.DropConnect(k.Dense(4), 0.5)(x)
    return keras.Model(inputs, Scaled()(k.PReLU()(x)))


def train(model, optimizer, x=None, **compile_arguments):
    """Take steps in which every gradient is exactly zero: no example has any weight."""
    x = np.random.default_rng(1).normal(size=(4, *model.input_shape[1:])) if x is None else x
    model.compile(optimizer, "mse", **compile_arguments)
    y = np.zeros((len(x), *model.output_shape[1:]))
    model.fit(x, y, sample_weight=np.zeros(len(x)), epochs=STEPS, verbose=0)


def assert_only_these_decay(model, before, decaying):
    decaying = {id(weight) for weight in decaying}
    for old, weight in zip(before, model.trainable_weights, strict=True):
        if id(weight) in decaying:
            np.testing.assert_allclose(array(weight), LEFT * old, rtol=2e-6, atol=1e-9)
        else:
            np.testing.assert_array_equal(array(weight), old, err_msg=weight.path)


def scattered(model):
    """Give every weight values that show a decay; zeros would not."""
    random = np.random.default_rng(2)
    for weight in model.trainable_weights:
        weight.assign(random.uniform(0.5, 1.5, weight.shape))
    return [array(weight) for weight in model.trainable_weights]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_kernels_decay_exponentially_and_the_rest_not_at_all(name):
    model = small_model()
    before = scattered(model)
    optimizer = OPTIMIZERS[name](RATE, weight_decay=DECAY)
    assert decay_kernels_only(optimizer, model) is optimizer
    train(model, optimizer)
    kernels = [model.get_layer("bias_tower").kernel, model.get_layer("kernel_free").kernel]
    assert_only_these_decay(model, before, kernels)


def test_without_the_call_keras_decays_everything():
    """The quirk, and that the test above can fail."""
    model = small_model()
    before = scattered(model)
    train(model, keras.optimizers.AdamW(RATE, weight_decay=DECAY))
    assert_only_these_decay(model, before, model.trainable_weights)


def test_every_kind_of_layer():
    model = every_kind_of_model()
    before = scattered(model)
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    train(model, decay_kernels_only(optimizer, model))
    kinds = {
        "kernel",
        "depthwise_kernel",
        "pointwise_kernel",
        "recurrent_kernel",
        "w",
    }
    wanted = [w for w in model.trainable_weights if w.name in kinds and len(w.shape) > 1]
    # Convolution, depthwise, two separable, einsum, attention, LSTMs, DropConnect, Scaled.
    assert len(wanted) == 1 + 1 + 2 + 1 + 4 + 4 + 1 + 1
    assert {id(w) for w in decayed_weights(model)} == {id(w) for w in wanted}
    assert_only_these_decay(model, before, wanted)
    named = {w.path.rsplit("/", 1)[-1] for w in model.trainable_weights} - kinds
    assert named == {"bias", "gamma", "beta", "g", "a", "alpha", "scale"}


def test_biases_with_several_axes_stay():
    layer = keras.layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de")
    model = keras.Sequential([keras.Input((5, 4)), layer])
    assert len(layer.bias.shape) == 2
    assert [w.name for w in decayed_weights(model)] == ["kernel"]


def test_spectral_normalization_wraps_a_kernel_that_decays():
    layer = keras.layers.SpectralNormalization(keras.layers.Dense(4))
    model = keras.Sequential([keras.Input((3,)), layer])
    assert decayed_weights(model) == [layer.layer.kernel]


def test_embeddings_decay_unless_they_are_spared():
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Embedding(7, 4),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(2),
        ]
    )
    words, _, dense = model.layers
    assert decayed_weights(model) == [words.embeddings, dense.kernel]
    assert decayed_weights(model, spare=[words]) == [dense.kernel]
    assert decayed_weights(model, spare=[words.embeddings]) == [dense.kernel]
    before = scattered(model)
    optimizer = keras.optimizers.SGD(RATE, weight_decay=DECAY)
    train(model, decay_kernels_only(optimizer, model, spare=[words]), np.zeros((4, 3)))
    assert_only_these_decay(model, before, [dense.kernel])


@pytest.mark.parametrize("wrapped_by", ["keras", "hand"])
def test_loss_scaling_does_not_hide_the_choice(wrapped_by):
    before_policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = small_model()
        before = scattered(model)
        optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
        if wrapped_by == "hand":
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        assert decay_kernels_only(optimizer, model) is optimizer
        train(model, optimizer)
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
        assert_only_these_decay(model, before, decayed_weights(model))
    finally:
        keras.config.set_dtype_policy(before_policy)


def test_compiled_by_xla():
    model = small_model()
    before = scattered(model)
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    train(model, decay_kernels_only(optimizer, model), jit_compile=BACKEND != "torch")
    assert_only_these_decay(model, before, decayed_weights(model))


def test_frozen_layers_are_not_listed_and_do_not_decay():
    model = small_model()
    model.get_layer("bias_tower").trainable = False
    frozen = array(model.get_layer("bias_tower").kernel)
    before = scattered(model)
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    train(model, decay_kernels_only(optimizer, model))
    assert decayed_weights(model) == [model.get_layer("kernel_free").kernel]
    assert_only_these_decay(model, before, decayed_weights(model))
    np.testing.assert_array_equal(array(model.get_layer("bias_tower").kernel), frozen)


def test_with_gradients_the_update_is_that_of_two_groups_in_pytorch():
    """torch's SGD decays inside the gradient, which without momentum is the same."""
    torch = pytest.importorskip("torch")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="hidden")])
    kernel, bias = scattered(model)
    x = np.random.default_rng(3).normal(size=(8, 3)).astype("float32")
    optimizer = keras.optimizers.SGD(RATE, weight_decay=DECAY)
    model.compile(decay_kernels_only(optimizer, model), "mse")
    model.fit(x, np.ones((8, 2)), epochs=5, batch_size=8, verbose=0)
    w, b = (torch.tensor(v, requires_grad=True) for v in (kernel, bias))
    groups = [{"params": [w], "weight_decay": DECAY}, {"params": [b], "weight_decay": 0.0}]
    steps = torch.optim.SGD(groups, lr=RATE)
    for _ in range(5):
        steps.zero_grad()
        ((torch.tensor(x) @ w + b - 1) ** 2).mean().backward()
        steps.step()
    np.testing.assert_allclose(array(model.layers[0].kernel), w.detach().numpy(), rtol=1e-5)
    np.testing.assert_allclose(array(model.layers[0].bias), b.detach().numpy(), rtol=1e-5)


def test_a_loaded_model_has_forgotten_the_choice_as_the_docstring_warns(tmp_path):
    model = small_model()
    scattered(model)
    optimizer = keras.optimizers.AdamW(RATE, weight_decay=DECAY)
    train(model, decay_kernels_only(optimizer, model))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    gamma = again.get_layer("norm").gamma
    before = array(gamma)
    y = np.zeros((4, 2))
    again.fit(np.ones((4, 6)), y, sample_weight=np.zeros(4), verbose=0)
    np.testing.assert_allclose(array(gamma), (1 - RATE * DECAY) * before, rtol=1e-6)
    before = [array(weight) for weight in again.trainable_weights]
    train(again, decay_kernels_only(keras.optimizers.AdamW(RATE, weight_decay=DECAY), again))
    assert_only_these_decay(again, before, decayed_weights(again))


def _built():
    model = small_model()
    optimizer = keras.optimizers.AdamW(weight_decay=0.1)
    optimizer.build(model.trainable_variables)
    return optimizer, model


def _norms_only():
    model = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    return keras.optimizers.AdamW(), model


WRONG = {
    "built": (_built, "must not be built yet.*Received.*Make a new optimizer"),
    "no decay": (
        lambda: (keras.optimizers.Adam(), small_model()),
        "must have a weight decay. Received: Adam with weight_decay=None",
    ),
    "no decay inside": (
        lambda: (keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()), small_model()),
        "Received: SGD with weight_decay=None",
    ),
    "unbuilt model": (
        lambda: (keras.optimizers.AdamW(), keras.Sequential([keras.layers.Dense(2)])),
        "`model` must be built.*Received.*keras.Input",
    ),
    "nothing to decay": (_norms_only, "must train a kernel.*Received"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_could_not_work_is_refused(name):
    make, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        decay_kernels_only(*make())


def test_a_name_is_no_optimizer():
    with pytest.raises(TypeError, match=r"must be a Keras optimizer. Received: 'adamw'"):
        decay_kernels_only("adamw", small_model())
