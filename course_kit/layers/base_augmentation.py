"""What the augmentation layers share: the seed, the forms of input, the data set's graph."""

from typing import Any

import keras
from keras.src.backend.common import global_state

# The layers that Keras lets run in a `tf.data` map whatever its backend have this base. It
# has no public name; its own docstring imports it from here.
from keras.src.layers.preprocessing.data_layer import DataLayer

PLACES = ("bounding_boxes", "segmentation_masks")


class Operations:
    """The functions of ``keras.ops``, on the backend that a layer is on at the moment.

    In a ``tf.data`` map that is TensorFlow's, though Keras itself may run on another, whose
    operations the name ``keras.ops`` is bound to.
    """

    def __init__(self, backend: Any) -> None:
        self._parts = (backend.numpy, backend.nn, backend)

    def __getattr__(self, name: str) -> Any:
        return next(getattr(part, name) for part in self._parts if hasattr(part, name))


class BaseAugmentation(DataLayer):
    """Change pictures at random while training; a subclass says how.

    Fill `augment`, and `leave` where inference is not the identity. They receive floats
    (batch, h, w, channels), whatever the layer was given: one picture or a batch, whole
    numbers or halves, channels first or last.

    Called by itself, or in a map, the layer trains unless told otherwise, as Keras' own
    image layers do. In a model it trains only when the model does: theirs also change the
    pictures of a plain ``model(x)``.

    In ``dataset.map(layer)`` a seed gives the same pictures each time. With
    ``num_parallel_calls`` it does not, and now and then two batches get the same draw, as
    with Keras' own: calls that overlap read the generator's state before it has moved on.

    Args:
        seed: integer for a repeatable sequence; each call draws anew.
        data_format: ``"channels_last"`` or ``"channels_first"``; Keras' setting if None.
        **kwargs: ``name``, ``dtype``. The result has this dtype, by default float32, in the
            range that came; with ``dtype="uint8"`` it is rounded and kept in 0..255.
    """

    moves_pixels = False  # whether bounding boxes and masks would no longer fit

    def __init__(
        self, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not (keras.backend.is_float_dtype(self.compute_dtype) or self.compute_dtype == "uint8"):
            raise ValueError(
                f"`dtype` must be a float type or 'uint8'. Received: dtype={self.compute_dtype}."
            )
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)
        # Resolved here, because a saved model must mean the same on a machine whose
        # keras.json says otherwise.
        self.data_format = str(data_format or keras.config.image_data_format()).lower()
        if self.data_format not in ("channels_first", "channels_last"):
            raise ValueError(
                "`data_format` must be 'channels_last' or 'channels_first'. "
                f"Received: data_format={data_format!r}."
            )
        # Half precision is for the result: labels and places would lose their last digits.
        self.autocast = False
        self.input_spec = keras.layers.InputSpec(min_ndim=3, max_ndim=4)

    def __call__(self, inputs: Any, *others: Any, **kwargs: Any) -> Any:
        """Take pictures, ``pictures, labels, ...``, a tuple of those, or a dictionary.

        The forms are those in which a data set hands its elements to a map. All but the
        pictures (the first, or ``"images"``) passes through.
        """
        if others:
            inputs = (inputs, *others)
        if isinstance(inputs, dict):
            self._check_keys(inputs)
            return {**inputs, "images": self._alone(inputs["images"], kwargs)}
        if isinstance(inputs, tuple):
            return (self._alone(inputs[0], kwargs), *inputs[1:])
        return self._alone(inputs, kwargs)

    def _alone(self, images: Any, kwargs: dict[str, Any]) -> Any:
        """Run `call`, in training unless somebody says otherwise or a model is around."""
        symbolic = isinstance(images, keras.KerasTensor)
        # The second is around a model that JAX compiles, the first around every other.
        scopes = map(global_state.get_global_attribute, ("current_call_ctx", "stateless_scope"))
        in_model = any(scope is not None for scope in scopes)
        if kwargs.get("training") is None and not (symbolic or in_model):
            kwargs = {**kwargs, "training": True}
        return super().__call__(images, **kwargs)

    def _check_keys(self, inputs: dict[str, Any]) -> None:
        name = type(self).__name__
        if "images" not in inputs:
            raise ValueError(
                f"`{name}` looks for the pictures under 'images'. "
                f"Received a dictionary with: {', '.join(map(repr, inputs))}."
            )
        stale = [key for key in PLACES if key in inputs]
        if self.moves_pixels and stale:
            raise ValueError(
                f"`{name}` moves pixels and cannot move {' and '.join(stale)} along. "
                f"Take them out, or use one of Keras' layers with `bounding_box_format`."
            )

    @property
    def ops(self) -> Any:
        """The operations to use in `call`."""
        if self.backend.name == keras.backend.backend():
            return keras.ops
        return Operations(self.backend)

    def uniform(self, shape: tuple, low: float = 0.0, high: float = 1.0) -> Any:
        """Draw float32 numbers in [low, high), new ones at each call."""
        seed = self._get_seed_generator(self.backend.name)
        return self.backend.random.uniform(shape, low, high, dtype="float32", seed=seed)

    def normal(self, shape: tuple, stddev: float) -> Any:
        """Draw float32 numbers from N(0, stddev^2), new ones at each call."""
        seed = self._get_seed_generator(self.backend.name)
        return self.backend.random.normal(shape, 0.0, stddev, dtype="float32", seed=seed)

    def random_pixels(self, images: Any) -> Any:
        """Draw a pixel's row and column for each picture, all alike: integers (batch, 2)."""
        batch, height, width, _ = self.ops.shape(images)
        sides = self.ops.cast(self.ops.stack([height, width]), "float32")
        return self.ops.cast(self.ops.floor(self.uniform((batch, 2)) * sides), "int32")

    def augment(self, images: Any) -> Any:
        """Change the pictures, (batch, h, w, channels), floats."""
        raise NotImplementedError

    def leave(self, images: Any) -> Any:
        """Do what there is to do at inference: nothing."""
        return images

    def call(self, images: Any, *, training: bool | None = None) -> Any:
        """Augment while training."""
        x = self.standard(images)
        return self.as_given(self.augment(x) if training else self.leave(x), images)

    def standard(self, images: Any) -> Any:
        """Bring pictures to floats (batch, h, w, channels)."""
        x = self.to_float(images)
        x = x[None] if len(x.shape) == 3 else x
        return self.ops.transpose(x, (0, 2, 3, 1)) if self.data_format == "channels_first" else x

    def as_given(self, x: Any, images: Any) -> Any:
        """Undo `standard`, and give the dtype of the layer."""
        if self.data_format == "channels_first":
            x = self.ops.transpose(x, (0, 3, 1, 2))
        return self.to_dtype(x[0] if len(images.shape) == 3 else x)

    def to_float(self, x: Any) -> Any:
        """Cast to float32, or to float64 if that is the layer's dtype."""
        wide = self.compute_dtype == "float64"
        return self.ops.cast(self.ops.convert_to_tensor(x), "float64" if wide else "float32")

    def to_dtype(self, x: Any) -> Any:
        """Cast to the layer's dtype, by rounding if that is uint8."""
        if self.compute_dtype == "uint8":
            x = self.ops.clip(self.ops.round(x), 0, 255)
        return self.ops.cast(x, self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape as it came."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "seed": self.seed, "data_format": self.data_format}
