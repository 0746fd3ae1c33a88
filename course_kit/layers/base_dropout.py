"""What the layers of the dropout family share: the arguments, the seed, the two phases."""

from typing import Any

import keras
from keras import ops

from course_kit.layers.drop import SCALINGS, draw, drop, expected


def check_rate(rate: Any) -> None:
    """Raise, in Keras' words and with a remedy, unless ``rate`` is a probability.

    >>> check_rate(50)
    Traceback (most recent call last):
    ValueError: Invalid value received for argument `rate`. Expected a float value between 0 \
and 1. Received: rate=50. It is the probability of dropping: did you pass a percentage?
    """
    try:
        valid = 0 <= rate <= 1
    except TypeError:
        valid = False
    if not valid:
        raise ValueError(
            "Invalid value received for argument `rate`. Expected a float value between 0 and 1. "
            f"Received: rate={rate}. It is the probability of dropping: did you pass a percentage?"
        )


def check_scaling(scaling: Any) -> None:
    """Raise unless ``scaling`` is one of the two that `drop` knows."""
    if scaling not in SCALINGS:
        raise ValueError(
            f"`scaling` must be one of {', '.join(map(repr, SCALINGS))}. "
            f"Received: scaling={scaling!r}. Keras' own dropout is 'inverted'."
        )


class BaseDropout(keras.layers.Layer):
    """Drop units while training; a subclass says which units share one draw.

    Fill `mask_shape`. Everything else, the masks' randomness included, is here.
    """

    def __init__(
        self, rate: float, seed: int | None = None, scaling: str = "inverted", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        check_rate(rate)
        check_scaling(scaling)
        self.rate = rate
        self.seed = seed
        self.scaling = scaling
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True
        self._build_at_init()  # built at once, as Keras' own: there is nothing to build

    def mask_shape(self, inputs: Any) -> tuple:
        """Shape of the mask for these inputs: 1 on each axis along which units fall together."""
        raise NotImplementedError

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drop while training; give the expected value otherwise."""
        if self.rate == 0:
            return inputs
        if not training:
            return expected(inputs, self.rate, self.scaling)
        keep, rate = draw(self.mask_shape(inputs), self.rate, self.seed_generator)
        return drop(inputs, keep, rate, self.scaling)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape as it came."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        return {**config, "rate": self.rate, "seed": self.seed, "scaling": self.scaling}


class BaseSpatialDropout(BaseDropout):
    """Drop whole feature maps of ``rank`` spatial axes, two or three."""

    rank: int

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        scaling: str = "inverted",
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed, scaling, name=name, dtype=dtype, **kwargs)
        # Resolved here, because a saved model must mean the same on a machine whose
        # keras.json says otherwise.
        self.data_format = str(data_format or keras.config.image_data_format()).lower()
        if self.data_format not in ("channels_first", "channels_last"):
            raise ValueError(
                "The `data_format` argument must be one of "
                f"{{'channels_first', 'channels_last'}}. Received: data_format={data_format}"
            )
        self.input_spec = keras.layers.InputSpec(ndim=self.rank + 2)

    def mask_shape(self, inputs: Any) -> tuple:
        """One draw a map: ``(batch, 1, ..., 1, channels)``, or with the channels first."""
        shape = ops.shape(inputs)
        ones = (1,) * self.rank
        if self.data_format == "channels_first":
            return (shape[0], shape[1], *ones)
        return (shape[0], *ones, shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "data_format": self.data_format}
