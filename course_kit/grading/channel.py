"""The judge's end of the wire: length-capped frames, both ways under a deadline."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from course_kit.checks.answers import MAX_ANSWER_BYTES, Message, ProtocolError, decode, encode

LENGTH_BYTES = 4
MAX_FRAME = MAX_ANSWER_BYTES + 2**20
# How often the watch is asked whether the student has time left, in seconds.
TICK = 0.05


class Closed(Exception):
    """The other end is gone."""


class Channel:
    """Frames over a socket that never wait for the other side without a watch.

    Args:
        end: one end of a stream socket pair; given a short timeout.
        watch: called every `TICK` seconds while sending or receiving, whether the other
            side waits, drips or floods; raises when time is up.
    """

    def __init__(self, end: socket.socket, watch: Callable[[], None]):
        end.settimeout(TICK)
        self._end = end
        self._watch = watch
        self._watched = 0.0

    def send(self, message: Message) -> None:
        """Send one frame; `Closed` if the other end is gone."""
        blob = encode(message)
        left = memoryview(len(blob).to_bytes(LENGTH_BYTES, "big") + blob)
        while left:
            self._look()
            try:
                left = left[self._end.send(left) :]
            except TimeoutError:
                continue
            except OSError:
                raise Closed from None

    def receive(self) -> Message:
        """Receive one frame; `Closed` at the end, `ProtocolError` for anything else."""
        length = int.from_bytes(self._read(LENGTH_BYTES), "big")
        if length > MAX_FRAME:
            raise ProtocolError(f"a frame of {length:,} bytes; at most {MAX_FRAME:,} are read")
        return decode(bytes(self._read(length)))

    def close(self) -> None:
        """Hang up."""
        self._end.close()

    def _look(self) -> None:
        # By the clock, not by the piece: a thousand pieces of a byte are not a
        # thousand looks at another process.
        now = time.monotonic()
        if now - self._watched >= TICK:
            self._watched = now
            self._watch()

    def _read(self, count: int) -> bytearray:
        data = bytearray()
        while len(data) < count:
            self._look()
            try:
                part = self._end.recv(min(count - len(data), 2**20))
            except TimeoutError:
                continue
            except OSError:
                raise Closed from None
            if not part:
                raise Closed
            data += part
        return data


class PlainChannel:
    """The student's end: blocking, since it has nothing else to do."""

    def __init__(self, end: socket.socket):
        self._stream = end.makefile("rwb")

    def send(self, message: Message) -> None:
        """Send one frame."""
        blob = encode(message)
        self._stream.write(len(blob).to_bytes(LENGTH_BYTES, "big") + blob)
        self._stream.flush()

    def receive(self) -> Message:
        """Receive one frame; `EOFError` when the judge has hung up."""
        length = self._stream.read(LENGTH_BYTES)
        if len(length) < LENGTH_BYTES:
            raise EOFError
        return decode(self._stream.read(int.from_bytes(length, "big")))
