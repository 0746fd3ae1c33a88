# %% endless_loop
# says: Code cell 1: stopped after 2 s of processor time
while True:
    pass

# %% endless_loop_in_the_library
# says: Code cell 1 .*used up 4 s of processor time|Code cell 1: stopped
sum(range(10**13))

# %% loop_that_swallows_interrupts
# says: Code cell 1 ended the process \(stopped: it used up 4 s
while True:
    try:
        sum(range(99))
    except BaseException:
        pass

# %% timer_ignored
# says: Code cell 1 ended the process \(stopped: it used up 4 s
import signal
signal.signal(signal.SIGPROF, signal.SIG_IGN)
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True:
    pass

# %% timer_changed
# says: Code cell 1 ended the process \(stopped: it used up 4 s
import signal
signal.setitimer(signal.ITIMER_PROF, 0)
signal.signal(signal.SIGXCPU, lambda *args: None)
while True:
    pass

# %% sleep_for_ever
# says: Code cell 1 ended the process \(stopped: no answer in
import time
while True:
    time.sleep(1000)

# %% stopped_by_itself
# says: Code cell 1 ended the process \(stopped: no answer in
# says as the first process: ^$
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)

# %% pattern_without_end
# says: Code cell 1
import re
re.match("(a+)+$", "a" * 60 + "b")

# %% training_without_end
# says: Code cell 1
import keras, numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
while True:
    model.fit(np.ones((64, 4)), np.ones((64, 1)), verbose=0)

# %% threads_that_spin
# says: used up|^$
import threading
def spin():
    while True:
        pass
for _ in range(4):
    threading.Thread(target=spin, daemon=True).start()

# %% fork_bomb
# says: PermissionError
import os
for _ in range(20):
    os.fork()

# %% thread_bomb
# says: more than 512 threads|can't start new thread
import threading, time
threading.stack_size(2**16)
for _ in range(3000):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
time.sleep(5)

# %% threads_behind_a_name
# says: more than 512 threads|can't start new thread
# What the process is called stands before its number of threads in /proc/PID/status.
import ctypes, threading, time
ctypes.CDLL(None).prctl(15, b"Threads:\t1")
threading.stack_size(2**16)
for _ in range(3000):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
time.sleep(5)

# %% files_without_a_name
# says: wrote more than|No space left
import os, time
kept = []
for number in range(4):
    kept.append(os.open(f"nameless-{number}", os.O_RDWR | os.O_CREAT))
    os.unlink(f"nameless-{number}")
    os.posix_fallocate(kept[-1], 0, 200 * 2**20)
time.sleep(5)

# %% files_beyond_a_path
# says: wrote more than|No space left
import os, time
for _ in range(30):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
for number in range(4):
    with open(f"deep-{number}", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 200 * 2**20)
time.sleep(5)

# %% allocation_bomb
# says: more than 1 GiB of memory|MemoryError
import time
hoard = []
while True:
    hoard.append(bytearray(b"x") * 2**26)
    time.sleep(0.02)

# %% allocation_at_once
# says: MemoryError
hoard = bytearray(20 * 2**30)

# %% mapping_bomb
# says: Code cell 1: (OSError|MemoryError|ValueError)
import mmap
maps = [mmap.mmap(-1, 2**33) for _ in range(10**6)]

# %% one_large_file
# says: File too large
import os
with open("large", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 2**30)

# %% many_large_files
# says: No space left|GiB of files
import os, time
for number in range(12):
    with open(f"filler-{number}", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 2**26)
time.sleep(5)

# %% very_many_files
# says: Code cell 1|^$
for number in range(10**5):
    open(f"{number}", "w").close()

# %% deep_folders
# says: ^$|Code cell 1
import os
for _ in range(2000):
    os.mkdir("deeper")
    os.chdir("deeper")

# %% links_in_circles
# says: ^$
import os
os.mkdir("a")
for number in range(100):
    os.symlink("..", f"a/up-{number}")
    os.symlink(f"circle-{number}", f"circle-{number}")

# %% folders_without_permission
# says: ^$
import os
os.makedirs("shut/in/in")
for path in ("shut/in/in", "shut/in", "shut"):
    os.chmod(path, 0)

# %% pipe_in_the_folder
# says: PermissionError|no answer
import os
os.mkfifo("pipe")
open("pipe").read()

# %% folder_deleted
# says: ^$
import os, shutil
shutil.rmtree(os.getcwd(), ignore_errors=True)

# %% gigabyte_of_output
# says: ^$
line = "x" * 2**20
for _ in range(1024):
    print(line)

# %% recursion
# says: Code cell 1: RecursionError
def deeper(): return deeper()
deeper()

# %% recursion_without_limit
# says: Code cell 1
import sys
sys.setrecursionlimit(10**9)
class Deep:
    def __repr__(self): return repr([self])
repr(Deep())

# %% error_that_cannot_be_said
# says: Code cell 1
class Unsaid(Exception):
    def __str__(self): return str(self)
    __repr__ = __str__
raise Unsaid

# %% crash
# says: crashed
import ctypes
ctypes.string_at(0)

# %% abort
# says: crashed
import os
os.abort()

# %% exit
# says: exit code 7
import os
os._exit(7)

# %% exit_later
# says: Code cell 1: SystemExit
import atexit, sys
atexit.register(sys.exit, 3)
raise SystemExit

# %% descriptors_closed
# says: Code cell 1 ended the process
import os
os.closerange(0, 1000)

# %% descriptors_used_up
# says: ^$|Code cell
import os
kept = []
while True:
    try:
        kept.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        break

# %% wire_shouted_at
# says: Code cell 1 ended the process
import os
os.write(3, b"x" * 100)

# %% wire_dripped_on
# says: Code cell 1 ended the process \(stopped: no answer
import os, time
os.write(3, (10**6).to_bytes(4, "big"))
while True:
    os.write(3, b"x")
    time.sleep(0.001)

# %% wire_flooded_with_cells
# says: it spoke more than 10,000 times
import os
from course_kit.checks.answers import Message, encode
import numpy as np
blob = encode(Message("cell", "", [np.array(1)]))
frames = (len(blob).to_bytes(4, "big") + blob) * 100
while True:
    os.write(3, frames)

# %% policies_changed
# says: ^$
import keras
keras.config.set_dtype_policy("float16")
keras.config.set_floatx("float16")
keras.config.set_image_data_format("channels_first")
keras.config.disable_flash_attention()
keras.utils.set_random_seed(0)

# %% caches_poisoned
# says: ^$
import os, pathlib, matplotlib, keras
home = pathlib.Path.home()
for path, text in {
    ".keras/keras.json": '{"backend": "torch", "floatx": "float16"}',
    ".config/matplotlib/matplotlibrc": "backend: nonsense",
    ".ipython/profile_default/startup/00.py": "raise SystemExit",
    "sitecustomize.py": "raise SystemExit",
}.items():
    for top in (home, *(os.environ[n] for n in ("KERAS_HOME", "MPLCONFIGDIR", "IPYTHONDIR"))):
        target = pathlib.Path(top, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

# %% builtins_deleted
# says: Code cell 1|ended|raised
import builtins
builtins.__dict__.clear()

# %% modules_deleted
# says: .
import sys
sys.modules.clear()

# %% control_characters
# says: ValueError: \[31mred =1\+1
raise ValueError("\x1b[31mred\u202e\n=1+1\x00")

# %% lone_surrogates
# says: Code cell 1|^$
x = "\ud800"
raise ValueError(x)

# %% answer_without_end
# answers: False
# says: used up 2 s of processor time
def exponential_average(values, beta):
    while True:
        pass

# %% answer_asleep
# answers: False
# says: no answer in
import time
def exponential_average(values, beta):
    time.sleep(1000)

# %% array_without_end
# answers: False
# says: used up 2 s of processor time
class Endless:
    def __array__(self, *args, **kwargs):
        while True:
            pass
def exponential_average(values, beta):
    return Endless()

# %% generator_without_end
# answers: False
# says: expected an array of numbers
import itertools
def exponential_average(values, beta):
    return itertools.count()

# %% giant_answer
# answers: False
# says: at most 64 are accepted
import numpy as np
def exponential_average(values, beta):
    return np.zeros(2**24)

# %% not_numbers
# answers: False
# says: 30 of 30 values are NaN or infinite
import numpy as np
def exponential_average(values, beta):
    return np.full(len(values), np.nan) * np.inf

# %% objects
# answers: False
# says: expected an array of numbers
import numpy as np
def exponential_average(values, beta):
    return np.array([object()] * len(values))

# %% wrong_shape
# answers: False
# says: expected shape \(30,\), got shape \(1, 1, 30\)
import numpy as np
def exponential_average(values, beta):
    return np.zeros((1, 1, len(values)))

# %% name_that_raises
# answers: False
# says: your code raised
class Raises:
    def __getattribute__(self, name): raise RuntimeError("no")
    def __call__(self, *args): raise RecursionError
exponential_average = Raises()

# %% shared_memory_left
# says: ^$
import ctypes
ctypes.CDLL(None).shmget(0x0C0DE, 4096, 0o1666)
