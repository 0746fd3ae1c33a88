"""Networks built from a few numbers: how many layers, and how wide."""

from course_kit.models.vgg import VGG11, VGG13, VGG16, VGG19, vgg

__all__ = ["VGG11", "VGG13", "VGG16", "VGG19", "vgg"]
