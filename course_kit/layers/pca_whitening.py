"""PCA whitening: features without correlation, each of variance one."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from course_kit.layers.adapted import AdaptedLayer
from course_kit.layers.pooled_moments import pooled_moments, products


@keras.saving.register_keras_serializable(package="course_kit")
class PCAWhitening(AdaptedLayer):
    r"""Centre, turn into the eigenbasis of the covariance, and divide by the deviations there.

    With M training examples x_i of d features, `adapt` takes::

        mean = sum_i x_i / M
        C = sum_i (x_i - mean) (x_i - mean)^T / M = U diag(lambda) U^T

    and the layer computes::

        PCA:  x_hat = (U^T (x - mean)) / sqrt(lambda + epsilon)
        ZCA:  x_hat = U ((U^T (x - mean)) / sqrt(lambda + epsilon))

    On the training data x_hat has mean 0 and covariance diag(lambda / (lambda + epsilon)), that
    is, nearly the identity. A slide of deck C divides by the eigenvalue in words, and by its
    root in the formula: the formula is right. Of M examples at most M - 1 eigenvalues
    are above 0, and less if features depend on each other, as a constant pixel does: then
    epsilon keeps the other directions at 0, or ``n_components`` leaves them out.

    Args:
        n_components: how many directions to keep, those of the largest variance; None: all.
        epsilon: added to the variances, in squared units of the data; at least 0.
        zca: whether to turn back, so that a whitened image still looks like one.
        **kwargs: ``name``, ``dtype``.

    Shapes:
        (batch, ...), each example taken as one vector of d numbers; the result is (batch,
        n_components), for ``zca`` the input's shape. Weights that are not trained:
        mean (d,), rotation (d, n_components), its columns of length 1 with their largest element
        positive, and eigenvalues (n_components,), in falling order.

    Raises:
        ValueError: an argument is out of its range, the shape of the examples is unknown or
            changes; `adapt` met a direction without variance and ``epsilon`` is 0; or the layer is
            called before `adapt`.

    Example, ten times as wide as high:

    >>> x = np.array([[10.0, 1.0], [10.0, -1.0], [-10.0, 1.0], [-10.0, -1.0]], "float32")
    >>> layer = PCAWhitening(epsilon=0.0)
    >>> layer.adapt(x)
    >>> np.array(layer(x)).round(4).tolist()
    [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]

    Source: Deck C, Lecture 10.2, "PCA as Whitening"; for ZCA Krizhevsky, "Learning multiple
    layers of features from tiny images", 2009, appendix A.
    """

    def __init__(
        self,
        n_components: int | None = None,
        epsilon: float = 1e-5,
        zca: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if n_components is not None and not (isinstance(n_components, int) and n_components >= 1):
            raise ValueError(
                "`n_components` must be a whole number, at least 1, or None for all. "
                f"Received: n_components={n_components!r}."
            )
        if not 0 <= epsilon < np.inf:
            raise ValueError(
                f"`epsilon` must be a finite number, at least 0. Received: epsilon={epsilon}."
            )
        self.n_components = n_components
        self.epsilon = epsilon
        self.zca = zca

    def build(self, input_shape: Any) -> None:
        """Add the mean, the rotation and the eigenvalues."""
        if None in input_shape[1:]:
            raise ValueError(
                f"The examples' shape must be known. Received: {tuple(input_shape)}. "
                "Give it in `keras.Input`, or call `adapt` first."
            )
        self._example_shape = tuple(input_shape[1:])
        self._features = int(np.prod(self._example_shape))
        self._kept = self.n_components or self._features
        if self._kept > self._features:
            raise ValueError(
                f"`n_components` must be at most the number of features, {self._features}. "
                f"Received: n_components={self.n_components}."
            )
        self.mean = self.add_statistic("mean", (self._features,))
        self.rotation = self.add_statistic("rotation", (self._features, self._kept))
        self.eigenvalues = self.add_statistic("eigenvalues", (self._kept,))

    def check_examples(self, shape: tuple[int, ...]) -> None:
        """Raise unless the examples have the shape the layer was built for."""
        if shape != self._example_shape:
            raise ValueError(
                f"`data` must have examples of shape {self._example_shape}, for which the layer "
                f"was built. Received: {shape}."
            )

    def summarize(self, batches: Iterator[np.ndarray]) -> dict[str, np.ndarray]:
        """Compute the mean, the eigenvectors and the eigenvalues of the covariance."""
        mean, covariance = pooled_moments((x.reshape(len(x), -1) for x in batches), products)
        variances, vectors = np.linalg.eigh(covariance)  # in rising order
        variances, vectors = variances[::-1], vectors[:, ::-1]
        # Below this they are the rounding of a zero, of either sign.
        smallest = variances[0] * self._features * np.finfo("float64").eps
        rank = int((variances > smallest).sum())
        if self.epsilon == 0 and rank < self._kept:
            raise ValueError(
                f"`data` must vary in {self._kept} directions. Received: data that vary in {rank}. "
                f"Set `epsilon` above 0, or `n_components` to at most {rank}."
            )
        variances, vectors = np.maximum(variances, 0)[: self._kept], vectors[:, : self._kept]
        # An eigenvector may point either way; the same one on every machine.
        largest = np.abs(vectors).argmax(axis=0)
        vectors = vectors * np.sign(vectors[largest, np.arange(self._kept)])
        return {"mean": mean, "rotation": vectors, "eigenvalues": variances}

    def transform(self, x: Any) -> Any:
        """Centre, rotate, scale: (batch, ...) -> (batch, n_components)."""
        shape = ops.shape(x)
        rotation = ops.convert_to_tensor(self.rotation)
        x = ops.reshape(x, (-1, self._features))
        x_hat = ops.matmul(x - self.mean, rotation) * ops.rsqrt(self.eigenvalues + self.epsilon)
        return ops.reshape(ops.matmul(x_hat, ops.transpose(rotation)), shape) if self.zca else x_hat

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return (batch, n_components), or for ``zca`` the input's shape."""
        if self.zca:
            return tuple(input_shape)
        return (input_shape[0], self.n_components or int(np.prod(input_shape[1:])))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        own = {"n_components": self.n_components, "epsilon": self.epsilon, "zca": self.zca}
        return {**config, **own}
