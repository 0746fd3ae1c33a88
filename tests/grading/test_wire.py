"""The decoder under a million wrong frames: a value or one ProtocolError, soon, and in little."""

import gc
import json
import os
import random
import resource
import time
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from frames import MUTATIONS, laid_out, messages, mutated, taken_apart
from hypothesis import given, settings
from hypothesis import strategies as st

from course_kit.checks import answers
from course_kit.checks.answers import (
    AnswerError,
    Message,
    ProtocolError,
    as_arrays,
    decode,
    encode,
)

# `make test-all` asks for a million.
FRAMES = int(os.environ.get("COURSE_KIT_FRAMES", "100000"))
# Of this thread's own processor time: a busy machine does not count. Nor does what earlier tests
# have left in this process: one look of the garbage collector through it takes two seconds.
SLOWEST = 0.25


def outcome(frame):
    """None for a frame that is no message; what else is raised comes through."""
    try:
        return decode(frame)
    except ProtocolError:
        return None


def check(frame, message):
    """A message that was accepted holds no more than its frame, and can be sent back."""
    assert type(message.kind) is str and type(message.text) is str
    assert len(message.arrays) <= answers.MAX_ARRAYS
    assert sum(array.nbytes for array in message.arrays) <= len(frame)
    for array in message.arrays:
        assert array.dtype in answers._PLAIN and array.ndim <= answers.MAX_AXES
        if array.dtype == bool:
            assert np.all((array == False) | (array == True))  # noqa: E712
    again = decode(encode(message))
    assert len(again.arrays) == len(message.arrays)
    for one, other in zip(message.arrays, again.arrays, strict=True):
        assert one.shape == other.shape and one.tobytes() == other.tobytes()


@pytest.fixture
def nothing_else_to_collect():
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("nothing_else_to_collect")
def test_mutated_frames_are_a_message_or_a_protocol_error(capsys):
    decode(encode(Message("warm")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seen, slowest, spent = Counter(), 0.0, 0.0
    for number, frame in enumerate(mutated(seed=4, count=FRAMES)):
        start = time.thread_time()
        message = outcome(frame)
        took = time.thread_time() - start
        slowest, spent = max(slowest, took), spent + took
        seen[message is not None] += 1
        if message is not None and number % 20 == 0:
            check(frame, message)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    with capsys.disabled():
        rate = f"{FRAMES / spent:,.0f} frames a second, the slowest {slowest * 1e3:.1f} ms"
        print(f"\n{FRAMES:,} frames, {seen[True]:,} messages: {rate}, {grown:.0f} MiB more memory")
    assert slowest < SLOWEST
    assert grown < 64
    # The mutations are no use if nothing, or everything, passes.
    assert 0.05 < seen[True] / FRAMES < 0.8


@pytest.mark.parametrize("mutation", dict.fromkeys(MUTATIONS), ids=lambda m: m.__name__)
def test_each_mutation_changes_frames(mutation):
    generator = random.Random(0)
    frames = messages(generator, 30)
    assert sum(mutation(generator, frame) != frame for frame in frames) >= 15


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "U8", "BOOL", "BF16"]) | JSON,
        "shape": st.lists(st.integers(-1, 5) | st.sampled_from([2**40, 2**63]), max_size=4) | JSON,
        "data_offsets": st.lists(st.integers(-1, 60), min_size=2, max_size=2) | JSON,
    }
)
HEADER = st.dictionaries(st.sampled_from(["kind", "text", "0", "1"]) | st.text(), ENTRY | JSON)


@settings(max_examples=500, deadline=None)
@given(HEADER | JSON, st.binary(max_size=64))
def test_arbitrary_header_is_a_message_or_a_protocol_error(header, data):
    frame = laid_out(header, data)
    message = outcome(frame)
    if message is not None:
        check(frame, message)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_a_message_or_a_protocol_error(frame):
    outcome(frame)


def plain(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


WORDS = {"kind": plain("U8", [1], 0, 1), "text": plain("U8", [0], 1, 1)}


@pytest.mark.parametrize(
    "header,data",
    [
        (b"{}", b""),
        (WORDS | {"0": plain("F32", [2**40, 0], 1, 1)}, b"a"),
        (WORDS | {"0": plain("F32", [1] * 33, 1, 5)}, b"a1234"),
        (WORDS | {"0": plain("BOOL", [2], 1, 3)}, b"a\x01\x02"),
        (WORDS | {"0": plain("F32", [1], 0, 4)}, b"a123"),  # overlaps with the kind
        (WORDS | {"0": plain("F32", [2], 1, 5)}, b"a1234"),
        (WORDS | {"0": plain("BF16", [1], 1, 3)}, b"a12"),
        (WORDS | {"1": plain("U8", [0], 1, 1)}, b"a"),  # no array of number 0
        (WORDS | {f"{i}": plain("U8", [0], 1, 1) for i in range(257)}, b"a"),
        (WORDS | {"kind": plain("I8", [1], 0, 1)}, b"a"),
        (WORDS | {"kind": plain("U8", [1, 1], 0, 1)}, b"a"),
        ({"kind": WORDS["text"] | plain("U8", [0], 0, 0), "text": plain("U8", [65537], 0, 65537)},
         b"a" * 65537),
        (json.dumps(WORDS).encode() + b" " * (64 * 2**10), b"a"),
    ],
    ids=["nothing", "huge-empty", "axes", "truth-of-2", "overlap", "length", "dtype", "gap",
         "arrays", "signed", "axes-of-text", "text", "header"],
)  # fmt: skip
def test_known_lie_is_refused(header, data):
    with pytest.raises(ProtocolError, match="not a message"):
        decode(laid_out(header, data))


def test_what_is_refused_here_is_a_message_without_the_lie():
    message = decode(laid_out(WORDS | {"0": plain("BOOL", [2], 1, 3)}, b"a\x01\x00"))
    assert message.kind == "a" and message.arrays[0].tolist() == [True, False]


def test_header_that_claims_a_huge_length_costs_nothing():
    """The length is believed by nobody before it is compared with what is there."""
    tracemalloc.start()
    try:
        for length in (2**63, 2**40, 100 * 10**6, 65_537):
            with pytest.raises(ProtocolError):
                decode(length.to_bytes(8, "little") + b"{}")
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_largest_answer_takes_a_bounded_multiple_of_itself():
    frame = encode(Message("answer", "t", [np.zeros(answers.MAX_ANSWER_BYTES, np.uint8)]))
    tracemalloc.start()
    try:
        assert decode(frame).arrays[0].nbytes == answers.MAX_ANSWER_BYTES
        assert tracemalloc.get_traced_memory()[1] < 2 * len(frame)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "answer,said",
    [
        (tuple(range(257)), "257 parts; at most 256"),
        (np.zeros((2**40, 0)), "far too long"),
    ],
)
def test_answer_that_would_not_be_read_is_not_sent(answer, said):
    with pytest.raises(AnswerError, match=said):
        as_arrays(answer)


def test_text_that_is_too_long_is_cut_where_it_is_sent():
    sent = Message("error", "é" * 200_000)
    assert len(decode(encode(sent)).text.encode()) <= answers.MAX_TEXT_BYTES + 3


def test_frames_are_taken_apart_as_they_were_laid_out():
    header, data = {"a": [1]}, b"\x00\x01"
    assert taken_apart(laid_out(header, data)) == (header, data)
