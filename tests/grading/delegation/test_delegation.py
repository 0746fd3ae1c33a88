"""Delegation: the short ways are seen, with their evidence; right answers are left in peace."""

import ast
import functools
import importlib
import inspect
import json
import re
import sys
import time
import types

import keras
import numpy as np
import pytest
from handed_in import ANSWERS, LABS, ROOT, names_of, source

import course_kit.inference
import course_kit.layers
from course_kit.authoring import fill, solved
from course_kit.authoring.answers import names_defined
from course_kit.checks import InNotebook, Lab, UnknownName, judge, load
from course_kit.checks.lab06_dropout import probes
from course_kit.checks.notebook import seeded
from course_kit.grading.delegation import Finding, Watch, table
from course_kit.grading.delegation.finding import REFERENCE, UNREAD
from course_kit.grading.delegation.pasted import fingerprint
from course_kit.grading.delegation.patching import Patched
from course_kit.grading.delegation.scopes import statements
from course_kit.grading.delegation.syntax import read_answer

LAYER = load("06").name, "dropout_layer"
OURS = ["callbacks", "constraints", "inference", "layers", "losses", "models", "regularizers"]
LIBRARIES = [f"course_kit.{part}" for part in (*OURS, "schedules")]
LIBRARIES += ["scipy.signal", "scipy.optimize", "scipy.stats", "sklearn.preprocessing"]
LIBRARIES += ["pandas", "jax", "torch.func", "torch.nn.utils.fusion"]  # no dependencies of ours
# Functions without Python code: they are looked for in the text only.
IN_C = {f"torch.{name}_norm" for name in ("batch", "layer", "group", "instance")}
IN_C |= {"torch.logspace", "torch.renorm"}


class Watched:
    """A student in this process who is watched while probes are asked."""

    def __init__(self, watch, exercise, namespace):
        self._watch, self._exercise = watch, exercise
        self._student = InNotebook(namespace)

    def __call__(self, probe, *arguments):
        with self._watch.asking(self._exercise, probe.__name__):
            return self._student(probe, *arguments)


@pytest.fixture
def watch():
    watches = []

    def make(lab):
        # As it arrives in the student's process: through JSON.
        watches.append(Watch(**json.loads(json.dumps(table(load(lab))))))
        return watches[-1]

    yield make
    for made in watches:
        made.close()


def cells_of(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {
        number: cell.source
        for number, cell in enumerate(code, start=1)
        if "experiment" not in cell.metadata.get("tags", [])
    }


def ran(watch, lab, exercise, namespace):
    """What was found while the claims of one exercise were asked, and the verdicts."""
    student = Watched(watch, exercise, namespace)
    verdicts = judge(load(lab), exercise, student, lambda claim: seeded(1, claim.id))
    return watch.evidence(), verdicts


def in_a_notebook(*cells):
    """The names that cells define, after lab 06's own imports."""
    namespace = {"__name__": "__main__"}
    start = "import numpy as np, keras\nfrom keras import ops\n"
    for cell in (start, *cells):
        exec(cell, namespace)
    return namespace


# ------------------------------------------------------------------ left in peace


@pytest.mark.parametrize("lab", LABS)
def test_solution_is_not_flagged(watch, lab):
    notebook = solved(source(lab))
    looking = watch(lab)
    looking.reading(cells_of(notebook))
    namespace = names_defined(notebook)
    for exercise in load(lab).exercises:
        found, verdicts = ran(looking, lab, exercise, namespace)
        assert all(verdict.passed for verdict in verdicts)
    assert found == []


@pytest.mark.parametrize("answer", [a for a in ANSWERS if not a.loses], ids=str)
def test_unusual_right_answer_is_not_flagged(watch, answer):
    looking = watch(answer.lab)
    looking.reading(cells_of(fill(solved(source(answer.lab)), {answer.exercise: answer.code})))
    found, _ = ran(looking, answer.lab, answer.exercise, names_of(answer))
    assert found == []


HONEST = """
class InvertedDropout(keras.layers.Layer):
    \"\"\"Like keras.layers.Dropout.\"\"\"
    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate, self.seeds = rate, keras.random.SeedGenerator(seed)
    def call(self, x: "keras.layers.Dropout", training=False):
        if not training:  # keras.layers.Dropout does so too
            return x
        u = keras.random.uniform(ops.shape(x), seed=self.seeds)
        return ops.where(u >= self.rate, x / (1 - self.rate), 0.0)
"""
COMPARISONS = [
    "theirs = keras.layers.Dropout(0.5)\nx = theirs(np.ones((4, 4)), training=True)\nassert len(x)",
    "from keras.layers import *\nprint(Dropout(0.5)(np.ones((2, 2)), training=True))",
    "first_try = type('D', (keras.layers.Dropout,), {})",
    "for layer in (InvertedDropout(0.1), keras.layers.Dropout(0.1)):\n    layer(np.ones((2, 2)))",
]


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_comparison_outside_the_answer_is_not_flagged(watch, comparison):
    """In a cell of its own and in the exercise's cell, before and after the answer."""
    looking = watch("06")
    for cells in ([HONEST, comparison], [comparison, HONEST], [f"{HONEST}\n{comparison}"]):
        if "InvertedDropout(" in comparison and cells[0] == comparison:
            continue
        looking.reading(dict(enumerate(cells, start=1)))
        found, verdicts = ran(looking, *LAYER, in_a_notebook(*cells))
        assert found == [] and all(verdict.passed for verdict in verdicts)


def test_first_attempt_that_was_replaced_is_not_flagged(watch):
    looking = watch("06")
    looking.reading({1: "class InvertedDropout(keras.layers.Dropout): pass", 2: HONEST})
    assert looking.evidence() == []


def test_keras_works_as_before_under_a_watch_and_after_it(watch):
    dropout = keras.layers.Dropout
    x = np.ones((64, 64), "float32")
    before, code = np.array(dropout(0.3, seed=1)(x, training=True)), dropout.call.__code__
    text, signature = inspect.getsource(dropout.call), inspect.signature(dropout.call)
    looking = watch("06")
    assert dropout.call.__code__ is not code
    np.testing.assert_array_equal(dropout(0.3, seed=1)(x, training=True), before)
    assert (inspect.getsource(dropout.call), inspect.signature(dropout.call)) == (text, signature)
    with pytest.raises(ValueError, match="between 0 and 1"):
        dropout(2.0)
    model = keras.Sequential([keras.Input((64,)), dropout(0.3, seed=1)])
    np.testing.assert_array_equal(model(x, training=True), before)
    looking.close()
    assert dropout.call.__code__ is code


# ----------------------------------------------------------------------- found

# Each is a list of cells, and whether its text shows it and whether running does.
INIT = "    def __init__(self, rate, seed=None):\n        super().__init__()\n"
CALL = "    def call(self, x, training=False):\n"
MINE = "class InvertedDropout(keras.layers.Layer):\n" + INIT
ASK = CALL + "        return self.inner(x, training=training)\n"
WAYS = {
    "the class itself": ["InvertedDropout = keras.layers.Dropout"],
    "an import with an alias": [
        "from keras.layers import Dropout as D",
        MINE + "        self.inner = D(rate, seed=seed)\n" + ASK,
    ],
    "an alias of an alias": [
        "L = keras.layers",
        "D, other = L.Dropout, None",
        MINE + "        self.inner = D(rate, seed=seed)\n" + ASK,
    ],
    "TensorFlow's name for it": [
        "import tensorflow as tf\nInvertedDropout = lambda r, seed=None: "
        "tf.keras.layers.Dropout(r, seed=seed)"
    ],
    "Keras' inner name for it": [
        "from keras.src.layers.regularization.dropout import Dropout\nInvertedDropout = Dropout"
    ],
    "a star import": ["from keras.layers import *\nInvertedDropout = Dropout"],
    "getattr": [MINE + "        self.inner = getattr(keras.layers, 'Dropout')(rate)\n" + ASK],
    "importlib": [
        "import importlib\nlayers = importlib.import_module('keras.layers')",
        MINE + "        self.inner = layers.Dropout(rate, seed=seed)\n" + ASK,
    ],
    "vars": ["InvertedDropout = vars(keras.layers)['Dropout']"],
    "sys.modules": ["import sys\nInvertedDropout = sys.modules['keras.layers'].Dropout"],
    "a subclass": ["class InvertedDropout(keras.layers.Dropout):\n    pass"],
    "a subclass of a subclass": [
        "class Mine(keras.layers.Dropout):\n    pass",
        "class InvertedDropout(Mine):\n" + CALL + "        return super().call(x, training)",
    ],
    "functools.partial": [
        "import functools\nInvertedDropout = functools.partial(keras.layers.Dropout, name='mine')"
    ],
    "from_config": [
        MINE + "        self.inner = keras.layers.Dropout.from_config({'rate': rate})\n" + ASK
    ],
    "deserialize": [
        MINE + "        self.inner = keras.layers.deserialize("
        "{'module': 'keras.layers', 'class_name': 'Dropout', 'registered_name': None, "
        "'config': {'rate': rate, 'seed': seed}})\n" + ASK
    ],
    "a round trip of the config": [
        "config = keras.layers.serialize(keras.layers.Dropout(0.5))",
        MINE + "        config['config']['rate'] = rate\n"
        "        self.inner = keras.layers.deserialize(config)\n" + ASK,
    ],
    "an instance of an earlier cell": [
        "kept = keras.layers.Dropout(0.5, seed=3)",
        MINE + CALL + "        return kept(x, training=training)",
    ],
    "a method of another cell": [
        "borrowed = keras.layers.Dropout.call",
        HONEST,
        "InvertedDropout.noise_shape = None",
        "InvertedDropout.seed_generator = property(lambda self: self.seeds)",
        "InvertedDropout.call = borrowed",
    ],
    "setattr": [HONEST, "setattr(InvertedDropout, '__new__', lambda c, r, seed=None: "
                "keras.layers.Dropout(r, seed=seed))"],
    "a helper function": [
        "def make(rate):\n    from keras.layers import Dropout\n    return Dropout(rate)",
        MINE + "        self.inner = make(rate)\n" + ASK,
    ],
    "eval": [MINE + "        self.inner = eval('keras.layers.Dropout')(rate)\n" + ASK],
    "tf.nn.dropout": [
        "import tensorflow as tf",
        MINE + "        self.rate = rate\n" + CALL
        + "        return tf.nn.dropout(x, self.rate) if training else x",
    ],
    "keras.random.dropout": [
        MINE + "        self.rate, self.seeds = rate, keras.random.SeedGenerator(seed)\n" + CALL
        + "        return keras.random.dropout(x, self.rate, seed=self.seeds) if training else x",
    ],
    "the kit's own": ["from course_kit import layers\nInvertedDropout = layers.Dropout"],
    "spatial dropout over no axes": [
        MINE + "        self.inner = keras.layers.SpatialDropout1D(rate, seed=seed)\n" + CALL
        + "        return self.inner(x[:, None, :], training=training)[:, 0]",
    ],
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_way_of_delegating_is_seen_in_the_text(watch, way):
    looking = watch("06")
    looking.reading(dict(enumerate(WAYS[way], start=1)))
    found = [f for f in looking.evidence() if f.exercise == "dropout_layer"]
    assert found and all(f.evidence.startswith("code cell ") for f in found)


@pytest.mark.parametrize("way", WAYS)
def test_way_of_delegating_is_seen_when_it_runs(watch, way):
    looking = watch("06")
    found, _ = ran(looking, *LAYER, in_a_notebook(*WAYS[way]))
    assert found and all(f.evidence.startswith("during probe 'layer_") for f in found)


# One call that is the whole answer, or all but a line of it: by lab and exercise.
WHOLE = {
    ("00", "exponential_average"): """
from scipy.signal import lfilter
def exponential_average(values, beta):
    t = np.arange(1, len(values) + 1)
    return lfilter([1 - beta], [1, -beta], values) / (1 - beta**t)
""",
    ("04", "step_and_inverse"): """
def inverse_decay(t, initial, epsilon):
    return float(tf.compat.v1.train.inverse_time_decay(initial, float(t), 1.0, epsilon)())
def step_decay(t, initial, factor, every):
    rate = tf.compat.v1.train.exponential_decay(initial, t, every, factor, staircase=True)
    return float(rate())
""",
    ("04", "sweep_rates"): """
def sweep_rates(low, high, steps):
    return np.logspace(np.log10(low), np.log10(high), steps)
""",
    ("07", "batch_norm_in_test"): """
def batch_norm_in_test(x, mean, variance, gamma, beta, epsilon):
    y = tf.raw_ops.FusedBatchNormV3(
        x=tf.reshape(x, (-1, 1, 1, x.shape[-1])), scale=gamma, offset=beta, mean=mean,
        variance=variance, epsilon=epsilon, is_training=False).y
    return tf.reshape(y, x.shape)
""",
    ("07", "weight_norm"): """
def weight_norm(v, g):
    return tf.math.l2_normalize(v, axis=list(range(len(v.shape) - 1))) * g
""",
    ("10", "chain_gradients"): """
def chain_gradients(weights, gradient, skip):
    with tf.Graph().as_default():
        xs = [tf.compat.v1.placeholder("float32", gradient.shape)]
        for w in np.asarray(weights, "float32"):
            xs.append(xs[-1] @ w + (xs[-1] if skip else 0.0))
        found = tf.compat.v1.gradients(xs[-1], xs, grad_ys=tf.constant(gradient))
        with tf.compat.v1.Session() as session:
            return np.stack(session.run(found, {xs[0]: np.zeros(gradient.shape, "float32")}))
""",
}


@pytest.mark.parametrize("asked", WHOLE, ids="-".join)
def test_whole_answer_in_one_call_is_seen(watch, asked):
    lab, exercise = asked
    cell = "import numpy as np, tensorflow as tf" + WHOLE[asked]
    looking = watch(lab)
    looking.reading({1: cell})
    assert exercise in {f.exercise for f in looking.evidence()}
    namespace = {}
    exec(cell, namespace)
    found, verdicts = ran(looking, lab, exercise, namespace)
    assert any(f.evidence.startswith("during probe") for f in found)
    assert any(verdict.passed for verdict in verdicts)


def test_call_of_another_library_is_seen(watch):
    jax = pytest.importorskip("jax")
    looking = watch("07")
    with looking.asking("standardize", "standardized"):
        jax.nn.standardize(np.ones((2, 3)), axis=(0,), epsilon=0.1)
    assert {f.what for f in looking.evidence()} == {"jax.nn.standardize"}


def test_every_forbidden_name_is_seen_in_the_text():
    for lab in LABS:
        for names in load(lab).forbidden.values():
            for name in names:
                cell = f"import {name.partition('.')[0]}\nanswer = {name}"
                found = read_answer(statements({1: cell}), ["answer"], names, {})
                assert name in [what for what, _ in found]


def test_evidence_says_where_and_what(watch):
    looking = watch("06")
    cells = WAYS["an import with an alias"]
    looking.reading(dict(enumerate(cells, start=6)))
    ran(looking, *LAYER, in_a_notebook(*cells))
    texts = [f"{f.what}: {f.evidence}" for f in looking.evidence()]
    at_run_time = "during probe 'layer_calls', keras.layers.Dropout.call ran"
    assert texts[:2] == [
        "keras.layers.Dropout: code cell 6, line 1: `from keras.layers import Dropout as D`",
        "keras.layers.Dropout: code cell 7, line 4: `self.inner = D(rate, seed=seed)`",
    ]
    assert f"keras.layers.Dropout: {at_run_time}" in texts


def test_layer_that_runs_only_inside_fit_is_seen(watch):
    """Keras traces the step with tf.function, in a thread of its own choosing."""
    looking = watch("06")
    namespace = in_a_notebook(*WAYS["an instance of an earlier cell"])
    student = Watched(looking, "dropout_layer", namespace)
    student(probes.layer_in_fit, np.ones((4, 8), "float32"), 0.5, 1)
    assert [f.evidence for f in looking.evidence()] == [
        "during probe 'layer_in_fit', keras.layers.Dropout.call ran"
    ]  # and not also what it calls in turn


def test_function_under_tf_function_is_seen(watch):
    cells = [
        "import tensorflow as tf\n@tf.function\ndef go(x, rate): return tf.nn.dropout(x, rate)",
        MINE + "        self.rate = rate\n" + CALL
        + "        return go(x, self.rate) if training else x",
    ]  # fmt: skip
    found, _ = ran(watch("06"), *LAYER, in_a_notebook(*cells))
    assert "tensorflow.nn.dropout" in {f.what for f in found}


def test_what_runs_between_probes_is_not_noted(watch):
    looking = watch("06")
    keras.layers.Dropout(0.5)(np.ones((2, 2)), training=True)
    with looking.asking("monte_carlo_predict", "monte_carlo"):  # which does not forbid it
        keras.layers.Dropout(0.5)(np.ones((2, 2)), training=True)
    assert looking.evidence() == []


@pytest.mark.parametrize(
    "path,name,exercise,what",
    [
        ("layers/drop.py", "drop", "inverted_dropout", "course_kit.layers.drop.drop"),
        (
            "inference/masks.py",
            "predict_with_masks",
            "monte_carlo_predict",
            "course_kit.inference.predict_with_masks",
        ),
    ],
)
def test_pasted_source_is_known_again_under_other_names(watch, path, name, exercise, what):
    tree = ast.parse((ROOT / "course_kit" / path).read_text())
    pasted = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
    pasted.name = exercise
    # unparse: other line breaks, quotes and brackets, and no comments.
    text = re.sub(r"\b(x|keep|rate|mask)\b", r"\1_of_mine", ast.unparse(pasted))
    looking = watch("06")
    looking.reading({3: text})
    found = [f for f in looking.evidence() if f.exercise == exercise]
    assert [(f.what, f.evidence) for f in found] == [
        (what, f"code cell 3, line 1: the body of `{exercise}` is that of {what}")
    ]


def test_pasted_layer_of_keras_is_known_again(watch):
    pasted = inspect.getsource(keras.layers.Dropout).replace("class Dropout", "class Mine")
    line = 1 + pasted[: pasted.index("def call")].count("\n")
    looking = watch("06")
    looking.reading({1: pasted, 2: "InvertedDropout = Mine"})
    assert f"code cell 1, line {line}: the body of `call` is that of keras.layers.Dropout" in [
        f.evidence for f in looking.evidence() if f.exercise == "dropout_layer"
    ]


# By lab and exercise: functions of the claims, and what more makes the answer of them.
REFERENCES = {
    ("00", "exponential_average"): (["claims.reference"], ""),
    ("04", "step_and_inverse"): (
        ["claims.decays.falls"],
        "step_decay = lambda t, i, f, e: i * f ** float(falls(np.array([t]), e)[0])",
    ),
    ("04", "warm_cosine"): (
        ["claims.warm_cosine.share"],
        "warm_cosine = lambda t, p, s, w: p * float(share(np.array([t]), s, w)[0])",
    ),
    ("04", "plateau_rates"): (["claims.plateau.rates_of"], ""),
    ("04", "suggest_rate"): (
        ["claims.suggestion.smoothed", "claims.suggestion.steepest"],
        "smooth_losses = smoothed\ndef suggest_rate(rates, losses, beta):\n"
        "    found = steepest(rates, losses, beta)\n    return found[0] if len(found) else None",
    ),
    ("05", "label_smoothing"): (
        ["claims.smoothing.cross_entropy"],
        "smoothed_cross_entropy = cross_entropy",
    ),
    ("05", "max_norm"): (["claims.projection.ball"], ""),
    ("06", "monte_carlo_predict"): (
        ["claims.monte_carlo.softmax"],
        "def monte_carlo_predict(forward, x, uniforms):\n"
        "    each = np.stack([softmax(forward(x, u)) for u in uniforms])\n"
        "    return each.mean(axis=0), each.std(axis=0)",
    ),
    ("07", "standardize"): (["claims.base.standardized"], ""),
    ("07", "batch_norm_in_test"): (["claims.base.by_statistics"], ""),
    ("07", "group_norm"): (["claims.groups.grouped"], ""),
    ("07", "weight_norm"): (
        ["claims.kernels.lengths"],
        "weight_norm = lambda v, g: v * g / lengths(v)",
    ),
    ("07", "fold"): (
        ["claims.serving.scale_and_shift"],
        "def fold(k, b, g, be, m, v, e):\n"
        "    scale, shift = scale_and_shift(g, be, m, v, e)\n"
        "    return k * scale, b * scale + shift",
    ),
    ("10", "residual_sum"): (
        ["claims.formula.branch"],
        "relu = lambda x: np.maximum(x, 0)\nresidual_sum = lambda x, *w: relu(x + branch(x, *w))",
    ),
    ("10", "chain_gradients"): (["claims.gradients.by_pushing_forward"], ""),
}  # fmt: skip


def reference_of(lab, dotted):
    """A function of the claims, as `inspect.getsource` gives it, under other names."""
    *module, name = f"{load(lab).package}.{dotted}".split(".")
    tree = ast.parse(inspect.getsource(getattr(sys.modules[".".join(module)], name)))
    return re.sub(r"\b(x|epsilon|losses|values)\b", r"\1_of_mine", ast.unparse(tree))


@pytest.mark.parametrize("asked", REFERENCES, ids="-".join)
def test_pasted_reference_of_the_claims_is_known_again(watch, asked):
    (lab, exercise), (references, rest) = asked, REFERENCES[asked]
    name = references[0].rpartition(".")[2]
    cell = "import numpy as np\n" + "\n".join(reference_of(lab, each) for each in references)
    looking = watch(lab)
    looking.reading({1: cell, 2: rest or f"{exercise} = {name}"})
    found = [f for f in looking.evidence() if f.exercise == exercise]
    assert {f.what for f in found} == {REFERENCE}
    said = f"the body of `{name}` is that of {load(lab).package}.{references[0]}"
    assert any(f.evidence.endswith(said) for f in found)
    forbidden = load(lab).forbidden
    assert [Finding.read(f.line, forbidden) for f in found] == found


def test_reference_of_another_lab_is_known_again(watch):
    looking = watch("04")
    looking.reading({1: reference_of("00", "claims.reference"), 2: "smooth_losses = reference"})
    assert [f.what for f in looking.evidence()] == [REFERENCE]


def test_short_bodies_are_nobodys_own():
    short = ast.parse("def f(x, mask):\n    return x * mask").body[0]
    assert fingerprint(short) is None


def test_library_that_an_answer_imports_later_is_watched(watch):
    """pandas is not among the dependencies; a stand-in is as good as the real one here."""
    looking = watch("00")
    stand_in = types.ModuleType("pandas")
    exec("class Series:\n    def ewm(self, alpha): return alpha", stand_in.__dict__)
    sys.modules["pandas"] = stand_in
    try:
        with looking.asking("exponential_average", "average"):
            assert stand_in.Series().ewm(alpha=0.5) == 0.5
    finally:
        del sys.modules["pandas"]
    assert [f.what for f in looking.evidence()] == ["pandas.Series.ewm"]


# --------------------------------------------------------------------- mechanics


@pytest.mark.parametrize("layers", [keras.layers, course_kit.layers], ids=["keras", "ours"])
def test_base_class_counts_for_the_forbidden_class_only(layers):
    """Dropout and its spatial sisters share methods; which one ran is told apart."""
    looking = Watch({"any": [f"{layers.__name__}.SpatialDropout1D"]})
    try:
        with looking.asking("any", "it"):
            layers.Dropout(0.5)(np.ones((2, 3, 4), "float32"), training=True)
        assert looking.evidence() == []
        with looking.asking("any", "it"):
            layers.SpatialDropout1D(0.5)(np.ones((2, 3, 4), "float32"), training=True)
        assert looking.evidence()
    finally:
        looking.close()


def test_every_forbidden_name_exists_and_is_watched(watch):
    """A name that was mistyped, or that a new Keras lost, would be watched by nobody."""
    absent = set()
    for library in LIBRARIES:  # the watch imports nothing
        try:
            importlib.import_module(library)
        except ImportError:
            absent.add(library.partition(".")[0])
    for lab in LABS:
        looking = watch(lab)
        assert {name.partition(".")[0] for name in looking._waiting} <= absent
        names = {name for part in looking._watched.values() for name, _ in part.names}
        forbidden = {name for names in load(lab).forbidden.values() for name in names}
        present = {name for name in forbidden if name.partition(".")[0] not in absent}
        assert names == present - IN_C


def test_every_exercise_says_what_it_forbids():
    for lab in LABS:
        assert set(load(lab).forbidden) == set(load(lab).exercises)


def test_lab_that_forbids_nonsense_is_told():
    lab = Lab("99_none", "None")
    with pytest.raises(UnknownName, match="no exercise 'answer'"):
        lab.forbids("answer", "keras.layers.Dropout")

    @lab.check("answer", points=1, hint="")
    def holds(student, draw):
        """It holds."""

    with pytest.raises(ValueError, match=r"dotted names such as keras\.layers\.Dropout, got 'Dro'"):
        lab.forbids("answer", "Dro")
    lab.forbids("answer", "keras.layers.Dropout", written_as=["Answer"])
    assert table(lab)["forbidden"] == {"answer": ["keras.layers.Dropout"]}
    assert table(lab)["written"] == {"answer": ["Answer"]}


def plain(a, b=2, /, c=3, *rest, d, e=5, **more):
    return a, b, c, rest, d, e, more


def closure(start):
    def count(step=1):
        nonlocal start
        start += step
        return start

    return count


def test_patched_functions_keep_signature_defaults_and_cells():
    seen = []

    def instead(original, arguments, keywords):
        seen.append((arguments, keywords))
        return original(*arguments, **keywords)

    count = closure(10)
    before = plain(1, 4, 6, 7, d=8, f=9), plain(1, d=2)
    patched = [Patched(plain, instead), Patched(count, instead)]
    assert (plain(1, 4, 6, 7, d=8, f=9), plain(1, d=2)) == before
    assert (count(), count(5)) == (11, 16)
    assert functools.partial(plain, 1)(d=0)[0] == 1
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'd'"):
        plain(1)
    for one in patched:
        one.restore()
    told = len(seen)
    assert count() == 17 and len(seen) == told == 5


def test_findings_are_few_short_and_clean(watch):
    looking = watch("06")
    line = "    a = keras.layers.Dropout  # \u202e\x1b[31m" + "x" * 500
    looking.reading({1: "def inverted_dropout(x, u, rate, training):\n" + f"{line}\n" * 200})
    found = looking.evidence()
    assert len(found) == 8
    assert all(len(f.line) < 300 and f.line.count("\n") == 2 for f in found)
    assert not any("\u202e" in f.line or "\x1b" in f.line for f in found)


def test_judge_takes_only_findings_of_its_own_lab():
    forbidden = load("06").forbidden
    real = Finding("dropout_layer", "keras.layers.Dropout", "code cell 1, line 1: `D`")
    assert Finding.read(real.line, forbidden) == real
    assert real.told.endswith("this exercise asks you to write it.")
    for line in ("", "x", "dropout_layer\nos.system\nhm", "nobody\nkeras.layers.Dropout\nhm"):
        assert Finding.read(line, forbidden) is None
    long = Finding.read("dropout_layer\nkeras.layers.Dropout\n" + "\x1b" + "y" * 10**6, forbidden)
    assert len(long.evidence) <= 200 and "\x1b" not in long.evidence
    for what in (REFERENCE, UNREAD):
        assert Finding.read(f"dropout_layer\n{what}\nhm", forbidden).told.startswith("Your answer")
        assert Finding.read(f"nobody\n{what}\nhm", forbidden) is None


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nkeras.layers.Dropout",
        "x = (1,",
        "(" * 5_000,
        "InvertedDropout = a" + ".b" * 3_000,
        "\x00",
        "\ud800",
        "InvertedDropout = 1\n" * 30_000,
        "",
    ],
    ids=["bash", "syntax", "nested", "chain", "null", "surrogate", "long", "empty"],
)
def test_odd_cells_are_read_without_complaint(watch, cell):
    looking = watch("06")
    looking.reading({1: cell, 2: "InvertedDropout = keras.layers.Dropout"})
    assert {f.evidence[:11] for f in looking.evidence()} == {"code cell 2"}


# What a cell may begin or end with and is run all the same.
HIDDEN = {
    "a magic that is not known": "%%wandb --run 7\n{}",
    "two magics": "\n%%time\n%%wandb\n{}",
    "a long comment": "{}\n#" + " " * 300_000,
    "comments": "{}\n" + "    # and so on\n" * 30_000,
    "blanks at the end of a line": "{}" + " " * 300_000,
    "empty lines": "\n" * 300_000 + "{}",
    "a command of two lines": "!pip install \\\n    nothing\n{}",
    "a line that begins with %": "a = (7\n    % 3)\n{}",
    "an indented cell": "    import numpy as np\n    {}",
    "prompts": ">>> import numpy as np\n>>> {}",
}


@pytest.mark.parametrize("way", HIDDEN)
def test_cell_that_is_run_is_read(watch, way):
    looking = watch("06")
    looking.reading({3: HIDDEN[way].format("InvertedDropout = keras.layers.Dropout")})
    found = [f for f in looking.evidence() if f.exercise == "dropout_layer"]
    assert [f.what for f in found] == ["keras.layers.Dropout"]
    assert found[0].evidence.startswith("code cell 3, line ")
    assert found[0].evidence.endswith(": `InvertedDropout = keras.layers.Dropout`") or way in (
        "a command of two lines",  # IPython makes one line of them
        "prompts",
    )


@pytest.mark.parametrize("magic", ["bash", "html", "writefile a.py", "R", "python3", "!"])
def test_cell_of_another_language_is_not_read(watch, magic):
    looking = watch("06")
    looking.reading({1: f"%%{magic}\nInvertedDropout = keras.layers.Dropout"})
    assert looking.evidence() == []


LONG = "\nNUMBERS = [" + "0, " * 100_000 + "]\n"


@pytest.mark.parametrize(
    "cells",
    [
        ["class InvertedDropout(keras.layers.Dropout): pass" + LONG],
        [LONG + HONEST],
        [
            "InvertedDropout = 1" + LONG + "def helper(x):\n    return x",
            HONEST + "\n    inner = helper",
        ],
        [HONEST, "%%wandb" + LONG + "InvertedDropout.call = other"],
    ],
    ids=["whole", "honest", "helper", "changed"],
)
def test_answer_in_a_cell_too_long_to_look_at_is_reported(watch, cells):
    looking = watch("06")
    looking.reading(dict(enumerate(cells, start=1)))
    number = 1 + ["NUMBERS" in cell for cell in cells].index(True)
    assert [(f.exercise, f.what, f.evidence) for f in looking.evidence()] == [
        ("dropout_layer", UNREAD, f"code cell {number} is too long")
    ]


def test_long_cell_that_the_answer_does_not_need_is_left_in_peace(watch):
    looking = watch("06")
    looking.reading({1: "import keras\nfrom keras import ops" + LONG, 2: HONEST,
                     3: LONG + "InvertedDropout(0.5)(NUMBERS)\nInvertedDropout == 1"})  # fmt: skip
    assert looking.evidence() == []


def test_answer_nested_too_deeply_is_reported(watch):
    looking = watch("06")
    looking.reading({1: "deep = a" + ".b" * 1_500, 2: "InvertedDropout = deep"})
    assert [(f.what, f.evidence) for f in looking.evidence()] == [
        (UNREAD, "its code is nested too deeply")
    ]


@pytest.mark.parametrize(
    "source",
    ["\n" * 10**6, " " * 10**6 + ".", "a" * 10**6, "a.a" * 10**5, "a:" * 10**5, " \n#" * 10**5],
    ids=["lines", "blanks", "letters", "dots", "colons", "comments"],
)
def test_looking_at_a_long_cell_costs_little(watch, source):
    looking = watch("06")
    begun = time.process_time()
    looking.reading({1: source})
    assert time.process_time() - begun < 8  # IPython itself takes a second or two


def test_magics_beside_python_are_read(watch):
    looking = watch("06")
    looking.reading({1: "%%time\n!pip install x\n%matplotlib inline\nD = keras.layers.Dropout\n",
                     2: "InvertedDropout = D\nInvertedDropout?"})  # fmt: skip
    assert [f.evidence for f in looking.evidence()][:1] == [
        "code cell 1, line 4: `D = keras.layers.Dropout`"
    ]
