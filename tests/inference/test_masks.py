"""Monte Carlo masks: dropout on, all else at inference; what varies, and what is left alone."""

import random

import keras
import numpy as np
import pytest
from scipy import stats

from course_kit import layers
from course_kit.inference import predict_with_masks
from course_kit.inference.progress import Progress

BACKEND = keras.backend.backend()
K = keras.layers
FALSE_ALARM = 1e-8


def array(tensor):
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(tensor)))


def sequential(shape, *made):
    return keras.Sequential([keras.Input(shape), *made])


def assert_fair(count, trials, probability):
    low = stats.binom.ppf(FALSE_ALARM / 2, trials, probability)
    high = stats.binom.isf(FALSE_ALARM / 2, trials, probability)
    assert low <= count <= high, f"{count} of {trials}: {low:.0f} to {high:.0f} expected"


@pytest.mark.parametrize("kind", [layers.Dropout, K.Dropout])
@pytest.mark.parametrize("options", [{}, {"seed": 3}])
def test_each_unit_falls_with_its_rate_independently_of_example_and_pass(kind, options):
    model = sequential((6,), kind(0.3, **options))
    _, _, every = predict_with_masks(model, np.ones((50, 6)), masks=40, seed=1, return_all=True)
    fell = every == 0
    assert fell.shape == (40, 50, 6)
    np.testing.assert_allclose(every[~fell], 1 / 0.7, rtol=1e-3)
    assert_fair(fell.sum(), fell.size, 0.3)
    # Disjoint pairs of neighbours: passes, examples, examples of two batches, units.
    for one, other in (
        (fell[::2], fell[1::2]),
        (fell[:, ::2], fell[:, 1::2]),
        (fell[:, 32:], fell[:, :18]),
        (fell[..., ::2], fell[..., 1::2]),
    ):
        assert_fair((one & other).sum(), one.size, 0.3**2)


def test_mean_and_spread_are_those_of_a_linear_unit():
    """Var[sum w_i x_i m_i / (1 - p)] = sum (w_i x_i)^2 p / (1 - p); 20,000 masks."""
    dense = K.Dense(1, kernel_initializer=keras.initializers.Constant([[1.0], [-2.0], [0.5]]))
    model = sequential((3,), layers.Dropout(0.2), dense)
    x = np.array([[1.0, 2.0, 3.0]], "float32")
    mean, std = predict_with_masks(model, np.repeat(x, 1000, axis=0), masks=20, batch_size=500)
    products = np.array([1.0, -4.0, 1.5])
    variance = (products**2).sum() * 0.2 / 0.8
    sigmas = stats.norm.isf(FALSE_ALARM / 2)
    assert abs(mean.mean() - products.sum()) <= sigmas * np.sqrt(variance / 20_000)
    # Divided by K: (K - 1) / K of the variance is expected. The variance of 20 draws deviates by
    # a third of itself, and the mean of 1000 such by 1 %: six times that is allowed.
    assert (std**2).mean() == pytest.approx(variance * 19 / 20, rel=0.065)


def test_spread_is_the_deviation_over_the_masks_divided_by_their_number():
    model = sequential((4,), layers.Dropout(0.5), K.Dense(3))
    x = np.random.default_rng(0).normal(size=(7, 4))
    mean, std, every = predict_with_masks(model, x, masks=5, batch_size=3, return_all=True)
    assert mean.dtype == std.dtype == every.dtype == "float32"
    np.testing.assert_allclose(mean, every.mean(0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(std, every.std(0), rtol=1e-4, atol=1e-6)


def test_normalization_noise_and_augmentation_stay_at_inference():
    norm = K.BatchNormalization(epsilon=0.0)
    model = sequential(
        (4, 4, 1), K.RandomFlip(seed=1), K.GaussianNoise(1.0), layers.Dropout(0.5), norm
    )
    norm.moving_mean.assign([3.0])
    norm.moving_variance.assign([4.0])
    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1) + 1
    _, _, every = predict_with_masks(model, x, masks=30, return_all=True)
    fell = np.isclose(every, -1.5)
    expected = np.where(fell, -1.5, (2 * x - 3) / 2)
    np.testing.assert_allclose(every, expected, rtol=1e-5, atol=1e-5)
    assert_fair(fell.sum(), fell.size, 0.5)
    assert float(norm.moving_mean[0]) == 3.0


def test_probabilities_are_averaged_not_logits():
    model = sequential((4,), layers.Dropout(0.5), K.Dense(3))
    x = np.random.default_rng(0).normal(size=(5, 4)) * 5
    *_, logits = predict_with_masks(model, x, masks=6, seed=2, return_all=True)
    mean, std = predict_with_masks(model, x, masks=6, seed=2, activation="softmax")
    powers = np.exp(np.float64(logits))
    votes = powers / powers.sum(-1, keepdims=True)
    np.testing.assert_allclose(mean, votes.mean(0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(std, votes.std(0), rtol=1e-4, atol=1e-6)


class Opaque(K.Layer):
    """Calls a layer of its own, and tells it that this is inference."""

    def __init__(self):
        super().__init__()
        self.inside = K.Dropout(0.5)

    def call(self, x):
        return self.inside(x, training=False)


def _attention(x):
    return K.MultiHeadAttention(2, 4, dropout=0.5)(x, x)


SEQUENCE = (5, 4)
VARYING = {
    "Dropout": ((4,), K.Dropout(0.5)),
    "SpatialDropout1D": (SEQUENCE, K.SpatialDropout1D(0.5)),
    "SpatialDropout2D": ((3, 3, 4), K.SpatialDropout2D(0.5)),
    "SpatialDropout3D": ((2, 2, 2, 4), K.SpatialDropout3D(0.5)),
    "GaussianDropout": ((4,), K.GaussianDropout(0.5)),
    "AlphaDropout": ((4,), K.AlphaDropout(0.5)),
    "our Dropout": ((4,), layers.Dropout(0.5, scaling="vanilla")),
    "our SpatialDropout2D": ((3, 3, 4), layers.SpatialDropout2D(0.5)),
    "StochasticDepth": (SEQUENCE, layers.StochasticDepth(0.5)),
    "DropConnect": ((4,), layers.DropConnect(K.Dense(4), 0.5)),
    "LSTM": (SEQUENCE, K.LSTM(3, dropout=0.5)),
    "cells": (SEQUENCE, K.RNN([K.LSTMCell(3), K.GRUCell(3, dropout=0.5)])),
    "Bidirectional": (SEQUENCE, K.Bidirectional(K.SimpleRNN(3, recurrent_dropout=0.5))),
    "TimeDistributed": (SEQUENCE, K.TimeDistributed(K.Dropout(0.5))),
    "attention": (SEQUENCE, _attention),
    "nested": ((4,), sequential((4,), K.Dense(4), K.Dropout(0.5))),
    "residual": ((4,), layers.Residual([K.Dense(4), layers.Dropout(0.5)])),
    "block": ((4, 4, 3), layers.ResidualBlock(4, dropout=0.5, norm=None)),
    "opaque": ((4,), Opaque()),
}


def test_dropout_of_every_kind_and_at_every_place_is_on():
    rng = np.random.default_rng(0)
    inputs, outputs, x = {}, {}, {}
    for name, (shape, layer) in VARYING.items():
        key = f"{name} input"
        inputs[key] = keras.Input(shape, name=key)
        outputs[name] = layer(inputs[key])
        x[key] = rng.uniform(1, 2, (3, *shape))
    model = keras.Model(inputs, outputs)
    _, std = predict_with_masks(model, x, masks=15, seed=1)
    for name, spread in std.items():
        assert (spread.reshape(3, -1).max(1) > 1e-3).all(), name
    assert all("call" not in vars(part) for part in model._flatten_layers())


def build():
    keras.utils.set_random_seed(1)
    made = [K.Dropout(0.5, seed=4), K.Dense(3), layers.Dropout(0.5), K.Dropout(0.3)]
    return sequential((4,), *made), np.random.default_rng(0).normal(size=(5, 4))


def test_weights_and_seed_states_stay_as_they_were():
    model, x = build()
    model(x, training=True)
    before = [array(v) for v in model.variables]
    assert sum(v.name == "seed_generator_state" for v in model.variables) == 3
    predict_with_masks(model, x)
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, array(variable))


if BACKEND == "torch":

    def test_the_generator_of_torch_goes_on_as_if_nothing_had_been():
        import torch

        model, x = build()
        state = torch.get_rng_state()
        predict_with_masks(model, x)
        assert torch.equal(torch.get_rng_state(), state)


def test_seeds_repeat_and_differ():
    model, x = build()
    mean = predict_with_masks(model, x, seed=7)[0]
    np.testing.assert_array_equal(predict_with_masks(model, x, seed=7)[0], mean)
    model(x, training=True)  # whatever came before
    np.testing.assert_array_equal(predict_with_masks(model, x, seed=7)[0], mean)
    assert not np.allclose(predict_with_masks(model, x, seed=8)[0], mean)


def test_without_a_seed_each_call_draws_anew_from_pythons_generator():
    model, x = build()
    random.seed(5)
    first, second = (predict_with_masks(model, x)[0] for _ in range(2))
    assert not np.allclose(first, second)
    random.seed(5)
    np.testing.assert_array_equal(predict_with_masks(model, x)[0], first)


def test_layers_with_the_same_seed_get_masks_of_their_own():
    x = keras.Input((100,))
    model = keras.Model(x, [layers.Dropout(0.5, seed=1)(x), layers.Dropout(0.5, seed=1)(x)])
    *_, (one, other) = predict_with_masks(model, np.ones((20, 100)), masks=1, return_all=True)
    assert_fair((one == other).sum(), 2000, 0.5)


def test_outputs_keep_their_structure():
    x = {name: keras.Input((3,), name=name) for name in "ab"}
    outputs = {"sum": layers.Dropout(0.5)(x["a"]) + x["b"], "b": [x["b"]]}
    model = keras.Model(x, outputs)
    data = {"a": np.ones((5, 3)), "b": np.full((5, 3), 2.0)}
    mean, std, every = predict_with_masks(model, data, masks=8, batch_size=2, return_all=True)
    np.testing.assert_array_equal(mean["b"][0], data["b"])
    np.testing.assert_array_equal(std["b"][0], np.zeros((5, 3)))
    assert std["sum"].min() > 0 and every["sum"].shape == (8, 5, 3)
    assert set(np.unique(every["sum"])) == {2.0, 4.0}


def test_batches_of_a_pipeline_give_what_arrays_give():
    import tensorflow as tf

    model, x = build()
    expected = predict_with_masks(model, x, batch_size=2, seed=3)
    pipeline = tf.data.Dataset.from_tensor_slices((x, np.zeros(5))).batch(2)
    for found, mean in zip(predict_with_masks(model, pipeline, seed=3), expected, strict=True):
        np.testing.assert_array_equal(found, mean)


def test_half_precision_is_activated_and_averaged_in_full():
    model = sequential((5,), K.Dropout(0.5, dtype="mixed_bfloat16"))
    x = np.random.default_rng(0).normal(size=(10, 5))
    *_, logits = predict_with_masks(model, x, masks=30, seed=1, return_all=True)
    rounded = array(keras.ops.cast(keras.ops.cast(logits, "bfloat16"), "float32"))
    np.testing.assert_array_equal(logits, rounded)
    mean, _ = predict_with_masks(model, x, masks=30, seed=1, activation="softmax")
    powers = np.exp(np.float64(logits))
    np.testing.assert_allclose(mean, (powers / powers.sum(-1, keepdims=True)).mean(0), rtol=1e-5)


def test_the_model_is_compiled_once_however_many_masks():
    calls = []

    class Count(K.Layer):
        def call(self, x):
            calls.append(1)
            return x * 1

        def compute_output_shape(self, shape):
            return shape

    model = sequential((4,), layers.Dropout(0.5), Count())
    calls.clear()
    predict_with_masks(model, np.ones((6, 4)), masks=9, batch_size=3)
    assert len(calls) == (18 if BACKEND == "torch" else 1)


def test_an_error_in_the_data_leaves_dropout_as_it_was():
    model, x = build()

    def broken():
        yield x
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        predict_with_masks(model, broken())
    assert all("call" not in vars(layer) for layer in model.layers)


@pytest.mark.parametrize(
    ("model", "arguments", "said"),
    [
        (lambda: sequential((4,), K.Dense(2)), {}, "must have dropout.*do not vary"),
        (lambda: sequential((4,), layers.Dropout(0.0)), {}, "must have dropout"),
        (lambda: keras.Sequential([K.Dropout(0.5)]), {}, "must be built"),
        (lambda: build()[0], {"masks": 0}, "`masks` must be an integer, at least 1.*masks=0"),
        (lambda: build()[0], {"masks": 2.5}, "`masks` must be an integer"),
        (lambda: build()[0], {"seed": -1}, "`seed` must be an integer, at least 0"),
        (lambda: build()[0], {"batch_size": 0}, "`batch_size` must be at least 1"),
        (lambda: build()[0], {"x": []}, "at least one example"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(model, arguments, said):
    with pytest.raises(ValueError, match=said) as caught:
        predict_with_masks(model(), **{"x": np.ones((2, 4)), **arguments})
    assert "\n" not in str(caught.value)


def test_a_bar_appears_only_for_what_takes_long(capsys):
    for patience in (60.0, 0.0):
        progress = Progress(2, patience)
        progress.step()
        progress.step()
        assert ("2/2" in capsys.readouterr().out) == (patience == 0)
