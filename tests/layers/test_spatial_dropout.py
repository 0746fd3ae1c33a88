"""Spatial dropout and stochastic depth: what falls together, and with which probability."""

import keras
import numpy as np
import pytest

from course_kit.layers import (
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
    StochasticDepth,
)

# layer, constructor's arguments, shape, axes that share one draw
MAPS = {
    "1d": (SpatialDropout1D, {}, (64, 5, 32), (1,)),
    "2d": (SpatialDropout2D, {}, (64, 3, 4, 32), (1, 2)),
    "2d_first": (SpatialDropout2D, {"data_format": "channels_first"}, (64, 32, 3, 4), (2, 3)),
    "3d": (SpatialDropout3D, {}, (64, 2, 3, 2, 32), (1, 2, 3)),
    "3d_first": (
        SpatialDropout3D,
        {"data_format": "channels_first"},
        (64, 32, 2, 3, 2),
        (2, 3, 4),
    ),
}


@pytest.fixture(params=MAPS)
def dropped_maps(request):
    layer, arguments, shape, shared = MAPS[request.param]
    made = layer(0.3, seed=31, **arguments)
    x = np.random.default_rng(4).uniform(1, 2, shape).astype("float32")
    y = keras.ops.convert_to_numpy(made(x, training=True))
    return x, y, shared


def test_whole_maps_fall_together(dropped_maps):
    _, y, shared = dropped_maps
    some, every = (y != 0).any(shared), (y != 0).all(shared)
    np.testing.assert_array_equal(some, every)


def test_maps_fall_with_the_rate_and_survivors_are_rescaled(dropped_maps, assert_frequency):
    x, y, shared = dropped_maps
    kept = (y != 0).all(shared)
    assert_frequency(kept.sum(), kept.size, 0.7)
    np.testing.assert_allclose(y[y != 0], (x / 0.7)[y != 0], rtol=3e-5)


def test_samples_and_channels_have_their_own_draw(dropped_maps):
    _, y, shared = dropped_maps
    kept = (y != 0).all(shared)
    assert len(np.unique(kept, axis=0)) > 1 and len(np.unique(kept, axis=1)) > 1


def test_input_of_another_rank_is_refused():
    with pytest.raises(ValueError, match="expected ndim=4, found ndim=3"):
        SpatialDropout2D(0.5)(np.ones((2, 3, 4)))


def test_unknown_data_format_is_refused():
    with pytest.raises(ValueError, match=r"channels_first.*Received: data_format=nchw"):
        SpatialDropout2D(0.5, data_format="nchw")


def test_saved_data_format_does_not_depend_on_the_machine():
    config = SpatialDropout2D(0.5).get_config()
    assert config["data_format"] == keras.config.image_data_format()


def test_stochastic_depth_drops_whole_samples(assert_frequency):
    x = np.random.default_rng(5).uniform(1, 2, (4096, 2, 3)).astype("float32")
    y = keras.ops.convert_to_numpy(StochasticDepth(0.2, seed=32)(x, training=True))
    kept = (y != 0).all((1, 2))
    np.testing.assert_array_equal(kept, (y != 0).any((1, 2)))
    assert_frequency(kept.sum(), kept.size, 0.8)
    np.testing.assert_allclose(y[kept], x[kept] / 0.8, rtol=3e-5)


def test_stochastic_depth_as_in_the_paper():
    """Huang et al., equation 5: at test time the branch is weighed by its survival."""
    x = np.random.default_rng(6).normal(size=(64, 5)).astype("float32")
    layer = StochasticDepth(0.2, seed=33, scaling="vanilla")
    trained = keras.ops.convert_to_numpy(layer(x, training=True))
    kept = (trained != 0).any(1)
    assert 0 < kept.sum() < 64
    np.testing.assert_array_equal(trained[kept], x[kept])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(x)), 0.8 * x, rtol=1e-6)
