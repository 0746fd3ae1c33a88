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
        watch: called every `TICK` seconds while at work; raises when time is up.
    """

    def __init__(self, end: socket.socket, watch: Callable[[], None]):
        end.settimeout(TICK)
        self._end = end
        self._watch_it = watch
        self._watched_at = -TICK

    def send(self, message: Message) -> None:
        """Send one frame; `Closed` if the other end is gone."""
        blob = encode(message)
        left = memoryview(len(blob).to_bytes(LENGTH_BYTES, "big") + blob)
        while left:
            self._watch()
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

    def _watch(self) -> None:
        # To look costs more than a byte does to the side that drips.
        now = time.monotonic()
        if now >= self._watched_at + TICK:
            self._watched_at = now
            self._watch_it()

    def _read(self, count: int) -> bytearray:
        data = bytearray()
        while len(data) < count:
            self._watch()
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
