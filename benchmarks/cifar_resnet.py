"""Time a training step of CifarResNet(20), against Keras' own layers and against PyTorch.

    python benchmarks/cifar_resnet.py [--repeats 15] [--batch 128] [--without-torch]

All are the same network (option A, momentum SGD, cross entropy), on the same cores, in turn
in one process; what counts is the ratio of the medians. PyTorch runs channels last; it is
left out where it is not installed. The last row is the profile: the network's convolutions
alone, forward and backward, which neither package's layers can make faster. Runs on TensorFlow.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

from course_kit.layers.padded_shortcut import PaddedShortcut
from course_kit.models import CifarResNet

K = keras.layers
STAGES, BLOCKS = (16, 32, 64), 3
SGD = {"learning_rate": 0.1, "momentum": 0.9}
Step = Callable[[np.ndarray, np.ndarray], float]


def keras_resnet20() -> keras.Model:
    """Build the network from Keras' own layers, but for the padded shortcut, which has none."""

    def norm(x):
        return K.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    def convolve(x, filters, strides):
        if strides > 1:
            x = K.ZeroPadding2D(1)(x)
        padding = "valid" if strides > 1 else "same"
        return K.Conv2D(filters, 3, strides, padding, use_bias=False)(x)

    inputs = keras.Input((32, 32, 3))
    x = K.ReLU()(norm(convolve(inputs, STAGES[0], 1)))
    for stage, filters in enumerate(STAGES):
        for i in range(BLOCKS):
            strides = 2 if stage and not i else 1
            y = K.ReLU()(norm(convolve(x, filters, strides)))
            y = norm(convolve(y, filters, 1))
            short = PaddedShortcut(filters, strides)(x) if strides > 1 else x
            x = K.ReLU()(K.Add()([short, y]))
    return keras.Model(inputs, K.Dense(10)(K.GlobalAveragePooling2D()(x)))


def keras_step(model: keras.Model, jit_compile: bool) -> Step:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(**SGD), loss, jit_compile=jit_compile)
    return lambda x, y: float(model.train_on_batch(x, y))


def torch_step() -> Step:
    """Build the network from PyTorch's layers: its training step, channels last."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Block(nn.Module):
        def __init__(self, channels, filters, strides):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, filters, 3, strides, 1, bias=False)
            self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
            self.norm1, self.norm2 = nn.BatchNorm2d(filters), nn.BatchNorm2d(filters)
            self.strides, self.missing = strides, filters - channels

        def forward(self, x):
            y = functional.relu(self.norm1(self.conv1(x)))
            y = self.norm2(self.conv2(y))
            if self.missing:
                x = x[:, :, :: self.strides, :: self.strides]
                x = functional.pad(x, (0, 0, 0, 0, 0, self.missing))
            return functional.relu(x + y)

    channels, chain = STAGES[0], [nn.Conv2d(3, STAGES[0], 3, 1, 1, bias=False)]
    chain += [nn.BatchNorm2d(STAGES[0]), nn.ReLU()]
    for stage, filters in enumerate(STAGES):
        for i in range(BLOCKS):
            chain.append(Block(channels, filters, 2 if stage and not i else 1))
            channels = filters
    chain += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]
    model = nn.Sequential(*chain).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step(x, y):
        x = torch.from_numpy(x).permute(0, 3, 1, 2)  # as it lies: channels last
        loss = functional.cross_entropy(model(x), torch.from_numpy(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss)

    return step


def convolutions_alone() -> tuple[Step, Step]:
    """Give the 19 convolutions of the network in TensorFlow and in PyTorch, with their gradients.

    Each has an input and an output gradient of its own, so that nothing else is in the chain.
    """
    import tensorflow as tf
    import torch
    from torch.nn import functional

    sizes, channels, size = [(3, STAGES[0], 1, 32)], STAGES[0], 32
    for stage, filters in enumerate(STAGES):
        for i in range(BLOCKS):
            strides = 2 if stage and not i else 1
            sizes += [(channels, filters, strides, size), (filters, filters, 1, size // strides)]
            channels, size = filters, size // strides
    rng = np.random.default_rng(0)
    kernels = [rng.normal(size=(3, 3, c, f)).astype("float32") for c, f, _, _ in sizes]
    maps: list[np.ndarray] = []

    def inputs_of(batch: int) -> list[np.ndarray]:
        if not maps:
            maps.extend(
                rng.normal(size=(batch, size, size, c)).astype("float32") for c, _, _, size in sizes
            )
        return maps

    @tf.function
    def tensorflow_all(images):
        total = 0.0
        for x, kernel, (_, _, strides, _) in zip(images, kernels, sizes, strict=True):
            kernel = tf.identity(kernel)
            with tf.GradientTape() as tape:
                tape.watch([x, kernel])
                padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) if strides > 1 else x
                y = tf.nn.conv2d(padded, kernel, strides, "VALID" if strides > 1 else "SAME")
            for gradient in tape.gradient(y, [x, kernel], output_gradients=y):
                total += tf.reshape(gradient, [-1])[0]
        return total

    torch_kernels = [
        torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        .contiguous(memory_format=torch.channels_last)
        .requires_grad_()
        for kernel in kernels
    ]

    def torch_all(x, _y):
        total = 0.0
        images = [torch.from_numpy(m).permute(0, 3, 1, 2) for m in inputs_of(len(x))]
        for image, kernel, (_, _, strides, _) in zip(images, torch_kernels, sizes, strict=True):
            image.requires_grad_()
            y = functional.conv2d(image, kernel, stride=strides, padding=1)
            for gradient in torch.autograd.grad(y, [image, kernel], y.detach()):
                total += float(gradient.flatten()[0].detach())
        return total

    tensors: list[tf.Tensor] = []

    def tensorflow_step(x, _y):
        if not tensors:
            tensors.extend(map(tf.constant, inputs_of(len(x))))
        return float(tensorflow_all(tensors))

    return tensorflow_step, torch_all


def medians(steps: dict[str, Step], batch: int, repeats: int) -> dict[str, float]:
    """Give each step's median in ms, the steps run in turn."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, 32, 32, 3)).astype("float32")
    y = rng.integers(10, size=batch)
    times: dict[str, list[float]] = {name: [] for name in steps}
    for i in range(repeats + 3):
        for name, step in steps.items():
            start = time.perf_counter()
            step(x, y)
            if i >= 3:  # the first ones compile and warm up
                times[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--without-torch", action="store_true")
    arguments = parser.parse_args()
    steps = {
        "ours, graph": keras_step(CifarResNet(20, classifier_activation=None), False),
        "keras, graph": keras_step(keras_resnet20(), False),
        "ours, XLA": keras_step(CifarResNet(20, classifier_activation=None), True),
        "keras, XLA": keras_step(keras_resnet20(), True),
    }
    pairs = [
        ("ours, graph", "keras, graph", 1.0),
        ("ours, XLA", "keras, XLA", 1.0),
    ]
    if find_spec("torch") and not arguments.without_torch:
        steps["torch"] = torch_step()
        steps["convs, TF"], steps["convs, torch"] = convolutions_alone()
        pairs += [("ours, graph", "torch", 0.9), ("keras, graph", "torch", 0.91)]
        pairs += [("convs, TF", "convs, torch", None)]
    found = medians(steps, arguments.batch, arguments.repeats)
    print(f"a training step of ResNet-20, batch {arguments.batch}: medians of {arguments.repeats}")
    print(f"{'what':14} {'over':14} {'ms':>8} {'over ms':>8} {'ratio':>7} {'goal':>6}")
    for what, over, goal in pairs:
        print(
            f"{what:14} {over:14} {found[what]:8.1f} {found[over]:8.1f} "
            f"{found[what] / found[over]:7.3f} {goal or '':>6}"
        )


if __name__ == "__main__":
    main()
