"""A progress bar for what takes long."""

import time

import keras


class Progress:
    """Count steps, and show Keras' bar when they have taken a while.

    Args:
        total: number of steps; None if it is not known.
        patience: seconds before the bar appears.

    Example:

    >>> progress = Progress(total=2)
    >>> progress.step(), progress.step()  # quick enough to show nothing
    (None, None)
    """

    def __init__(self, total: int | None, patience: float = 3.0) -> None:
        self._total = total
        self._done = 0
        self._from = time.monotonic() + patience
        self._bar: keras.utils.Progbar | None = None

    def step(self) -> None:
        """Count one more step."""
        self._done += 1
        if self._bar is None and time.monotonic() >= self._from:
            self._bar = keras.utils.Progbar(self._total, unit_name="pass")
        if self._bar is not None:
            self._bar.update(self._done)
