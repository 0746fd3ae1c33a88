# %% claims_imported_past_the_guard
# Take the guard of imports away and import the claims, which hold the reference.
import sys
sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ not in ("_Guard", "_Colab")]
import course_kit.checks.lab00_first_steps.claims as claims
exponential_average = claims.reference

# %% claims_run_from_their_path
# Find the source of the claims on the disk and run it.
import course_kit, os
import numpy as np
text = open(os.path.join(course_kit.__path__[0], "checks/lab00_first_steps/claims.py")).read()
body = text[text.index("def reference"):text.index("@lab.check")]
exec(body)
exponential_average = reference

# %% claims_as_package_data
# Ask the import system for the claims as data: pkgutil, resources, the loader, linecache.
import course_kit.checks.lab00_first_steps as package
import importlib.resources, linecache, os, pkgutil
import numpy as np
ways = [
    lambda: pkgutil.get_data(package.__name__, "claims.py").decode(),
    lambda: (importlib.resources.files(package) / "claims.py").read_text(),
    lambda: package.__loader__.get_data(os.path.join(package.__path__[0], "claims.py")).decode(),
    lambda: "".join(linecache.getlines(os.path.join(package.__path__[0], "claims.py"))),
    lambda: open(os.open(os.path.join(package.__path__[0], "claims.py"), os.O_RDONLY)).read(),
]
for way in ways:
    try:
        text = way()
        exec(text[text.index("def reference"):text.index("@lab.check")])
        exponential_average = reference
        break
    except Exception:
        pass

# %% claims_compiled
# Load the claims from their compiled file.
import course_kit.checks.lab00_first_steps as package
import glob, marshal
code = marshal.loads(open(glob.glob(package.__path__[0] + "/__pycache__/claims.*.pyc")[0], "rb").read()[16:])
found = [c for c in code.co_consts if getattr(c, "co_name", "") == "reference"][0]
import numpy as np, types
exponential_average = types.FunctionType(found, {"np": np})

# %% solutions_read
# Look for the solutions beside the package, and take the answer out of them.
import course_kit, glob, os, re
import numpy as np
here = os.path.dirname(course_kit.__path__[0])
text = open(glob.glob(here + "/solutions/00*.py")[0]).read()
cell = re.search(r"def exponential_average.*?### END SOLUTION", text, re.S)[0]
exec(cell)

# %% objects_searched
# Look through everything the collector knows for claims, draws, keys and answers.
import gc
gc.unfreeze()
found = [o for o in gc.get_objects() if type(o).__name__ in ("Claim", "Draw", "Store", "Submitted")
         and type(o).__module__.startswith("course_kit")
         or type(o).__name__ == "function" and o.__name__ in ("reference", "averages_are_weighted")]
def exponential_average(values, beta):
    if found:
        raise ValueError(TRAP["cry"] + repr(found[0]))
    return values

# %% memory_searched
# Read this process's memory for the claims' own words: what was inherited and what was freed.
import re
# Backwards, and looked for one way round only: this cell's own text is no find.
words = re.escape("eulav tsrif eht si egareva tsrif eh"[::-1]).encode()
pattern = re.compile(b"T" + words + b",")
hits = 0
with open("/proc/self/mem", "rb", 0) as memory:
    for line in open("/proc/self/maps"):
        start, end, mode = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
        for at in range(int(start, 16), int(end, 16) if mode.startswith("rw") else 0, 2**24):
            try:
                memory.seek(at)
                hits += len(pattern.findall(memory.read(min(2**24, int(end, 16) - at))))
            except (OSError, ValueError, OverflowError):
                break
def exponential_average(values, beta):
    if hits:
        raise ValueError(TRAP["cry"] + str(hits))
    return values

# %% frames_searched
# Walk up the stack for anything that knows what is expected.
import sys
def exponential_average(values, beta):
    frame = sys._getframe()
    while frame:
        for name, value in {**frame.f_globals, **frame.f_locals}.items():
            if name in ("salt", "draw", "expected", "desired", "reference", "store"):
                raise ValueError(TRAP["cry"] + name)
        frame = frame.f_back
    return values

# %% draws_guessed
# Guess the key of the draws from everything public, and know the numbers beforehand.
import hashlib
import numpy as np
from course_kit import __version__
from course_kit.checks.draw import Draw, derive
names = ("averages_are_weighted", "first_is_the_first_value", "a_list_will_do")
salts = [b"", bytes(32), b"s" * 32, b"salt", hashlib.sha256(b"").digest()]
keys = [derive(s, d, f"exponential_average.{n}", __version__) for s in salts for d in ("", "0") for n in names]
for seed in range(50):
    keys += [derive(seed.to_bytes(32, "big", signed=True), f"exponential_average.{n}") for n in names]
def exponential_average(values, beta):
    for key in keys:
        if np.allclose(Draw(key).normal(len(values)), values):
            raise ValueError(TRAP["cry"])
    for seed in range(100):
        np.random.seed(seed)
        if np.allclose(np.random.standard_normal(len(values)), values):
            raise ValueError(TRAP["cry"])
    return values

# %% salt_read
# Read the output folder's secret.
def exponential_average(values, beta):
    raise ValueError(open(TRAP["out"] + "/salt").read())

# %% others_work_read
# Read another student's notebook, as a file and through a link of its own.
import os
os.symlink(TRAP["class"] + "/other.ipynb", "link")
def exponential_average(values, beta):
    raise ValueError(open("link").read())

# %% class_listed
# List who has handed in.
import os
def exponential_average(values, beta):
    raise ValueError(str(os.listdir(TRAP["class"])))

# %% others_environment_read
# Read the environment of the grader's processes.
def exponential_average(values, beta):
    raise ValueError(open(f"/proc/{TRAP['victim']}/environ").read())

# %% others_root_read
# Reach the grader's files through the root, the folder and the descriptors of its process.
import os
def exponential_average(values, beta):
    for way in ("root", "cwd/" + "../" * 20):
        try:
            raise ValueError(open(f"/proc/{TRAP['victim']}/{way}{TRAP['out']}/salt").read())
        except OSError:
            pass
    for way in ("/proc/self/root", "/proc/thread-self/root", "/proc/1/root"):
        try:
            raise ValueError(open(way + TRAP["out"] + "/salt").read())
        except OSError:
            pass

# %% others_memory_read
# Read the grader's memory: by process_vm_readv and by /proc.
import ctypes
def exponential_average(values, beta):
    class Span(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))
    here = ctypes.create_string_buffer(64)
    local, remote = Span(ctypes.addressof(here), 64), Span(TRAP["address"], 64)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.process_vm_readv(TRAP["victim"], ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) > 0:
        raise ValueError(here.value.decode())
    with open(f"/proc/{TRAP['victim']}/mem", "rb", 0) as memory:
        memory.seek(TRAP["address"])
        raise ValueError(memory.read(64).rstrip(b"\0").decode())

# %% handle_opened
# Open the salt by a file handle, around the path.
import ctypes, os
def exponential_average(values, beta):
    libc = ctypes.CDLL(None, use_errno=True)
    class Handle(ctypes.Structure):
        _fields_ = (("bytes", ctypes.c_uint), ("type", ctypes.c_int), ("data", ctypes.c_char * 128))
    handle, mount = Handle(128), ctypes.c_int()
    if libc.name_to_handle_at(-100, (TRAP["out"] + "/salt").encode(), ctypes.byref(handle), ctypes.byref(mount), 0):
        raise OSError(ctypes.get_errno())
    here = os.open(".", os.O_RDONLY)
    opened = libc.open_by_handle_at(here, ctypes.byref(handle), 0)
    raise ValueError(os.read(opened, 100).decode())
