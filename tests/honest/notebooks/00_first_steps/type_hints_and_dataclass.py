# %%
from __future__ import annotations

# %%
from __future__ import annotations
import dataclasses, typing as t
from collections.abc import Callable, Sequence

T = t.TypeVar("T", bound=float)


@dataclasses.dataclass(frozen=True, slots=True)
class Averager(t.Generic[T]):
    """Callable, frozen, slotted and generic."""

    start: float = 0.0
    ages: list[int] = dataclasses.field(default_factory=list, repr=False)

    def __call__(self, values: Sequence[T] | np.ndarray, beta: float, /) -> np.ndarray:
        out: t.Final[list[float]] = []
        average: float = self.start
        for step, value in enumerate(values, 1):
            average += (1.0 - beta) * (value - average)
            out.append(average / (1.0 - beta**step))
        return np.asarray(out)


# %%
import numpy as np
exponential_average: Callable[[Sequence[float], float], np.ndarray] = Averager()
# %%
reveal: "this name exists nowhere"
assert exponential_average([1.0], 0.5)[0] == 1.0
