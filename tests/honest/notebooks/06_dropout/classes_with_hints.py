# %%
from __future__ import annotations
from dataclasses import dataclass
from typing import Protocol, Any
import abc

class Masks(Protocol):
    def __call__(self, u: Any, rate: float) -> Any: ...

@dataclass
class Keep:
    scale: bool = True
    def __call__(self, u: Any, rate: float) -> Any:
        kept = ops.cast(ops.greater_equal(u, rate), "float32")
        return kept / (1 - rate) if self.scale else kept

class Base(abc.ABC):
    mask: Masks
    @abc.abstractmethod
    def test(self, x, rate): ...
    def __call__(self, x: np.ndarray, u: np.ndarray, rate: float, training: bool) -> np.ndarray:
        return ops.multiply(x, self.mask(u, rate)) if training else self.test(x, rate)
# %% exercise=vanilla_dropout
class Vanilla(Base):
    mask = Keep(scale=False)
    def test(self, x, rate): return x * (1 - rate)
vanilla_dropout = Vanilla()
# %% exercise=inverted_dropout
class Inverted(Base):
    mask = Keep()
    test = staticmethod(lambda x, rate: x)
inverted_dropout: Masks = Inverted()
# %% exercise=spatial_dropout
def spatial_dropout(x: np.ndarray, u: np.ndarray, rate: float, *, _mask: Masks = Keep()) -> np.ndarray:
    return ops.multiply(x, _mask(u, rate)[:, None, None, :])
