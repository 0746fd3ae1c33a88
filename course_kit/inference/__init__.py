"""After training: predict with masks and crops, recompute statistics, fold normalization away."""

from course_kit.inference.crops import ten_crop_predict, ten_crops
from course_kit.inference.fold import FoldingReport, fold_batch_normalization
from course_kit.inference.masks import predict_with_masks
from course_kit.inference.recalibrate import recalibrate_batch_normalization

__all__ = [
    "FoldingReport",
    "fold_batch_normalization",
    "predict_with_masks",
    "recalibrate_batch_normalization",
    "ten_crop_predict",
    "ten_crops",
]
