"""Silence for TensorFlow's start-up notes, which are for its developers.

They come from its C++ side, in red in a notebook, before any setting of its
own for them is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def start_up() -> Iterator[None]:
    """Import Keras inside, and nothing is printed below Python's own stderr.

    Warnings and errors of Python code are shown as ever.

    Example:

    >>> with start_up():
    ...     import keras
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for the notes that come later
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
