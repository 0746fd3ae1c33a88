"""The lab, and what the claims of several exercises share."""

import numpy as np

from course_kit.checks import Draw, Lab, expect, expect_array

lab = Lab("06_dropout", "Dropout", cell_seconds=60, probe_seconds=15, total_seconds=240)

# What is to be written, and may therefore not be called.
DROPOUT = (
    "keras.layers.Dropout",
    "keras.layers.AlphaDropout",
    "keras.layers.SpatialDropout1D",
    "keras.layers.SpatialDropout2D",
    "keras.layers.SpatialDropout3D",
    "keras.random.dropout",
    "tensorflow.nn.dropout",
    "tensorflow.nn.experimental.stateless_dropout",
    "tensorflow.nn.experimental.general_dropout",
    "tensorflow.compat.v1.nn.dropout",
    "keras.src.legacy.backend.dropout",
    "torch.nn.Dropout",
    "torch.nn.functional.dropout",
    "course_kit.layers.Dropout",
    "course_kit.layers.SpatialDropout1D",
    "course_kit.layers.SpatialDropout2D",
    "course_kit.layers.SpatialDropout3D",
    "course_kit.layers.drop.drop",
)


def dropped(x: np.ndarray, u: np.ndarray, rate: float) -> np.ndarray:
    """`x` where u >= rate, zero elsewhere."""
    return np.where(u >= rate, np.float64(x), 0.0)


def expect_survivors(answer: np.ndarray, kept: np.ndarray, what: str = "output") -> None:
    """Zero exactly where nothing is kept, whatever the size of the rest."""
    answer = expect_array(answer, kept.shape, what)
    wrong = (np.abs(answer) > 5e-5) != kept  # a draw's 1e-3 is still 1e-4 after times 1 - rate
    first = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.any() else ()
    expect(
        not wrong.any(),
        f"{what}: {np.count_nonzero(wrong):,} of {wrong.size:,} values are zero and should not "
        f"be, or the other way round; the first at {list(first)}",
    )


def four_units(draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """A row of four whole numbers, and uniforms 0.1, 0.4, 0.6, 0.9 in random order."""
    x = draw.integers(1, 99, 1, 4).astype("float32")
    return x, np.array([[0.1, 0.4, 0.6, 0.9]], "float32")[:, draw.permutation(4)]


def hundred_masks(draw: Draw, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    """One `x` a hundred times over, and uniforms 0.005, 0.015, ..., 0.995 for it.

    A two-decimal rate drops exactly its share of them, so that the average over
    these masks is the expected value, with no sampling error.
    """
    x = np.repeat(draw.normal(1, *shape), 100, axis=0)
    u = (np.arange(100) + 0.5).reshape(100, *(1 for _ in shape)) / 100
    return x, np.broadcast_to(u, x.shape).astype("float32")
