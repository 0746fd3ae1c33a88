"""Moments of data in batches: NumPy's over all of it at once, however it is cut."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.layers import pooled_moments as module
from course_kit.layers.pooled_moments import batches_of, pooled_moments, products, squares


@given(
    cuts=st.lists(st.integers(1, 40), max_size=4),
    features=st.integers(1, 5),
    shift=st.sampled_from([0.0, 1e8]),
    seed=st.integers(0, 1000),
)
@settings(deadline=None, max_examples=40)
def test_cutting_the_data_changes_nothing(cuts, features, shift, seed):
    random = np.random.default_rng(seed)
    x = random.normal(size=(80, features)) @ random.normal(size=(features, features)) + shift
    # The oracle sees the data without the shift, which in float64 costs it eight digits.
    exact = np.cov(x - shift, rowvar=False, bias=True).reshape(features, features)
    batches = np.split(x, np.cumsum(cuts)[np.cumsum(cuts) < 80])
    mean, covariance = pooled_moments(batches, products)
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(covariance, exact, rtol=1e-6, atol=1e-6 * exact.max())
    _, variance = pooled_moments(batches, squares)
    np.testing.assert_allclose(variance, np.diag(exact), rtol=1e-6, atol=1e-6 * exact.max())


def test_single_rows_are_batches_too():
    x = np.random.default_rng(1).normal(size=(30, 3)) + 1e6
    mean, covariance = pooled_moments(np.split(x, 30), products)
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(covariance, np.cov(x, rowvar=False, bias=True), rtol=1e-8, atol=1e-8)


class Sequence(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return self.x[4 * index : 4 * index + 4], np.zeros(4)


class Frame:
    """Like pandas' frames it is an array to NumPy, and iterates over names of columns."""

    def __init__(self, x):
        self.x = x

    def __array__(self, dtype=None, copy=None):
        return self.x

    def __iter__(self):
        return iter("abc")


def _tf_dataset(x):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((x, np.zeros(len(x)))).batch(5)


def _torch_loader(x):
    torch = pytest.importorskip("torch")
    examples = torch.utils.data.TensorDataset(torch.tensor(x), torch.zeros(len(x)))
    return torch.utils.data.DataLoader(examples, batch_size=5)


SOURCES = {
    "array": lambda x: x,
    "tensor": keras.ops.convert_to_tensor,
    "frame": Frame,
    "list": lambda x: [x[:5], x[5:]],
    "generator": lambda x: iter([(x[:5], np.zeros(5)), (x[5:], np.zeros(7))]),
    "py_dataset": Sequence,
    "tf_dataset": _tf_dataset,
    "torch_loader": _torch_loader,
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_every_source_gives_all_examples_in_order(source, dtype):
    x = np.random.default_rng(2).uniform(0, 255, (12, 3, 2)).astype(dtype)
    batches = list(batches_of(SOURCES[source](x)))
    assert {batch.dtype for batch in batches} == {np.dtype("float64")}
    np.testing.assert_array_equal(np.concatenate(batches), x)


def test_large_data_come_in_parts_and_small_batches_together(monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 12)
    x = np.arange(30.0).reshape(10, 3)
    assert [len(batch) for batch in batches_of(x)] == [4, 4, 2]
    assert [len(batch) for batch in batches_of([x[:3], x[3:4], x[4:]])] == [4, 6]
    np.testing.assert_array_equal(np.concatenate(list(batches_of([x[:3], x[3:4], x[4:]]))), x)


def _endless():
    import tensorflow as tf

    return tf.data.Dataset.from_tensors(np.ones((2, 3))).repeat()


def _unbatched():
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(np.ones((2, 3)))


WRONG = {
    "empty array": (lambda: np.ones((0, 3)), "hold an example"),
    "no batches": (list, "hold an example"),
    "nan": (lambda: np.array([[1.0, np.nan]]), "must be finite"),
    "infinity": (lambda: [np.ones((2, 2)), np.full((2, 2), np.inf)], "must be finite"),
    "vector": (lambda: np.ones(3), r"come in batches.*Received: one of shape \(3,\)"),
    "nested lists": (lambda: [[1.0, 2.0], [3.0, 4.0]], "give numbers as one array"),
    "shapes": (lambda: [np.ones((2, 3)), np.ones((2, 4))], r"\(None, 3\) and \(None, 4\)"),
    "endless": (_endless, r"Leave out .repeat\(\)"),
    "unbatched": (_unbatched, r"Call .batch\(100\)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_unusable_data_are_refused(name):
    make, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        list(batches_of(make()))
