"""Weights of keras.applications: our networks then say what theirs say."""

import keras
import numpy as np
import pytest

from course_kit.models import VGG16, VGG19, ResNet50, ResNet101


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def scramble(model):
    """As after training: biases, moving means and variances that are not their first values."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        values = layer.get_weights()
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = values
            values = [
                rng.uniform(0.5, 1.5, gamma.shape),
                rng.normal(size=beta.shape) * 0.1,
                rng.normal(size=mean.shape) * 0.1,
                rng.uniform(0.5, 2.0, variance.shape),
            ]
        elif len(values) == 2:
            values[1] = rng.normal(size=values[1].shape) * 0.1
        layer.set_weights(values)


def saved(build, folder, **arguments):
    keras.utils.set_random_seed(1)
    theirs = build(weights=None, **arguments)
    scramble(theirs)
    path = folder / f"{build.__name__}.weights.h5"
    theirs.save_weights(path)
    return theirs, str(path)


@pytest.fixture(scope="module")
def resnet50(tmp_path_factory):
    return saved(keras.applications.ResNet50, tmp_path_factory.mktemp("resnet50"))


@pytest.fixture(scope="module")
def features50(tmp_path_factory):
    folder = tmp_path_factory.mktemp("features50")
    return saved(keras.applications.ResNet50, folder, include_top=False)


def images(size=64):
    return np.random.default_rng(2).normal(size=(2, size, size, 3)).astype("float32") * 50


def assert_same_features(ours, theirs):
    expected = array(theirs(images()))
    np.testing.assert_allclose(
        array(ours(images())), expected, rtol=0, atol=1e-5 * np.abs(expected).max()
    )


def test_resnet50_predicts_what_theirs_predicts(resnet50):
    theirs, path = resnet50
    ours = ResNet50(weights=path, classifier_activation=None)
    x = images(224)[:1]
    logits = keras.Model(theirs.input, theirs.get_layer("avg_pool").output)
    kernel, bias = theirs.get_layer("predictions").get_weights()
    expected = np.float64(array(logits(x))) @ kernel + bias
    np.testing.assert_allclose(array(ours(x)), expected, rtol=0, atol=1e-5 * abs(expected).max())


# The names are copied alike on all backends; one of them shows it for the deeper network.
PAIRS = [(ResNet50, keras.applications.ResNet50)]
if keras.backend.backend() == "tensorflow":
    PAIRS += [(ResNet101, keras.applications.ResNet101)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_features_alone_fit_images_of_any_size(ours, theirs, tmp_path):
    model, path = saved(theirs, tmp_path, include_top=False)
    assert_same_features(ours(weights=path, head=None, input_shape=(None, None, 3)), model)


def test_other_classes_keep_the_features_and_start_new_logits(features50):
    theirs, path = features50
    ours = ResNet50(weights=path, classes=7, input_shape=(64, 64, 3), head_dropout=0.2)
    features = keras.Model(ours.input, ours.get_layer("stage4_block3").output)
    assert_same_features(features, theirs)
    assert ours.output_shape == (None, 7)


def test_imagenet_is_what_keras_downloads(monkeypatch, features50):
    """Keras' own code asks for its file, and gets one from here."""
    theirs, path = features50
    asked = []

    def get_file(name, origin, **_):
        asked.append(origin)
        return path

    monkeypatch.setattr("keras.src.applications.resnet.file_utils.get_file", get_file)
    ours = ResNet50(weights="imagenet", head=None, input_shape=(64, 64, 3))
    assert_same_features(ours, theirs)
    (origin,) = asked
    assert origin.endswith("resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(VGG16, keras.applications.VGG16), (VGG19, keras.applications.VGG19)],
)
def test_vgg_features_are_theirs(ours, theirs, tmp_path):
    model, path = saved(theirs, tmp_path, include_top=False)
    small = {"input_shape": (64, 64, 3), "classes": 4, "head": "average"}
    mine = ours(weights=path, **small)
    assert_same_features(keras.Model(mine.input, mine.get_layer("block5_pool").output), model)


@pytest.mark.parametrize(
    ("build", "arguments", "said"),
    [
        (ResNet50, {"norm": "group"}, "Received also: norm. Leave them out"),
        (ResNet50, {"width": 2, "groups": 32}, "Received also: groups, width"),
        (ResNet50, {"preactivation": True}, "Received also: preactivation"),
        (ResNet50, {"input_shape": (64, 64, 1)}, "3 channels.*Repeat the channel"),
        (VGG16, {"batch_norm": True}, "VGG without a norm only"),
        (VGG16, {"width": 0.5, "classes": 3}, "Received also: width"),
    ],
)
def test_arguments_that_do_not_fit_raise_before_a_download(
    build, arguments, said, monkeypatch, without_memory
):
    def download(*_, **__):
        raise AssertionError("asked for the file")

    monkeypatch.setattr("keras.src.applications.resnet.file_utils.get_file", download)
    monkeypatch.setattr("keras.src.applications.vgg16.file_utils.get_file", download)
    with pytest.raises(ValueError, match=said):
        build(weights="imagenet", **arguments)


def test_file_that_is_not_there_is_named(without_memory):
    with pytest.raises(ValueError, match=r"path of a weights file of.*'gone.h5'"):
        ResNet50(weights="gone.h5", classes=3)


def test_file_of_another_network_is_refused(resnet50):
    with pytest.raises(ValueError, match=r"weights file of keras\.applications\.ResNet101"):
        ResNet101(weights=resnet50[1])
