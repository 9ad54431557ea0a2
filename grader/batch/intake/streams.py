"""Compressed streams, unpacked block by block, within a cap on what they may become."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

from grader.errors import GraderFault, UsageFault

_MIB = 1 << 20
_LZMA_MEMORY = 256 * _MIB  # xz -9 takes 65 MiB


def unpacked(file: BinaryIO, head: bytes) -> Iterator[bytes] | None:
    """What a file that begins with `head` unpacks to, in blocks; None for a file that is not compressed."""
    return next((unpack(file) for magic, unpack in _UNPACKERS.items() if head.startswith(magic)), None)


def into_nameless_file(blocks: Iterator[bytes], name: str, most: int, stack: ExitStack) -> BinaryIO:
    """A temporary file of at most `most` bytes. Raises UsageFault for more, and GraderFault where there is no room."""
    try:
        file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    except OSError as problem:
        raise GraderFault(f"There is no place to unpack {name}: {problem.strerror}.") from problem
    written = 0
    while block := _next_block(blocks, name):
        written += len(block)
        if written > most:
            raise UsageFault(f"{name} unpacks to more than {most >> 20:,} MiB.", hint="Unpack it yourself.")
        try:
            file.write(block)
        except OSError as problem:
            raise GraderFault(f"{name} cannot be unpacked: {problem.strerror}.") from problem
    return file


def _next_block(blocks: Iterator[bytes], name: str) -> bytes:
    try:
        return next(blocks, b"")
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as problem:
        raise damaged(name) from problem


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_MIB):
        yield block


def _unpack_xz(file: BinaryIO) -> Iterator[bytes]:
    """As lzma.open, but with a cap on memory, which the stream itself would choose otherwise."""
    decoder = lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
    packed = b""
    while True:
        if decoder.eof:
            packed = decoder.unused_data or file.read(_MIB)
            if not packed.strip(b"\0"):  # the padding that may follow a stream
                return
            decoder = lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
        elif decoder.needs_input:
            packed = file.read(_MIB)
            if not packed:
                raise EOFError
        if block := decoder.decompress(packed, max_length=_MIB):
            yield block
        packed = b""


_UNPACKERS: dict[bytes, Callable[[BinaryIO], Iterator[bytes]]] = {
    b"\x1f\x8b": lambda file: _blocks(gzip.GzipFile(fileobj=file)),  # type: ignore[arg-type]
    b"BZh": lambda file: _blocks(bz2.BZ2File(file)),  # type: ignore[arg-type]
    b"\xfd7zXZ\0": _unpack_xz,
}


def damaged(name: str, *, after: int = 0) -> UsageFault:
    """The fault of an archive that cannot be read to its end."""
    where = f" after its {after:,} first members" if after else ""
    return UsageFault(f"{name} is damaged{where}: it cannot be read to its end.", hint="Download or pack it once more.")
