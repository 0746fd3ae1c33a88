"""A lab in JupyterLab, in a real browser: an exercise is typed in, and its check is read."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from handed_in import ANSWERS, LABS, solution, starter

ALL = bool(os.environ.get("COURSE_KIT_ALL_TESTS"))
SECONDS = 120


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """A server of JupyterLab with every lab's student notebook: its folder and its address."""
    folder = tmp_path_factory.mktemp("jupyter")
    for lab in LABS:
        (folder / f"{lab}.ipynb").write_bytes(starter(lab))
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    homes = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    words = "--no-browser --allow-root --ServerApp.port=0 --IdentityProvider.token=".split()
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *words, f"--ServerApp.root_dir={folder}"],
        env=plain | homes | {"COURSE_KIT_SMOKE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        found = None
        while found is None:
            line = server.stderr.readline()
            assert line, "the server ended"
            found = re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/lab", line)
        yield f"http://127.0.0.1:{found[1]}/lab/tree"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=30)


class Lab:
    """A notebook on the screen, driven by the keyboard as a student does."""

    def __init__(self, page, lab):
        self.page, self.document = page, json.loads(starter(lab))
        self.at = 0

    def open(self):
        self.shows(re.compile(r"\| Idle$"))
        self.page.locator(".jp-Notebook .jp-Cell").first.click(position={"x": 5, "y": 5})
        self.page.keyboard.press("Escape")
        self.stands_at(0)

    def shows(self, text):
        """Wait until the status bar says so: keys that come earlier are lost."""
        bar = self.page.locator("#jp-main-statusbar")
        bar.get_by_text(text).first.wait_for(timeout=SECONDS * 1000)

    def stands_at(self, number):
        self.at = number
        self.shows(re.compile(rf"^Cell {number + 1}/"))

    def go_to(self, number):
        while self.at != number:
            down = number > self.at
            self.page.keyboard.press("ArrowDown" if down else "ArrowUp")
            self.stands_at(self.at + (1 if down else -1))

    def run(self):
        self.page.keyboard.press("Shift+Enter")
        self.stands_at(self.at + 1)

    def fill_in(self, source):
        self.page.keyboard.press("Enter")
        self.shows("Mode: Edit")
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)
        self.run()
        self.shows("Mode: Command")

    def table(self, number):
        """What the check in that cell shows, once it says how many points there are."""
        output = self.page.locator(f".jp-Cell[data-windowed-list-index='{number}'] .jp-OutputArea")
        output.get_by_text(re.compile(r"\d+ of \d+ points$")).first.wait_for(
            timeout=SECONDS * 1000
        )
        return output.inner_text()


def sources(lab):
    return ["".join(cell["source"]) for cell in lab.document["cells"]]


def first_exercise(lab):
    cells = lab.document["cells"]
    return next(n for n, cell in enumerate(cells) if "exercise" in cell["metadata"])


@pytest.mark.parametrize("lab", LABS if ALL else LABS[:1])
def test_exercise_typed_in_is_checked(browser, jupyter, lab):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{jupyter}/{lab}.ipynb?reset")  # no notebook of the page before
    shown = Lab(page, lab)
    shown.open()
    number = first_exercise(shown)
    exercise = shown.document["cells"][number]["metadata"]["exercise"]
    check = next(n for n, text in enumerate(sources(shown)) if f'check("{exercise}")' in text)
    for n, cell in enumerate(shown.document["cells"][:number]):
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and "experiment" not in tags:
            shown.go_to(n)
            shown.run()
    solved = json.loads(solution(lab))["cells"][number]["source"]
    wrong = next(a for a in ANSWERS if (a.lab, a.exercise) == (lab, exercise) and a.loses)
    for source, sign in ((wrong.code, "✗"), ("".join(solved), "✓")):
        shown.go_to(number)
        shown.fill_in(source)
        shown.go_to(check)
        shown.run()
        end = time.monotonic() + SECONDS
        while sign not in (table := shown.table(check)) or (sign == "✓") == ("✗" in table):
            assert time.monotonic() < end, table
            time.sleep(0.2)
        assert ("Hint" in table) == (wrong.sentence in table) == (sign == "✗")
    page.close()
