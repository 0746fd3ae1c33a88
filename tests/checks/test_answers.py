import contextlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from course_kit.checks.answers import (
    AnswerError,
    Message,
    ProtocolError,
    as_arrays,
    clean,
    decode,
    encode,
    from_message,
)

PLAIN = ["?", "u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]
ARRAYS = st.sampled_from(PLAIN).flatmap(
    lambda kind: some.arrays(
        kind, some.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    )
)


@given(st.lists(ARRAYS, max_size=4), st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_message_comes_back_as_it_went(arrays, text):
    back = decode(encode(Message("answer", text, arrays)))
    assert (back.kind, back.text) == ("answer", text)
    for sent, got in zip(arrays, back.arrays, strict=True):
        assert got.dtype == sent.dtype and got.shape == sent.shape
        np.testing.assert_array_equal(got, sent)


def test_views_and_fortran_order_come_back_as_they_look():
    array = np.asfortranarray(np.arange(24.0).reshape(4, 6))[::2, ::-1].T
    np.testing.assert_array_equal(decode(encode(Message("a", "", [array]))).arrays[0], array)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_message_or_a_protocol_error(blob):
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode(blob), Message)


@given(st.data())
def test_changed_bytes_are_a_message_or_a_protocol_error(data):
    blob = bytearray(encode(Message("answer", "t", [np.arange(6.0), np.float32(1)])))
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode(bytes(blob)), Message)


def test_one_answer_and_several_are_told_apart():
    one = Message(*_sent(np.ones(3)))
    several = Message(*_sent((np.ones(3), 2.0)))
    assert from_message(one).shape == (3,)
    assert [part.shape for part in from_message(several)] == [(3,), ()]


def test_tensors_are_read_as_arrays():
    import tensorflow as tf

    kind, arrays = as_arrays(tf.constant([[1.0, 2.0]]))
    assert kind == "answer" and arrays[0].dtype == np.float32


@pytest.mark.parametrize(
    "kind,sent", [(">f8", "f8"), (">i4", "i4"), ("g", "f8"), ("q", "i8"), ("<u2", "u2")]
)
def test_numbers_in_another_layout_are_numbers(kind, sent):
    _, (array,) = as_arrays(np.array([1, 2, 3]).astype(kind))
    assert array.dtype == np.dtype(sent) and array.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "answer,said",
    [
        (None, "Is a `return` missing"),
        ("text", "expected an array of numbers, got a str"),
        (np.array(["a"]), "dtype <U1"),
        (np.array([object()]), "dtype object"),
        ([[1, 2], [3]], "cannot be read as an array"),
        (1 + 2j, "got a complex"),
        ({"a": 1}, "got a dict"),
        ((1.0, None), "Is a `return` missing"),
    ],
)
def test_what_is_no_array_is_told(answer, said):
    with pytest.raises(AnswerError) as caught:
        as_arrays(answer)
    assert said in str(caught.value)


def test_huge_answer_is_refused():
    with pytest.raises(AnswerError, match="at most 64"):
        as_arrays(np.zeros(65 * 2**20, np.uint8))


def test_clean_text_obeys_nobody():
    assert clean("a\x1b[31mb\u202ec\x00d\ud800e\nf") == "a[31mbcde f"
    assert len(clean("x" * 10_000, 100)) == 100


def test_clean_text_stays_in_its_line():
    ring, dot = "\u030a", "\u0323"
    tower = clean(f"M{ring * 100}M{(ring + dot) * 50}N")
    assert max(map(len, re.findall(f"[{ring}{dot}]+", tower))) <= 4
    assert tower[0] == "M" and tower[-1] == "N" and tower.count("M") == 2
    # What is written so in earnest stays: Vietnamese taken apart, pointed Hebrew, Devanagari.
    for word in (
        "Nguye\u0302\u0303n",
        "\u05e9\u05bc\u05c1\u05b8\u05a3",
        "\u0915\u094d\u0937\u0940\u0902",
    ):
        assert clean(word) == word


def _sent(answer):
    kind, arrays = as_arrays(answer)
    return kind, "", arrays
