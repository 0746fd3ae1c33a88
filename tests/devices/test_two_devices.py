"""On two devices a network learns what it learns on one.

``tf.distribute.MirroredStrategy`` on two logical CPUs, and ``keras.distribution.DataParallel``
on jax, where the batch statistics are those of the whole batch.
"""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

BACKEND = keras.backend.backend()
PROGRAM = Path(__file__).with_name("two_devices.py")
# Group norm sees one sample at a time; batch norm the whole batch on jax, and on TensorFlow
# when it is synchronized.
ALIKE = {"tensorflow": ["group", "synchronized"], "jax": ["group", "batch"]}[BACKEND]


@functools.cache
def trained(devices):
    done = subprocess.run(
        [sys.executable, PROGRAM, devices],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": BACKEND, "TF_CPP_MIN_LOG_LEVEL": "3"},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_there_really_are_two_devices():
    assert (trained("one")["devices"], trained("two")["devices"]) == (1, 2)


@pytest.mark.parametrize("norm", ALIKE)
def test_two_devices_learn_what_one_learns(norm):
    one, two = (trained(devices)[f"{norm}_fixed_none"] for devices in ("one", "two"))
    np.testing.assert_allclose(two["loss"], one["loss"], rtol=1e-4)
    np.testing.assert_allclose(two["predictions"], one["predictions"], rtol=1e-3, atol=1e-4)


def test_random_layers_and_wrappers_train_on_two_devices():
    found = trained("two")["batch_random_none"]
    assert np.isfinite(found["loss"]).all() and not found["unchanged"]


def test_early_stopping_restores_on_two_devices():
    """Told that a high loss is good, it stops at once and brings the first epoch back."""
    found = trained("two")["batch_fixed_early_stopping"]
    assert len(found["by_epoch"]) == 2
    assert found["weights"] == found["by_epoch"][0] != found["by_epoch"][1]


def test_finder_leaves_two_devices_as_they_were():
    assert trained("two")["batch_random_finder"]["unchanged"]


def test_watching_callbacks_see_on_two_devices_what_they_see_on_one():
    one, two = (trained(devices)["group_fixed_watched"] for devices in ("one", "two"))
    plain = trained("two")["group_fixed_none"]
    np.testing.assert_array_equal(two["loss"], plain["loss"])  # they change nothing
    assert two["weights"] != plain["weights"]  # but for the averages that come in at the end
    np.testing.assert_allclose(two["predictions"], one["predictions"], rtol=1e-3, atol=1e-4)
    assert len(two["gradients"]) > 5
    np.testing.assert_allclose(two["gradients"], one["gradients"], rtol=1e-3, atol=1e-5)
