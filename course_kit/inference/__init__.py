"""After training: predict with masks and crops, recompute statistics, fold normalization away."""

from course_kit.inference.recalibrate import recalibrate_batch_normalization

__all__ = ["recalibrate_batch_normalization"]
