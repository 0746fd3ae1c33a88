"""What may travel between a student's code and a claim: arrays and plain scalars.

A message is a kind, a short text and a list of arrays, laid out as one
safetensors blob: a format that can hold numbers and nothing that runs. The
notebook's ``check`` sends answers through the same door as the grader, so that
both see the same thing.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

MAX_ANSWER_BYTES = 64 * 2**20
MAX_TEXT = 4_000
# On one letter; no living script needs more, and a hundred cover the lines around.
MAX_MARKS = 4
# Bounds of a message, far above what a lab needs. A frame is read in a time and a
# memory that its own length bounds, whatever its header says.
MAX_HEADER_BYTES = 64 * 2**10
MAX_TEXT_BYTES = 64 * 2**10
MAX_ARRAYS = 256
MAX_AXES = 32
# An array with an axis of length 0 has no bytes, however long its other axes claim to be.
MAX_EMPTY_SIZE = MAX_ANSWER_BYTES

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
    """Lay a message out as bytes; kind and text are cut at 64 KiB."""
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
        raise ProtocolError(f"not a message: its header is over {MAX_HEADER_BYTES:,} bytes")
    try:
        found = deserialize(blob)
        if len(found) > MAX_ARRAYS + 2 or len(dict(found)) < len(found):
            raise ValueError("too many arrays, or two of one name")
        tensors = {name: _array(entry) for name, entry in found}
        kind, text = tensors.pop("kind"), tensors.pop("text")
        arrays = [tensors.pop(f"{i}") for i in range(len(tensors))]
        return Message(_as_text(kind), _as_text(text), arrays)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise ProtocolError(f"not a message: {type(error).__name__}") from None


def as_arrays(answer: Any) -> tuple[str, list[np.ndarray]]:
    """Turn what a probe returned into ("answer", [array]) or ("answers", arrays).

    Raises:
        AnswerError: if it holds anything but numbers, or more than 64 MiB of them,
            more than 256 arrays or more than 32 axes.
    """
    parts = list(answer) if isinstance(answer, tuple) else [answer]
    if len(parts) > MAX_ARRAYS:
        raise AnswerError(f"the answer has {len(parts):,} parts; at most {MAX_ARRAYS} are accepted")
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
    should obey it, or be covered by it. Line breaks and tabs become spaces; of the marks
    above and below a letter four are kept.
    """
    spaced = "".join(" " if c in "\n\r\t" else c for c in text[: 4 * limit])
    kept, marks = "", 0
    for c in spaced:
        kind = unicodedata.category(c)
        if kind in ("Cc", "Cf", "Cs", "Co"):
            continue
        # Marks that take room of their own (Mc) cover nothing, and end no tower.
        marks = marks + (kind != "Mc") if kind[0] == "M" else 0
        if marks <= MAX_MARKS or kind == "Mc":
            kept += c
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def clean_lines(text: str, limit: int = MAX_TEXT) -> str:
    """`clean`, but for the line breaks, which a written answer may have."""
    lines = text[:limit].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(clean(line, limit) for line in lines).strip()


def _as_array(value: Any) -> np.ndarray:
    if value is None:
        raise AnswerError("nothing came back (None). Is a `return` missing?")
    try:
        array = np.asarray(value)
    except Exception as error:
        raise AnswerError(f"a {type(value).__name__} cannot be read as an array: {error}") from None
    array = _native(array)
    if array.dtype not in _PLAIN:
        raise AnswerError(f"expected an array of numbers, got {_name(value, array)}")
    if not _fits(array.shape):
        raise AnswerError(f"the answer's shape has {array.ndim} axes, or one that is far too long")
    return array


def _native(array: np.ndarray) -> np.ndarray:
    """The same numbers in this machine's byte order, extended precision as float64."""
    if array.dtype.kind not in "iuf":
        return array
    dtype = array.dtype.newbyteorder("=")
    with np.errstate(all="ignore"):  # a student's own setting must not raise here
        return array.astype(np.float64 if dtype == np.longdouble else dtype, copy=False)


def _name(value: Any, array: np.ndarray) -> str:
    kind = type(value).__name__
    return f"an array of dtype {array.dtype}" if kind in ("ndarray", "Tensor") else f"a {kind}"


def _array(entry: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(_DTYPES[entry["dtype"]])
    if not _fits(entry["shape"]):
        raise ValueError("too many axes, or an empty array that claims to be huge")
    if dtype == np.bool_ and np.frombuffer(entry["data"], np.uint8).max(initial=0) > 1:
        # NumPy takes a byte of 2 for a truth that equals neither True nor False.
        raise ValueError("a boolean is 0 or 1")
    return np.frombuffer(entry["data"], dtype=dtype.newbyteorder("<")).reshape(entry["shape"])


def _fits(shape: Sequence[int]) -> bool:
    claimed = math.prod(n for n in shape if n) if 0 in shape else 0
    return len(shape) <= MAX_AXES and claimed <= MAX_EMPTY_SIZE


def _as_bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-8", "replace")[:MAX_TEXT_BYTES], dtype=np.uint8)


def _as_text(array: np.ndarray) -> str:
    if array.dtype != np.uint8 or array.ndim != 1 or array.size > MAX_TEXT_BYTES:
        raise ValueError("text is not bytes, or too many")
    return array.tobytes().decode("utf-8", "replace")
