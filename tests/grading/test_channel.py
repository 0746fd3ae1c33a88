"""The wire: whatever the other side does costs a bounded time and a bounded memory."""

import json
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from course_kit.checks.answers import Message, ProtocolError, encode
from course_kit.grading import channel as wire
from course_kit.grading.channel import Channel, Closed, PlainChannel
from course_kit.grading.limits import Limits, Shown, show_level


class TimeIsUp(Exception):
    pass


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    end = time.monotonic() + 2.0

    def watch():
        if time.monotonic() > end:
            raise TimeIsUp

    yield Channel(ours, watch), theirs
    ours.close()
    theirs.close()


def framed(blob):
    return len(blob).to_bytes(4, "big") + blob


def test_both_ends_understand_each_other(ends):
    ours, theirs = ends
    answer = []

    def echo():
        plain = PlainChannel(theirs)
        answer.append(plain.receive())
        plain.send(answer[0])

    thread = threading.Thread(target=echo)
    thread.start()
    sent = Message("ask", "probe ticket", [np.random.default_rng(0).normal(size=(300, 1000))])
    ours.send(sent)
    back = ours.receive()
    thread.join()
    np.testing.assert_array_equal(back.arrays[0], sent.arrays[0])
    assert (back.kind, back.text) == ("ask", "probe ticket")


def test_silence_ends_with_the_watch(ends):
    with pytest.raises(TimeIsUp):
        ends[0].receive()


def test_side_that_does_not_read_ends_with_the_watch(ends):
    with pytest.raises(TimeIsUp):
        ends[0].send(Message("ask", "", [np.zeros(8 * 2**20)]))


def test_drip_ends_with_the_watch(ends):
    ours, theirs = ends

    def drip():
        try:
            theirs.sendall((1000).to_bytes(4, "big"))
            while True:
                theirs.sendall(b"x")
                time.sleep(0.02)
        except OSError:
            pass

    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises((TimeIsUp, ProtocolError)):
        ours.receive()


def test_frame_that_is_too_long_is_refused_before_it_is_read(ends):
    ours, theirs = ends
    theirs.sendall((wire.MAX_FRAME + 1).to_bytes(4, "big"))
    with pytest.raises(ProtocolError, match="bytes"):
        ours.receive()


@pytest.mark.parametrize("blob", [b"", b"junk" * 10, encode(Message("a"))[:-1]])
def test_frame_that_is_no_message_is_refused(ends, blob):
    ours, theirs = ends
    theirs.sendall(framed(blob))
    with pytest.raises(ProtocolError):
        ours.receive()


def test_closed_end_is_told(ends):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(Closed):
        ours.receive()
    with pytest.raises(Closed):
        ours.send(Message("a"))


def test_this_machine_bounds_time_memory_and_files(tmp_path):
    shown = show_level(str(tmp_path))
    assert str(shown) == "limits: processor time yes, memory yes, file size yes"


def test_limit_that_does_not_bind_is_seen(tmp_path, monkeypatch):
    """The canaries are attacks that succeed where a limit is not set."""
    from course_kit.grading import limits

    monkeypatch.setattr(
        limits, "_CANARY", limits._CANARY.replace("memory_bytes=1 << 28", "memory_bytes=1 << 40")
    )
    shown = show_level(str(tmp_path))
    assert shown.level == "none" and shown.properties["memory"] is False


def test_levels_are_ordered():
    shown = Shown("limits", {})
    assert shown.reaches("none") and shown.reaches("limits") and not shown.reaches("contained")


def test_limits_are_set_for_good():
    code = (
        "import resource, json; from course_kit.grading.limits import Limits\n"
        "Limits(cpu_seconds=5, file_bytes=1000, open_files=64).apply()\n"
        "names = ('CPU', 'FSIZE', 'NOFILE', 'CORE')\n"
        "print(json.dumps([resource.getrlimit(getattr(resource, 'RLIMIT_' + n)) for n in names]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[5, 7], [1000, 1000], [64, 64], [0, 0]]
    assert Limits().key()["memory_bytes"] == Limits().memory_bytes
