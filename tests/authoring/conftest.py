from pathlib import Path

import pytest

HEADER = """\
# %% [markdown] title="Dropout" minutes=45 prerequisites="02_initialization"
# Where the factor `1 - rate` belongs.

"""


@pytest.fixture
def write_lab(tmp_path: Path, monkeypatch):
    """Writes solutions/NAME.py below a house with a setup.cfg, and stands in that house."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "solutions").mkdir()
    (tmp_path / "setup.cfg").write_text(
        "[course_kit:labs]\nrepository = course-kit/course-kit\nbranch = main\n"
    )

    def write(body: str, name: str = "06_dropout", header: str = HEADER) -> Path:
        path = tmp_path / "solutions" / f"{name}.py"
        path.write_bytes((header + body).encode())
        return path

    return write
