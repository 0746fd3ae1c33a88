"""Layers that take the place of Keras' own, and layers that Keras does not have."""

from course_kit.layers.batch_channel_normalization import BatchChannelNormalization
from course_kit.layers.batch_normalization import BatchNormalization
from course_kit.layers.bottleneck_block import BottleneckBlock
from course_kit.layers.centering import IMAGENET_MEAN, IMAGENET_STD, Centering
from course_kit.layers.composite import Composite
from course_kit.layers.cut_mix import CutMix
from course_kit.layers.cutout import Cutout
from course_kit.layers.drop_connect import DropConnect
from course_kit.layers.dropout import Dropout
from course_kit.layers.group_normalization import GroupNormalization
from course_kit.layers.instance_normalization import InstanceNormalization
from course_kit.layers.kernel_wrapper import KernelWrapper
from course_kit.layers.layer_normalization import LayerNormalization
from course_kit.layers.mix_up import MixUp
from course_kit.layers.pca_lighting import PCALighting
from course_kit.layers.pca_whitening import PCAWhitening
from course_kit.layers.random_resized_crop import RandomResizedCrop
from course_kit.layers.residual import Residual
from course_kit.layers.residual_block import ResidualBlock
from course_kit.layers.spatial_dropout1d import SpatialDropout1D
from course_kit.layers.spatial_dropout2d import SpatialDropout2D
from course_kit.layers.spatial_dropout3d import SpatialDropout3D
from course_kit.layers.stochastic_depth import StochasticDepth
from course_kit.layers.vgg_block import VGGBlock
from course_kit.layers.weight_noise import WeightNoise
from course_kit.layers.weight_normalization import WeightNormalization
from course_kit.layers.weight_standardization import WeightStandardization

__all__ = [
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "BatchChannelNormalization",
    "BatchNormalization",
    "BottleneckBlock",
    "Centering",
    "Composite",
    "CutMix",
    "Cutout",
    "DropConnect",
    "Dropout",
    "GroupNormalization",
    "InstanceNormalization",
    "KernelWrapper",
    "LayerNormalization",
    "MixUp",
    "PCALighting",
    "PCAWhitening",
    "RandomResizedCrop",
    "Residual",
    "ResidualBlock",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "StochasticDepth",
    "VGGBlock",
    "WeightNoise",
    "WeightNormalization",
    "WeightStandardization",
]
