"""The benchmark's eight claims, a point each: the questions of peer_tests.py in our words."""

import numpy as np
from course_kit.checks.lab99_benchmark import probes

from course_kit.checks import Lab, expect_array, expect_binomial, expect_close, expect_equal

lab = Lab("99_benchmark", "Benchmark")


def dropped(x, u, rate):
    return np.where(u >= rate, x / (1 - rate), 0.0)


@lab.check("inverted_dropout", points=1, hint="By what factor must the survivors grow?")
def survivors_are_scaled(student, draw):
    """Units with u >= rate survive and are divided by 1 - rate; the others are zero."""
    x, u, rate = draw.normal(64, 32), draw.uniform(64, 32), draw.rate()
    expect_close(student(probes.forward, x, u, rate), dropped(x, u, rate))


@lab.check("inverted_dropout", points=1, hint="What is left to do at rate 0?")
def rate_zero_changes_nothing(student, draw):
    """Rate 0 changes nothing."""
    x, u = draw.normal(64, 32), draw.uniform(64, 32)
    expect_close(student(probes.forward, x, u, 0.0), x)


@lab.check("inverted_dropout", points=1, hint="Does the code ask for two axes?")
def pictures_are_dropped_alike(student, draw):
    """Arrays of four axes are dropped like those of two."""
    x, u, rate = draw.normal(4, 8, 8, 3), draw.uniform(4, 8, 8, 3), draw.rate()
    expect_close(student(probes.forward, x, u, rate), dropped(x, u, rate))


@lab.check("InvertedDropout", points=1, hint="When is anything dropped?")
def prediction_changes_nothing(student, draw):
    """Outside training the layer changes nothing."""
    x = draw.normal(64, 32)
    expect_close(student(probes.predicted, x, draw.rate()), x)


@lab.check("InvertedDropout", points=1, hint="Which share is dropped, and how do the others grow?")
def training_drops_the_rate(student, draw):
    """In training about `rate` of the units are zero, and the others have grown."""
    rate = draw.rate()
    ones = np.ones((200, 100), np.float32)
    y = expect_array(student(probes.trained, ones, rate), ones.shape)
    expect_close(y.max(), 1 / (1 - rate), "largest")
    expect_binomial(int(np.sum(y == 0)), y.size, rate, "zeros")


@lab.check("StopEarly", points=1, hint="How many epochs without a better loss are too many?")
def stops_after_patience(student, draw):
    """Training stops after `patience` epochs that were no better."""
    patience, best = draw.integer(2, 5), draw.integer(1, 4)
    losses = np.concatenate([np.arange(best, -1, -1), 1 + np.arange(9)]).astype(np.float32)
    expect_equal(student(probes.stopped_at, losses, patience), np.array(best + patience), "epoch")


@lab.check("StopEarly", points=1, hint="What becomes of the count when the loss improves?")
def improvement_starts_anew(student, draw):
    """Every improvement starts the count anew."""
    falls = draw.integer(2, 4)
    losses = np.float32([3 - step / 2 + step % 2 for step in range(2 * falls)] + [9, 9, 9, 9])
    best = int(np.argmin(losses))
    expect_equal(student(probes.stopped_at, losses, 2), np.array(best + 2), "epoch")


@lab.check("StopEarly", points=1, hint="Is model.stop_training set?")
def stops_a_fit(student, draw):
    """A fit whose loss never falls ends after 1 + `patience` epochs."""
    x, patience = draw.normal(32, 4), draw.integer(1, 3)
    expect_equal(student(probes.epochs_of_a_fit, x, patience), np.array(1 + patience), "epochs")
