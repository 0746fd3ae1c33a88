"""Layers that take the place of Keras' own, and layers that Keras does not have."""

from course_kit.layers.drop_connect import DropConnect
from course_kit.layers.dropout import Dropout
from course_kit.layers.kernel_wrapper import KernelWrapper
from course_kit.layers.spatial_dropout1d import SpatialDropout1D
from course_kit.layers.spatial_dropout2d import SpatialDropout2D
from course_kit.layers.spatial_dropout3d import SpatialDropout3D
from course_kit.layers.stochastic_depth import StochasticDepth

__all__ = [
    "DropConnect",
    "Dropout",
    "KernelWrapper",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "StochasticDepth",
]
