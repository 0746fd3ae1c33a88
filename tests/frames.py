"""Frames to fuzz the wire with: messages, and mutations that know how a frame is laid out."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course_kit.checks.answers import Message, encode

DTYPES = [
    "BOOL",
    "U8",
    "I8",
    "I16",
    "U16",
    "I32",
    "U32",
    "I64",
    "U64",
    "F16",
    "F32",
    "F64",
    "BF16",
    "F8_E4M3",
    "C64",
    "F128",
    "O",
]
PLAIN = ["?", "u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]
SIZES = [0, 1, 2, 3, 7, 2**16, 2**31, 2**32, 2**40, 2**62, 2**63 - 1, 2**63, 2**64, -1]
ODD = [None, True, -1, 0.5, 1e308, float("nan"), "x", "\ud800", [], {}, [[]], "1" * 999, 10**400]
NAMES = ["kind", "text", "0", "1", "2", "00", "-1", "٣", "", "__metadata__", "x" * 300, "\x00"]


def messages(generator: random.Random, count: int) -> list[bytes]:
    """Right frames of every dtype, from none to five arrays of none to four axes."""
    numbers = np.random.default_rng(generator.randrange(2**32))
    frames = []
    for _ in range(count):
        arrays = []
        for _ in range(generator.randrange(6)):
            shape = [generator.randrange(4) for _ in range(generator.randrange(5))]
            array = numbers.integers(0, 2, shape).astype(generator.choice(PLAIN))
            arrays.append(array * np.nan if array.dtype.kind == "f" else array)
        frames.append(
            encode(Message(generator.choice(["answer", "answers", "error"]), "t", arrays))
        )
    return frames


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """`count` frames, each one to three mutations away from a right one."""
    generator = random.Random(seed)
    right = messages(generator, 200)
    for _ in range(count):
        frame = generator.choice(right)
        for _ in range(generator.choice((1, 1, 2, 3))):
            frame = generator.choice(MUTATIONS)(generator, frame)
        yield frame


def laid_out(header: Any, data: bytes) -> bytes:
    """A frame of a header, given as what JSON shows or as bytes, and its data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode("utf-8", "replace")
    return len(text).to_bytes(8, "little") + text + data


def taken_apart(frame: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and data, or an empty header where there is none to be read."""
    length = int.from_bytes(frame[:8], "little")
    try:
        header = json.loads(frame[8 : 8 + length])
    except (ValueError, RecursionError):
        return {}, frame[8:]
    return (header if isinstance(header, dict) else {}), frame[8 + length :]


def _flip(generator: random.Random, frame: bytes) -> bytes:
    changed = bytearray(frame)
    for _ in range(generator.randrange(1, 9) if changed else 0):
        changed[generator.randrange(len(changed))] ^= 1 << generator.randrange(8)
    return bytes(changed)


def _flip_data(generator: random.Random, frame: bytes) -> bytes:
    header, data = taken_apart(frame)
    return laid_out(header, _flip(generator, data))


def _cut(generator: random.Random, frame: bytes) -> bytes:
    return frame[: generator.randrange(len(frame) + 1)]


def _lengthen(generator: random.Random, frame: bytes) -> bytes:
    return frame + generator.randbytes(generator.randrange(1, 40))


def _noise(generator: random.Random, frame: bytes) -> bytes:
    return generator.randbytes(generator.randrange(200))


def _splice(generator: random.Random, frame: bytes) -> bytes:
    at, to = generator.randrange(len(frame) + 1), generator.randrange(len(frame) + 1)
    return frame[:at] + frame[to:]


def _lie_about_the_header(generator: random.Random, frame: bytes) -> bytes:
    length = generator.choice([*SIZES, len(frame), len(frame) - 8, 64 * 2**10, 100 * 10**6])
    return (length % 2**64).to_bytes(8, "little") + frame[8:]


def _nan(generator: random.Random, frame: bytes) -> bytes:
    header, data = taken_apart(frame)
    return laid_out(header, b"\xff" * len(data))


def _bomb(generator: random.Random, frame: bytes) -> bytes:
    depth = generator.choice([100, 130, 5_000])
    bomb: bytes = generator.choice(
        [
            b"[" * depth,
            b'{"a":' * depth,
            b'{"__metadata__":' + b"{" * depth,
            b'{"0":' + b"[" * depth + b"]" * depth + b"}",
            b'{"0":{"dtype":"F32","shape":' + b"[" * depth,
            b'{"' + b"x" * depth + b'":1}',
            b"9" * depth,
            b'"' + b"\\u0000" * depth,
            b" " * depth + b"{}",
        ]
    )
    return laid_out(bomb, b"")


def _many_arrays(generator: random.Random, frame: bytes) -> bytes:
    count = generator.choice([255, 256, 257, 258, 300, 900])
    header, data = taken_apart(frame)
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [len(data), len(data)]}
    return laid_out(header | {f"{i}": empty for i in range(count)}, data)


def _many_axes(generator: random.Random, frame: bytes) -> bytes:
    axes = generator.choice([31, 32, 33, 64, 65, 1_000])
    return _with_entry(generator, frame, shape=[1] * axes)


def _huge_and_empty(generator: random.Random, frame: bytes) -> bytes:
    shape = [0, *(generator.choice(SIZES) for _ in range(generator.randrange(1, 4)))]
    generator.shuffle(shape)
    return _with_entry(generator, frame, shape=shape)


def _other_dtype(generator: random.Random, frame: bytes) -> bytes:
    return _with_entry(generator, frame, dtype=generator.choice([*DTYPES, *ODD]))


def _other_shape(generator: random.Random, frame: bytes) -> bytes:
    sizes = [generator.choice(SIZES) for _ in range(generator.randrange(4))]
    return _with_entry(generator, frame, shape=generator.choice([sizes, generator.choice(ODD)]))


def _other_offsets(generator: random.Random, frame: bytes) -> bytes:
    offsets = [generator.choice([*SIZES, *range(40)]) for _ in range(2)]
    return _with_entry(generator, frame, data_offsets=generator.choice([offsets, [0], "x", None]))


def _other_name(generator: random.Random, frame: bytes) -> bytes:
    header, data = taken_apart(frame)
    if header:
        entry = header.pop(generator.choice(list(header)))
        header[generator.choice(NAMES)] = entry
    return laid_out(header, data)


def _twice(generator: random.Random, frame: bytes) -> bytes:
    """Two entries of one name, which no dictionary could hold."""
    header, data = taken_apart(frame)
    pairs = [f"{json.dumps(name)}:{json.dumps(entry)}" for name, entry in header.items()]
    pairs += generator.choices(pairs, k=2) if pairs else []
    return laid_out(("{" + ",".join(pairs) + "}").encode("utf-8", "replace"), data)


def _odd_entry(generator: random.Random, frame: bytes) -> bytes:
    header, data = taken_apart(frame)
    header[generator.choice([*header, *NAMES])] = generator.choice(ODD)
    return laid_out(header, data)


def _with_entry(generator: random.Random, frame: bytes, **changes: Any) -> bytes:
    header, data = taken_apart(frame)
    entries = [name for name, entry in header.items() if isinstance(entry, dict)]
    if entries:
        name = generator.choice(entries)
        header[name] = header[name] | changes
    return laid_out(header, data)


MUTATIONS: list[Callable[[random.Random, bytes], bytes]] = [
    _flip, _flip_data, _flip_data, _cut, _lengthen, _noise, _splice, _lie_about_the_header, _nan,
    _bomb, _many_arrays, _many_axes, _huge_and_empty, _other_dtype, _other_shape,
    _other_offsets, _other_name, _twice, _odd_entry,
]  # fmt: skip
