"""MixUp and CutMix: labels of all forms, shares that agree, and what cannot be mixed."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from course_kit.layers import CutMix, MixUp

N = 12
# Picture n is all n: what of a result is n is the share of picture n in it.
X = np.broadcast_to(np.arange(N).reshape(N, 1, 1, 1), (N, 10, 8, 3)).astype("uint8").copy()
LABELS = {
    "numbers": np.arange(N),
    "column": np.arange(N).reshape(N, 1),
    "bytes": np.arange(N).astype("uint8"),
    "float_numbers": np.arange(N).astype("float32"),
    "one_hot": np.eye(N, dtype="float32"),
    "whole_one_hot": np.eye(N, dtype="int64"),
}
EYE = np.eye(N, dtype="float32")
CASES = [*((form, True) for form in LABELS), ("numbers", False)]


@pytest.fixture(params=[MixUp, CutMix])
def layer(request):
    return request.param


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def dataset(*parts):
    return tf.data.Dataset.from_tensor_slices(parts).batch(N)


def only(mapped):
    (element,) = mapped
    return tuple(np.asarray(part) for part in element)


def shares_seen(y):
    """(batch, h, w, 3), of X -> (batch, N): how many of the pixels are of picture n."""
    return np.stack([(y == n).mean(axis=(1, 2, 3)) for n in range(N)], axis=1)


@pytest.mark.parametrize(("form", "per_sample"), CASES)
@pytest.mark.parametrize("where", ["map", "call"])
def test_cut_mix_labels_are_the_areas_seen(form, where, per_sample):
    layer = CutMix(classes=N, per_sample=per_sample, seed=1)
    labels = LABELS[form]
    y, mixed = only(dataset(X, labels).map(layer)) if where == "map" else layer(X, labels)
    assert array(mixed).shape == (N, N) and array(mixed).dtype == "float32"
    np.testing.assert_allclose(array(mixed), shares_seen(array(y)), atol=1e-6)
    assert np.unique(array(mixed)).size > 2


@pytest.mark.parametrize(("form", "per_sample"), CASES)
@pytest.mark.parametrize("where", ["map", "call"])
def test_mix_up_mixes_labels_as_it_mixes_examples(form, where, per_sample):
    """The examples are the one-hot labels themselves."""
    layer = MixUp(1.0, classes=N, per_sample=per_sample, seed=1)
    labels = LABELS[form]
    y, mixed = only(dataset(EYE, labels).map(layer)) if where == "map" else layer(EYE, labels)
    np.testing.assert_allclose(array(mixed), array(y), atol=1e-6)
    np.testing.assert_allclose(array(mixed).sum(axis=1), 1, rtol=1e-6)
    own = np.diag(array(y))
    assert len(np.unique(own.round(5))) > (2 if per_sample else 1)
    if not per_sample:  # but for fixed points of the permutation there is one share
        assert len(np.unique(own[own < 0.99999].round(5))) == 1


def test_one_hot_labels_need_no_classes(layer):
    for labels in (LABELS["one_hot"], LABELS["whole_one_hot"]):
        _, mixed = layer(1.0, seed=2)(X, labels)
        assert array(mixed).shape == (N, N) and not np.array_equal(array(mixed), EYE)


@pytest.mark.parametrize("form", ["arguments", "tuple", "dictionary"])
def test_comes_back_in_the_form_it_came_with_weights_mixed_alike(layer, form):
    weights = np.linspace(0, 5, N).astype("float32")
    mixer = layer(1.0, classes=N, per_sample=True, seed=3)
    names = ("images", "labels", "sample_weights")
    parts = (X, np.arange(N), weights)
    if form == "dictionary":
        result = mixer(dict(zip(names, parts, strict=True)))
        assert set(result) == set(names)
        result = [result[name] for name in names]
    else:
        result = mixer(*parts) if form == "arguments" else mixer(parts)
        assert isinstance(result, tuple)
    _, mixed, mixed_weights = map(array, result)
    np.testing.assert_allclose(mixed_weights, mixed @ weights, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("form", ["pairs", "triples", "dictionaries"])
def test_map_takes_the_forms_of_a_data_set(layer, form):
    parts = (X, np.arange(N), np.ones(N, "float32"))
    data = dataset(*parts[: 2 if form == "pairs" else 3])
    if form == "dictionaries":
        data = data.map(lambda x, y, w: {"images": x, "labels": y, "sample_weights": w})
    (element,) = data.map(layer(1.0, classes=N))
    got = element["labels"] if form == "dictionaries" else element[1]
    assert got.shape == (N, N) and len(element) == (2 if form == "pairs" else 3)


def test_targets_of_a_regression_are_mixed_as_they_are():
    targets = np.linspace(-1, 1, N).reshape(N, 1).astype("float32")
    y, mixed = MixUp(1.0, seed=4)(EYE, targets)
    np.testing.assert_allclose(array(mixed), array(y) @ targets, atol=1e-6)


def test_class_numbers_survive_half_precision(layer, dtype_policy):
    """In bfloat16, to which Keras casts all that enters a map, 301 is 302."""
    dtype_policy("mixed_bfloat16")
    _, mixed = only(dataset(X, np.full(N, 301)).map(layer(classes=400)))
    assert mixed.dtype == "float32"
    np.testing.assert_allclose(mixed.sum(axis=0), N * (np.arange(400) == 301), atol=1e-5)


def test_at_inference_labels_become_one_hot_and_nothing_is_mixed(layer):
    y, labels = layer(1.0, classes=N)(X, np.arange(N), training=False)
    np.testing.assert_array_equal(array(y), X)
    np.testing.assert_array_equal(array(labels), EYE)


@pytest.mark.parametrize("alpha", [0.01, 0.2, 1.0, 4.0])
def test_share_has_the_beta_distribution(layer, alpha, assert_frequency):
    """20000 shares; keras.random.beta gives 0.5 to 18 % of them at alpha=0.01 on TensorFlow."""
    images = np.zeros((20000, 1), "float32")
    lam = array(layer(alpha, per_sample=True, seed=5).draw_share(images))
    assert lam.shape == (20000,) and (lam >= 0).all() and (lam <= 1).all()
    for bound in (0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999):
        assert_frequency((lam < bound).sum(), 20000, stats.beta(alpha, alpha).cdf(bound))


def test_partner_is_a_permutation_and_all_are_equally_likely():
    """chi-square over 36 pairs, 600 permutations of 6; a permutation's rows are dependent, so each
    place is tested by itself."""
    mixer, images = MixUp(seed=6), np.zeros((6, 1), "float32")
    drawn = np.array([array(mixer.draw_partner(images)) for _ in range(600)])
    np.testing.assert_array_equal(np.sort(drawn), np.tile(np.arange(6), (600, 1)))
    for place in range(6):
        assert stats.chisquare(np.bincount(drawn[:, place], minlength=6)).pvalue > 1e-8


def test_box_has_its_centre_anywhere():
    """chi-square over 80 pixels, 8000 pictures, shares near 1: boxes of a pixel or none."""
    mixer = CutMix(per_sample=True, seed=7)
    centres = array(mixer.random_pixels(np.zeros((8000, 10, 8, 1), "float32")))
    counts = np.bincount(centres[:, 0] * 8 + centres[:, 1], minlength=80)
    assert len(counts) == 80 and stats.chisquare(counts).pvalue > 1e-8


@pytest.mark.parametrize("per_sample", [False, True])
def test_batch_has_one_box_or_each_picture_its_own(per_sample):
    y = array(CutMix(per_sample=per_sample, seed=8)(X, EYE)[0])
    pasted = (y != X).any(axis=-1)
    masks = np.unique(pasted[pasted.any(axis=(1, 2))], axis=0)
    assert len(masks) > 1 if per_sample else len(masks) == 1


def test_channels_first_cuts_the_same_box():
    last = CutMix(seed=9, per_sample=True)(X, EYE)
    first = CutMix(seed=9, per_sample=True, data_format="channels_first")(
        np.moveaxis(X, -1, 1), EYE
    )
    np.testing.assert_array_equal(np.moveaxis(array(first[0]), 1, -1), array(last[0]))
    np.testing.assert_array_equal(array(first[1]), array(last[1]))


def test_seed_repeats_and_epochs_differ(layer):
    def epochs(mixer):
        mapped = dataset(X, np.arange(N)).map(mixer)
        return [only(mapped)[1] for _ in range(3)]

    one, other = (epochs(layer(1.0, classes=N, seed=10)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one[0], one[1]) and not np.array_equal(one[1], one[2])


def test_config_and_json_round_trip(layer):
    mixer = layer(0.3, classes=7, per_sample=True, seed=11, data_format="channels_last")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(mixer))
    assert type(again) is layer and again.get_config() == mixer.get_config()
    wanted = dict(alpha=0.3, classes=7, per_sample=True, seed=11, data_format="channels_last")
    assert wanted.items() <= mixer.get_config().items()


def test_model_learns_from_a_mixed_data_set(layer):
    model = keras.Sequential(
        [keras.Input((10, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(N)]
    )
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    history = model.fit(dataset(X / 12, np.arange(N)).map(layer(classes=N)), epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_xla_compiles_it_in_a_tensorflow_graph(layer):
    """Not Keras' own, for the gamma numbers under its Beta; as in a map, on every backend."""
    mixer = layer(1.0, classes=N, per_sample=True, seed=12)
    compiled = tf.function(lambda x, y: mixer(x, y), jit_compile=True)
    assert array(compiled(tf.constant(X), tf.range(N))[1]).shape == (N, N)


def test_smoothing_by_the_loss_commutes_with_mixing():
    labels, logits = np.eye(3)[[0, 1]], np.array([[0.3, -1.0, 2.0]])
    smooth = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    parts = [float(smooth(labels[k : k + 1], logits)) for k in (0, 1)]
    mixed = float(smooth(labels[:1] * 0.7 + labels[1:] * 0.3, logits))
    np.testing.assert_allclose(mixed, 0.7 * parts[0] + 0.3 * parts[1], rtol=1e-5)


# What cannot be mixed


NO_LABELS = r"mixes the labels too, so it has no place in a model.* dataset.batch\(128\).map"


def test_pictures_alone_say_to_put_it_into_the_data_set(layer):
    with pytest.raises(ValueError, match=NO_LABELS):
        layer()(X)
    with pytest.raises(ValueError, match=NO_LABELS):
        dataset(X).map(lambda x: x).map(layer())


def test_model_says_to_put_it_into_the_data_set(layer):
    with pytest.raises(ValueError, match=NO_LABELS):
        keras.Sequential([keras.Input((10, 8, 3)), layer()])
    with pytest.raises(ValueError, match=NO_LABELS):
        layer()(keras.Input((10, 8, 3)))
    with pytest.raises(ValueError, match=NO_LABELS):
        layer()(keras.Input((10, 8, 3)), keras.Input((N,)))
    with pytest.raises(ValueError, match=NO_LABELS):
        keras.Sequential([layer()])(X)


@pytest.mark.parametrize("labels", [np.arange(N), np.arange(N).reshape(N, 1), np.arange(N) / 1.0])
def test_class_numbers_without_classes_are_refused(layer, labels):
    """Keras' own fails opaquely on TensorFlow; on jax and torch the result is an (n, n) matrix."""
    with pytest.raises(ValueError, match=r"classes=None. Did you forget `classes`"):
        layer()(X, labels)
    with pytest.raises(ValueError, match=r"classes=None. Did you forget `classes`"):
        dataset(X, labels[:, :1] if labels.ndim == 2 else labels).map(layer())


def test_keras_own_wants_float_one_hot_labels():
    """If this fails, Keras has changed, and its layer may do."""
    theirs = keras.layers.MixUp()
    try:
        labels = theirs({"images": X.astype("float32"), "labels": np.arange(N)})["labels"]
    except Exception as error:  # of TensorFlow's own kind
        assert "labels" not in str(error).splitlines()[0]
    else:
        assert array(labels).shape == (N, N)


@pytest.mark.parametrize("labels", [np.arange(N) - 1, np.arange(N) + 1])
def test_class_numbers_out_of_range_are_refused(layer, labels):
    message = "class numbers from 0 to 11, as classes=12"
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match=message):
        layer(classes=N)(X, labels)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        only(dataset(X, labels).map(layer(classes=N)))


def test_other_shapes_of_labels_are_refused(layer):
    for labels in (np.eye(N)[:, :5], np.zeros((N, 2, N)), np.float32(3)):
        with pytest.raises(ValueError, match=r"Labels must be class numbers \(batch,\)"):
            layer(classes=N)(X, labels)


def test_map_before_batch_says_so(layer):
    data = tf.data.Dataset.from_tensor_slices
    with pytest.raises(ValueError, match=r"dataset.batch|expected ndim=4"):
        data((X, np.arange(N))).map(layer(classes=N))
    with pytest.raises(ValueError, match=r"dataset.batch|expected ndim=4"):
        data((X, EYE)).map(layer())


def test_each_picture_needs_a_label(layer):
    with pytest.raises(ValueError, match=r"a label for each picture. Received: images \(5, 10"):
        layer(classes=N)(X[:5], np.arange(N))
    with pytest.raises(ValueError, match=r"a label for each picture|expected ndim=4"):
        tf.data.Dataset.from_tensor_slices((X, EYE)).map(layer(classes=N))


def test_dictionary_must_be_understood_whole(layer):
    with pytest.raises(ValueError, match=r"Received a dictionary with: 'images', 'labels', 'id'"):
        layer()({"images": X, "labels": EYE, "id": np.arange(N)})
    with pytest.raises(ValueError, match=r"mixes 'images', 'labels'"):
        layer()({"images": X, "label": EYE})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(alpha=0), "`alpha` must be above 0. Received: alpha=0"),
        (dict(alpha=float("nan")), "alpha=nan"),
        (dict(classes=1), "at least 2, or None for one-hot labels. Received: classes=1"),
        (dict(classes=10.0), "classes=10.0"),
    ],
)
def test_bad_arguments_say_what_to_do(layer, arguments, message):
    with pytest.raises(ValueError, match=message):
        layer(**arguments)
