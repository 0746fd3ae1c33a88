"""What may travel between a student's code and a claim: arrays and plain scalars.

A message is a kind, a short text and a list of arrays, laid out as one
safetensors blob: a format that can hold numbers and nothing that runs. The
notebook's ``check`` sends answers through the same door as the grader, so that
both see the same thing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

MAX_ANSWER_BYTES = 64 * 2**20
MAX_TEXT = 4_000
# The description of a message's arrays; a million empty ones would cost a judge seconds.
MAX_HEADER_BYTES = 2**16

# The dtypes a judge accepts, by safetensors' names. Anything else (bfloat16,
# complex numbers, objects) is turned away where it is packed.
_DTYPES = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "I16": np.int16,
    "U16": np.uint16,
    "I32": np.int32,
    "U32": np.uint32,
    "I64": np.int64,
    "U64": np.uint64,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
}
_PLAIN = frozenset(np.dtype(kind) for kind in _DTYPES.values())


class AnswerError(Exception):
    """An answer that is neither an array of numbers nor a tuple of those."""


class ProtocolError(Exception):
    """Bytes that are not a message."""


@dataclass(frozen=True)
class Message:
    """One message: `kind` says what it is, `text` names it, `arrays` carry numbers."""

    kind: str
    text: str = ""
    arrays: list[np.ndarray] = field(default_factory=list)


def encode(message: Message) -> bytes:
    """Lay a message out as bytes."""
    tensors = {
        "kind": _as_bytes(message.kind),
        "text": _as_bytes(message.text),
        # Copies in C order: safetensors writes the buffer as it lies in memory.
        **{f"{i}": np.array(a, order="C", copy=True) for i, a in enumerate(message.arrays)},
    }
    return save(tensors)


def decode(blob: bytes) -> Message:
    """Read a message back; whatever is not one raises `ProtocolError`."""
    if int.from_bytes(blob[:8], "little") > MAX_HEADER_BYTES:
        raise ProtocolError("not a message: its description is too long")
    try:
        tensors = {name: _array(entry) for name, entry in deserialize(blob)}
        kind, text = tensors.pop("kind"), tensors.pop("text")
        arrays = [tensors.pop(f"{i}") for i in range(len(tensors))]
        return Message(_as_text(kind), _as_text(text), arrays)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise ProtocolError(f"not a message: {type(error).__name__}") from None


def as_arrays(answer: Any) -> tuple[str, list[np.ndarray]]:
    """Turn what a probe returned into ("answer", [array]) or ("answers", arrays).

    Raises:
        AnswerError: if it holds anything but numbers, or more than 64 MiB of them.
    """
    parts = list(answer) if isinstance(answer, tuple) else [answer]
    arrays = [_as_array(part) for part in parts]
    size = sum(array.nbytes for array in arrays)
    if size > MAX_ANSWER_BYTES:
        raise AnswerError(f"the answer has {size / 2**20:,.0f} MiB; at most 64 are accepted")
    return ("answers" if isinstance(answer, tuple) else "answer"), arrays


def from_message(message: Message) -> Any:
    """The answer in a message: an array, or a tuple of arrays."""
    return tuple(message.arrays) if message.kind == "answers" else message.arrays[0]


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """`text` without control, bidirectional and unpaired characters, cut to `limit`.

    What a student wrote may end in a terminal, a table or a page; none of them
    should obey it. Line breaks and tabs become spaces.
    """
    spaced = "".join(" " if c in "\n\r\t" else c for c in text[: 4 * limit])
    kept = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def _as_array(value: Any) -> np.ndarray:
    if value is None:
        raise AnswerError("nothing came back (None). Is a `return` missing?")
    try:
        array = np.asarray(value)
    except Exception as error:
        raise AnswerError(f"a {type(value).__name__} cannot be read as an array: {error}") from None
    if array.dtype not in _PLAIN:
        raise AnswerError(f"expected an array of numbers, got {_name(value, array)}")
    return array


def _name(value: Any, array: np.ndarray) -> str:
    kind = type(value).__name__
    return f"an array of dtype {array.dtype}" if kind in ("ndarray", "Tensor") else f"a {kind}"


def _array(entry: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(_DTYPES[entry["dtype"]])
    return np.frombuffer(entry["data"], dtype=dtype.newbyteorder("<")).reshape(entry["shape"])


def _as_bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-8", "replace")[:MAX_ANSWER_BYTES], dtype=np.uint8)


def _as_text(array: np.ndarray) -> str:
    if array.dtype != np.uint8:
        raise ValueError("text is not bytes")
    return array.tobytes().decode("utf-8", "replace")
