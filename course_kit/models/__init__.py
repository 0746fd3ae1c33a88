"""Networks built from a few numbers: how many layers, and how wide."""

from course_kit.models.resnet import (
    CifarResNet,
    ResNet18,
    ResNet34,
    ResNet50,
    ResNet101,
    ResNet152,
    resnet,
)
from course_kit.models.vgg import VGG11, VGG13, VGG16, VGG19, vgg

__all__ = [
    "VGG11",
    "VGG13",
    "VGG16",
    "VGG19",
    "CifarResNet",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "resnet",
    "vgg",
]
