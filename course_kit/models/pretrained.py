"""Weights of ``keras.applications`` in our networks, for transfer learning."""

from typing import Any

import keras
import numpy as np

from course_kit.layers.batch_normalization import BatchNormalization

IMAGENET_CLASSES = 1000
# What may be chosen without changing a convolution or a norm.
FREE = {
    "input_shape",
    "classes",
    "head",
    "classifier_activation",
    "initializer",
    "name",
    "dropout",
}
RESNET_FREE = FREE | {"stochastic_depth", "head_dropout"}
VGG_FREE = FREE | {"spatial_dropout", "head_units"}


def check_resnet(depth: int, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments that make our ResNet theirs, or raise if others forbid it."""
    _check(f"ResNet{depth}", arguments, RESNET_FREE)
    # Momentum as everywhere here; epsilon belongs to the weights.
    norm = BatchNormalization(momentum=0.9, epsilon=1.001e-5)
    return {"strided": "first", "norm": norm}


def copy_resnet(model: keras.Model, depth: int, weights: str) -> None:
    """Give ``model``, our ResNet of this depth, the weights of ``keras.applications``'."""
    whole = _has_their_logits(model)
    theirs = _load(f"ResNet{depth}", weights, whole)
    _copy_unit(theirs, "conv1_conv", "conv1_bn", model.get_layer, "stem_conv", "stem_norm")
    for layer in model.layers:
        if not layer.name.startswith("stage"):
            continue
        stage, block = (int(word[5:]) for word in layer.name.split("_"))
        inside = {part.name: part for part in layer._flatten_layers()}
        for i in range(4):
            end = i or "_shortcut"  # theirs is numbered 0
            if f"conv{end}" in inside:
                place = f"conv{stage + 1}_block{block}_{i}"
                names = (f"conv{end}", f"norm{end}")
                _copy_unit(theirs, f"{place}_conv", f"{place}_bn", inside.__getitem__, *names)
    if whole:
        model.get_layer("logits").set_weights(theirs.get_layer("predictions").get_weights())


def copy_vgg(model: keras.Model, depth: int, weights: str, arguments: dict[str, Any]) -> None:
    """Give ``model``, our VGG of this depth without norm, the weights of ``keras.applications``'.

    Raises:
        ValueError: with arguments with which they do not fit.
    """
    if arguments.pop("norm", None) is not None:
        raise ValueError(
            "keras.applications has weights for VGG without a norm only. Received: a norm "
            f"with weights={weights!r}. Leave one of them out."
        )
    _check(f"VGG{depth}", arguments, VGG_FREE)
    whole = _has_their_logits(model) and model.input_shape[1:] == (224, 224, 3)
    whole = whole and arguments.get("head_units") is None
    theirs = _load(f"VGG{depth}", weights, whole)
    for layer in theirs.layers:
        if not layer.weights:
            continue
        name = "logits" if layer.name == "predictions" else layer.name
        model.get_layer(name).set_weights(layer.get_weights())


def _check(name: str, arguments: dict[str, Any], free: set[str]) -> None:
    others = sorted(set(arguments) - free)
    if others:
        raise ValueError(
            f"`weights` are those of keras.applications.{name}, and fit its architecture only. "
            f"Received also: {', '.join(others)}. Leave them out, or train with weights=None."
        )
    channels = arguments.get("input_shape", (224, 224, 3))[-1]
    if channels != 3:
        raise ValueError(
            "`weights` were trained on images with 3 channels. Received: "
            f"input_shape={tuple(arguments['input_shape'])}. Repeat the channel three times."
        )


def _has_their_logits(model: keras.Model) -> bool:
    names = [layer.name for layer in model.layers]
    return "logits" in names and model.get_layer("logits").units == IMAGENET_CLASSES


def _load(name: str, weights: str, whole: bool) -> keras.Model:
    build = getattr(keras.applications, name)
    try:
        return build(weights=weights, include_top=whole)
    except ValueError as error:
        kind = f"keras.applications.{name}(include_top={whole})"
        raise ValueError(
            f"`weights` must be 'imagenet' or the path of a weights file of {kind}. Received: "
            f"weights={weights!r}. {str(error).splitlines()[0]}"
        ) from error


def _copy_unit(
    theirs: keras.Model, their_conv: str, their_norm: str, ours: Any, conv: str, norm: str
) -> None:
    """Copy a convolution and its batch norm.

    Theirs adds a bias b between the two, ours none: ``(x + b) - mean = x - (mean - b)``.
    """
    kernel, bias = theirs.get_layer(their_conv).get_weights()
    gamma, beta, mean, variance = theirs.get_layer(their_norm).get_weights()
    ours(conv).set_weights([kernel])
    ours(norm).set_weights([gamma, beta, np.subtract(mean, bias), variance])
