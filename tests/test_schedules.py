"""Schedules: NumPy's formulas, PyTorch's schedulers, and any optimizer, compiled or not."""

import json
import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit import schedules
from course_kit.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseDecay,
    InverseTimeDecay,
    LinearDecay,
    StepDecay,
    WarmUp,
    plot_schedule,
    steps_per_epoch,
)

OURS = {
    "step": lambda: StepDecay(0.1, 0.5, every=7),
    "inverse": lambda: InverseDecay(0.1, 0.03),
    "linear": lambda: LinearDecay(0.1, 0.01, steps=20),
    "warm_up": lambda: WarmUp(CosineDecay(0.1, 15), steps=5, start=0.02),
    "warm_up_constant": lambda: WarmUp(0.1, steps=5),
    "nested": lambda: WarmUp(WarmUp(StepDecay(0.1, 0.5, 3), 4), 3),
}


def value(tensor):
    return float(keras.ops.convert_to_numpy(tensor))


def rates(schedule, steps):
    return [value(schedule(int(t))) for t in steps]


# The formulas, in float64, from the table of the module.
FORMULAS = {
    "step": lambda t: 0.1 * 0.5 ** (t // 7),
    "inverse": lambda t: 0.1 / (1 + 0.03 * t),
    "linear": lambda t: 0.1 + (0.01 - 0.1) * np.minimum(t, 20) / 20,
    "warm_up": lambda t: np.where(
        t < 5,
        0.02 + (0.1 - 0.02) * t / 5,
        0.05 * (1 + np.cos(np.pi * np.clip(t - 5, 0, 15) / 15)),
    ),
    "warm_up_constant": lambda t: 0.1 * np.minimum(t, 5) / 5,
    "nested": lambda t: np.where(t < 7, 0.1 * (t - 3).clip(0) / 4, 0.1 * 0.5 ** ((t - 7) // 3)),
}


@pytest.mark.parametrize("name", OURS)
def test_each_schedule_is_its_formula(name):
    steps = np.arange(40)
    wanted = np.broadcast_to(FORMULAS[name](steps), steps.shape)
    np.testing.assert_allclose(rates(OURS[name](), steps), wanted, rtol=1e-6, atol=1e-8)


def torchs(make, count):
    """The rates that one of PyTorch's schedulers sets, step by step, from 0.1."""
    torch = pytest.importorskip("torch")
    lr = torch.optim.lr_scheduler
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = make(optimizer, lr)
    found = []
    for _ in range(count):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


TORCH = {
    "step": (lambda: StepDecay(0.1, 0.3, 4), lambda o, lr: lr.StepLR(o, 4, gamma=0.3)),
    "inverse": (
        lambda: InverseDecay(0.1, 0.2),
        lambda o, lr: lr.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t)),
    ),
    "linear": (
        lambda: LinearDecay(0.1, 0.02, 10),
        lambda o, lr: lr.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=10),
    ),
    "warm_up": (
        lambda: WarmUp(0.1, 10, start=0.01),
        lambda o, lr: lr.LinearLR(o, start_factor=0.1, end_factor=1.0, total_iters=10),
    ),
    "warm_up_then": (
        lambda: WarmUp(StepDecay(0.1, 0.3, 4), 5, start=0.02),
        lambda o, lr: lr.SequentialLR(
            o, [lr.LinearLR(o, 0.2, 1.0, 5), lr.StepLR(o, 4, gamma=0.3)], milestones=[5]
        ),
    ),
}


@pytest.mark.parametrize("name", TORCH)
def test_pytorchs_scheduler_sets_the_same_rates(name):
    ours, theirs = TORCH[name]
    np.testing.assert_allclose(rates(ours(), range(20)), torchs(theirs, 20), rtol=1e-5)


def test_keras_own_are_the_same_formulas_where_the_docstrings_say_so():
    steps = range(30)
    staircase = ExponentialDecay(0.1, 4, 0.3, staircase=True)
    np.testing.assert_allclose(
        rates(StepDecay(0.1, 0.3, 4), steps), rates(staircase, steps), rtol=1e-6
    )
    inverse = InverseTimeDecay(0.1, decay_steps=1, decay_rate=0.2)
    np.testing.assert_allclose(rates(InverseDecay(0.1, 0.2), steps), rates(inverse, steps), 1e-6)
    warm = CosineDecay(0.02, 12, warmup_target=0.1, warmup_steps=6)
    ours = WarmUp(CosineDecay(0.1, 12), 6, start=0.02)
    np.testing.assert_allclose(rates(ours, steps), rates(warm, steps), rtol=1e-6, atol=1e-9)


def test_exponential_decay_of_the_table_keeps_its_digits_and_the_obvious_one_does_not():
    e, t = 1e-5, 10**6
    wanted = 0.1 * math.exp(-e * t)
    assert value(ExponentialDecay(0.1, 1 / e, math.exp(-1))(t)) == pytest.approx(wanted, rel=1e-6)
    assert value(ExponentialDecay(0.1, 1, math.exp(-e))(t)) != pytest.approx(wanted, rel=1e-2)


@given(
    t=st.integers(0, 2**31 - 1) | st.integers(10**6, 10**7),
    every=st.integers(1, 10**6),
)
@settings(deadline=None, max_examples=60)
def test_late_steps_keep_their_digits(t, every):
    """float32 cannot tell 16,777,217 from 16,777,216: a step at the wrong side would be off by
    the whole factor, and a linear decay off by much near its end."""
    factor = 0.5 ** (1 / 1000)
    drops = t // every
    if drops * -math.log(factor) < 80:  # else below what float32 holds
        # The factor itself is rounded to float32, and raised to the power `drops`.
        wanted = 0.1 * float(np.float32(factor)) ** drops
        assert value(StepDecay(0.1, factor, every)(t)) == pytest.approx(wanted, rel=2e-5)
    assert value(InverseDecay(0.1, 1e-4)(t)) == pytest.approx(0.1 / (1 + 1e-4 * t), rel=1e-6)
    left = t % 100 + 1
    linear = LinearDecay(0.1, 0.0, steps=t + left)
    assert value(linear(t)) == pytest.approx(0.1 * left / (t + left), rel=1e-6)
    warm = WarmUp(0.1, steps=t + left)
    assert value(warm(t)) == pytest.approx(0.1 * t / (t + left), rel=1e-6)


@pytest.mark.parametrize("t", [10**6, 10**7, 2**24 + 1, 2**30 + 7])
def test_a_drop_comes_at_its_very_step_however_late(t):
    schedule = StepDecay(1.0, 0.5, every=t)
    assert rates(schedule, [t - 1, t, t + 1]) == [1.0, 0.5, 0.5]
    warm = WarmUp(StepDecay(1.0, 0.5, every=1), steps=t)
    assert rates(warm, [t, t + 1]) == [1.0, 0.5]


def test_after_the_warm_up_the_schedule_is_untouched_bit_for_bit():
    inner = CosineDecay(0.3, 50)
    warm = WarmUp(inner, steps=7, start=0.1)
    assert rates(warm, range(7, 57)) == rates(inner, range(50))
    assert rates(WarmUp(inner, steps=0, start=0.1), range(50)) == rates(inner, range(50))


def test_sums_are_what_robbins_and_monro_ask_for():
    """The sum over t grows like log t / decay without bound; that of squares converges."""
    t = np.arange(0, 2**16)
    eta = np.array(rates(InverseDecay(1.0, 1.0), t[: 2**10]))
    np.testing.assert_allclose(eta.sum(), np.log(2**10) + np.euler_gamma, rtol=1e-3)
    np.testing.assert_allclose((eta**2).sum(), np.pi**2 / 6, rtol=1e-3)


@pytest.mark.parametrize("name", OURS)
def test_config_round_trips_through_json(name):
    schedule = OURS[name]()
    text = json.dumps(keras.saving.serialize_keras_object(schedule))
    assert json.loads(text)["registered_name"].startswith("course_kit>")
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()
    assert rates(again, range(20)) == rates(schedule, range(20))


def linear_model(learning_rate, jit_compile=False):
    """With this loss each step moves the weight by exactly minus the learning rate."""
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(
        keras.optimizers.SGD(learning_rate),
        loss=lambda y, prediction: prediction,
        jit_compile=jit_compile,
    )
    return model


@pytest.mark.parametrize(
    "name, jit_compile", [*((name, False) for name in OURS), ("linear", True), ("nested", True)]
)
def test_an_optimizer_takes_the_rates_one_by_one(name, jit_compile):
    model = linear_model(OURS[name](), jit_compile)
    x = np.ones((12, 1), "float32")
    model.fit(x, x, batch_size=1, epochs=2, verbose=0)
    moved = -value(model.layers[0].kernel[0, 0])
    wanted = np.broadcast_to(FORMULAS[name](np.arange(24)), 24).sum()
    assert moved == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("make", [keras.optimizers.AdamW, keras.optimizers.RMSprop])
def test_other_optimizers_report_the_rate_of_their_step(make):
    optimizer = make(WarmUp(StepDecay(0.1, 0.5, 2), 2))
    variable = keras.Variable([1.0])
    seen = []
    for _ in range(6):
        seen.append(value(optimizer.learning_rate))
        optimizer.apply([keras.ops.ones((1,))], [variable])
    np.testing.assert_allclose(seen, [0, 0.05, 0.1, 0.1, 0.05, 0.05], rtol=1e-6)


def test_a_saved_model_goes_on_with_its_schedule(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(WarmUp(LinearDecay(0.1, 0.0, 10), 4)), "mse")
    model.fit(np.ones((6, 1)), np.ones((6, 1)), batch_size=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert value(again.optimizer.learning_rate) == pytest.approx(0.08)
    assert value(again.optimizer.learning_rate) == value(model.optimizer.learning_rate)


def test_half_precision_of_keras_float_does_not_reach_the_steps():
    before = keras.config.floatx()
    keras.config.set_floatx("float16")
    try:
        found = rates(InverseDecay(0.1, 1e-4), [100_001])
        found += rates(WarmUp(LinearDecay(0.1, 0.0, 10**6), 10), [500_010])
    finally:
        keras.config.set_floatx(before)
    np.testing.assert_allclose(found, [0.1 / 11.0001, 0.05], rtol=1e-6)


def test_steps_per_epoch_counts_keras_batches():
    for examples, batch_size in ((100, 32), (96, 32), (5, 32)):
        model = linear_model(0.1)
        x = np.ones((examples, 1), "float32")
        model.fit(x, x, batch_size=batch_size, verbose=0)
        assert int(model.optimizer.iterations) == steps_per_epoch(examples, batch_size)
    assert steps_per_epoch(100, 32, drop_remainder=True) == 3


WRONG = {
    "initial": (lambda: StepDecay(-0.1, 0.5, 3), "`initial` must be a finite number"),
    "infinite": (lambda: LinearDecay(0.1, math.inf, 3), "`final` must be a finite number"),
    "factor": (lambda: StepDecay(0.1, 0, 3), "`factor` must be above 0"),
    "every": (lambda: StepDecay(0.1, 0.5, 0), "`every` must be a whole number, at least 1"),
    "fraction": (lambda: StepDecay(0.1, 0.5, 2.5), "multiply epochs by steps_per_epoch"),
    "decay": (lambda: InverseDecay(0.1, -1), "`decay` must be a finite number"),
    "steps": (lambda: LinearDecay(0.1, 0, -5), "`steps` must be a whole number, at least 1"),
    "warm_up": (lambda: WarmUp(0.1, -1), "`steps` must be a whole number, at least 0"),
    "schedule": (lambda: WarmUp("cosine", 5), "`schedule` must be a finite number"),
    "start": (lambda: WarmUp(0.1, 5, start=-0.1), "`start` must be a finite number"),
    "batch_size": (lambda: steps_per_epoch(100, 0), "`batch_size` must be a whole number"),
    "plot": (lambda: plot_schedule(0.1, 0), "`steps` must be a whole number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_arguments_out_of_range_are_refused(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=rf"{message}.*Received|Received.*{message}"):
        call()


def test_everything_named_is_there_and_keras_own_are_keras_own():
    for name in schedules.__all__:
        assert getattr(schedules, name).__doc__
    for name in ("CosineDecay", "ExponentialDecay", "PiecewiseConstantDecay", "PolynomialDecay"):
        assert getattr(schedules, name) is getattr(keras.optimizers.schedules, name)


@pytest.fixture
def closed():
    yield
    plt.close("all")


def test_picture_shows_the_rates_themselves(closed):
    ax = plot_schedule(
        {"step": StepDecay(0.1, 0.5, 10), "warm-up": WarmUp(0.1, 5), "constant": 0.1}, steps=40
    )
    step, warm, constant = ax.get_lines()
    np.testing.assert_array_equal(step.get_xdata(), np.arange(40))
    np.testing.assert_allclose(step.get_ydata(), 0.1 * 0.5 ** (np.arange(40) // 10), rtol=1e-6)
    np.testing.assert_allclose(warm.get_ydata()[:6], np.arange(6) / 50, rtol=1e-6)
    assert set(constant.get_ydata()) == {0.1}
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["step", "warm-up", "constant"]
    assert len({(line.get_marker(), line.get_linestyle()) for line in ax.get_lines()}) == 3
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("optimizer step", "learning rate")
    ax.figure.canvas.draw()


def test_picture_of_long_training_counts_epochs_and_stays_quick(closed):
    given = plt.subplots()[1]
    ax = plot_schedule(LinearDecay(0.1, 0.0, 10**6), 10**6 + 1, ax=given, steps_per_epoch=10_000)
    assert ax is given and ax.get_legend() is None
    (line,) = ax.get_lines()
    x, y = line.get_xdata(), line.get_ydata()
    assert len(x) <= 500 and (x[0], x[-1]) == (0, 100)
    np.testing.assert_allclose(y, 0.1 * (1 - x / 100), atol=1e-8)
    assert ax.get_xlabel() == "epoch"
