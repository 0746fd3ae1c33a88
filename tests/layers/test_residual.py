"""Residual connections and blocks: against convolutions by hand in float64."""

import keras
import numpy as np
import pytest

from course_kit import layers

IMAGE = (2, 7, 6, 4)


def array(tensor):
    return np.float64(keras.ops.convert_to_numpy(tensor))


def images(shape=IMAGE):
    return np.random.default_rng(1).normal(size=shape).astype("float32")


def scramble(layer, seed=2):
    """Give all variables values that no initializer gives; variances stay positive."""
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.uniform(0.2, 1.0, w.shape) for w in layer.get_weights()])


def convolve(x, kernel, strides=1, pad=0, groups=1):
    """Correlate, window by window: (n, h, w, c) and (k, k, c / groups, f) -> (n, h', w', f)."""
    size = kernel.shape[0]
    x = np.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    windows = windows[:, ::strides, ::strides]  # (n, h', w', c, k, k)
    parts = zip(np.split(windows, groups, 3), np.split(kernel, groups, 3), strict=True)
    return np.concatenate([np.einsum("nhwckl,klcf->nhwf", w, k) for w, k in parts], -1)


def norm(x, weights, epsilon=1e-5):
    gamma, beta, mean, variance = weights
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


def relu(x):
    return np.maximum(x, 0)


def assert_close(y, expected):
    """To float32's precision of the largest number: sums of many terms cancel in some."""
    np.testing.assert_allclose(y, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


def parts(block):
    """All layers of a block with weights, by name; weights in float64."""
    found = [f for f in block._flatten_layers() if f.weights and not hasattr(f, "layers")]
    return {f.name: [np.float64(w) for w in f.get_weights()] for f in found}


def seen(block, shape=IMAGE):
    x = images(shape)
    block.build(shape)
    scramble(block)
    return np.float64(x), array(block(x)), parts(block)


@pytest.mark.parametrize("merge", ["add", "concatenate"])
def test_identity_is_added_or_stands_beside(merge):
    x, y, w = seen(layers.Residual(keras.layers.Dense(4, name="d"), merge=merge))
    branch = x @ w["d"][0] + w["d"][1]
    expected = x + branch if merge == "add" else np.concatenate([x, branch], -1)
    assert_close(y, expected)


def test_projection_has_the_stride_and_channels_of_the_branch():
    branch = keras.layers.Conv2D(5, 3, strides=2, padding="same", use_bias=False, name="c")
    x, y, w = seen(layers.Residual(branch, shortcut="projection"))
    (short,) = w["conv_shortcut"]
    assert short.shape == (1, 1, 4, 5)
    # 7 rows and 6 columns: "same" pads rows by (1, 1), columns by (0, 1).
    padded = np.pad(x, [(0, 0), (1, 1), (0, 1), (0, 0)])
    expected = convolve(padded, w["c"][0], strides=2) + convolve(x, short, strides=2)
    assert_close(y, expected)


def test_projection_of_features_is_a_dense_layer():
    x, y, w = seen(layers.Residual(keras.layers.Dense(3, name="d"), "projection"), (5, 4))
    expected = x @ w["d"][0] + w["d"][1] + x @ w["shortcut"][0]
    assert_close(y, expected)


def test_pad_picks_every_second_pixel_and_appends_zeros():
    branch = keras.layers.Conv2D(7, 1, strides=2, kernel_initializer="zeros")
    layer = layers.Residual(branch, shortcut="pad")
    x = images()
    y = array(layer(x))
    np.testing.assert_array_equal(y[..., :4], x[:, ::2, ::2])
    assert (y[..., 4:] == 0).all() and y.shape == (2, 4, 3, 7)
    assert len(layer.weights) == 2  # of the branch; the shortcut has none


def test_none_leaves_the_branch_alone():
    x, y, w = seen(layers.Residual(keras.layers.Dense(9, name="d"), shortcut=None))
    assert_close(y, x @ w["d"][0] + w["d"][1])


def test_shortcut_may_be_a_layer():
    short = keras.layers.AveragePooling2D(2, padding="same")
    layer = layers.Residual(keras.layers.MaxPooling2D(2, padding="same"), short)
    x = np.ones(IMAGE, "float32")
    np.testing.assert_allclose(array(layer(x)), 2.0, rtol=1e-6)


def test_gradient_of_the_identity_is_the_probe_itself(gradients):
    """S: the gradient always flows through the shortcut, whatever the branch does."""
    dead = keras.layers.Dense(4, kernel_initializer="zeros")
    probe = np.random.default_rng(3).normal(size=IMAGE).astype("float32")
    layer = layers.Residual(dead)
    layer.build(IMAGE)
    dx, *_ = gradients(layer, images(), probe)
    np.testing.assert_array_equal(dx, probe)


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("shortcut", ["projection", "pad"])
def test_basic_block_is_the_papers(strides, shortcut):
    block = layers.ResidualBlock(6, strides=strides, shortcut=shortcut)
    x, y, w = seen(block)
    f = relu(norm(convolve(x, w["conv1"][0], strides, pad=1), w["norm1"]))
    f = norm(convolve(f, w["conv2"][0], pad=1), w["norm2"])
    if shortcut == "pad":
        s = np.pad(x[:, ::strides, ::strides], [(0, 0)] * 3 + [(0, 2)])
        assert "conv_shortcut" not in w
    else:
        s = norm(convolve(x, w["conv_shortcut"][0], strides), w["norm_shortcut"])
    assert_close(y, relu(f + s))


def test_block_that_keeps_its_shape_has_no_projection():
    for kind in (layers.ResidualBlock(4), layers.BottleneckBlock(1)):
        x, y, w = seen(kind)
        assert not [name for name in w if "shortcut" in name]
        f = x
        last = len([name for name in w if name.startswith("conv")])
        for i in range(1, last + 1):
            kernel = w[f"conv{i}"][0]
            f = norm(convolve(f, kernel, pad=kernel.shape[0] // 2), w[f"norm{i}"])
            f = relu(f) if i < last else f
        assert_close(y, relu(x + f))


@pytest.mark.parametrize(("strided", "strides"), [("middle", (1, 2)), ("first", (2, 1))])
def test_bottleneck_is_the_papers_with_its_groups(strided, strides):
    block = layers.BottleneckBlock(2, strides=2, width=2, groups=2, strided=strided)
    x, y, w = seen(block)
    f = relu(norm(convolve(x, w["conv1"][0], strides[0]), w["norm1"]))
    f = relu(norm(convolve(f, w["conv2"][0], strides[1], pad=1, groups=2), w["norm2"]))
    f = norm(convolve(f, w["conv3"][0]), w["norm3"])
    s = norm(convolve(x, w["conv_shortcut"][0], 2), w["norm_shortcut"])
    assert w["conv2"][0].shape == (3, 3, 2, 4)
    assert_close(y, relu(f + s))


@pytest.mark.parametrize("shortcut", ["projection", "pad", None])
def test_preactivated_block_leaves_the_sum_alone(shortcut):
    block = layers.ResidualBlock(6, strides=2, shortcut=shortcut, preactivation=True)
    x, y, w = seen(block)
    first = relu(norm(x, w["norm1"]))
    f = relu(norm(convolve(first, w["conv1"][0], 2, pad=1), w["norm2"]))
    f = convolve(f, w["conv2"][0], pad=1)
    s = {
        "projection": lambda: convolve(first, w["conv_shortcut"][0], 2),
        "pad": lambda: np.pad(x[:, ::2, ::2], [(0, 0)] * 3 + [(0, 2)]),
        None: lambda: 0,
    }[shortcut]()
    assert_close(y, f + s)


def test_preactivated_identity_starts_from_the_input_itself():
    x, y, w = seen(layers.ResidualBlock(4, preactivation=True))
    f = convolve(relu(norm(x, w["norm1"])), w["conv1"][0], pad=1)
    f = convolve(relu(norm(f, w["norm2"])), w["conv2"][0], pad=1)
    assert_close(y, x + f)


def test_concatenating_block_keeps_its_input():
    x, y, _ = seen(layers.ResidualBlock(3, shortcut="identity", merge="concatenate"))
    assert y.shape == (2, 7, 6, 7)
    np.testing.assert_allclose(y[..., :4], relu(x), rtol=1e-6)


def test_blocks_work_on_sequences_and_volumes():
    for shape, halved in (((2, 8, 3), (2, 4, 5)), ((2, 4, 6, 2, 3), (2, 2, 3, 1, 5))):
        for shortcut in ("projection", "pad"):
            block = layers.ResidualBlock(5, strides=2, shortcut=shortcut)
            assert tuple(block(images(shape)).shape) == halved
            assert block.compute_output_shape(shape) == halved


def test_without_norm_convolutions_have_a_bias_and_with_one_none():
    for norm_, biased in ((None, True), ("batch", False), ("group", False)):
        block = layers.ResidualBlock(8, strides=2, norm=norm_)
        block.build(IMAGE)
        convolutions = [f for f in block._flatten_layers() if "Conv" in type(f).__name__]
        assert len(convolutions) == 3
        assert {f.use_bias for f in convolutions} == {biased}


def test_stochastic_depth_skips_the_branch_of_a_sample_alone():
    block = layers.ResidualBlock(4, stochastic_depth=0.5, norm=None, initializer="ones")
    x = np.abs(images((256, 3, 3, 4)))
    y = array(block(x, training=True))
    skipped = np.isclose(y, x).all(axis=(1, 2, 3))
    assert 60 < skipped.sum() < 196  # of 256 fair coins; 8.5 deviations
    twice = x + 2 * (array(block(x, training=False)) - x)
    np.testing.assert_allclose(y[~skipped], twice[~skipped], rtol=1e-4)


def test_layer_given_as_norm_is_copied_for_each_place():
    given = layers.GroupNormalization(groups=2, epsilon=0.5)
    block = layers.ResidualBlock(4, strides=2, norm=given)
    block.build(IMAGE)
    norms = [f for f in block._flatten_layers() if isinstance(f, layers.GroupNormalization)]
    assert len(norms) == 3 and given not in norms
    assert {f.epsilon for f in norms} == {0.5}


def test_kernels_of_a_block_start_apart():
    block = layers.ResidualBlock(4, initializer=keras.initializers.HeNormal(seed=3))
    block.build(IMAGE)
    w = parts(block)
    assert not np.allclose(w["conv1"][0], w["conv2"][0])


def test_block_in_half_precision_has_layers_in_half_precision():
    block = layers.ResidualBlock(8, strides=2, dtype="mixed_bfloat16", stochastic_depth=0.1)
    block.build(IMAGE)
    inside = [f for f in block._flatten_layers() if not hasattr(f, "layers")]
    kinds = {f.compute_dtype for f in inside if not isinstance(f, keras.layers.InputLayer)}
    assert kinds == {"bfloat16"}


def test_vgg_block_convolves_and_pools():
    x, y, w = seen(layers.VGGBlock(3, depth=2, norm="batch"))
    for i in (1, 2):
        x = convolve(x, w[f"conv{i}"][0], pad=1) + w[f"conv{i}"][1]
        x = relu(norm(x, w[f"norm{i}"]))
    pooled = x[:, :6].reshape(2, 3, 2, 3, 2, 3).max(axis=(2, 4))
    assert_close(y, pooled)


def dense(n=4):
    return keras.layers.Dense(n)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: layers.Residual([]), "Received an empty list"),
        (lambda: layers.Residual(dense(), "skip"), "'pad', None, or a layer.*'skip'"),
        (lambda: layers.Residual(dense(), merge="sum"), "'add', 'concatenate'.*merge='sum'"),
        *(
            (
                lambda s=s: layers.Residual(dense(), s, "concatenate"),
                f"Only the identity can be concatenated.*shortcut={s!r}.*Use shortcut='identity'",
            )
            for s in ("projection", "pad", None)
        ),
        (
            lambda: layers.Residual([dense(), layers.StochasticDepth(0.1)], merge="concatenate"),
            "leave channels of zeros",
        ),
        (lambda: layers.Residual(dense(3))(images()), "shapes differ.*use shortcut='projection'"),
        (
            lambda: layers.Residual(keras.layers.MaxPooling2D(), merge="concatenate")(images()),
            "cannot be concatenated: their shapes differ",
        ),
        (lambda: layers.Residual(dense(3), "pad")(images()), "Received: 4 channels.*with 3"),
        (
            lambda: layers.Residual(keras.layers.Conv2D(4, 3, 2), "projection")(
                keras.Input((None, None, 4))
            ),
            "images of unknown size.*Give `strides`",
        ),
        (lambda: layers.ResidualBlock(0), "at least 1. Received: filters=0"),
        (lambda: layers.ResidualBlock(4, strides=0), "strides=0"),
        (lambda: layers.ResidualBlock(4, width=0.1), "width=0.1"),
        (lambda: layers.ResidualBlock(4, norm="batchnorm"), "norm='batchnorm'"),
        (lambda: layers.ResidualBlock(4, norm=3), "norm=3"),
        (lambda: layers.ResidualBlock(4, dropout=50), "did you pass a percentage"),
        (lambda: layers.ResidualBlock(4, stochastic_depth=2), "did you pass a percentage"),
        (lambda: layers.ResidualBlock(4, shortcut=dense()), "With a layer of your own"),
        (
            lambda: layers.ResidualBlock(4, 2, "identity", "concatenate"),
            "keeps the image's size.*strides=2",
        ),
        (
            lambda: layers.ResidualBlock(
                4, shortcut="identity", merge="concatenate", stochastic_depth=0.1
            ),
            "stochastic_depth=0.1. Use merge='add'",
        ),
        (
            lambda: layers.ResidualBlock(4, shortcut=None, stochastic_depth=0.1),
            "a dropped branch would leave nothing",
        ),
        (lambda: layers.ResidualBlock(4)(np.ones((2, 4))), "one to three spatial axes"),
        (
            lambda: layers.ResidualBlock(8, shortcut="identity")(images()),
            "shapes differ.*shortcut='projection'",
        ),
        (
            lambda: layers.ResidualBlock(4, norm="layer")(keras.Input((None, 8, 4))),
            "Axis 1 of input.*Give its size",
        ),
        (lambda: layers.BottleneckBlock(4, groups=3), "must divide the 4 channels.*groups=3"),
        (lambda: layers.BottleneckBlock(4, strided="last"), "'middle', 'first'.*'last'"),
        (lambda: layers.VGGBlock(0), "filters=0"),
        (lambda: layers.VGGBlock(4, depth=0), "depth=0"),
        (lambda: layers.VGGBlock(4, spatial_dropout=7), "did you pass a percentage"),
    ],
)
def test_what_means_nothing_raises_in_one_line(make, said):
    with pytest.raises(ValueError, match=said) as caught:
        make()
    assert "\n" not in str(caught.value)
