"""What is to be written, not called."""

from course_kit.checks.lab07_normalization.claims.base import lab

NORMS = (
    "keras.layers.BatchNormalization",
    "keras.layers.LayerNormalization",
    "keras.layers.GroupNormalization",
    "keras.layers.RMSNormalization",
    "keras.layers.UnitNormalization",
    "keras.layers.Normalization",
    "keras.ops.batch_normalization",
    "keras.ops.layer_normalization",
    "keras.ops.rms_normalization",
    "tensorflow.nn.batch_normalization",
    "tensorflow.nn.batch_norm_with_global_normalization",
    "tensorflow.compat.v1.nn.fused_batch_norm",
    "tensorflow.raw_ops.FusedBatchNorm",
    "tensorflow.raw_ops.FusedBatchNormV2",
    "tensorflow.raw_ops.FusedBatchNormV3",
    "tensorflow.raw_ops.BatchNormWithGlobalNormalization",
    "keras.src.legacy.backend.batch_normalization",
    "jax.nn.standardize",
    "torch.nn.functional.batch_norm",
    "torch.nn.functional.layer_norm",
    "torch.nn.functional.group_norm",
    "torch.nn.functional.instance_norm",
    "torch.batch_norm",
    "torch.layer_norm",
    "torch.group_norm",
    "torch.instance_norm",
    "torch.nn.BatchNorm1d",
    "torch.nn.BatchNorm2d",
    "torch.nn.LayerNorm",
    "torch.nn.GroupNorm",
    "course_kit.layers.BatchNormalization",
    "course_kit.layers.LayerNormalization",
    "course_kit.layers.GroupNormalization",
    "course_kit.layers.InstanceNormalization",
    "course_kit.layers.BatchChannelNormalization",
    "course_kit.layers.standardize.standardize",
    "course_kit.layers.standardize.normalize",
    "course_kit.layers.standardize.normalize_groups",
)

lab.forbids(
    "standardize",
    *NORMS,
    "scipy.stats.zscore",
    "sklearn.preprocessing.StandardScaler",
    "sklearn.preprocessing.scale",
)
lab.forbids("batch_norm_in_test", *NORMS)
lab.forbids("batch_norm_layer", *NORMS, written_as=["BatchNorm"])
lab.forbids(
    "precise_statistics",
    *NORMS,
    "course_kit.inference.recalibrate_batch_normalization",
    "course_kit.inference.pooled_moments.PooledMoments",
    "course_kit.layers.pooled_moments.pooled_moments",
    "sklearn.preprocessing.StandardScaler",
)
lab.forbids(
    "fold",
    "course_kit.inference.fold_batch_normalization",
    "torch.nn.utils.fusion.fuse_conv_bn_weights",
    "torch.nn.utils.fusion.fuse_linear_bn_weights",
)
lab.forbids("norm_by_axis", *NORMS, written_as=["batch_norm", "layer_norm"])
lab.forbids("group_norm", *NORMS)
lab.forbids(
    "weight_norm",
    "course_kit.layers.WeightNormalization",
    "keras.layers.UnitNormalization",
    "tensorflow.nn.l2_normalize",
    "tensorflow.math.l2_normalize",
    "tensorflow.linalg.l2_normalize",
    "tensorflow.linalg.normalize",
    "keras.ops.normalize",
    "keras.utils.normalize",
    "keras.src.legacy.backend.l2_normalize",
    "sklearn.preprocessing.normalize",
    "torch.nn.functional.normalize",
    "torch.nn.utils.weight_norm",
    "torch.nn.utils.parametrizations.weight_norm",
)
