"""What all augmentation layers share, and Cutout and PCALighting, in maps and in models."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from sklearn.decomposition import PCA

from course_kit.layers import CutMix, Cutout, MixUp, PCALighting, RandomResizedCrop
from course_kit.layers.pca_lighting import IMAGENET_EIGENVALUES, IMAGENET_EIGENVECTORS

LAYERS = {
    "cutout": lambda **more: Cutout(3, seed=1, **more),
    "pca_lighting": lambda **more: PCALighting(seed=1, **more),
    "random_resized_crop": lambda **more: RandomResizedCrop(8, 8, seed=1, **more),
}
X = np.random.default_rng(0).integers(1, 256, (6, 8, 8, 3)).astype("uint8")
Y = np.arange(6)
data = tf.data.Dataset.from_tensor_slices((X, Y))


@pytest.fixture(params=LAYERS)
def make(request):
    return LAYERS[request.param]


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def collect(dataset):
    return np.concatenate([keras.ops.convert_to_numpy(batch) for batch in dataset])


def test_map_over_pictures_alone(make):
    y = collect(data.map(lambda x, y: x).batch(4).map(make()))
    assert y.shape == X.shape and y.dtype == "float32"
    assert all(not np.array_equal(*pair) for pair in zip(y, X, strict=True))


def test_map_over_pictures_and_labels_leaves_the_labels(make):
    for mapped in (data.batch(6).map(make()), data.map(make()).batch(6)):
        y, labels = next(iter(mapped))
        assert y.shape == X.shape and not np.array_equal(y, X)
        assert labels.dtype == tf.int64 and labels.numpy().tolist() == Y.tolist()
        assert mapped.element_spec[0].shape[1:] == X.shape[1:]


def test_map_over_dictionaries_changes_the_images_alone(make):
    dictionaries = data.map(lambda x, y: {"images": x, "labels": y, "name": tf.as_string(y)})
    y = next(iter(dictionaries.batch(6).map(make())))
    assert set(y) == {"images", "labels", "name"}
    assert y["name"].numpy().tolist() == [b"%d" % n for n in Y]
    assert not np.array_equal(y["images"], X)


def test_tuples_come_back_as_tuples(make):
    y, labels, weights = make()((X, Y, [1.0] * 6))
    assert labels is Y and weights == [1.0] * 6 and not np.array_equal(array(y), X)


def test_each_epoch_and_each_picture_gets_its_own_draw(make):
    same = tf.data.Dataset.from_tensors(X[:1].repeat(6, axis=0)).map(make())
    epochs = [collect(same) for _ in range(3)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert not np.array_equal(epochs[one], epochs[other])
    assert len(np.unique(epochs[0], axis=0)) > 1


def test_seed_repeats_the_map(make):
    one, other = (collect(data.batch(2).map(make()).map(lambda x, y: x)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_layers_without_a_seed_differ():
    one, other = (collect(data.batch(6).map(Cutout(1)).map(lambda x, y: x)) for _ in range(2))
    assert not np.array_equal(one, other)


def test_one_picture_is_a_batch_of_one(make):
    one, batch = array(make()(X[0])), array(make()(X[:1]))
    assert one.shape == (8, 8, 3)
    np.testing.assert_array_equal(one, batch[0])


def test_channels_first_is_channels_last_moved(make):
    last = array(make(data_format="channels_last")(X))
    first = array(make(data_format="channels_first")(np.moveaxis(X, -1, 1)))
    np.testing.assert_array_equal(np.moveaxis(first, 1, -1), last)


@pytest.mark.parametrize("where", ["map", "call"])
def test_bytes_come_back_as_floats_of_the_same_range_or_as_bytes(make, where):
    """Bytes are the float result, rounded and kept in 0..255."""

    def run(layer):
        return collect([layer(X)]) if where == "call" else collect(pictures.map(layer))

    pictures = data.batch(6).map(lambda x, y: x)
    floats, as_bytes = run(make()), run(make(dtype="uint8"))
    assert floats.dtype == "float32" and floats.max() > 2
    assert as_bytes.dtype == "uint8"
    np.testing.assert_array_equal(as_bytes, np.clip(np.round(floats), 0, 255))


def test_model_augments_in_training_only(make):
    x = X.astype("float32")
    layer = make()
    inputs = keras.Input((8, 8, 3))

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def call(self, x, training=None):
            return self.layer(x)

    for model in (
        keras.Sequential([keras.Input((8, 8, 3)), layer]),
        keras.Model(inputs, layer(inputs)),
        Subclassed(),
    ):
        np.testing.assert_array_equal(model.predict(x, verbose=0), x)
        np.testing.assert_array_equal(array(model(x, training=False)), x)
        np.testing.assert_array_equal(array(model(x)), x)  # Keras' own augment here
        assert not np.array_equal(array(model(x, training=True)), x)


def test_keras_own_layers_augment_when_nobody_says_whether_the_model_trains():
    """If this fails, Keras has changed, and ours need not differ any more."""
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.RandomTranslation(0.4, 0.4)])
    x = X.astype("float32")
    assert not np.array_equal(array(model(x)), x)


def test_half_precision_loses_nothing_before_the_result(make, dtype_policy):
    """Rounding the float32 result to bfloat16 is off by 2**-8 of it at most."""
    for x in (X, np.zeros((50, 4, 4, 3), "uint8")):
        full = array(make()(x))
        dtype_policy("mixed_bfloat16")
        half = make()(x)
        dtype_policy("float32")
        assert keras.backend.standardize_dtype(half.dtype) == "bfloat16"
        np.testing.assert_allclose(array(keras.ops.cast(half, "float32")), full, rtol=1.01 * 2**-8)


def test_boxes_and_masks_are_refused_where_pixels_move():
    with_boxes = {"images": X, "bounding_boxes": np.zeros((6, 1, 4)), "labels": Y}
    assert array(Cutout(2)(with_boxes)["bounding_boxes"]).shape == (6, 1, 4)
    for layer in (RandomResizedCrop(4, 4), MixUp(classes=6), CutMix(classes=6)):
        with pytest.raises(ValueError, match=r"moves pixels and cannot move bounding_boxes along"):
            layer(with_boxes)
    with pytest.raises(ValueError, match="cannot move segmentation_masks along"):
        RandomResizedCrop(4, 4)({"images": X, "segmentation_masks": X})


def test_dictionary_without_images_says_what_there_is(make):
    with pytest.raises(
        ValueError, match=r"under 'images'. Received a dictionary with: 'image', 'y'"
    ):
        make()({"image": X, "y": Y})


@pytest.mark.parametrize("dtype", ["int32", "bool"])
def test_result_must_be_floats_or_bytes(make, dtype):
    with pytest.raises(ValueError, match=rf"'uint8'. Received: dtype={dtype}"):
        make(dtype=dtype)


def test_unknown_data_format_names_the_two(make):
    with pytest.raises(
        ValueError, match=r"'channels_last' or 'channels_first'. Received: .*'last'"
    ):
        make(data_format="last")


def test_pictures_of_several_sizes_come_out_at_one():
    sizes = [(8, 12), (5, 5), (20, 3)]
    pictures = tf.data.Dataset.from_generator(
        lambda: (np.full((*size, 3), 9, "uint8") for size in sizes),
        output_signature=tf.TensorSpec((None, None, 3), "uint8"),
    )
    y = collect(pictures.map(RandomResizedCrop(6, 7)).batch(3))
    assert y.shape == (3, 6, 7, 3)
    np.testing.assert_allclose(y, 9, rtol=1e-6)


# Cutout


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_pixel_is_the_centre_equally_often(size):
    """chi-square over 35 pixels of 7000 pictures."""
    layer = Cutout(size, fill_value=1.0, seed=2)
    filled = array(layer(np.zeros((7000, 5, 7, 1), "float32")))[..., 0]
    # The last pixel filled in each direction is the centre plus (size - 1) // 2, cut off.
    row, column = (filled.any(axis=axis)[:, ::-1].argmax(axis=1) for axis in (2, 1))
    last = (4 - row) * 7 + (6 - column)
    counts = np.bincount(last, minlength=35)
    reach = (size - 1) // 2
    weight = [np.bincount(np.minimum(np.arange(n) + reach, n - 1), minlength=n) for n in (5, 7)]
    expected = 7000 * np.outer(*weight).ravel() / 35
    assert (counts[expected == 0] == 0).all()
    assert stats.chisquare(counts[expected > 0], expected[expected > 0]).pvalue > 1e-8


@pytest.mark.parametrize(("size", "area"), [(4, 16), (0.25, 4), (0.5, 16), (1.0, 64), (0.01, 1)])
def test_size_is_in_pixels_or_a_share_of_the_shorter_side(size, area):
    y = array(Cutout(size, fill_value=1.0, seed=3)(np.zeros((200, 8, 30, 1), "float32")))
    assert y.sum(axis=(1, 2, 3)).max() == area


def test_share_of_pictures_whose_size_nobody_knows():
    pictures = tf.data.Dataset.from_generator(
        lambda: (np.zeros((n, n, 1), "float32") for n in (4, 8, 40)),
        output_signature=tf.TensorSpec((None, None, 1), "float32"),
    )
    sums = [float(tf.reduce_sum(y)) for y in pictures.map(Cutout(1.0, fill_value=1.0))]
    assert all(n * n / 4 <= total <= n * n for n, total in zip((4, 8, 40), sums, strict=True))


@pytest.mark.parametrize("size", [0, -1, 0.0, 1.5, True, "8", None])
def test_wrong_size_says_what_to_do(size):
    with pytest.raises(ValueError, match=rf"Received: size={size!r}. Did you mean 8, or 0.25\?"):
        Cutout(size)


# PCALighting


def shifts(layer, n, low=0.0):
    """What is added to the colour of n pictures: (n, 3)."""
    x = np.full((n, 2, 2, 3), low, "float32")
    added = array(layer(x)).astype("float64") - x
    np.testing.assert_allclose(added, np.broadcast_to(added[:, :1, :1], added.shape), atol=1e-5)
    return added[:, 0, 0]


def test_noise_along_each_direction_is_normal_and_independent():
    """20000 pictures; the colours are turned back into what was drawn."""
    a = shifts(PCALighting(0.3, seed=4), 20000) @ np.array(IMAGENET_EIGENVECTORS)
    a /= 255 * np.array(IMAGENET_EIGENVALUES)
    for k in range(3):
        # The published vectors have four digits: their products are 0 to 1e-4, and the first
        # eigenvalue is 48 times the last.
        assert stats.kstest(a[:, k], stats.norm(0, 0.3).cdf).pvalue > 1e-8
        assert stats.pearsonr(a[:, k], a[:, (k + 1) % 3]).pvalue > 1e-8


def test_shift_is_in_units_of_the_value_range():
    wide, narrow = (shifts(PCALighting(seed=5, value_range=(0, top)), 50) for top in (255, 1))
    np.testing.assert_allclose(wide, 255 * narrow, rtol=1e-4)
    centred = shifts(PCALighting(seed=5, value_range=(-1, 1)), 50)
    np.testing.assert_allclose(centred, 2 * narrow, rtol=1e-4, atol=1e-7)


def test_published_directions_are_orthonormal_and_values_are_variances():
    vectors = np.array(IMAGENET_EIGENVECTORS)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(3), atol=3e-4)
    # R, G and B of ImageNet's pixels deviate by about 0.28, 0.27 and 0.28 of their range.
    assert 0.9 < sum(IMAGENET_EIGENVALUES) / (0.28**2 + 0.27**2 + 0.28**2) < 1.2


def coloured(n=40):
    random = np.random.default_rng(6)
    x = random.normal(size=(n, 6, 6, 3)) @ random.normal(size=(3, 3)) * 20 + [100, 120, 140]
    return np.clip(x, 0, 255).astype("uint8")


@pytest.mark.parametrize("shade", [5, 250])
def test_bytes_end_at_black_and_white_and_do_not_wrap(shade):
    x = np.full((50, 2, 2, 3), shade, "uint8")
    floats, as_bytes = (array(PCALighting(1.0, seed=8, dtype=d)(x)) for d in ("float32", "uint8"))
    assert floats.min() < -10 or floats.max() > 265
    np.testing.assert_array_equal(as_bytes, np.clip(np.round(floats), 0, 255))


def test_adapt_finds_the_principal_colours():
    x, layer = coloured(), PCALighting()
    layer.adapt(x)
    pca = PCA(3).fit(x.reshape(-1, 3) / 255)
    values, vectors = array(layer.eigenvalues), array(layer.eigenvectors)
    count = x[..., 0].size  # scikit-learn divides by n - 1
    np.testing.assert_allclose(values, pca.explained_variance_ * (count - 1) / count, rtol=1e-4)
    np.testing.assert_allclose(np.abs(pca.components_ @ vectors), np.eye(3), atol=1e-3)


@pytest.mark.parametrize("form", ["batches", "pairs", "dictionaries", "first"])
def test_adapt_takes_data_sets_and_channels_first(form):
    x = coloured()
    wanted = PCALighting()
    wanted.adapt(x)
    layer = PCALighting(data_format="channels_first" if form == "first" else "channels_last")
    batches = tf.data.Dataset.from_tensor_slices(x).batch(7)
    layer.adapt(
        {
            "batches": batches,
            "pairs": batches.map(lambda x: (x, 0)),
            "dictionaries": batches.map(lambda x: {"images": x}),
            "first": np.moveaxis(x, -1, 1),
        }[form]
    )
    np.testing.assert_allclose(array(layer.eigenvalues), array(wanted.eigenvalues), rtol=1e-5)


def test_adapted_light_is_used_in_maps_and_survives_saving(tmp_path):
    x = coloured()
    x[..., 1:] = 77  # only red varies
    layer = PCALighting(seed=7)
    layer.adapt(x)
    model = keras.Sequential([keras.Input((6, 6, 3)), layer])
    model.save(tmp_path / "light.keras")
    again = keras.models.load_model(tmp_path / "light.keras").layers[0]
    np.testing.assert_array_equal(array(again.eigenvalues), array(layer.eigenvalues))
    for used in (layer, again):
        (y,) = tf.data.Dataset.from_tensors(x).map(used)
        added = np.asarray(y) - x
        assert np.abs(added[..., 0]).max() > 0.1 and np.abs(added[..., 1:]).max() < 1e-2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(stddev=-0.1), "`stddev` must be at least 0. Received: stddev=-0.1"),
        (dict(stddev=float("nan")), "stddev=nan"),
        (dict(value_range=(255, 0)), "the lower first"),
        (dict(value_range=(255,)), "two numbers"),
    ],
)
def test_bad_light_says_what_to_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        PCALighting(**arguments)


def test_light_needs_three_colours_and_adapt_a_picture():
    with pytest.raises(ValueError, match="to have value 3"):
        PCALighting()(np.zeros((2, 4, 4, 1)))
    with pytest.raises(ValueError, match="at least one picture"):
        PCALighting().adapt([])
