"""Students' folders are removed whatever was built in them, and nothing else is."""

import math
import os
import threading

import pytest

from course_kit.grading.folders import nameless, remove, size


@pytest.fixture
def kept(tmp_path):
    folder = tmp_path / "kept"
    (folder / "results").mkdir(parents=True)
    (folder / "salt").write_text("secret")
    folder.chmod(0o755)
    yield folder
    assert (folder / "salt").read_text() == "secret" and (folder / "results").is_dir()
    assert folder.stat().st_mode & 0o777 == 0o755


def test_what_cannot_be_measured_is_too_large(tmp_path):
    top = tmp_path / "top"
    inner = top / "in"
    inner.mkdir(parents=True)
    assert size(top) < math.inf
    here = os.open(inner, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    assert size(top) == math.inf
    remove(top)


def test_files_are_counted_after_their_names_are_gone(tmp_path):
    before = nameless(os.getpid())
    with open(tmp_path / "file", "wb") as file:
        file.write(bytes(2**20))
        file.flush()
        assert nameless(os.getpid()) == before
        (tmp_path / "file").unlink()
        assert nameless(os.getpid()) >= before + 2**20
    assert nameless(os.getpid()) == before


def test_deep_trees_and_shut_folders_are_removed(tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(3000):  # deeper than a path can name, and than Python recurses
        os.mkdir("in", dir_fd=here)
        inner = os.open("in", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    (top / "shut" / "in").mkdir(parents=True)
    (top / "shut" / "in").chmod(0)
    (top / "shut").chmod(0)
    remove(top)
    assert not top.exists()


def test_links_inside_are_removed_and_not_followed(tmp_path, kept):
    top = tmp_path / "top"
    (top / "in").mkdir(parents=True)
    for place in (top, top / "in"):
        (place / "folder").symlink_to(kept)
        (place / "file").symlink_to(kept / "salt")
    assert size(top) < 2**16
    remove(top)
    assert not top.exists()


def test_link_in_the_place_of_the_folder_is_not_followed(tmp_path, kept):
    link = tmp_path / "link"
    link.symlink_to(kept)
    remove(link)


def test_folder_that_becomes_a_link_meanwhile_is_not_followed(tmp_path, kept):
    top = tmp_path / "top"
    for number in range(300):
        (top / f"{number}").mkdir(parents=True)
    begun = threading.Event()

    def swap():
        begun.set()
        for number in range(300):
            try:
                (top / f"{number}").rmdir()
                (top / f"{number}").symlink_to(kept)
            except OSError:
                pass

    thread = threading.Thread(target=swap)
    thread.start()
    begun.wait()
    for _ in range(5):
        remove(top)
    thread.join()
    remove(top)
    assert not top.exists()
