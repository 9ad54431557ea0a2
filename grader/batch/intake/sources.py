"""Where the bytes of a handed-in file are, read when they are needed and never more than a submission may have.

`read` raises `Unreadable` where the file itself is at fault (too large, packed like a bomb) and `GraderFault` where the
machine or a damaged export is: that one must not cost the student anything.
"""

from __future__ import annotations

import os
import stat
import threading
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from grader.errors import GraderFault, Unreadable
from grader.submission import MOST_NOTEBOOK_BYTES

MOST_RATIO = 500  # code packs 3 to 20 to 1, a notebook with much repeated output 50 to 1
RATIO_COUNTS_FROM = 1 << 20  # bytes; below it no ratio can do harm

# What zipfile lets out for a damaged or hostile member. EOFError: it ends too early. ValueError: an impossible offset.
ZIP_PROBLEMS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, zlib.error)


class Unavailable(GraderFault):
    """A file is listed and cannot be read: the archive is damaged, or the file is not there any more."""


class Source(Protocol):
    """Something with bytes. `size` is in bytes, as the folder or the archive states it."""

    @property
    def size(self) -> int: ...

    def read(self) -> bytes:
        """All the bytes. Raises Unreadable or GraderFault, see the module."""
        ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of a folder."""

    name: str
    path: str
    size: int

    def read(self) -> bytes:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(self.path, flags), "rb") as file:
                about = os.fstat(file.fileno())
                if not stat.S_ISREG(about.st_mode):
                    raise Unavailable(f"{self.name} is no ordinary file any more.")
                hold_size(self.name, about.st_size)
                return file.read(about.st_size)
        except OSError as problem:
            raise Unavailable(f"{self.name} cannot be read: {problem.strerror}.") from problem


@dataclass(frozen=True, slots=True)
class ZipSource:
    """A member of an open zip archive. Threads may read at the same time: zipfile locks."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    @property
    def size(self) -> int:
        return self.info.file_size

    def read(self) -> bytes:
        hold_size(self.name, self.size, packed=self.info.compress_size)
        try:
            with self.archive.open(self.info) as member:
                return member.read(MOST_NOTEBOOK_BYTES)
        except ZIP_PROBLEMS as problem:
            raise _damaged(self.name) from problem


class SharedFile:
    """An open file that several sources read parts of, also from several threads."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()

    def read_at(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset` on, or fewer where the file ends."""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(count)


@dataclass(frozen=True, slots=True)
class SliceSource:
    """A member of a tar archive: a part of a file."""

    name: str
    file: SharedFile
    offset: int
    size: int

    def read(self) -> bytes:
        hold_size(self.name, self.size)
        try:
            data = self.file.read_at(self.offset, self.size)
        except (OSError, ValueError) as problem:  # ValueError: the file was closed
            raise _damaged(self.name) from problem
        if len(data) < self.size:
            raise _damaged(self.name)
        return data


def hold_size(name: str, size: int, *, packed: int | None = None) -> None:
    """Raise Unreadable for more bytes than any submission has, or for a ratio that only a bomb has."""
    if size > MOST_NOTEBOOK_BYTES:
        raise Unreadable(
            f"{name} has {size / 1e6:.1f} MB; {MOST_NOTEBOOK_BYTES / 1e6:.1f} MB is the most.",
            hint="Hand in the code only: data, weights and outputs do not belong into it.",
        )
    if packed is not None and size > RATIO_COUNTS_FROM and size > MOST_RATIO * packed:
        raise Unreadable(
            f"{name} has {size / 1e6:.1f} MB packed into {packed / 1e3:.1f} kB, which no honest file is.",
            hint="Hand in the file itself.",
        )


def _damaged(name: str) -> Unavailable:
    return Unavailable(
        f"{name} cannot be read from its archive.", hint="Download the archive once more: it is damaged."
    )
