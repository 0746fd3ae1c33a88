"""Lab 04's claims compute what they expect by themselves: as Keras and NumPy do."""

import numpy as np
import pytest

from course_kit.checks.draw import Draw
from course_kit.checks.lab04_learning_rate.claims import (
    decays,
    plateau,
    range_test,
    suggestion,
    warm_cosine,
)


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def at(schedule, steps):
    return np.array([float(schedule(t)) for t in steps])


def test_drops_are_those_of_the_staircase(keras):
    t = np.arange(40)
    staircase = keras.optimizers.schedules.ExponentialDecay(0.8, 7, 0.3, staircase=True)
    np.testing.assert_allclose(0.8 * 0.3 ** decays.falls(t, 7), at(staircase, t), rtol=1e-5)


@pytest.mark.parametrize("warm_up", [0, 5])
def test_cosine_is_keras_with_a_first_step_above_zero(keras, warm_up):
    t = np.arange(60)
    settings = {"warmup_target": 0.5, "warmup_steps": warm_up} if warm_up else {}
    start = 0.5 / (warm_up + 1)
    schedule = keras.optimizers.schedules.CosineDecay(start, 50 - warm_up, **settings)
    expected = at(schedule, t)
    np.testing.assert_allclose(0.5 * warm_cosine.share(t, 50, warm_up), expected, atol=1e-7)


def by_keras(keras, losses, patience):
    """The rates of `ReduceLROnPlateau`, from 0.8 on, with factor 0.7."""
    rule = keras.callbacks.ReduceLROnPlateau(factor=0.7, patience=patience, min_delta=0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.8), "mse")
    rule.set_model(model)
    rule.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        rates.append(float(model.optimizer.learning_rate))
        rule.on_epoch_end(epoch, {"val_loss": loss})
    return np.array(rates)


@pytest.mark.parametrize("patience", [1, 2, 4])
@pytest.mark.parametrize("seed", range(4))
def test_plateau_is_keras_without_a_least_difference(keras, patience, seed):
    losses = np.random.default_rng(seed).normal(size=40) + 3 * 0.95 ** np.arange(40)
    losses[[11, 12]] = np.nan
    expected = by_keras(keras, losses, patience)
    np.testing.assert_allclose(plateau.rates_of(losses, 0.8, 0.7, patience), expected, rtol=1e-5)


def test_first_nan_is_the_best_for_keras_and_no_improvement_here(keras):
    losses = np.array([np.nan, 5.0, 4, 3, 2, 1, 0.5])
    assert np.unique(by_keras(keras, losses, 2)).size == 3
    assert np.unique(plateau.rates_of(losses, 0.8, 0.7, 2)).size == 1


def test_sweep_is_a_geometric_one():
    sweep = range_test.geometric(0.01, 2.0, 9)
    np.testing.assert_allclose(sweep, np.geomspace(0.01, 2.0, 9), rtol=1e-12)


def test_rates_may_grow_unevenly():
    """The largest fall takes a whole decade; the second, over a 24th of one, is steeper."""
    rates, losses = np.array([0.001, 0.01, 0.011, 0.1]), np.array([9.0, 6, 4, 3])
    assert suggestion.steepest(rates, losses, 0.0) == [0.01]


@pytest.mark.parametrize("seed", range(20))
def test_steepest_place_is_found_by_no_shorter_way(seed):
    beta = 0.55 + 0.25 * seed / 19
    rates, losses = suggestion.telling(Draw(bytes([seed])), beta)
    smooth = suggestion.smoothed(losses, beta)
    end = smooth.argmin() + 1
    place = rates.tolist().index(suggestion.steepest(rates, losses, beta)[0])
    assert np.all(np.diff(rates) > 0) and place < end - 1
    assert place != np.diff(smooth[:end]).argmin()
    assert place != np.gradient(smooth[:end], np.log(rates[:end])).argmin()
