"""The wire: whatever the other side does costs a bounded time and a bounded memory."""

import socket
import threading
import time

import numpy as np
import pytest

from course_kit.checks.answers import Message, ProtocolError, encode
from course_kit.grading import channel as wire
from course_kit.grading.channel import Channel, Closed, PlainChannel


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


def test_watch_is_looked_at_by_the_clock_and_not_by_the_byte():
    """A look costs more than a byte does to the side that drips."""
    ours, theirs = socket.socketpair()
    looks = []
    channel = Channel(ours, lambda: looks.append(time.monotonic()))

    def drip():
        blob = framed(encode(Message("a", "x" * 1000)))
        for byte in blob:
            theirs.send(bytes([byte]))
            time.sleep(1e-4)

    start = time.monotonic()
    thread = threading.Thread(target=drip)
    thread.start()
    assert channel.receive().kind == "a"
    thread.join()
    assert 1 <= len(looks) <= 2 + (time.monotonic() - start) / wire.TICK
    ours.close()
    theirs.close()


def test_description_of_a_million_arrays_is_refused_before_it_is_read(ends):
    ours, theirs = ends
    entries = (f'"{n}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for n in range(2_000))
    header = ("{" + ",".join(entries) + "}").encode()
    theirs.sendall(framed(len(header).to_bytes(8, "little") + header))
    with pytest.raises(ProtocolError, match="too long"):
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
