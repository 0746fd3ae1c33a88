"""The wire: whatever the other side does costs a bounded time and a bounded memory."""

import contextlib
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


def hostile(deed, theirs):
    """Run what the other side does in a thread, until its socket is closed."""

    def run():
        with contextlib.suppress(OSError):
            deed(theirs)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_drip_and_flood_of_single_bytes_cost_few_looks():
    """The watch asks the system about a process: by the clock, and not for each piece."""
    ours, theirs = socket.socketpair()
    looks = []
    blob = framed(encode(Message("a", "", [np.zeros(5_000, np.uint8)])))
    hostile(lambda end: [end.send(blob[i : i + 1]) for i in range(len(blob))], theirs)
    start = time.monotonic()
    message = Channel(ours, lambda: looks.append(1)).receive()
    assert message.arrays[0].size == 5_000
    assert len(looks) <= 2 + (time.monotonic() - start) / wire.TICK


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


def test_flood_that_never_ends_a_frame_ends_with_the_watch(ends):
    ours, theirs = ends
    theirs.sendall(wire.MAX_FRAME.to_bytes(4, "big"))

    def flood(end):
        while True:
            end.send(b"x")

    hostile(flood, theirs)
    with pytest.raises((TimeIsUp, ProtocolError)):
        ours.receive()


def test_flood_of_frames_is_read_one_by_one(ends):
    """What comes too much stays in the other side's buffer, and blocks the other side."""
    ours, theirs = ends
    frame = framed(encode(Message("answer", "x", [np.zeros(2**16)])))
    sent = []

    def flood(end):
        while True:
            end.sendall(frame)
            sent.append(1)

    thread = hostile(flood, theirs)
    assert ours.receive().text == "x"
    time.sleep(0.2)
    assert len(sent) < 5 and thread.is_alive()
    ours.close()
    thread.join(timeout=2)
    assert not thread.is_alive()


def test_two_answers_are_two_messages(ends):
    """The second is what the next question reads first: with a ticket that is not its own."""
    ours, theirs = ends
    for ticket in ("first", "second"):
        theirs.sendall(framed(encode(Message("answer", ticket, [np.ones(2)]))))
    assert [ours.receive().text for _ in range(2)] == ["first", "second"]


def test_frame_of_the_largest_size_is_read(ends):
    ours, theirs = ends
    room = wire.MAX_FRAME - len(encode(Message("answer", "t", [np.zeros(0, np.uint8)])))
    blob = encode(Message("answer", "t", [np.zeros(room - 64, np.uint8)]))
    assert wire.MAX_FRAME - 128 < len(blob) <= wire.MAX_FRAME
    hostile(lambda end: end.sendall(framed(blob)), theirs)
    assert ours.receive().arrays[0].size == room - 64


@pytest.mark.parametrize("sent", [0, 3, 4, 100])
def test_side_that_closes_in_the_middle_is_told(ends, sent):
    ours, theirs = ends
    theirs.sendall(framed(encode(Message("a", "", [np.zeros(99)])))[:sent])
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(Closed):
        ours.receive()


def test_side_that_closes_half_can_still_be_written_to_until_it_is_full(ends):
    """It will read nothing of it: the watch ends that, and nothing else hangs."""
    ours, theirs = ends
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(TimeIsUp):
        ours.send(Message("ask", "", [np.zeros(2**20)]))


def test_one_side_that_hangs_does_not_hold_another():
    """Each channel has its own watch: beside eight that drip, one answers at once."""
    pairs = [socket.socketpair() for _ in range(9)]
    ended = []

    def until(seconds):
        end = time.monotonic() + seconds

        def watch():
            if time.monotonic() > end:
                raise TimeIsUp

        return watch

    def drip(end):
        end.sendall((1_000).to_bytes(4, "big"))
        while True:
            end.sendall(b"x")
            time.sleep(0.01)

    def receive(ours):
        with contextlib.suppress(TimeIsUp):
            Channel(ours, until(1.0)).receive()
        ended.append(time.monotonic())

    threads = [hostile(drip, theirs) for _, theirs in pairs[:8]]
    readers = [threading.Thread(target=receive, args=(ours,)) for ours, _ in pairs[:8]]
    for reader in readers:
        reader.start()
    start = time.monotonic()
    pairs[8][1].sendall(framed(encode(Message("answer", "at once"))))
    assert Channel(pairs[8][0], until(10)).receive().text == "at once"
    assert not ended
    for reader in readers:
        reader.join(timeout=5)
    assert len(ended) == 8 and max(ended) - start < 3
    for ours, theirs in pairs:
        ours.close()
        theirs.close()
    for thread in threads:
        thread.join(timeout=2)


def test_description_of_a_million_arrays_is_refused_before_it_is_read(ends):
    ours, theirs = ends
    entries = (f'"{n}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for n in range(2_000))
    header = ("{" + ",".join(entries) + "}").encode()
    theirs.sendall(framed(len(header).to_bytes(8, "little") + header))
    with pytest.raises(ProtocolError, match="its header is over"):
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
