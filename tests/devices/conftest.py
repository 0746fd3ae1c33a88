"""Keras distributes over several devices on TensorFlow and on jax; on torch it does not."""

import keras

collect_ignore = ["test_two_devices.py"] if keras.backend.backend() == "torch" else []
