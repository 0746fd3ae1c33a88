"""Ten crops: which pixels, how often each view counts, and the mean over views and sizes."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from course_kit.inference import crops, ten_crop_predict, ten_crops
from course_kit.inference.stand_in import without_updates

K = keras.layers


def array(tensor):
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(tensor)))


def pictures(n, h, w, c=2, seed=0):
    return np.random.default_rng(seed).normal(size=(n, h, w, c)).astype("float32")


def resized(x, h, w):
    """Pillow's bilinear filter, which smooths where it shrinks: (n, h, w, c) -> (n, H, W, c)."""
    planes = [
        [
            np.asarray(Image.fromarray(plane).resize((w, h), Image.Resampling.BILINEAR))
            for plane in p
        ]
        for p in np.moveaxis(x, -1, 1)
    ]
    return np.moveaxis(np.array(planes), 1, -1)


def views_of(x, crop):
    """The ten views by NumPy's slices, and no arithmetic that is ours."""
    h, w = crop
    top, left = (x.shape[1] - h) // 2, (x.shape[2] - w) // 2
    bottom, right = slice(-h, None), slice(-w, None)
    five = [
        x[:, :h, :w],
        x[:, :h, right],
        x[:, bottom, :w],
        x[:, bottom, right],
        x[:, top : top + h, left : left + w],
    ]
    return np.stack(five + [view[:, :, ::-1] for view in five])


def network(h, w, c=2, activation=None):
    """One that sees where a pixel lies, so that no view passes for another."""
    keras.utils.set_random_seed(2)
    made = [keras.Input((h, w, c)), K.Flatten(), K.Dense(3, activation=activation)]
    return keras.Sequential(made)


@settings(deadline=None, max_examples=15)
@given(h=st.integers(3, 9), w=st.integers(3, 9), crop=st.tuples(*[st.integers(1, 3)] * 2))
def test_views_are_the_corners_the_centre_and_their_mirror_images(h, w, crop):
    x = pictures(2, h, w)
    views = array(ten_crops(x, min(h, w), crop))
    np.testing.assert_array_equal(views, views_of(x, crop))


@pytest.mark.parametrize(
    ("h", "w", "size", "new"),
    [
        (6, 6, 9, (9, 9)),
        (12, 10, 5, (6, 5)),
        (7, 13, 6, (6, 11)),
        (4, 6, 7, (7, 10)),  # 10.5, to the even
    ],
)
def test_the_shorter_side_is_resized_as_by_pillow(h, w, size, new):
    x = pictures(2, h, w)
    views = array(ten_crops(x, size, 4))
    np.testing.assert_allclose(views, views_of(resized(x, *new), (4, 4)), rtol=1e-4, atol=1e-5)


def test_predictions_are_the_mean_over_all_views_and_sizes():
    x, model = pictures(5, 8, 10), network(6, 5)
    sizes = {6: (6, 8), 8: (8, 10), 11: (11, 14)}
    views = np.concatenate([views_of(resized(x, *new), (6, 5)) for new in sizes.values()])
    kernel, bias = map(array, model.layers[-1].weights)
    expected = np.mean([np.float64(v).reshape(5, -1) @ kernel + bias for v in views], axis=0)
    found = ten_crop_predict(model, x, sizes=list(sizes), batch_size=2)
    assert found.shape == (5, 3) and found.dtype == "float32"
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_square_picture_at_the_crops_own_size_has_two_distinct_views(monkeypatch):
    x, model, calls = pictures(3, 6, 6), network(6, 6), []
    assert len(np.unique(array(ten_crops(x, 6, 6)).reshape(10, -1), axis=0)) == 2

    def counting(*given):
        run = without_updates(*given)
        return lambda *inputs: calls.append(1) or run(*inputs)

    monkeypatch.setattr(crops, "without_updates", counting)
    both = (array(model(x)) + array(model(x[:, :, ::-1].copy()))) / 2
    np.testing.assert_allclose(ten_crop_predict(model, x, sizes=6), both, rtol=1e-5, atol=1e-6)
    assert len(calls) == 2


def test_views_that_coincide_keep_their_weight():
    """As high as the crop and wider: left and right count twice, the centre once."""
    x, model = pictures(2, 4, 9), network(4, 4)
    views = views_of(x, (4, 4))
    kernel, bias = map(array, model.layers[-1].weights)
    expected = np.mean([v.reshape(2, -1) @ kernel + bias for v in views], axis=0)
    np.testing.assert_allclose(ten_crop_predict(model, x, 4), expected, rtol=1e-4, atol=1e-5)


def test_probabilities_are_averaged_not_logits():
    x, model = 5 * pictures(4, 7, 7), network(5, 5)
    probabilities = network(5, 5, activation="softmax")
    probabilities.set_weights(model.get_weights())
    found = ten_crop_predict(model, x, 7, activation="softmax")
    np.testing.assert_allclose(found, ten_crop_predict(probabilities, x, 7), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    assert not np.allclose(
        found, array(keras.ops.softmax(ten_crop_predict(model, x, 7))), atol=0.01
    )


def test_pictures_of_different_sizes_come_as_a_list():
    model, each = network(5, 5), [pictures(1, 6, 8)[0], pictures(1, 9, 7, seed=1)[0]]
    found = ten_crop_predict(model, each, sizes=(5, 7))
    for row, picture in zip(found, each, strict=True):
        alone = ten_crop_predict(model, picture[None], sizes=(5, 7))
        np.testing.assert_allclose(row[None], alone, rtol=1e-5, atol=1e-6)


def test_bytes_are_taken_as_numbers():
    x, model = np.arange(2 * 6 * 6 * 2).reshape(2, 6, 6, 2).astype("uint8"), network(4, 4)
    np.testing.assert_array_equal(
        ten_crop_predict(model, x, 7), ten_crop_predict(model, x.astype("float32"), 7)
    )


def test_a_model_for_any_size_takes_the_crop_that_is_given():
    model = keras.Sequential([keras.Input((None, None, 2)), K.GlobalAveragePooling2D()])
    x = pictures(2, 8, 8)
    expected = views_of(x, (5, 3)).mean((0, 2, 3))
    np.testing.assert_allclose(ten_crop_predict(model, x, 8, crop=(5, 3)), expected, atol=1e-5)


def test_outputs_keep_their_structure_and_the_model_its_state():
    x = keras.Input((4, 4, 2))
    y = K.BatchNormalization()(K.Dropout(0.5)(x))
    outputs = {"mean": K.GlobalAveragePooling2D()(y), "most": K.GlobalMaxPooling2D()(y)}
    model = keras.Model(x, outputs)
    before = [array(v) for v in model.variables]
    found = ten_crop_predict(model, pictures(3, 6, 6), 6)
    assert {name: y.shape for name, y in found.items()} == {"mean": (3, 2), "most": (3, 2)}
    assert (found["mean"] < found["most"]).all()
    for old, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(old, array(variable))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"sizes": (6, 4)}, "size=4, which makes 4x5 of 8x10, for a crop of 5x5. Take a larger"),
        ({"sizes": ()}, "must not be empty"),
        ({"x": pictures(0, 8, 8)}, "must not be empty"),
        ({"x": pictures(1, 8, 8)[0]}, r"axes \(n, h, w, c\). Received: shape=\(8, 8, 2\)"),
        ({"batch_size": 0}, "`batch_size` must be at least 1"),
        ({"model": keras.Sequential([K.Dense(2)])}, "must be built"),
        (
            {"model": keras.Sequential([keras.Input((None, 5, 2)), K.Flatten()])},
            "one picture of known size.*Give `crop`",
        ),
        ({"model": keras.Sequential([keras.Input((5,)), K.Dense(2)])}, "one picture of known"),
    ],
)
def test_what_cannot_be_cut_is_said_in_one_line(arguments, said):
    given = {"model": network(5, 5), "x": pictures(2, 8, 10), "sizes": 6, **arguments}
    with pytest.raises(ValueError, match=said) as caught:
        ten_crop_predict(**given)
    assert "\n" not in str(caught.value)
