"""What lab 00's claims ask of a notebook."""

from typing import Any

import numpy as np


def average(notebook: Any, values: np.ndarray, beta: float) -> Any:
    """The student's averages of `values` (steps,)."""
    return notebook.exponential_average(values, beta)


def average_of_list(notebook: Any, values: np.ndarray, beta: float) -> Any:
    """The same for a plain list, as ``history.history["loss"]`` is."""
    return notebook.exponential_average([float(value) for value in values], beta)


def values_after(notebook: Any, values: np.ndarray, beta: float) -> Any:
    """The averages, and the input as it is after the call."""
    averages = notebook.exponential_average(values, beta)
    return averages, values
