"""The judge compiles, runs, imports and unpickles nothing while it grades."""

import json
import subprocess
import sys

from handed_in import LABS, solution, solution_of, starter

PROGRAM = """
import json, sys
from course_kit.grading.examine import examine
from course_kit.grading.launchers import close_launchers

FORBIDDEN = ("compile", "exec", "import", "marshal.load", "pickle.", "code.__new__")
seen, listening = [], [False]

def hook(event, arguments):
    if listening[0] and event.startswith(FORBIDDEN):
        seen.append((event, str(arguments)[:200]))

sys.addaudithook(hook)
notebooks = [bytes.fromhex(line) for line in json.load(sys.stdin)]
examine(notebooks[0], LAB, b"s" * 32, "limits")  # what is loaded late is loaded now
examine(notebooks[1], LAB, b"s" * 32, "limits")
listening[0] = True
earned = [examine(data, LAB, b"t" * 32, "limits")["earned"] for data in notebooks]
listening[0] = False
close_launchers()
print(json.dumps([earned, seen]))
"""
ATTACKS = [
    "import os\nos._exit(3)",
    "def exponential_average(values, beta): return __import__('pickle').dumps(print)",
    "def exponential_average(values, beta): raise SystemExit('import os')",
    "def exponential_average(values, beta): return {'__reduce__': 'os.system'}",
    "raise ValueError('<script>compile</script>')",
]


def heard(lab, notebooks, program=PROGRAM):
    done = subprocess.run(
        [sys.executable, "-c", program.replace("LAB", repr(lab))],
        input=json.dumps([data.hex() for data in notebooks]),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_is_run_for_any_notebook():
    broken = [b"", b"[", b'{"nbformat": 4}']
    attacks = [solution_of(n, "00_first_steps", attack) for n, attack in enumerate(ATTACKS)]
    notebooks = [solution("00_first_steps"), *attacks, *broken]
    earned, seen = heard("00_first_steps", notebooks)
    assert earned[0] == 100 and seen == []


def test_nothing_is_run_for_a_lab_that_trains_networks():
    earned, seen = heard("06_dropout", [solution("06_dropout"), starter("06_dropout")])
    assert earned == [100, 0] and seen == []


def test_the_hook_hears_what_it_listens_for():
    loud = PROGRAM.replace("listening[0] = False", "import wave\nlistening[0] = False")
    _, seen = heard("00_first_steps", [solution("00_first_steps"), starter("00_first_steps")], loud)
    assert any(event == "import" for event, _ in seen)


def test_judge_needs_no_tensorflow():
    """It would cost every run half a gigabyte and four seconds; what is right is NumPy's to say."""
    code = "import sys; from course_kit.checks import load\n"
    code += f"for lab in {LABS!r}: assert load(lab).claims\n"
    code += "assert not {'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
