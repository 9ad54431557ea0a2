"""Frames between the trusted grader and a child: a JSON header, then raw buffers.

A frame is two big-endian lengths (4 bytes of header, 8 bytes of body), the header, and the body: the buffers of
all tensors, arrays and byte strings, one after the other. Nothing is ever unpickled. Whoever reads checks
before it allocates, since the other end may be anybody's code. Both ends share this module and `values`.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from typing import IO, Any

Tree = Any  # what json.loads gives: the header's image of a value

PREFIX = struct.Struct("!IQ")
STEP = 1 << 20  # bytes that are read at a time: memory follows what has come, not what was announced
ORDER_DEPTH = 4  # how much deeper an order may be than an answer, which may be among its arguments
END_OF_IMPORT = "\x1e"  # ASCII's record separator, on the output: the module has been imported


class WireError(Exception):
    """A frame that breaks the rules: whoever sent it is no longer believed."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Upper bounds that hold before anything is allocated. Sizes are bytes."""

    header: int = 8 << 20
    work: int = 1 << 20  # commas of the header, each list and object counted as five: some 50 bytes each once read
    quotes: int = 1 << 20  # of a header that seems to hold more than that, and may be text
    body: int = 256 << 20
    depth: int = 24
    values: int = 200_000
    buffers: int = 10_000  # tensors, arrays and byte strings
    integer_bits: int = 1024  # every float fits; a longer one may cost its reader quadratic time
    dimensions: int = 16


CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: a header without its sizes, and the buffers that its tree points to."""

    header: dict[str, Tree]
    buffers: tuple[bytes | bytearray, ...] = ()

    def write_to(self, stream: IO[bytes]) -> None:
        sizes = [len(buffer) for buffer in self.buffers]
        header = json.dumps({**self.header, "sizes": sizes}, allow_nan=True).encode("ascii")
        body = sum(sizes)
        if len(header) > CAPS.header or body > CAPS.body:
            raise WireError(f"the answer is too large to hand over ({(len(header) + body) >> 20} MB)")
        _refuse_too_much(header, CAPS)
        stream.write(PREFIX.pack(len(header), body) + header)
        for buffer in self.buffers:
            stream.write(buffer)
        stream.flush()


def read_frame(stream: IO[bytes], caps: Caps = CAPS) -> Frame | None:
    """The next frame, or None where the other end has closed the stream between two frames.

    Raises WireError for anything that is not a well-formed frame within the caps.
    """
    prefix = stream.read(PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < PREFIX.size:
        raise WireError("the stream ended inside a frame's prefix")
    header_size, body_size = PREFIX.unpack(prefix)
    if header_size > caps.header or body_size > caps.body:
        raise WireError(f"a frame of {header_size} + {body_size} bytes is over the limit")
    header = _parse(_read_exactly(stream, header_size), caps)
    sizes = header.pop("sizes", None)
    if not is_list_of_sizes(sizes) or len(sizes) > caps.buffers or sum(sizes) != body_size:
        raise WireError("the buffer sizes do not add up to the body")
    return Frame(header, tuple(_read_exactly(stream, size) for size in sizes))


def _read_exactly(stream: IO[bytes], size: int) -> bytearray:
    data = bytearray()
    while len(data) < size:
        part = stream.read(min(size - len(data), STEP))
        if not part:
            raise WireError("the stream ended inside a frame")
        data += part
    return data


def is_list_of_sizes(sizes: Tree) -> bool:
    """Whether a tree is a list of whole numbers from zero up."""
    return isinstance(sizes, list) and all(type(size) is int and size >= 0 for size in sizes)


def _refuse_too_much(text: bytes | bytearray, caps: Caps) -> None:
    """JSON's small values take up to a hundred times their length: they are counted before they are made."""
    work = _work(text)
    if work <= caps.work:
        return
    if text.count(b'"') > caps.quotes or work - sum(_work(it[0]) for it in _STRING.finditer(text)) > caps.work:
        raise WireError("the message holds too many values")


def _work(text: bytes | bytearray) -> int:
    return text.count(b",") + 5 * (text.count(b"[") + text.count(b"{"))


_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def _parse(text: bytearray, caps: Caps) -> dict[str, Tree]:
    _refuse_too_much(text, caps)
    try:
        header = json.loads(text.decode("ascii"))  # in another encoding, what was counted were other characters
    except (ValueError, RecursionError) as problem:
        raise WireError("the header is no JSON that can be read") from problem
    if not isinstance(header, dict):
        raise WireError("the header is no JSON object")
    return header
