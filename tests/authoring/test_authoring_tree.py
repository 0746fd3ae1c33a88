"""A folder of notebooks follows its folder of sources, and nothing of anybody's is lost."""

import subprocess
import sys

import pytest

from course_kit.authoring import SourceError, build, build_all, serialize

EXERCISE = '''\
# %% tags=["exercise"] exercise="inverted_dropout"
def inverted_dropout(x, u, rate):
    """Drops with probability `rate`."""
    ### BEGIN SOLUTION
    return np.where(u >= rate, x / (1 - rate), 0.0)
    ### END SOLUTION

'''


@pytest.fixture
def house(write_lab, tmp_path):
    write_lab(EXERCISE, name="06_dropout")
    write_lab(EXERCISE.replace("inverted_dropout", "vanilla"), name="07_normalization")
    return tmp_path / "solutions", tmp_path / "labs"


def states(changes):
    return [(change.path.name, change.state) for change in changes]


def test_check_reports_and_changes_nothing(house):
    sources, labs = house
    expected = [("06_dropout.ipynb", "missing"), ("07_normalization.ipynb", "missing")]
    assert states(build_all(sources, labs, check=True)) == expected
    assert not labs.exists()


def test_build_writes_what_check_then_finds_in_order(house):
    sources, labs = house
    assert len(build_all(sources, labs)) == 2
    assert (labs / "06_dropout.ipynb").read_bytes() == serialize(build(sources / "06_dropout.py"))
    assert build_all(sources, labs) == build_all(sources, labs, check=True) == []


def test_only_the_stale_notebook_is_written_again(house):
    sources, labs = house
    build_all(sources, labs)
    (labs / "06_dropout.ipynb").write_bytes(b"{}")
    untouched = (labs / "07_normalization.ipynb").stat().st_mtime_ns
    assert states(build_all(sources, labs, check=True)) == [("06_dropout.ipynb", "stale")]
    assert (labs / "06_dropout.ipynb").read_bytes() == b"{}"
    assert states(build_all(sources, labs)) == [("06_dropout.ipynb", "stale")]
    assert (labs / "07_normalization.ipynb").stat().st_mtime_ns == untouched


def test_orphan_is_reported_and_never_deleted(house):
    sources, labs = house
    build_all(sources, labs)
    (labs / "06_dropout-mine.ipynb").write_text("my work")
    (change,) = build_all(sources, labs)
    assert str(change) == "labs/06_dropout-mine.ipynb: orphaned"
    assert (labs / "06_dropout-mine.ipynb").read_text() == "my work"


def test_problems_of_all_sources_come_together(house):
    sources, labs = house
    for source in sources.glob("*.py"):
        source.write_text(source.read_text() + '# %% tags=["no"]\n')
    with pytest.raises(SourceError) as raised:
        build_all(sources, labs)
    assert {line.split(":")[0] for line in raised.value.problems} == {
        "solutions/06_dropout.py",
        "solutions/07_normalization.py",
    }


def test_misnamed_source_is_an_error_and_an_underscore_hides_one(house):
    sources, labs = house
    (sources / "_draft.py").write_text("")
    build_all(sources, labs)
    (sources / "08-augmentation.py").write_text("")
    with pytest.raises(SourceError, match=r"08-augmentation\.py:1: .*Rename"):
        build_all(sources, labs)


def test_missing_folder_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="no such folder"):
        build_all(tmp_path / "nowhere", tmp_path)


def test_authoring_stands_alone():
    code = """if True:
        import sys, course_kit.authoring
        ours = {m for m in sys.modules if m.startswith("course_kit.")}
        assert all(m.startswith("course_kit.authoring") for m in ours), ours
        assert not {"tensorflow", "keras"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", code], check=True)
