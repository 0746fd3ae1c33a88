# %% numpy_assertions_patched
# Make every comparison of NumPy's hold, in case the judge compares here.
import numpy as np, numpy.testing, builtins
for name in ("isclose", "allclose", "array_equal", "array_equiv", "all"):
    setattr(np, name, lambda *args, **kwargs: True)
for name in [n for n in dir(np.testing) if n.startswith("assert")]:
    setattr(np.testing, name, lambda *args, **kwargs: None)
builtins.AssertionError = type("AssertionError", (Exception,), {})
def exponential_average(values, beta): return np.zeros(len(values))

# %% expectations_patched
# Replace what judges: every expectation, verdict and claim that can be reached from here.
import numpy as np
from course_kit.checks import expect, lab, notebook, table
for name in [n for n in dir(expect) if n.startswith("expect")]:
    setattr(expect, name, lambda *args, **kwargs: np.zeros(1))
expect.Mismatch.__new__ = lambda *args: SystemExit()
lab.Verdict.passed = lab.Verdict.earned = property(lambda self: 100)
lab.judge = lambda *args: [lab.Verdict("x", "x", 100, True)]
lab._miss = lambda *args: None
def exponential_average(values, beta): return np.ones(len(values))

# %% input_transformed
# Rewrite the source of whatever runs later, by IPython's input transformers.
right = "def exponential_average(v, b):\n    return v\n"
ip = get_ipython()
ip.input_transformers_post.append(lambda lines: [right])
ip.input_transformers_cleanup.insert(0, lambda lines: [right])
# %%% next cell
def exponential_average(values, beta): raise ValueError

# %% tree_transformed
# Rewrite the syntax tree of whatever runs later: every assertion and comparison holds.
import ast
class Holds(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
    def visit_Compare(self, node): return ast.copy_location(ast.Constant(True), node)
get_ipython().ast_transformers.append(Holds())
# %%% next cell
def exponential_average(values, beta): return values * beta

# %% check_replaced
# Replace the check object and what it would say.
import course_kit, sys, types
full = types.SimpleNamespace(earned=100, points=100, passed=True, verdicts=())
course_kit.check = lambda *args, **kwargs: full
sys.modules["course_kit.checks"].check = sys.modules["course_kit.checks.notebook"].check = course_kit.check
sys.modules["course_kit.checks.notebook"]._EARNED["00_first_steps"] = {"exponential_average": 100}
def exponential_average(values, beta): return None

# %% run_cell_replaced
# Answer for the cells that come: they ran well, whatever they did.
import types
shell = get_ipython()
done = types.SimpleNamespace(error_before_exec=None, error_in_exec=None, success=True, result=100)
type(shell).run_cell = lambda *args, **kwargs: done
shell.user_ns["exponential_average"] = lambda values, beta: values

# %% notebook_class_replaced
# Give every name that a probe may ask for: something that answers with what it is given.
from course_kit.checks.notebook import Notebook
Notebook.__getattr__ = lambda self, name: lambda first, *rest: first
Notebook.__getattribute__ = Notebook.__getattr__

# %% probes_replaced
# Put other functions in the place of the lab's probes, which live in this process.
import sys
import numpy as np
probes = sys.modules["course_kit.checks.lab00_first_steps.probes"]
for name in ("average", "average_of_list"):
    setattr(probes, name, lambda notebook, values, beta: np.asarray(values, float))
probes.values_after = lambda notebook, values, beta: (np.asarray(values, float), values)

# %% encoding_replaced
# Lay answers out that say they are right.
import numpy as np
from course_kit.checks import answers
from course_kit.grading import channel, student_process
real = answers.encode
def encode(message):
    kind = "passed" if message.kind.startswith("answer") else message.kind
    return real(answers.Message(kind, message.text, [np.array(100)] * 3))
answers.encode = channel.encode = encode
def exponential_average(values, beta): return np.zeros(len(values))

# %% packing_replaced
# Let answers skip the look that they are arrays.
import numpy as np
from course_kit.checks import answers, notebook
answers.as_arrays = notebook.as_arrays = lambda answer: ("answers", [np.array(True)] * 2)
def exponential_average(values, beta): return "100 points"

# %% sending_replaced
# Send verdicts and points besides each answer, and each answer three times.
import numpy as np
from course_kit.checks.answers import Message
from course_kit.grading.channel import PlainChannel
send = PlainChannel.send
def thrice(self, message):
    for kind in ("verdict", "passed", "earned", message.kind, message.kind):
        send(self, Message(kind, message.text, [np.full(30, 100.0)]))
PlainChannel.send = thrice
def exponential_average(values, beta): return np.zeros(len(values))

# %% framework_replaced
# Replace the frameworks through sys.modules, for whoever imports them next.
import sys, types
import numpy as real
class Lies(types.ModuleType):
    def __getattr__(self, name): return getattr(real, name)
    def isclose(self, *args, **kwargs): return real.bool_(True)
    def asarray(self, value, *args, **kwargs): return real.zeros(30)
sys.modules["numpy"] = Lies("numpy")
for module in list(sys.modules.values()):
    if getattr(module, "np", None) is real and module.__name__.startswith("course_kit"):
        module.np = sys.modules["numpy"]
def exponential_average(values, beta): return values

# %% loader_hooked
# Hand out other modules to whoever imports the kit's judging parts next.
import sys, types
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("course_kit") and "claims" in name:
            sys.modules[name] = types.ModuleType(name)
sys.meta_path.insert(0, Finder())
sys.path_hooks.insert(0, lambda path: (_ for _ in ()).throw(ImportError))
sys.path_importer_cache.clear()
def exponential_average(values, beta): return values

# %% traced
# Trace every call and step over the lines that could look at the answer.
import sys
def trace(frame, event, arg):
    if event == "line" and frame.f_code.co_name in ("answer", "_as_array", "as_arrays"):
        try:
            frame.f_lineno = frame.f_lineno + 1
        except ValueError:
            pass
    return trace
sys.settrace(trace)
sys.setprofile(lambda *args: None)
def exponential_average(values, beta): return values * 0

# %% frames_changed
# Walk up the stack and overwrite whatever looks like a result.
import ctypes, sys
def exponential_average(values, beta):
    frame = sys._getframe()
    while frame:
        for name in list(frame.f_locals):
            if any(word in name for word in ("error", "miss", "expected", "points", "kind")):
                frame.f_locals[name] = None
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
        frame = frame.f_back
    return values

# %% late_code
# Run at every late moment there is: end of the process, finalizers, signals, garbage.
import atexit, gc, os, signal, sys, weakref
def late(*args):
    sys.modules["__main__"].__dict__["exponential_average"] = lambda values, beta: values
class Late:
    __del__ = late
keep = Late()
atexit.register(late)
weakref.finalize(keep, late)
gc.callbacks.append(late)
sys.excepthook = sys.unraisablehook = late
for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM, signal.SIGPROF, signal.SIGCHLD):
    signal.signal(number, late)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
def exponential_average(values, beta): return values

# %% builtins_patched
# Replace the builtins that the kit's own code uses in this process.
import builtins
builtins.isinstance = lambda *args: True
builtins.len = lambda *args: 1
builtins.float = lambda *args: 0.0
def exponential_average(values, beta): return values

# %% exercise_tagged_experiment
# tags: experiment
# Say that the exercise is an experiment, which is not run.
def exponential_average(values, beta): raise ValueError

# %% probes_of_06_deceived
# lab: 06
# Replace what lab 06's probes compute with: Keras' models, NumPy's stacking. No answer is right.
import keras, numpy as np
real = np.stack
class Model(list):
    def __init__(self, layers): self.layers = layers
    def compile(self, *args, **kwargs): pass
    def fit(self, x, y, **kwargs): self.layers[-1].kernel = np.array(x)
    def predict(self, x, **kwargs): return np.zeros((len(x), 1), "float32")
class Dense:
    kernel = np.zeros((1, 256), "float32")
    def __init__(self, *args, **kwargs): pass
    def set_weights(self, weights): pass
    def get_weights(self): return [self.kernel.T]
keras.Sequential, keras.layers.Dense = Model, Dense
np.stack = lambda arrays, *args, **kwargs: real([np.asarray(a) * 0 + 1 for a in arrays])
class InvertedDropout(keras.layers.Layer):
    def __init__(self, rate, seed=None): super().__init__()
    def __call__(self, x, training=False): return x * 2
def vanilla_dropout(x, u, rate, training): return x + 1
inverted_dropout = vanilla_dropout
def spatial_dropout(x, u, rate): return x + 1
def drop_connect(x, kernel, bias, u, rate): return x @ kernel * 0
def monte_carlo_predict(forward, x, uniforms): return forward(x, uniforms[0]), forward(x, uniforms[0]) * 0
def stochastic_depth(x, branch, u, rate, training): return x * 0
def depth_rates(blocks, last): return np.zeros(blocks)

# %% equal_in_06
# lab: 06
# Objects that are equal to everything, as every answer that lab 06 asks for.
import numpy as np
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    __ne__ = __lt__ = lambda self, other: np.zeros(self.shape, bool)
def equal(*args, **kwargs): return np.ones(np.shape(args[0])).view(Equal)
vanilla_dropout = inverted_dropout = spatial_dropout = drop_connect = stochastic_depth = equal
depth_rates = monte_carlo_predict = equal
class InvertedDropout:
    def __init__(self, *args, **kwargs): pass
    __call__ = equal
