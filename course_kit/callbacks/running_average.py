"""A running average of tensors, exponential or equal, as one pure step."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

# What an argument is when it was not given; each belongs to one kind.
DEFAULTS: dict[str, dict[str, Any]] = {
    "ema": {"decay": 0.999, "update_every": 1, "debias": True},
    "swa": {"period": 1},
}


class RunningAverage(NamedTuple):
    """What is known of a sequence so far.

    Args:
        values: list of tensors, the averages; zeros before the first step.
        mass: scalar tensor: how much of the average rests on what was seen. For equal weights
            the number of steps, for an exponential average ``1 - decay**t``; 0 before.
        left_out: scalar tensor: how many steps were not finite.
    """

    values: Any
    mass: Any
    left_out: Any


def start(tensors: Any) -> RunningAverage:
    """Begin an average of tensors like these, in float32 or better."""
    zeros = [ops.zeros(t.shape, _at_least_single(_dtype(t))) for t in tensors]
    return RunningAverage(zeros, ops.zeros(()), ops.zeros(()))


def exponential_share(mass: Any, pull: Any, debias: bool = True) -> tuple[Any, Any]:
    """Give the new mass, and the share of the newest value in an exponential average.

    With ``pull = 1 - decay``, and the mass ``m`` before::

        m' = m + pull * (1 - m)         so that  m' = 1 - decay**t
        share = pull / m'               which is 1 at first, and tends to pull

    It is Adam's correction of the bias, written as a share: the average never holds the zeros
    that it began with. Without ``debias`` the first share is 1 and all others are ``pull``,
    so that the first value weighs ``decay**(t - 1)``.

    Example, with decay 0.9:

    >>> exponential_share(0.0, 0.1), exponential_share(0.1, 0.1)[0]
    ((0.1, 1.0), 0.19)
    """
    if debias:
        after = mass + pull * (1 - mass)
        return after, pull / after
    return mass * 0 + 1, ops.where(mass == 0, 1.0, pull)


def equal_share(mass: Any, pull: Any = None) -> tuple[Any, Any]:
    """Give the new mass, and the share of the newest value in an equal average: ``1 / n``."""
    return mass + 1, 1 / (mass + 1)


def step(share_of: Any, average: RunningAverage, newest: Any, pull: Any) -> RunningAverage:
    """Move the average towards the newest tensors: ``a + share * (w - a)``.

    Newest tensors with a NaN or infinity among them are left out, all of them. The choice is
    made on the device, so that no step waits for an answer.

    Args:
        share_of: `exponential_share` or `equal_share`.
        average: what was so far.
        newest: list of tensors.
        pull: scalar tensor, ``1 - decay``.
    """
    newest = [ops.cast(w, _dtype(a)) for a, w in zip(average.values, newest, strict=True)]
    finite = ops.isfinite(sum(ops.cast(ops.sum(w), "float32") for w in newest))
    mass, share = share_of(average.mass, pull)
    moved = [
        ops.where(finite, a + ops.cast(share, _dtype(a)) * (w - a), a)
        for a, w in zip(average.values, newest, strict=True)
    ]
    left_out = average.left_out + ops.cast(ops.logical_not(finite), "float32")
    return RunningAverage(moved, ops.where(finite, mass, average.mass), left_out)


def settings_of(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings of this kind, those not given by default; refuse the other kind's."""
    if kind not in DEFAULTS:
        raise ValueError(f"`kind` must be 'ema' or 'swa'. Received: kind={kind!r}.")
    for name, value in given.items():
        if value is not None and name not in DEFAULTS[kind]:
            raise ValueError(
                f"`{name}` means nothing for kind={kind!r}. Received: {name}={value}. "
                f"Its own arguments are {', '.join(DEFAULTS[kind])}."
            )
    settings = {name: given[name] for name in DEFAULTS[kind] if given[name] is not None}
    settings = {**DEFAULTS[kind], **settings}
    if not 0 <= settings.get("decay", 0) < 1:
        raise ValueError(
            "`decay` must be in [0, 1). Received: "
            f"decay={settings['decay']}. It is the weight of the past: 0.999 or so."
        )
    for name in ("update_every", "period"):
        value = settings.get(name, 1)
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ValueError(f"`{name}` must be an integer, at least 1. Received: {name}={value}.")
    return settings


def _at_least_single(dtype: str) -> str:
    return "float64" if dtype == "float64" else "float32"


def _dtype(tensor: Any) -> str:
    return keras.backend.standardize_dtype(tensor.dtype)
