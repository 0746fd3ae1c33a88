"""The gradient monitor: right norms, right words, and no trace of it in the training."""

import doctest
import functools
import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.callbacks import GradientMonitor, gradient_monitor, gradient_verdict, gradients
from course_kit.callbacks.gradient_verdict import judge
from course_kit.callbacks.gradients import Gradients, by_layer, layer_names, norm
from course_kit.callbacks.snapshot import RandomStates, Snapshot

BACKEND = keras.backend.backend()
rng = np.random.default_rng(7)
X = rng.normal(size=(52, 6)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")
PROBE = (X[:16], Y[:16])


def array(tensor):
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(tensor)))


def arrays(variables):
    return [array(v) for v in variables]


def network(optimizer="adam", seed=None, outputs=1, **compile_arguments):
    """Dropout (unseeded: on torch it draws from the global state), batch norm, regularizer."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6,))
    x = keras.layers.Dense(8, activation="relu", kernel_regularizer="l2", name="first")(inputs)
    if outputs == 1:  # Keras cannot add its half-precision penalty to a loss in float32
        x = keras.layers.ActivityRegularization(l2=0.01)(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Dropout(0.5, seed=seed)(x)
    heads = [keras.layers.Dense(2, name=f"head_{i}")(x) for i in range(outputs)]
    model = keras.Model(inputs, heads if outputs > 1 else heads[0])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    metrics = [["accuracy"]] * outputs if outputs > 1 else ["accuracy"]
    losses = [loss] * outputs if outputs > 1 else loss
    model.compile(optimizer, losses, metrics=metrics, **compile_arguments)
    return model


@functools.cache
def built():
    model = network()
    model.fit(X, Y, verbose=0)
    return model, Snapshot(model)


def ready():
    """The same model each time, with what was compiled before: take one after the other."""
    model, state = built()
    state.restore()
    return model


def everything(model):
    return arrays([*model.variables, *model.metrics_variables, *model.optimizer.variables])


class Trace(keras.callbacks.Callback):
    """All of the model's state, and what the next random numbers would be, at each epoch's end."""

    def __init__(self):
        super().__init__()
        self.states = []

    def on_epoch_end(self, epoch, logs=None):
        self.states.append(everything(self.model))

    def on_train_end(self, logs=None):
        random = RandomStates()
        self.draws = [np.random.rand(), array(keras.random.uniform((2,))).tolist()]
        if BACKEND == "torch":
            import torch

            self.draws.append(torch.rand(2).tolist())
        random.restore()


CASES = ["plain", "mixed, several outputs", *(["jit", "eager"] if BACKEND == "tensorflow" else [])]


@pytest.mark.parametrize("case", CASES)
def test_training_is_the_same_with_and_without_bit_for_bit(case):
    more = {"jit": {"jit_compile": True}, "eager": {"run_eagerly": True}}.get(case, {})
    outputs, policy = (2 if case.startswith("mixed") else 1), keras.config.dtype_policy()
    y = [Y, Y] if outputs > 1 else Y
    probe = (PROBE[0], [PROBE[1]] * 2) if outputs > 1 else PROBE
    validated = {"validation_data": (X, y)} if case == "plain" else {}
    results = []
    try:
        keras.config.set_dtype_policy("mixed_float16" if outputs > 1 else "float32")
        for watched in (False, True):
            model, trace = network(outputs=outputs, **more), Trace()
            monitor = [GradientMonitor(probe, every=3)] if watched else []
            history = model.fit(
                X, y, batch_size=8, epochs=2, verbose=0, callbacks=[*monitor, trace], **validated
            )
            results.append((trace.states, trace.draws, history.history))
    finally:
        keras.config.set_dtype_policy(policy)
    assert len(monitor[0].history["step"]) == 6
    for without, with_monitor in zip(results[0][0], results[1][0], strict=True):
        for one, other in zip(without, with_monitor, strict=True):
            np.testing.assert_array_equal(one, other)
    assert results[0][1:] == results[1][1:]


@pytest.mark.parametrize("scaled", [False, True])
def test_gradients_are_those_of_the_training_step(scaled):
    """With a rate of 1, plain gradient descent moves the weights by the gradient."""
    optimizer = keras.optimizers.SGD(1.0)
    model = network(keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer)
    model.optimizer.build(model.trainable_variables)
    random, before = RandomStates(), everything(model)
    loss, found = Gradients(model)(PROBE)
    random.restore()
    for one, other in zip(everything(model), before, strict=False):
        np.testing.assert_array_equal(one, other)
    weights = arrays(model.trainable_variables)
    trained = model.train_on_batch(*PROBE, return_dict=True)
    assert loss == pytest.approx(trained["loss"], rel=1e-6)
    for gradient, old, new in zip(found, weights, arrays(model.trainable_variables), strict=True):
        np.testing.assert_allclose(array(gradient), old - new, rtol=1e-5, atol=1e-6)


def linear(depth, gain, width=5):
    """A deep linear network; its gradients are a product of matrices."""
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(width, use_bias=False, name=f"l{i}") for i in range(depth)]
    model = keras.Sequential([keras.Input((width,)), *layers])
    model.compile("sgd", "mse")
    draw = np.random.default_rng(5)
    model.set_weights([
        (gain * np.linalg.qr(draw.normal(size=(width, width)))[0]).astype("float32")
        for _ in range(depth)
    ])  # fmt: skip
    return model


def norms_by_hand(model, x, y):
    """Backpropagation through the linear network, in float64."""
    weights = [w.astype("float64") for w in model.get_weights()]
    signals = [x.astype("float64")]
    for w in weights:
        signals.append(signals[-1] @ w)
    delta = 2 * (signals[-1] - y) / y.size
    norms = []
    for signal, w in zip(signals[-2::-1], weights[::-1], strict=True):
        norms.append(np.linalg.norm(signal.T @ delta))
        delta = delta @ w.T
    return norms[::-1]


def test_norms_by_layer_are_backpropagation_by_hand():
    model, x = linear(6, 1.5), X[:16, :5]
    monitor = GradientMonitor((x, x))
    weights = model.get_weights()
    model.fit(x, x, batch_size=16, verbose=0, callbacks=[monitor])
    names = [f"l{i}" for i in range(6)]
    assert list(monitor.history["gradient"]) == names
    now = norms_by_hand(model, x, x)
    updates = [np.linalg.norm(a - b) for a, b in zip(model.get_weights(), weights, strict=True)]
    for name, w, update, last in zip(names, weights, updates, now, strict=True):
        gradient = monitor.history["gradient"][name]
        assert gradient[1] == pytest.approx(last, rel=1e-4)
        # The probe is the batch, and the rate 0.01: so the step says what the gradient was.
        assert 0.01 * gradient[0] == pytest.approx(update, rel=1e-4)
        assert monitor.history["weight"][name][0] == pytest.approx(np.linalg.norm(w), rel=1e-6)
        assert monitor.history["update"][name][0] == pytest.approx(update, rel=1e-4)
        assert math.isnan(monitor.history["update"][name][1])


def test_a_layers_norm_is_over_all_its_weights_and_its_name_is_its_path():
    keras.utils.set_random_seed(1)
    block = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, name="in")], name="block")
    model = keras.Sequential([keras.Input((6,)), block, keras.layers.Dense(1, name="out")])
    model.compile("sgd", "mse")
    names = layer_names(model)
    assert names == ["block/in", "block/in", "out", "out"]
    tensors = [np.full((6, 3), 2.0), np.full(3, 1.0), np.zeros((3, 1)), np.full(1, 5.0)]
    assert by_layer(names, tensors) == {"block/in": pytest.approx(75**0.5), "out": 5.0}


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.floats(-9, 9), min_size=0, max_size=6),
    st.integers(-34, 34),
)
def test_norms_of_very_small_and_very_large_numbers_are_right(values, exponent):
    """Their squares are 0 or infinite in single precision."""
    tensor = (np.array(values) * 10.0**exponent).astype("float32")
    wanted = np.linalg.norm(tensor.astype("float64"))
    tiny = np.abs(tensor).max(initial=0.0) < 1.2e-38  # the backends take these for 0, or do not
    assert norm(tensor) == pytest.approx(wanted, rel=1e-5, abs=1e-37 if tiny else 0)


def test_norms_say_when_a_number_is_not_finite():
    assert math.isnan(norm(np.array([1.0, math.nan])))
    assert norm(np.array([1.0, -math.inf])) == math.inf


@pytest.mark.parametrize(
    ("every", "steps"),
    [(None, [0, 7, 14]), (1, range(15)), (5, [0, 5, 10, 14]), (99, [0, 14])],
)
def test_it_looks_when_it_was_asked_to(every, steps):
    monitor = GradientMonitor(PROBE, every)
    model = ready()
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[monitor])
    assert monitor.history["step"] == list(steps)
    assert len(monitor.history["loss"]) == len(monitor.history["gradient"]["first"]) == len(steps)


def test_a_second_fit_starts_afresh():
    monitor, model = GradientMonitor(PROBE), ready()
    for _ in range(2):
        model.fit(X, Y, batch_size=8, verbose=0, callbacks=[monitor])
        assert monitor.history["step"] == [0, 7]


def test_data_of_unknown_length_have_no_step_that_was_not_made():
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8).filter(lambda x, y: True)
    monitor, model = GradientMonitor(PROBE, every=7), ready()
    model.fit(data, epochs=2, verbose=0, callbacks=[monitor])
    assert monitor.history["step"] == [0, 7, 14]
    assert all(update > 0 for update in monitor.history["update"]["first"][:-1])


@pytest.mark.skipif(BACKEND == "torch", reason="torch refuses more than one step an execution")
def test_several_steps_an_execution_are_looked_at_together():
    monitor, model = GradientMonitor(PROBE, every=2), network(steps_per_execution=3)
    model.fit(X[:48], Y[:48], batch_size=8, verbose=0, callbacks=[monitor])
    assert monitor.history["step"] == [0, 3, 6]


def test_training_stays_as_asynchronous_as_it_was():
    lists = keras.callbacks.CallbackList
    assert lists([GradientMonitor(PROBE)])._async_train == lists([])._async_train


class Raises(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 4:
            raise RuntimeError("mine")


def test_after_an_error_the_looks_so_far_are_there():
    monitor = GradientMonitor(PROBE, every=2)
    with pytest.raises(RuntimeError, match="mine"):
        ready().fit(X, Y, batch_size=8, verbose=0, callbacks=[monitor, Raises()])
    assert monitor.history["step"] == [0, 2, 4]


def deep(depth, activation, stddev, normalized=False):
    keras.utils.set_random_seed(0)
    layers = [keras.Input((32,))]
    for _ in range(depth):
        start = keras.initializers.RandomNormal(stddev=stddev)
        layers.append(keras.layers.Dense(64, kernel_initializer=start))
        layers += [keras.layers.BatchNormalization()] if normalized else []
        layers.append(keras.layers.Activation(activation))
    model = keras.Sequential([*layers, keras.layers.Dense(10)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


DEEP_PROBE = (rng.normal(size=(64, 32)).astype("float32"), rng.integers(0, 10, 64))
HE = (2 / 64) ** 0.5


@pytest.mark.parametrize(
    ("model", "kind", "factor"),
    [
        ((12, "relu", HE), "healthy", 1.0),
        ((12, "sigmoid", 1 / 8), "vanishing", 0.25),  # the slope of a sigmoid at 0
        ((12, "relu", 0.01), "vanishing", 0.01 * 32**0.5),  # half of 64 units pass
        ((12, "tanh", 1.0), "exploding", 2.0),
        ((12, "relu", 1.0), "exploding", 1.0),  # the same in all layers, and far too large
    ],
)
def test_verdicts_on_networks_whose_gradients_are_known(model, kind, factor):
    model = deep(*model)
    monitor = GradientMonitor(DEEP_PROBE)
    monitor.set_model(model)
    monitor.on_train_begin()
    monitor._look(0)
    verdict = monitor.verdict()
    assert verdict.kind == kind, verdict
    assert verdict.factor == pytest.approx(factor, rel=0.35)


def test_batch_norm_without_skips_explodes_by_the_known_rate():
    """sqrt(pi / (pi - 1)) = 1.2108 in each layer: Yang et al., 2019, for ReLU and wide layers."""
    model = deep(40, "relu", HE, normalized=True)
    monitor = GradientMonitor(DEEP_PROBE)
    monitor.set_model(model)
    monitor.on_train_begin()
    monitor._look(0)
    assert monitor.verdict().factor == pytest.approx((np.pi / (np.pi - 1)) ** 0.5, rel=0.04)


@pytest.mark.parametrize("excluded", [False, True])
def test_decay_shows_as_an_update_without_a_gradient(excluded):
    """AdamW shrinks scales and offsets of normalizations too, unless they are excluded."""
    optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.1)
    if excluded:
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    keras.utils.set_random_seed(1)
    norm = keras.layers.BatchNormalization(name="norm")
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, name="dense"), norm])
    model.compile(optimizer, lambda y, p: 0.0 * keras.ops.sum(p, -1))
    monitor = GradientMonitor((X, X[:, :3]))
    model.fit(X, X[:, :3], batch_size=52, verbose=0, callbacks=[monitor])
    history = monitor.history
    assert history["gradient"]["norm"][0] == history["gradient"]["dense"][0] == 0.0
    decay = 0.01 * 0.1
    dense = decay * history["weight"]["dense"][0]
    assert history["update"]["dense"][0] == pytest.approx(dense, rel=1e-3)
    wanted = 0.0 if excluded else decay * 3**0.5  # three scales of 1
    assert history["update"]["norm"][0] == pytest.approx(wanted, rel=1e-3)


def geometric(factor, depth=10, top=1.0):
    return {f"l{i}": top * factor ** (depth - 1 - i) for i in range(depth)}


@settings(deadline=None, max_examples=30)
@given(st.floats(0.05, 20), st.integers(2, 60))
def test_the_verdict_is_about_the_change_over_the_whole_depth(factor, depth):
    verdict = judge(geometric(factor, depth))
    decades = (depth - 1) * np.log10(factor)
    if abs(abs(decades) - 3) > 1e-6:
        kind = "healthy" if abs(decades) < 3 else "exploding" if decades > 0 else "vanishing"
        assert verdict.kind == kind
    assert verdict.factor == pytest.approx(factor, rel=1e-9)


def test_the_sentence_names_the_layers_and_the_numbers():
    sentence = judge(geometric(4.0)).sentence
    assert sentence == "The gradient grows from 1 at l9 to 2.6e+05 at l0, by 4 in each layer."


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"l3": math.nan}, "exploding", "not finite at l3"),
        ({"l2": math.inf, "l3": math.nan}, "exploding", "not finite at l2, l3"),
        ({"l0": 0.0}, "vanishing", "arrives below l1"),
        ({"l5": 0.0}, "healthy", "None arrives at l5"),
        (dict.fromkeys(geometric(1.0), 0.0), "vanishing", "anywhere"),
    ],
)
def test_what_is_not_finite_or_exactly_zero_is_named(change, kind, words):
    verdict = judge({**geometric(1.0), **change})
    assert verdict.kind == kind
    assert words in verdict.sentence


def test_alike_in_all_layers_it_is_judged_by_the_weights():
    weights = geometric(1.0)
    assert judge(geometric(1.0, top=99.0), weights).kind == "healthy"
    assert judge(geometric(1.0, top=101.0), weights).kind == "exploding"
    assert judge(geometric(1.0, top=0.9e-6), weights).kind == "vanishing"
    assert judge(geometric(1.0, top=0.9e-6), weights, small_before=False).kind == "healthy"
    assert judge(geometric(1.0, top=1e-9)).kind == "healthy"  # nothing to compare with
    assert judge({"l": 1.0}).kind == "unknown"


def test_a_loss_that_has_come_down_is_not_taken_for_vanishing():
    monitor = GradientMonitor(PROBE)
    assert monitor.verdict().kind == "unknown"
    monitor._deep = ["a", "b"]
    monitor.history |= {"step": [0, 1], "gradient": {"a": [1, 1e-8], "b": [1, 1e-8]}}
    monitor.history |= {"weight": {"a": [1, 1], "b": [1, 1]}}
    assert monitor.verdict().kind == "healthy"
    monitor.history["gradient"] = {"a": [1e-8, 1e-8], "b": [1e-8, 1e-8]}
    assert monitor.verdict().kind == "vanishing"


def test_normalizations_are_noted_but_not_judged():
    monitor, model = GradientMonitor(PROBE), ready()
    model.fit(X, Y, verbose=0, callbacks=[monitor])
    assert list(monitor.history["gradient"]) == ["first", "norm", "head_0"]
    assert monitor._deep == ["first", "head_0"]


def test_the_plots_have_a_line_for_each_and_say_the_verdict():
    monitor = GradientMonitor(DEEP_PROBE, every=1)
    model = deep(12, "sigmoid", 1 / 8)
    model.fit(*DEEP_PROBE, batch_size=8, verbose=0, callbacks=[monitor])
    gradient = monitor.history["gradient"]
    for over, count in (("layers", 5), ("steps", 8)):
        ax = monitor.plot(over=over)
        assert ax.get_yscale() == "log" and ax.get_title() == "vanishing"
        assert len(ax.lines) == len({line.get_marker() for line in ax.lines}) == count
        labels = [line.get_label() for line in ax.lines]
        if over == "layers":
            assert labels == ["step 0", "step 2", "step 4", "step 6", "step 8"]
            for line, look in zip(ax.lines, (0, 2, 4, 6, 8), strict=True):
                norms = [gradient[layer][look] for layer in monitor._deep]
                np.testing.assert_array_equal(line.get_ydata(), norms)
        else:
            assert labels[0] == monitor._deep[-1]  # the largest on top
            np.testing.assert_array_equal(ax.lines[-1].get_ydata(), gradient[monitor._deep[0]])
        plt.close(ax.figure)


def test_the_plot_of_nothing_and_of_zeros_is_drawn():
    monitor = GradientMonitor(PROBE)
    plt.close(monitor.plot().figure)
    with pytest.raises(ValueError, match=r"'layers' or 'steps'. Received: over='time'"):
        monitor.plot(over="time")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((X,), "(x, y) or (x, y, sample_weight), arrays of one batch. Received: a ndarray"),
        (((X,),), "Received: 1 of them"),
        ((PROBE, 0), "at least 1. Received: every=0"),
        ((PROBE, 1.5), "Received: every=1.5"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError) as caught:
        GradientMonitor(*arguments)
    assert words in str(caught.value)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="the others build the model before training")
def test_a_model_without_variables_is_refused():
    model = keras.Sequential([keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"not built. Give it a keras.Input"):
        model.fit(X, X[:, :2], verbose=0, callbacks=[GradientMonitor((X, X[:, :2]))])


@pytest.mark.parametrize("module", [gradient_monitor, gradient_verdict, gradients])
def test_examples_run(module):
    result = doctest.testmod(module)
    assert result.attempted >= 1
    assert not result.failed
