"""Data sets for the labs; the first three need no network.

    from course_kit import data

    (x_train, y_train), (x_test, y_test) = data.load("shapes")

| name | x | pixels | y | from |
|---|---|---|---|---|
| `digits` | (1437, 8, 8, 1), test 360 | float32 in [0, 1] | int64 (n,) | scikit-learn |
| `mnist1d` | (4000, 40), test 1000 | float32, mean 0, deviation 1 | int64 (n,) | generated |
| `shapes` | (4000, 32, 32, 3), test 1000 | uint8 in 0..255 | int64 (n,) | generated |
| `cifar10` | (50000, 32, 32, 3), test 10000 | uint8 in 0..255 | int64 (n,) | archive or Keras |
| `mnist` | (60000, 28, 28), test 10000 | uint8 in 0..255 | int64 (n,) | archive or Keras |
| `fashion_mnist` | (60000, 28, 28), test 10000 | uint8 in 0..255 | int64 (n,) | archive or Keras |

`shapes` has the format of `cifar10`: code written for one runs on the other.

What augments a data set rather than a picture is here too: `repeated_augmentation` for
batches, and for texts `synonym_replacement`, `random_insertion`, `random_deletion`,
`random_swap` and `back_translation`. The layers for pictures are in `course_kit.layers`.
"""

from course_kit.data.catalog import load
from course_kit.data.mnist1d import make_mnist1d
from course_kit.data.repeated_augmentation import repeated_augmentation
from course_kit.data.shapes import SHAPE_NAMES, make_shapes
from course_kit.data.text import (
    back_translation,
    random_deletion,
    random_insertion,
    random_swap,
    synonym_replacement,
)

__all__ = [
    "SHAPE_NAMES",
    "back_translation",
    "load",
    "make_mnist1d",
    "make_shapes",
    "random_deletion",
    "random_insertion",
    "random_swap",
    "repeated_augmentation",
    "synonym_replacement",
]
