"""Claims about the arithmetic of parameters: of one block, and of a network."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab10_resnet import probes
from course_kit.checks.lab10_resnet.claims.base import lab

# Trained numbers of the networks for 32x32 pictures with projections (option B of He et
# al., section 4.2) and 10 classes, as published implementations have them: n -> count.
PUBLISHED = {
    3: 272_474,
    5: 466_906,
    7: 661_338,
    9: 855_770,
    18: 1_730_714,
    200: 19_424_026,
}


def shapes_of_block(channels: int, filters: int, strides: int) -> list[tuple[int, ...]]:
    """The shapes of all that is trained in a block, one after the other."""
    norm = [(filters,), (filters,)]
    shapes = [(3, 3, channels, filters), *norm, (3, 3, filters, filters), *norm]
    if strides > 1 or channels != filters:
        shapes += [(1, 1, channels, filters), *norm]
    return shapes


def shapes_of_net(n: int, widths: list[int], classes: int) -> list[tuple[int, ...]]:
    """The shapes of all that is trained in a network for colour pictures."""
    shapes: list[tuple[int, ...]] = [(3, 3, 3, widths[0]), (widths[0],), (widths[0],)]
    before = widths[0]
    for stage, width in enumerate(widths):
        shapes += shapes_of_block(before, width, 1 if stage == 0 else 2)
        shapes += (n - 1) * shapes_of_block(width, width, 1)
        before = width
    return [*shapes, (before, classes), (classes,)]


def total(shapes: list[tuple[int, ...]]) -> float:
    """How many numbers there are in arrays of these shapes."""
    return float(sum(int(np.prod(shape)) for shape in shapes))


@lab.check(
    "parameter_counts",
    points=2,
    hint="Two kernels of 3 by 3, each from f to f channels; two norms. How many trained numbers "
    "has a norm for each channel?",
)
def block_of_one_shape_by_hand(student: Student, draw: Draw) -> None:
    """A block from f to f channels, stride 1: 18 f f + 4 f. With 100 channels 180,400."""
    filters = 10 * draw.integer(1, 99)
    count = student(probes.block_count, filters, filters, 1)
    expect_close(count, 18.0 * filters**2 + 4 * filters, "count", rtol=1e-9)


@lab.check(
    "parameter_counts",
    points=3,
    hint="The first kernel goes from the old to the new number of channels. Where does the second "
    "one begin? And what does the shortcut consist of?",
)
def block_that_changes_its_shape(student: Student, draw: Draw) -> None:
    """A block of stride 2 from c to f channels has a projection, with a norm."""
    channels, filters = draw.integer(2, 99), draw.integer(100, 199)
    count = student(probes.block_count, channels, filters, 2)
    expect_close(count, total(shapes_of_block(channels, filters, 2)), "count", rtol=1e-9)


@lab.check(
    "parameter_counts",
    points=2,
    hint="When can x itself not be added? There are two reasons.",
)
def either_change_needs_a_projection(student: Student, draw: Draw) -> None:
    """A stride of 2 or 3 alone needs a projection, and so do more or fewer channels alone."""
    few, many = draw.integer(2, 99), draw.integer(100, 199)
    blocks = {
        "stride 2 alone": (few, few, 2),
        "stride 3 alone": (few, few, 3),
        "more channels alone": (few, many, 1),
        "fewer channels alone": (many, few, 1),
    }
    counts = [student(probes.block_count, *block) for block in blocks.values()]
    for count, (what, block) in zip(counts, blocks.items(), strict=True):
        expect_close(count, total(shapes_of_block(*block)), what, 1e-9)


@lab.check(
    "parameter_counts",
    points=2,
    hint="Stem: 27 + 2. First block: no projection. Second and third block: with one. Logits: a "
    "dense layer with its bias.",
)
def one_channel_throughout_by_hand(student: Student, draw: Draw) -> None:
    """Three stages of one block and one channel, K classes: 29 + 22 + 25 + 25 + 2 K."""
    classes = draw.integer(2, 999)
    count = student(probes.net_count, 1, np.array([1, 1, 1]), classes)
    expect_close(count, 101.0 + 2 * classes, "count", rtol=1e-9)


@lab.check(
    "parameter_counts",
    points=3,
    hint="Which blocks change the shape: how many are there in the whole network? Compare your "
    "count for n = 3 and 10 classes with 272,474.",
)
def published_counts_are_met(student: Student, draw: Draw) -> None:
    """Widths 16, 32, 64: the published count, also for another number of classes."""
    n = list(PUBLISHED)[draw.integer(0, len(PUBLISHED) - 1)]
    classes = draw.integer(2, 999)
    count = student(probes.net_count, n, np.array([16, 32, 64]), classes)
    # A class more is 64 weights and a bias more.
    expect_close(count, PUBLISHED[n] + 65.0 * (classes - 10), "count", rtol=1e-9)


@lab.check(
    "parameter_counts",
    points=2,
    hint="Does your count follow `widths`, however many stages there are?",
)
def any_widths_are_counted(student: Student, draw: Draw) -> None:
    """Two stages are counted, and four, whose widths grow, stay or shrink."""
    few, many, classes = draw.integer(1, 49), draw.integer(50, 99), draw.integer(2, 99)
    nets = {"two stages": [many, few], "four stages": [few, many, many, few]}
    counts = [student(probes.net_count, 2, np.array(w), classes) for w in nets.values()]
    for count, (what, widths) in zip(counts, nets.items(), strict=True):
        expect_close(count, total(shapes_of_net(2, widths, classes)), what, rtol=1e-9)


@lab.question("parameter_counts")
def six_blocks_and_a_net(student: Student) -> Any:
    """The counts of a block that stays, of five that change, and of a small network."""
    blocks = [(3, 3, 1), (3, 5, 2), (3, 3, 2), (3, 5, 1), (3, 3, 3), (5, 3, 1)]
    counts = [student(probes.block_count, *block) for block in blocks]
    return (*counts, student(probes.net_count, 2, np.array([3, 5, 6]), 7))


@lab.question("parameter_counts")
def a_net_of_two_stages(student: Student) -> Any:
    """The count of a network that has not three stages."""
    return student(probes.net_count, 2, np.array([3, 5]), 7)


lab.forbids(
    "parameter_counts",
    "course_kit.models.resnet",
    "course_kit.models.CifarResNet",
    written_as=["block_parameters", "resnet_parameters"],
)
