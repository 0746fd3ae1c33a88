"""VGG: blocks of 3x3 convolutions, each closed by a 2x2 max pooling.

Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
recognition", 2014, table 1. Deck: S, Lecture 5, "Scaling laws and overfitting".
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from course_kit.layers.parts import Initializers, Norm, check_norm
from course_kit.layers.vgg_block import vgg_block
from course_kit.models.head import HEADS, add_head, check_input
from course_kit.models.pretrained import copy_vgg

CONVOLUTIONS = {  # in each of the five blocks; the first letter of table 1: A, B, D, E
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}


def vgg(
    depths: Sequence[int],
    filters: Sequence[int],
    input_shape: Sequence[int | None] = (224, 224, 3),
    classes: int = 1000,
    head: str | None = "imagenet",
    head_units: Sequence[int] | None = None,
    dropout: float | None = None,
    spatial_dropout: float = 0.0,
    norm: Norm = None,
    activation: str | Callable[[Any], Any] = "relu",
    initializer: str | keras.Initializer = "he_normal",
    width: float = 1.0,
    classifier_activation: str | None = "softmax",
    name: str = "vgg",
) -> keras.Model:
    """Build a VGG network from the number and width of its convolutions.

    Block i is ``depths[i]`` times (3x3 convolution with ``filters[i]`` filters, norm,
    activation), then 2x2 max pooling. Convolutions keep their bias also before a norm, as
    in torchvision's definition. As the builders of ``keras.applications``, the model returns
    probabilities unless told otherwise.

    Args:
        depths: convolutions in each block, e.g. ``(1, 1, 2, 2, 2)``.
        filters: filters in each block, e.g. ``(64, 128, 256, 512, 512)``.
        input_shape: height, width and channels; each block halves height and width, which may
            be None where the head averages.
        classes: number of logits.
        head: ``"imagenet"``, flattened, with two hidden layers of 4096 units and dropout 0.5;
            ``"average"``, for small images: global average pooling and the logits; None ends
            with the last feature map.
        head_units: hidden layers of the head, if others than that.
        dropout: rate in [0, 1] after each hidden layer, or before the logits if there is none.
        spatial_dropout: rate in [0, 1] of whole feature maps after each block.
        norm: ``"batch"``, ``"layer"`` (over channels and space), ``"group"`` (of eight), a layer
            to be copied, or what is called as ``norm(name=...)``; None for none.
        activation: name of an activation, or a function.
        initializer: of all kernels but the logits', which start near zero, so that the first
            loss is log(classes). Of an instance with a seed, each layer gets its own seed.
        width: factor on ``filters``, rounded.
        classifier_activation: of the output: ``"softmax"``, ``"sigmoid"``, or None for logits
            (then the loss wants ``from_logits=True``).
        name: name of the model.

    Returns:
        A ``keras.Model`` from ``(batch, h, w, c)`` to ``(batch, classes)``. Layers are named
        ``block1_conv1``, ``block1_norm1``, ``block1_act1``, ``block1_pool``, ..., ``fc1``,
        ``fc1_act``, ..., ``logits``, ``predictions``.

    Raises:
        ValueError: lengths differ, the image is too small for its poolings, or an argument
            of the head is given where there is no head.

    Example, for handwritten digits of 8x8 pixels:

    >>> model = vgg((1, 1), (16, 32), input_shape=(8, 8, 1), classes=10, head="average")
    >>> model.output_shape, model.count_params()
    ((None, 10), 5130)
    """
    _check(depths, filters, head, head_units, dropout, width)
    check_input(input_shape, classes, norm, smallest=2 ** len(depths))
    check_norm(norm)
    if head == "imagenet" and None in input_shape:
        raise ValueError(
            "A flattened map needs images of known size. Received: head='imagenet', "
            f"input_shape={tuple(input_shape)}. Use head='average'."
        )
    fresh = Initializers(initializer)
    inputs = x = keras.Input(input_shape)
    for block, (depth, n) in enumerate(zip(depths, filters, strict=True), start=1):
        n, prefix = round(n * width), f"block{block}_"
        for layer in vgg_block(n, depth, norm, activation, spatial_dropout, fresh, prefix):
            x = layer(x)
    if head is not None:
        x = add_head(
            x, HEADS[head], classes, fresh, activation, head_units, dropout, classifier_activation
        )
    return keras.Model(inputs, x, name=name)


def _check(
    depths: Sequence[int],
    filters: Sequence[int],
    head: str | None,
    head_units: Sequence[int] | None,
    dropout: float | None,
    width: float,
) -> None:
    """Raise, in one line, for a combination that describes no network."""
    if len(depths) != len(filters) or not depths:
        raise ValueError(
            "`depths` and `filters` must have one entry for each block. "
            f"Received: depths={tuple(depths)}, filters={tuple(filters)}."
        )
    if min(depths) < 1 or min(round(n * width) for n in filters) < 1:
        raise ValueError(
            "Each block needs a convolution, and each convolution a filter. Received: "
            f"depths={tuple(depths)}, filters={tuple(filters)}, width={width}."
        )
    if head is not None and head not in HEADS:
        raise ValueError(
            f"`head` must be one of {', '.join(map(repr, HEADS))} or None. Received: head={head!r}."
        )
    if head is None and (head_units is not None or dropout is not None):
        raise ValueError(
            "Without a head there are no hidden units and no dropout. Received: head=None, "
            f"head_units={head_units}, dropout={dropout}. Did you mean `spatial_dropout`?"
        )


def _published(
    depth: int, batch_norm: bool, weights: str | None, arguments: dict[str, Any]
) -> keras.Model:
    if batch_norm and arguments.get("norm") not in (None, "batch"):
        raise ValueError(
            "`batch_norm=True` is short for norm='batch'. "
            f"Received also: norm={arguments['norm']!r}. Give one of the two."
        )
    if batch_norm:
        arguments["norm"] = "batch"
    arguments.setdefault("name", f"vgg{depth}_bn" if batch_norm else f"vgg{depth}")
    model = vgg(CONVOLUTIONS[depth], (64, 128, 256, 512, 512), **arguments)
    if weights is not None:
        copy_vgg(model, depth, weights, arguments)
    return model


def VGG11(batch_norm: bool = False, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build VGG-11, configuration A of the paper's table 1; the arguments are those of `vgg`."""
    return _published(11, batch_norm, None, arguments)


def VGG13(batch_norm: bool = False, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build VGG-13, configuration B of the paper's table 1; the arguments are those of `vgg`."""
    return _published(13, batch_norm, None, arguments)


def VGG16(  # noqa: N802
    batch_norm: bool = False, weights: str | None = None, **arguments: Any
) -> keras.Model:
    """Build VGG-16, configuration D of the paper's table 1.

    Args:
        batch_norm: short for ``norm="batch"``.
        weights: ``"imagenet"``, or the path of a weights file of ``keras.applications.VGG16``;
            as for `ResNet50`.
        **arguments: those of `vgg`.

    Example:

    >>> small = {"input_shape": (32, 32, 3), "classes": 10, "head": "average", "width": 0.25}
    >>> VGG16(batch_norm=True, **small).output_shape
    (None, 10)
    """
    return _published(16, batch_norm, weights, arguments)


def VGG19(  # noqa: N802
    batch_norm: bool = False, weights: str | None = None, **arguments: Any
) -> keras.Model:
    """Build VGG-19, configuration E of the paper's table 1; the arguments are those of `VGG16`."""
    return _published(19, batch_norm, weights, arguments)
