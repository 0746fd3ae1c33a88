"""ResNet: published sizes to the last digit, names that stay, and networks that train."""

import keras
import numpy as np
import pytest

from course_kit import layers
from course_kit.models import (
    CifarResNet,
    ResNet18,
    ResNet34,
    ResNet50,
    ResNet101,
    ResNet152,
    resnet,
)

BEFORE = {"shortcut": "projection", "preactivation": True}
# Trainable parameters, and moving means and variances. With 1000 classes those of torchvision's
# and, for pre-activation ("resnetv2"), timm's definitions; for CIFAR counted from He et al.,
# section 4.2, whose table 6 prints 0.27M, 0.46M, 0.66M, 0.85M, 1.7M and 19.4M.
PUBLISHED = {
    "resnet18": (lambda: ResNet18(), 11_689_512, 9_600),
    "resnet34": (lambda: ResNet34(), 21_797_672, 17_024),
    "resnet50": (lambda: ResNet50(), 25_557_032, 53_120),
    "resnet101": (lambda: ResNet101(), 44_549_160, 105_344),
    "resnet152": (lambda: ResNet152(), 60_192_808, 151_424),
    "wide_resnet50_2": (lambda: ResNet50(width=2), 68_883_240, 68_224),
    "resnext50_32x4d": (lambda: ResNet50(width=2, groups=32), 25_028_904, 68_224),
    "resnetv2_50": (lambda: ResNet50(preactivation=True), 25_549_352, 45_440),
    "resnetv2_101": (lambda: ResNet101(preactivation=True), 44_541_480, 97_664),
    "resnetv2_152": (lambda: ResNet152(preactivation=True), 60_185_128, 143_744),
    "cifar20A": (lambda: CifarResNet(20), 269_722, 1_376),
    "cifar20B": (lambda: CifarResNet(20, "projection"), 272_474, 1_568),
    "cifar32A": (lambda: CifarResNet(32), 464_154, 2_272),
    "cifar32B": (lambda: CifarResNet(32, "projection"), 466_906, 2_464),
    "cifar44A": (lambda: CifarResNet(44), 658_586, 3_168),
    "cifar44B": (lambda: CifarResNet(44, "projection"), 661_338, 3_360),
    "cifar56A": (lambda: CifarResNet(56), 853_018, 4_064),
    "cifar56B": (lambda: CifarResNet(56, "projection"), 855_770, 4_256),
    "cifar110A": (lambda: CifarResNet(110), 1_727_962, 8_096),
    "cifar110B": (lambda: CifarResNet(110, "projection"), 1_730_714, 8_288),
    "cifar1202A": (lambda: CifarResNet(1202), 19_421_274, 89_632),
    "cifar1202B": (lambda: CifarResNet(1202, "projection"), 19_424_026, 89_824),
    "preact164": (lambda: CifarResNet(164, **BEFORE), 1_703_258, 24_224),
    "preact164_c100": (lambda: CifarResNet(164, classes=100, **BEFORE), 1_726_388, 24_224),
    "preact1001": (lambda: CifarResNet(1001, **BEFORE), 10_327_706, 149_216),
    "preact20basic": (lambda: CifarResNet(20, **BEFORE), 272_282, 1_376),
    "preact110basic": (lambda: CifarResNet(110, **BEFORE), 1_730_522, 8_096),
}
SMALL = {"input_shape": (8, 8, 1), "classes": 10, "stem": "cifar"}


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def blocks(model):
    return [f for f in model.layers if isinstance(f, layers.Composite)]


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameter_counts_are_the_published_ones(name, without_memory, sizes):
    build, trained, moving = PUBLISHED[name]
    model = build()
    assert sizes(model.trainable_weights) == trained
    assert sizes(model.non_trainable_weights) == moving


def test_wide_resnet_28_10_has_its_authors_36_5_million(without_memory, sizes):
    model = CifarResNet(26, width=10, **BEFORE)
    assert round(sizes(model.trainable_weights) / 1e6, 1) == 36.5


def test_resnet50_has_the_shapes_of_the_paper(without_memory):
    model = ResNet50()
    assert model.get_layer("stem_conv").output.shape[1:] == (112, 112, 64)
    assert model.get_layer("stem_pool").output.shape[1:] == (56, 56, 64)
    maps = [model.get_layer(f"stage{s}_block{b}").output.shape[1:] for s, b in zip(
        (1, 2, 3, 4), (3, 4, 6, 3), strict=True)]  # fmt: skip
    assert maps == [(56, 56, 256), (28, 28, 512), (14, 14, 1024), (7, 7, 2048)]
    assert model.output_shape == (None, 1000) and model.name == "resnet50"


def test_plain_network_has_the_same_weights_and_no_shortcut(sizes):
    """With option A a shortcut has no parameters: what differs is the addition alone."""
    plain, residual = CifarResNet(20, residual=False), CifarResNet(20)
    assert [w.shape for w in plain.weights] == [w.shape for w in residual.weights]
    found = [f for f in plain._flatten_layers() if isinstance(f, layers.Residual)]
    assert not found and plain.name == "cifar_plain20"
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    plain.set_weights(residual.get_weights())
    assert not np.allclose(array(plain(x)), array(residual(x)))


def test_names_are_stable():
    """Whoever loads weights by name, or cuts a network, relies on them."""
    model = resnet((2, 1), (4, 8), preactivation=True, head_dropout=0.1, **SMALL)
    assert [f.name for f in model.layers[1:]] == [
        *("stem_conv", "stage1_block1", "stage1_block2", "stage2_block1"),
        *("final_norm", "final_act", "features", "features_drop", "logits", "predictions"),
    ]
    model = resnet((1,), (4,), input_shape=(8, 8, 1), classes=3)
    assert [f.name for f in model.layers[1:]] == [
        *("stem_conv_pad", "stem_conv", "stem_norm", "stem_act", "stem_pool_pad", "stem_pool"),
        *("stage1_block1", "features", "logits", "predictions"),
    ]


def test_stochastic_depth_grows_linearly_to_the_rate_of_the_last_block():
    model = resnet((2, 2), (4, 8), stochastic_depth=0.4, **SMALL)
    rates = [block.stochastic_depth for block in blocks(model)]
    np.testing.assert_allclose(rates, [0.1, 0.2, 0.3, 0.4])


def test_digits_can_be_learnt():
    from sklearn.datasets import load_digits

    keras.utils.set_random_seed(3)
    x, y = load_digits(return_X_y=True)
    x = (x.reshape(-1, 8, 8, 1) / 16).astype("float32")
    model = resnet((1, 1), (16, 32), **SMALL)
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    first, _ = model.evaluate(x, y, verbose=0)
    assert first == pytest.approx(np.log(10), rel=0.05)
    model.fit(x[:1200], y[:1200], batch_size=64, epochs=4, verbose=0)
    assert model.evaluate(x[1200:], y[1200:], verbose=0)[1] > 0.85


@pytest.mark.parametrize(
    "arguments",
    [
        {"preactivation": True, "shortcut": "pad", "dropout": 0.1},
        {"block": "bottleneck", "width": 2, "groups": 2, "norm": "group", "filters": (8, 8)},
        {"shortcut": "identity", "merge": "concatenate", "activation": "silu"},
        {"shortcut": None, "norm": None, "initializer": keras.initializers.HeUniform(seed=4)},
        {"norm": "layer", "stochastic_depth": 0.2, "head_dropout": 0.3},
        {"norm": keras.layers.BatchNormalization(epsilon=0.01), "preactivation": True},
    ],
)
def test_variants_train_and_save(arguments, tmp_path):
    model = resnet((2, 1), **{"filters": (4, 8), **SMALL, **arguments})
    model.compile("sgd", "sparse_categorical_crossentropy")
    x = np.random.default_rng(4).normal(size=(6, 8, 8, 1)).astype("float32")
    history = model.fit(x, np.arange(6) % 3, epochs=2, batch_size=3, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    model.save(tmp_path / "net.keras")
    again = keras.models.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_concatenating_network_is_plain_where_it_shrinks():
    model = resnet((2, 2), (4, 8), shortcut="identity", merge="concatenate", **SMALL)
    # The stem's 4, then + 4 + 4; the block that halves starts from 8 again, then + 8.
    assert [block.output.shape[-1] for block in blocks(model)] == [8, 12, 8, 16]


def test_kernels_of_all_blocks_start_apart():
    for initializer in (keras.initializers.HeNormal(seed=1), "he_normal"):
        model = resnet((3,), (4,), initializer=initializer, **SMALL)
        kernels = [array(w) for w in model.weights if w.path.endswith("kernel")]
        kernels = [w for w in kernels if w.shape == (3, 3, 4, 4)]
        assert len(kernels) == 6
        for i, w in enumerate(kernels):
            assert not any(np.allclose(w, other) for other in kernels[:i])


def test_images_may_be_of_any_size():
    model = resnet((1, 1), (4, 8), input_shape=(None, None, 3), classes=5)
    for size in (33, 40):
        assert array(model(np.zeros((1, size, size, 3), "float32"))).shape == (1, 5)


def test_without_a_head_the_last_map_comes_out():
    model = resnet((1, 1), (4, 8), input_shape=(8, 8, 1), stem="cifar", head=None)
    assert model.output_shape == (None, 4, 4, 8)


def test_output_stays_in_float32_under_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = resnet((1,), (4,), **SMALL)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("stage1_block1").compute_dtype == "bfloat16"
    assert model.output.dtype == "float32"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"depths": (1, 1)}, r"one entry for each stage.*depths=\(1, 1\), filters=\(4,\)"),
        ({"depths": (0,)}, "of at least 1"),
        ({"block": "big"}, "'basic', 'bottleneck'. Received: block='big'"),
        ({"stem": "vgg"}, "'imagenet', 'cifar'. Received: stem='vgg'"),
        ({"groups": 2}, "groups=2.*Use block='bottleneck'"),
        ({"strided": "first"}, "Use block='bottleneck'"),
        ({"block": "bottleneck", "groups": 3}, "must divide the 4 channels"),
        ({"head": "imagenet"}, "must be 'average', or None.*head='imagenet'"),
        ({"head": None, "head_dropout": 0.5}, "head=None, head_dropout=0.5"),
        ({"norm": "batchnorm"}, "norm='batchnorm'"),
        ({"norm": "layer", "input_shape": (None, None, 1)}, "images of known size"),
        ({"input_shape": (8, 8)}, r"must be \(height, width, channels\)"),
        ({"input_shape": (8, 8, None)}, r"must be \(height, width, channels\)"),
        ({"classes": 0}, "`classes` must be at least 1"),
        ({"merge": "concatenate"}, "Only the identity.*shortcut='projection'"),
        (
            {"merge": "concatenate", "shortcut": "identity", "stochastic_depth": 0.1},
            "Use merge='add'",
        ),
        ({"shortcut": None, "stochastic_depth": 0.1}, "would leave nothing"),
        ({"shortcut": "identity", "depths": (1, 1), "filters": (4, 8)}, "shapes differ"),
        ({"stochastic_depth": 20}, "did you pass a percentage"),
        ({"dropout": 20}, "did you pass a percentage"),
    ],
)
def test_combinations_without_meaning_raise_in_one_line(arguments, said):
    with pytest.raises(ValueError, match=said) as caught:
        resnet(**{"depths": (1,), "filters": (4,), **SMALL, **arguments})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("depth", "block", "said"),
    [
        (21, None, "6 n .*depth=21. Near it are 20 and 26"),
        (2, None, "Near it are 8 and 14"),
        (110, "bottleneck", None),
        (32, "bottleneck", "9 n .*Near it are 29 and 38"),
        (20, "big", "`block` must be one of 'basic', 'bottleneck'"),
    ],
)
def test_depth_must_be_that_of_a_network(depth, block, said, without_memory):
    if said is None:
        assert len(blocks(CifarResNet(depth, block=block))) == 36
        return
    with pytest.raises(ValueError, match=said):
        CifarResNet(depth, block=block)
