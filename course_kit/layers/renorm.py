"""Batch renormalization: the correction that makes training see what inference will see."""

from typing import Any

from keras import ops

KEYS = ("rmax", "rmin", "dmax")


def check_clipping(clipping: dict[str, float]) -> None:
    """Raise, in Keras' words, unless the bounds are known ones and leave something between.

    >>> check_clipping({"rmax": 3.0, "dmax": -1.0})
    Traceback (most recent call last):
    ValueError: dmax should be non-negative in the `renorm_clipping` argument. Received: dmax=-1.0.
    """
    if set(clipping) - set(KEYS):
        raise ValueError(
            "Received invalid keys for `renorm_clipping` argument: "
            f"{clipping}. Supported values: {list(KEYS)}."
        )
    rmax, rmin, dmax = (clipping.get(key) for key in KEYS)
    if rmax is not None and rmin is not None and rmax < rmin:
        raise ValueError(
            "rmax should be greater than rmin in the `renorm_clipping` argument. "
            f"Received: rmax={rmax}, rmin={rmin}."
        )
    if dmax is not None and dmax < 0:
        raise ValueError(
            f"dmax should be non-negative in the `renorm_clipping` argument. Received: dmax={dmax}."
        )


def renorm_correction(
    mean: Any, stddev: Any, moving_mean: Any, moving_stddev: Any, clipping: dict[str, float]
) -> tuple[Any, Any]:
    r"""Say how a value standardized by the batch reads when standardized by the averages.

    ``x_hat * r + d`` with ``r = clip(stddev / moving_stddev, rmin, rmax)`` and
    ``d = clip((mean - moving_mean) / moving_stddev, -dmax, dmax)``, both constants to the
    gradient. Without clipping, ``x_hat * r + d = (x - moving_mean) / moving_stddev``.

    Args:
        mean, stddev: of the batch.
        moving_mean, moving_stddev: the averages; the latter positive.
        clipping: any of ``"rmax"``, ``"rmin"``, ``"dmax"``; what is missing does not bind.

    Returns:
        r and d, of the shape of ``mean``.

    Example:

    >>> r, d = renorm_correction(3.0, 4.0, 1.0, 2.0, {"dmax": 0.5})
    >>> float(r), float(d)
    (2.0, 0.5)

    Source: Ioffe, "Batch renormalization: towards reducing minibatch dependence in
    batch-normalized models", NIPS 2017, algorithm 1.
    """
    r = ops.convert_to_tensor(stddev / moving_stddev)
    d = ops.convert_to_tensor((mean - moving_mean) / moving_stddev)
    rmax, rmin, dmax = (clipping.get(key) for key in KEYS)
    if rmin is not None:
        r = ops.maximum(r, rmin)
    if rmax is not None:
        r = ops.minimum(r, rmax)
    if dmax is not None:
        d = ops.clip(d, -dmax, dmax)
    return ops.stop_gradient(r), ops.stop_gradient(d)
