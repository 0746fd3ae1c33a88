"""Repeated augmentation: so many copies in one batch, each changed by itself."""

import numpy as np
import pytest
import tensorflow as tf

from course_kit.data import repeated_augmentation
from course_kit.layers import Cutout, MixUp

X = np.arange(10, dtype="float32").reshape(10, 1, 1, 1) + np.zeros((10, 6, 6, 1), "float32")
Y = np.arange(10)


def batches(size=4):
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(size)


@pytest.mark.parametrize("copies", [1, 2, 3])
def test_each_example_is_so_many_times_in_its_batch(copies):
    repeated = list(repeated_augmentation(batches(), copies))
    assert len(repeated) == 3
    for (x, y), (given_x, given_y) in zip(repeated, batches(), strict=True):
        np.testing.assert_array_equal(y, np.repeat(given_y, copies))
        np.testing.assert_array_equal(x, np.repeat(given_x, copies, axis=0))


def test_three_copies_are_the_default():
    assert next(iter(repeated_augmentation(batches())))[1].shape == (12,)


def test_the_augmentation_that_follows_treats_each_copy_by_itself():
    data = repeated_augmentation(batches(10), 8).map(Cutout(1, fill_value=-1.0, seed=1))
    ((x, _),) = data
    places = np.asarray(x).reshape(10, 8, 36).argmin(axis=2)
    assert all(len(set(row)) > 1 for row in places)


def test_form_of_the_elements_and_length_are_kept():
    for dataset in (
        batches(),
        batches().map(lambda x, y: {"images": x, "labels": y}),
        batches().map(lambda x, y: x),
        batches().map(lambda x, y: (x,)),
        batches().map(lambda x, y: (x, {"a": y, "b": y})),
    ):
        repeated = repeated_augmentation(dataset, 2)
        tf.nest.assert_same_structure(repeated.element_spec, dataset.element_spec)
        assert int(repeated.cardinality()) == 3
        first = tf.nest.flatten(next(iter(repeated)))
        assert {part.shape[0] for part in first} == {8}


def test_mix_up_comes_after_it():
    ((_, y),) = repeated_augmentation(batches(10), 2).map(MixUp(classes=10, seed=2))
    assert y.shape == (20, 10)


def test_data_set_without_batches_is_refused():
    with pytest.raises(ValueError, match=r"Call `dataset.batch\(...\)` first"):
        repeated_augmentation(tf.data.Dataset.from_tensor_slices((X, Y)))


@pytest.mark.parametrize("copies", [0, -3, 1.5, "3"])
def test_wrong_number_of_copies_is_refused(copies):
    with pytest.raises(ValueError, match=f"at least 1. Received: copies={copies!r}"):
        repeated_augmentation(batches(), copies)
