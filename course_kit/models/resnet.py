"""ResNet: blocks whose shortcuts carry the gradient past their convolutions.

He et al., "Deep residual learning for image recognition", 2015 (table 1 and section 4.2);
pre-activation: "Identity mappings in deep residual networks", 2016. Deck: S, Lecture 5,
"Residual connections".
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import keras

from course_kit.layers.base_residual_block import BaseResidualBlock
from course_kit.layers.bottleneck_block import BottleneckBlock
from course_kit.layers.parts import Initializers, Norm, check_norm, convolution, make_norm
from course_kit.layers.residual_block import ResidualBlock
from course_kit.models.head import HEADS, add_head, check_input
from course_kit.models.pretrained import check_resnet, copy_resnet

BLOCKS: dict[str, type[BaseResidualBlock]] = {
    "basic": ResidualBlock,
    "bottleneck": BottleneckBlock,
}


class Stem(NamedTuple):
    """The first convolution, and whether a 3x3 max pooling of stride 2 follows."""

    size: int
    strides: int
    pool: bool


STEMS = {"imagenet": Stem(7, 2, True), "cifar": Stem(3, 1, False)}
DEPTHS = {  # of table 1: kind of block, and blocks in each stage
    18: ("basic", (2, 2, 2, 2)),
    34: ("basic", (3, 4, 6, 3)),
    50: ("bottleneck", (3, 4, 6, 3)),
    101: ("bottleneck", (3, 4, 23, 3)),
    152: ("bottleneck", (3, 8, 36, 3)),
}
CONVOLUTIONS = {"basic": 2, "bottleneck": 3}  # in each block
SEEDS_A_BLOCK = 8  # more than the kernels that a block initializes


def resnet(
    depths: Sequence[int],
    filters: Sequence[int] = (64, 128, 256, 512),
    block: str = "basic",
    input_shape: Sequence[int | None] = (224, 224, 3),
    classes: int = 1000,
    stem: str = "imagenet",
    shortcut: str | None = "projection",
    merge: str = "add",
    preactivation: bool = False,
    norm: Norm = "batch",
    activation: str | Callable[[Any], Any] = "relu",
    dropout: float = 0.0,
    stochastic_depth: float = 0.0,
    width: float = 1.0,
    groups: int = 1,
    strided: str = "middle",
    initializer: str | keras.Initializer = "he_normal",
    head: str | None = "average",
    head_dropout: float = 0.0,
    classifier_activation: str | None = "softmax",
    name: str = "resnet",
) -> keras.Model:
    """Build a residual network from the number and width of its blocks.

    A stem, then stages of blocks, then global average pooling and the logits. Stage i has
    ``depths[i]`` blocks of ``filters[i]`` channels (four times as many leave a bottleneck);
    each stage but the first halves height and width. Convolutions before a norm have no bias,
    as in torchvision's definition.

    Args:
        depths: blocks in each stage, e.g. ``(2, 2, 2, 2)``.
        filters: channels of each stage, e.g. ``(64, 128, 256, 512)``; the stem has
            ``filters[0]``.
        block: ``"basic"`` (`ResidualBlock`) or ``"bottleneck"`` (`BottleneckBlock`).
        input_shape: height, width and channels; height and width may be None.
        classes: number of classes.
        stem: ``"imagenet"``, 7x7 convolution and 3x3 max pooling, each of stride 2; or
            ``"cifar"``, a 3x3 convolution, for small images.
        shortcut: where the shape changes: ``"projection"``, ``"pad"``, or ``"identity"``; None
            for the plain network, which has no shortcut anywhere.
        merge: ``"add"`` or ``"concatenate"``. Concatenating needs ``shortcut="identity"``, and
            the blocks that halve the image are then plain.
        preactivation: whether norm and activation stand before each convolution; after the
            last block there is then one more of each.
        norm: ``"batch"``, ``"layer"`` (over channels and space), ``"group"`` (of eight), a layer
            to be copied, or what is called as ``norm(name=...)``; None for none.
        activation: name of an activation, or a function.
        dropout: rate in [0, 1] before the last convolution of each block.
        stochastic_depth: rate in [0, 1] at which a sample skips the last block's branch; it
            grows linearly from 0 before the first.
        width: factor on the channels inside the blocks, rounded: of both convolutions of a
            basic block (the wide ResNet's k), of the 3x3 one of a bottleneck.
        groups: groups of a bottleneck's 3x3 convolution.
        strided: ``"middle"`` or ``"first"``, the convolution of a bottleneck with the stride.
        initializer: of all kernels but the logits', which start near zero.
        head: ``"average"``, or None to end with the last feature map.
        head_dropout: rate in [0, 1] before the logits.
        classifier_activation: of the output: ``"softmax"``, ``"sigmoid"``, or None for logits
            (then the loss wants ``from_logits=True``).
        name: name of the model.

    Returns:
        A ``keras.Model`` from ``(batch, h, w, c)`` to ``(batch, classes)``. Layers are named
        ``stem_conv``, ``stem_norm``, ``stem_act``, ``stem_pool``, ``stage1_block1``, ...,
        ``final_norm``, ``final_act``, ``features``, ``logits``, ``predictions``.

    Raises:
        ValueError: lengths differ, or arguments mean nothing together.

    Example, for small images, with the last block skipped by every fifth sample:

    >>> model = resnet((1, 1), (16, 32), input_shape=(32, 32, 3), classes=10, stem="cifar",
    ...                stochastic_depth=0.2)
    >>> model.output_shape, model.count_params()
    ((None, 10), 20282)
    """
    _check(depths, filters, block, stem, groups, strided, head, head_dropout)
    check_input(input_shape, classes, norm, smallest=1)
    check_norm(norm)
    fresh = Initializers(initializer, apart=SEEDS_A_BLOCK)
    shared: dict[str, Any] = {
        "preactivation": preactivation,
        "norm": norm,
        "activation": activation,
        "dropout": dropout,
        "width": width,
    }
    if block == "bottleneck":
        shared |= {"groups": groups, "strided": strided}
    inputs = keras.Input(input_shape)
    x = _stem(inputs, STEMS[stem], filters[0], norm, activation, preactivation, fresh())
    for place in _places(depths):
        plain = merge == "concatenate" and place.strides > 1
        x = BLOCKS[block](
            filters[place.stage],
            strides=place.strides,
            shortcut=None if plain else shortcut,
            merge="add" if plain else merge,
            stochastic_depth=stochastic_depth * place.depth,
            initializer=fresh(),
            name=place.name,
            **shared,
        )(x)
    if preactivation:
        x = _norm_and_activation(x, norm, activation, "final")
    if head is not None:
        x = add_head(
            x,
            HEADS[head],
            classes,
            fresh,
            dropout=head_dropout,
            classifier_activation=classifier_activation,
        )
    return keras.Model(inputs, x, name=name)


class Place(NamedTuple):
    """Where a block stands."""

    name: str
    stage: int
    strides: int
    depth: float  # in (0, 1], 1 for the last block


def _places(depths: Sequence[int]) -> Iterator[Place]:
    built = 0
    for stage, depth in enumerate(depths):
        for i in range(depth):
            built += 1
            strides = 2 if stage > 0 and i == 0 else 1
            yield Place(f"stage{stage + 1}_block{i + 1}", stage, strides, built / sum(depths))


def _stem(
    x: Any,
    stem: Stem,
    filters: int,
    norm: Norm,
    activation: Any,
    preactivation: bool,
    initializer: Any,
) -> Any:
    arguments = {"use_bias": norm is None, "kernel_initializer": initializer}
    for layer in convolution(2, filters, stem.size, "stem_conv", stem.strides, **arguments):
        x = layer(x)
    if not preactivation:  # else the first block begins with them
        x = _norm_and_activation(x, norm, activation, "stem")
    if not stem.pool:
        return x
    kind = {"data_format": "channels_last"}
    x = keras.layers.ZeroPadding2D(1, name="stem_pool_pad", **kind)(x)
    return keras.layers.MaxPooling2D(3, strides=2, name="stem_pool", **kind)(x)


def _norm_and_activation(x: Any, norm: Norm, activation: Any, name: str) -> Any:
    for layer in make_norm(norm, f"{name}_norm"):
        x = layer(x)
    return keras.layers.Activation(activation, name=f"{name}_act")(x)


def _check(
    depths: Sequence[int],
    filters: Sequence[int],
    block: str,
    stem: str,
    groups: int,
    strided: str,
    head: str | None,
    head_dropout: float,
) -> None:
    if len(depths) != len(filters) or not depths or min(depths) < 1:
        raise ValueError(
            "`depths` and `filters` must have one entry for each stage, of at least 1. "
            f"Received: depths={tuple(depths)}, filters={tuple(filters)}."
        )
    for argument, value, known in (("block", block, BLOCKS), ("stem", stem, STEMS)):
        if value not in known:
            raise ValueError(
                f"`{argument}` must be one of {', '.join(map(repr, known))}. "
                f"Received: {argument}={value!r}."
            )
    if block == "basic" and (groups != 1 or strided != "middle"):
        raise ValueError(
            "`groups` and `strided` are of the bottleneck's convolutions. Received: block='basic', "
            f"groups={groups}, strided={strided!r}. Use block='bottleneck'."
        )
    if head not in ("average", None) or (head is None and head_dropout):
        raise ValueError(
            "`head` must be 'average', or None without `head_dropout`. "
            f"Received: head={head!r}, head_dropout={head_dropout}."
        )


def _published(depth: int, weights: str | None, arguments: dict[str, Any]) -> keras.Model:
    block, depths = DEPTHS[depth]
    arguments.setdefault("name", f"resnet{depth}")
    if weights is None:
        return resnet(depths, block=block, **arguments)
    theirs = check_resnet(depth, arguments)
    model = resnet(depths, block=block, **{**arguments, **theirs})
    copy_resnet(model, depth, weights)
    return model


def ResNet18(**arguments: Any) -> keras.Model:  # noqa: N802
    """Build ResNet-18 of the paper's table 1; the arguments are those of `resnet`."""
    return _published(18, None, arguments)


def ResNet34(**arguments: Any) -> keras.Model:  # noqa: N802
    """Build ResNet-34 of the paper's table 1; the arguments are those of `resnet`."""
    return _published(34, None, arguments)


def ResNet50(weights: str | None = None, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build ResNet-50 of the paper's table 1.

    ``width=2`` is torchvision's wide_resnet50_2, and ``width=2, groups=32`` its
    resnext50_32x4d.

    Args:
        weights: ``"imagenet"`` for those of ``keras.applications.ResNet50`` (downloaded once, to
            ``~/.keras``), or the path of a weights file of that model; None for a random
            start. The network is then built as theirs: stride in the first 1x1
            convolution, epsilon 1.001e-5, their convolutions' biases within our moving
            means. Images go in through ``keras.applications.resnet.preprocess_input``. With
            ``classes`` other than 1000 or ``head=None`` the feature extractor is theirs, and
            the logits start anew.
        **arguments: those of `resnet`; with ``weights``, none that changes the
            convolutions or norms.

    Raises:
        ValueError: as `resnet`, or arguments with which the weights do not fit.

    Example:

    >>> ResNet50(input_shape=(64, 64, 3), classes=10, width=0.25, head_dropout=0.2).output_shape
    (None, 10)
    """
    return _published(50, weights, arguments)


def ResNet101(weights: str | None = None, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build ResNet-101 of the paper's table 1; the arguments are those of `ResNet50`."""
    return _published(101, weights, arguments)


def ResNet152(weights: str | None = None, **arguments: Any) -> keras.Model:  # noqa: N802
    """Build ResNet-152 of the paper's table 1; the arguments are those of `ResNet50`."""
    return _published(152, weights, arguments)


def CifarResNet(  # noqa: N802
    depth: int = 20,
    shortcut: str | None = "pad",
    preactivation: bool = False,
    residual: bool = True,
    block: str | None = None,
    **arguments: Any,
) -> keras.Model:
    """Build the network for 32x32 images of the paper's section 4.2.

    Three stages of 16, 32 and 64 channels, with n blocks each: 6 n + 2 layers, or 9 n + 2
    with bottlenecks. The wide ResNet 28-10 is ``CifarResNet(26, "projection",
    preactivation=True, width=10)``: its authors count the projections as layers.

    Args:
        depth: layers with weights on the longest way: 20, 32, 44, 56, 110, 1202; bottleneck
            164, 1001.
        shortcut: where the shape changes: ``"pad"``, option A of the paper, or
            ``"projection"``, option B.
        preactivation: whether norm and activation stand before each convolution.
        residual: False builds the plain network of the same depth, to compare with.
        block: ``"basic"`` or ``"bottleneck"``; by default bottlenecks at depths 164 and 1001,
            where the paper of 2016 has them.
        **arguments: those of `resnet`; ``classes`` is 10 if not given.

    Raises:
        ValueError: no such network has this depth, or as `resnet`.

    Example:

    >>> CifarResNet(20).count_params()  # 269,722 trained, 1,376 moving means and variances
    271098
    """
    block = block or ("bottleneck" if depth in (164, 1001) else "basic")
    each = 3 * CONVOLUTIONS.get(block, 1)
    blocks, rest = divmod(depth - 2, each)
    if rest or blocks < 1:
        near = [each * n + 2 for n in (max(blocks, 1), max(blocks, 1) + 1)]
        raise ValueError(
            f"`depth` must be {each} n + 2 with block={block!r}. Received: depth={depth}. "
            f"Near it are {near[0]} and {near[1]}."
        )
    arguments.setdefault("input_shape", (32, 32, 3))
    arguments.setdefault("classes", 10)
    arguments.setdefault("name", f"cifar_{'resnet' if residual else 'plain'}{depth}")
    return resnet(
        (blocks,) * 3,
        (16, 32, 64),
        block=block,
        stem="cifar",
        shortcut=shortcut if residual else None,
        preactivation=preactivation,
        **arguments,
    )
