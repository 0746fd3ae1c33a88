"""Train small networks on one device or on two, and print what came of it.

    python two_devices.py one|two

Run in a process of its own: devices are counted before the first operation.
"""

import json
import os
import sys

(DEVICES,) = sys.argv[1:]
BACKEND = os.environ["KERAS_BACKEND"]
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"

import keras  # noqa: E402
import numpy as np  # noqa: E402

from course_kit import callbacks, layers, models  # noqa: E402

NORMS = {
    "group": lambda: "group",
    "batch": lambda: "batch",
    "synchronized": lambda: layers.BatchNormalization(synchronized=True, momentum=0.9),
}
# norm, randomness, callback
CASES = {
    "tensorflow": [
        ("group", "fixed", "none"),
        ("synchronized", "fixed", "none"),
        ("batch", "fixed", "none"),
        ("batch", "random", "none"),
        ("batch", "fixed", "early_stopping"),
        ("batch", "random", "finder"),
        ("group", "fixed", "watched"),
    ],
    "jax": [
        ("group", "fixed", "none"),
        ("batch", "fixed", "none"),
        ("batch", "random", "none"),
        ("batch", "fixed", "early_stopping"),
        ("batch", "random", "finder"),
        ("group", "fixed", "watched"),
    ],
}[BACKEND]
PICTURES = np.random.default_rng(0)
X, Y = PICTURES.normal(size=(64, 8, 8, 1)).astype("float32"), PICTURES.integers(3, size=64)
CALLBACKS = {
    "none": list,
    "early_stopping": lambda: [
        callbacks.EarlyStopping("loss", patience=1, restore_best_weights=True, mode="max")
    ],
    "finder": lambda: [callbacks.LRFinder(steps=4)],
    "watched": lambda: [
        callbacks.WeightAverage("ema", decay=0.5),
        callbacks.GradientMonitor((X[:16], Y[:16])),
        callbacks.LearningCurves(live=False),
    ],
}


def distribute():
    """Give the scope in which the model is built, and how many devices work at it."""
    if BACKEND == "jax":
        import contextlib

        import jax

        if DEVICES == "two":
            keras.distribution.set_distribution(keras.distribution.DataParallel())
        return contextlib.nullcontext, jax.device_count() if DEVICES == "two" else 1
    import tensorflow as tf

    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"][: 1 + (DEVICES == "two")])
    return strategy.scope, strategy.num_replicas_in_sync


def network(norm, random):
    keras.utils.set_random_seed(5)
    rates = {"dropout": 0.2, "stochastic_depth": 0.2} if random == "random" else {}
    shape = {"input_shape": (8, 8, 1), "classes": 3, "stem": "cifar"}
    model = models.resnet((1, 1), (8, 16), norm=NORMS[norm](), **shape, **rates)
    if random == "fixed":
        return model
    x = model.get_layer("stage2_block1").output
    for layer in (
        layers.SpatialDropout2D(0.1),
        layers.DropConnect(keras.layers.Conv2D(4, 3, padding="same"), 0.1),
        layers.WeightStandardization(keras.layers.Conv2D(4, 3, padding="same")),
        layers.WeightNormalization(keras.layers.Conv2D(8, 1)),
        layers.BatchChannelNormalization(groups=2),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(3, activation="softmax"),
    ):
        x = layer(x)
    return keras.Model(model.input, x)


def size(model):
    return float(sum(np.abs(w).sum(dtype="float64") for w in model.get_weights()))


def train(scope, norm, random, callback):
    with scope():
        model = network(norm, random)
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "sparse_categorical_crossentropy")
    before = model.get_weights()
    fit = {"batch_size": 16, "verbose": 0, "shuffle": False, "epochs": 3}
    by_epoch = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: by_epoch.append(size(model)))
    watching = CALLBACKS[callback]()
    found = model.fit(X, Y, callbacks=[watch, *watching], **fit)
    after = model.get_weights()
    return {
        "loss": found.history["loss"],
        "unchanged": all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)),
        "weights": size(model),
        "by_epoch": by_epoch,
        "gradients": [
            norms
            for w in watching
            if isinstance(w, callbacks.GradientMonitor)
            for norms in w.history["gradient"].values()
        ],
        "predictions": model.predict(X[:8], verbose=0).tolist(),
    }


def main():
    scope, devices = distribute()
    found = {"_".join(case): train(scope, *case) for case in CASES}
    print(json.dumps({"devices": devices, **found}))


if __name__ == "__main__":
    main()
