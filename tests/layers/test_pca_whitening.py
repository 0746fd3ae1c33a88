"""PCA whitening, held to scikit-learn and to NumPy in double precision; and `adapt` itself."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from course_kit.layers import Centering, PCAWhitening

BACKEND = keras.backend.backend()


def array(tensor):
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))


def correlated(n=300, d=6, seed=1, shift=0.0):
    random = np.random.default_rng(seed)
    mix = random.normal(size=(d, d)) * np.geomspace(1, 0.1, d)
    return (random.normal(size=(n, d)) @ mix + random.normal(size=d) + shift).astype("float32")


def adapted(data, **arguments):
    layer = PCAWhitening(**arguments)
    layer.adapt(data)
    return layer


def covariance(x):
    return np.cov(x.astype("float64"), rowvar=False, bias=True)


def test_training_data_become_white():
    data = correlated()
    for zca in (False, True):
        y = array(adapted(data, epsilon=0.0, zca=zca)(data))
        np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(covariance(y), np.eye(6), atol=1e-4)


@given(
    n=st.integers(8, 40),
    d=st.integers(1, 6),
    kept=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
@settings(deadline=None, max_examples=25)
def test_scikit_learn_gives_the_same_up_to_sign_and_n_minus_one(n, d, kept, seed):
    data, kept = correlated(n, d, seed), min(kept, d)
    x = correlated(5, d, seed + 1)
    y = array(adapted(data, n_components=kept, epsilon=0.0)(x))
    oracle = PCA(kept, whiten=True, svd_solver="full").fit(data.astype("float64"))
    wanted = oracle.transform(x.astype("float64")) * np.sqrt(n / (n - 1))
    signs = np.sign((y * wanted).sum(axis=0))
    np.testing.assert_allclose(y, wanted * signs, rtol=1e-3, atol=1e-3 * np.abs(wanted).max())


def test_eigenvalues_are_variances_divided_by_m():
    data = correlated(30)
    values = array(adapted(data).eigenvalues)
    wanted = PCA().fit(data.astype("float64")).explained_variance_ * 29 / 30
    np.testing.assert_allclose(values, wanted, rtol=1e-5)


def test_epsilon_is_added_to_the_variance_under_the_root():
    data, x, epsilon = correlated(), correlated(4, seed=2), 0.3
    values, vectors = np.linalg.eigh(covariance(data))
    centred = x.astype("float64") - data.astype("float64").mean(axis=0)
    wanted = centred @ vectors / np.sqrt(values + epsilon) @ vectors.T
    layer = adapted(data, epsilon=epsilon, zca=True)
    np.testing.assert_allclose(array(layer(x)), wanted, rtol=1e-4, atol=1e-5)


def test_zca_is_the_inverse_root_of_the_covariance():
    data, x = correlated(), correlated(4, seed=3)
    from scipy.linalg import inv, sqrtm

    centred = x.astype("float64") - data.astype("float64").mean(axis=0)
    wanted = centred @ inv(sqrtm(covariance(data))).real
    layer = adapted(data, epsilon=0.0, zca=True)
    np.testing.assert_allclose(array(layer(x)), wanted, rtol=1e-3, atol=1e-4)


def test_zca_of_a_few_components_is_the_projection_onto_them():
    data = correlated()
    layer = adapted(data, n_components=2, epsilon=0.0, zca=True)
    y = array(layer(data)).astype("float64")
    assert y.shape == data.shape
    assert np.linalg.matrix_rank(y, tol=1e-3) == 2
    rotation = array(layer.rotation).astype("float64")
    np.testing.assert_allclose(y @ rotation @ rotation.T, y, atol=1e-4)


def test_each_direction_points_to_its_largest_element():
    rotation = array(adapted(correlated()).rotation)
    assert (rotation[np.abs(rotation).argmax(axis=0), np.arange(6)] > 0).all()
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(6), atol=1e-6)


def test_images_are_vectors_to_it_and_keep_their_shape_under_zca():
    x = load_digits().images[:200].astype("float32")[..., np.newaxis] / 16
    flat = x.reshape(200, 64)
    np.testing.assert_array_equal(array(adapted(x)(x)), array(adapted(flat)(flat)))
    y = array(adapted(x, zca=True)(x))
    assert y.shape == x.shape
    np.testing.assert_array_equal(y.reshape(200, 64), array(adapted(flat, zca=True)(flat)))


def test_rank_deficient_data_stay_finite_with_epsilon_and_ask_for_it_without():
    """Three pixels of the digits are always 0, and 40 examples span 39 directions."""
    x = load_digits().data[:40].astype("float32") / 16
    y = array(adapted(x, epsilon=1e-4)(x)).astype("float64")
    values = np.linalg.eigvalsh(covariance(x))[::-1].clip(0)
    assert (values > 1e-12).sum() == 39
    np.testing.assert_allclose(covariance(y), np.diag(values / (values + 1e-4)), atol=1e-3)
    with pytest.raises(ValueError, match=r"Received: data that vary in 39. Set .* at most 39"):
        PCAWhitening(epsilon=0.0).adapt(x)
    kept = array(adapted(x, epsilon=0.0, n_components=39)(x))
    np.testing.assert_allclose(covariance(kept), np.eye(39), atol=2e-3)


@pytest.mark.parametrize("dtype", ["float64", "int32"])
def test_constant_data_are_at_zero(dtype):
    y = adapted(np.full((5, 3), 7, dtype))(np.full((2, 3), 7, dtype))
    np.testing.assert_array_equal(array(y), np.zeros((2, 3)))
    assert keras.backend.standardize_dtype(y.dtype) == "float32"


def test_a_large_mean_costs_no_digits_of_the_covariance():
    """Whole numbers near 2^20 are exact in float32, and so is what is left without the mean."""
    small = np.random.default_rng(6).integers(-50, 50, (400, 3)) @ np.array(
        [[3, 1, 0], [0, 2, 1], [0, 0, 1]]
    )
    small -= np.rint(small.mean(axis=0)).astype(int)
    near = adapted(small.astype("float32"), epsilon=0.0)
    far = adapted((small + 2**20).astype("float32"), epsilon=0.0)
    np.testing.assert_allclose(array(far.eigenvalues), array(near.eigenvalues), rtol=1e-6)
    np.testing.assert_allclose(array(far.rotation), array(near.rotation), atol=1e-6)


def test_statistics_of_batches_are_those_of_the_array():
    data = correlated(50)
    whole, parts = adapted(data), adapted([data[:7], data[7:8], data[8:]])
    for a, b in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_array_equal(array(a), array(b))


def test_adapting_again_replaces_the_statistics_of_a_compiled_model():
    first, second = correlated(), 5 * correlated(seed=9) + 3
    layer = adapted(first, epsilon=0.0)
    model = keras.Sequential([keras.Input((6,)), layer])
    before = model.predict(second, verbose=0)
    layer.adapt(second)
    after = model.predict(second, verbose=0)
    assert np.abs(covariance(before) - np.eye(6)).max() > 1
    np.testing.assert_allclose(covariance(after), np.eye(6), atol=1e-4)


def test_training_does_not_change_the_statistics():
    data = correlated()
    layer = adapted(data)
    model = keras.Sequential([keras.Input((6,)), layer, keras.layers.Dense(1)])
    model.compile(keras.optimizers.AdamW(0.1, weight_decay=0.1), "mse")
    before = [array(weight) for weight in layer.weights]
    model.fit(data, np.ones((300, 1)), epochs=1, verbose=0)
    for old, new in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(old, array(new))


@pytest.mark.parametrize("make", [PCAWhitening, Centering])
def test_a_call_before_adapt_is_refused_and_never_quiet(make):
    layer = make()
    model = keras.Sequential([keras.Input((6,)), layer])  # symbolic calls are allowed
    x = correlated(4)
    with pytest.raises(ValueError, match=rf"`{make.__name__}` must have seen.*adapt\(x_train\)"):
        layer(x)
    with pytest.raises(ValueError, match="adapt"):
        make()(x)
    if BACKEND == "torch":  # runs eagerly there
        with pytest.raises(ValueError, match="adapt"):
            model.predict(x, verbose=0)
    else:
        assert np.isnan(model.predict(x, verbose=0)).all()
    layer.adapt(correlated())
    assert np.isfinite(model.predict(x, verbose=0)).all()


def test_saved_statistics_come_back_bit_for_bit(tmp_path):
    layer = adapted(correlated())
    keras.Sequential([keras.Input((6,)), layer]).save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").layers[0]
    for old, new in zip(layer.weights, again.weights, strict=True):
        np.testing.assert_array_equal(array(old), array(new))
    x = correlated(4)
    np.testing.assert_array_equal(array(layer(x)), array(again(x)))


def test_copied_weights_count_as_adapted():
    model = keras.Sequential([keras.Input((6,)), adapted(correlated())])
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    x = correlated(4)
    np.testing.assert_array_equal(array(model(x)), array(copy(x)))


def test_mixed_precision_whitens_in_float32_and_gives_half(dtype_policy):
    dtype_policy("mixed_float16")
    data = correlated(shift=1000.0)  # float16 has no fractions there
    layer = adapted(data, epsilon=0.0)
    y = layer(data)
    assert keras.backend.standardize_dtype(y.dtype) == "float16"
    np.testing.assert_allclose(covariance(array(y)), np.eye(6), atol=2e-2)


def test_a_pipeline_of_tensorflow_can_whiten():
    """In `map`, on the backend whose graph that is."""
    import tensorflow as tf

    data = correlated()
    whitening, centering = adapted(data), Centering("channel_standard")
    centering.adapt(data)
    batches = tf.data.Dataset.from_tensor_slices(data).batch(100)
    if BACKEND == "tensorflow":
        for layer in (whitening, centering):
            mapped = np.concatenate([batch.numpy() for batch in batches.map(layer)])
            np.testing.assert_allclose(mapped, array(layer(data)), rtol=1e-5, atol=1e-5)
    else:
        again = PCAWhitening()
        again.adapt(batches)
        np.testing.assert_array_equal(array(again(data)), array(whitening(data)))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"n_components": 0}, "whole number, at least 1"),
        ({"n_components": 0.9}, "whole number, at least 1"),
        ({"epsilon": -1.0}, "at least 0"),
        ({"epsilon": float("nan")}, "at least 0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=rf"{message}.*Received"):
        PCAWhitening(**arguments)


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match=r"at most the number of features, 6. Received"):
        PCAWhitening(n_components=7).adapt(correlated())
    with pytest.raises(ValueError, match="shape must be known"):
        PCAWhitening().build((None, None, 3))
    layer = adapted(correlated())
    with pytest.raises(ValueError, match=r"shape \(6,\), for which .* Received: \(5,\)"):
        layer.adapt(correlated(d=5))
