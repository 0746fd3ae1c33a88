"""Keras' data sets come from the folder or from Keras, and never from anywhere else."""

import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from course_kit.data import load

REAL = os.environ.get("COURSE_KIT_DATA")


@pytest.fixture
def arrays():
    random = np.random.default_rng(0)
    return {
        "x_train": random.integers(0, 256, (7, 32, 32, 3), dtype="uint8"),
        "y_train": np.array([0, 1, 2, 3, 4, 5, 9], "uint8")[:, None],
        "x_test": random.integers(0, 256, (3, 32, 32, 3), dtype="uint8"),
        "y_test": np.array([9, 0, 1], "uint8"),
    }


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_KIT_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def keras_has(monkeypatch):
    """Puts `load_data` in the place of keras.datasets' own; nothing is downloaded."""

    def put(load_data):
        names = ("cifar10", "mnist", "fashion_mnist")
        parts = {name: types.SimpleNamespace(load_data=load_data) for name in names}
        monkeypatch.setitem(sys.modules, "keras", types.ModuleType("keras"))
        monkeypatch.setitem(sys.modules, "keras.datasets", types.SimpleNamespace(**parts))

    return put


def offline():
    raise Exception("URL fetch failure on https://example.org: None -- unreachable")


def test_archive_in_the_folder_is_loaded_unchanged(folder, arrays, keras_has):
    keras_has(lambda: pytest.fail("asked Keras though the file is there"))
    np.savez(folder / "cifar10.npz", **arrays)
    (x_train, y_train), (x_test, y_test) = load("cifar10")
    np.testing.assert_array_equal(x_train, arrays["x_train"])
    np.testing.assert_array_equal(x_test, arrays["x_test"])
    assert x_train.dtype == "uint8" and y_train.dtype == y_test.dtype == "int64"
    assert list(y_train) == [0, 1, 2, 3, 4, 5, 9] and list(y_test) == [9, 0, 1]


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_without_a_file_keras_is_asked(name, folder, keras_has):
    x, y = np.zeros((4, 28, 28), "uint8"), np.arange(4, dtype="uint8")
    keras_has(lambda: ((x, y), (x[:2], y[:2])))
    (x_train, y_train), (x_test, y_test) = load(name)
    assert x_train.shape == (4, 28, 28) and x_test.shape == (2, 28, 28)
    assert list(y_train) == [0, 1, 2, 3] and list(y_test) == [0, 1]


def test_offline_without_a_file_the_error_names_both_ways(folder, keras_has, monkeypatch):
    keras_has(offline)
    with pytest.raises(FileNotFoundError) as raised:
        load("cifar10")
    message = str(raised.value)
    for part in (str(folder / "cifar10.npz"), "put cifar10.npz", "COURSE_KIT_DATA", "network"):
        assert part in message
    assert "\n" not in message
    monkeypatch.delenv("COURSE_KIT_DATA")
    with pytest.raises(FileNotFoundError, match="COURSE_KIT_DATA is not set"):
        load("cifar10")


WRONG = {
    "missing key": (lambda a: a.pop("y_test"), "lacks y_test and has x_train"),
    "channels first": (lambda a: a.update(x_test=a["x_test"].transpose(0, 3, 1, 2)), "x_test"),
    "other data set": (lambda a: a.update(x_train=a["x_train"][..., 0]), r"\(7, 32, 32\)"),
    "floats": (lambda a: a.update(x_train=a["x_train"] / 255), "Received: float64"),
    "no picture": (lambda a: a.update(x_test=a["x_test"][:0]), r"\(0, 32"),
    "labels cut": (lambda a: a.update(y_train=a["y_train"][:5]), r"shape \(7,\)"),
    "one-hot": (lambda a: a.update(y_test=np.eye(3, 10)), r"float64 of shape \(3, 10\)"),
    "labels from 1": (lambda a: a.update(y_test=a["y_test"] + 1), "1 to 10"),
    "objects": (lambda a: a.update(y_test=np.array([{}, 1, 2])), "allow_pickle=False"),
}


@pytest.mark.parametrize("spoil, message", WRONG.values(), ids=WRONG.keys())
def test_wrong_archive_is_an_error_of_one_line_and_no_stand_in(
    folder, arrays, keras_has, spoil, message
):
    keras_has(lambda: pytest.fail("a wrong file was replaced silently"))
    spoil(arrays)
    np.savez(folder / "cifar10.npz", **arrays)
    with pytest.raises(ValueError, match=message) as raised:
        load("cifar10")
    assert "cifar10.npz" in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", b"<html>404</html>"])
def test_file_that_is_no_archive_is_an_error_of_one_line(folder, data):
    (folder / "cifar10.npz").write_bytes(data)
    with pytest.raises(ValueError, match=r"must be an \.npz archive.*Replace the file") as raised:
        load("cifar10")
    assert "\n" not in str(raised.value)


def test_single_array_in_place_of_an_archive_is_an_error(folder):
    np.save(folder / "cifar10.npy", np.zeros(3))
    (folder / "cifar10.npy").rename(folder / "cifar10.npz")
    with pytest.raises(ValueError, match=r"must be an \.npz archive"):
        load("cifar10")


def test_unknown_name_lists_the_names():
    with pytest.raises(ValueError) as raised:
        load("cifar100")
    for name in ("cifar10", "digits", "fashion_mnist", "mnist", "mnist1d", "shapes", "'cifar100'"):
        assert name in str(raised.value)


def test_importing_and_generating_load_neither_tensorflow_nor_keras():
    code = """if True:
        import sys
        from course_kit import data
        data.load("mnist1d"), data.make_shapes(10, 10)
        assert not {"tensorflow", "keras", "sklearn", "matplotlib"} & set(sys.modules)
        data.load("digits")
        assert not {"tensorflow", "keras"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.skipif(
    not REAL or not (Path(REAL) / "cifar10.npz").exists(),
    reason="no real pictures: set COURSE_KIT_DATA to a folder with cifar10.npz",
)
def test_real_cifar10_looks_like_photographs():
    (x_train, y_train), (x_test, y_test) = load("cifar10")
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert np.bincount(y, minlength=10).min() > 0.08 * len(y)
        assert 115 < x.mean() < 127 and 58 < x.std() < 68  # known: about 120.7 and 64.2
        # Neighbouring pixels of a photograph are alike; those of noise or a wrong layout are not.
        left, right = x[:500, :, :-1].astype(float).ravel(), x[:500, :, 1:].astype(float).ravel()
        assert np.corrcoef(left, right)[0, 1] > 0.85
