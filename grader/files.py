"""Writing files whole or not at all.

Names are plain text and files are descriptors: for a class, paths and file objects cost as much as the writing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from pathlib import Path

from grader.errors import UsageFault

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # the disk, or what somebody may use of it
_PARTIAL = re.compile(r"\..*\..*\.[0-9]+")


def write_bytes(path: Path | str, data: bytes, *, with_folder: bool = False) -> None:
    """Write a file; what was there stays until all is written. Raises UsageFault.

    `with_folder`: make its folder where that is missing.
    """
    folder, name = os.path.split(path)
    partial = os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        file = _opened(partial, with_folder)
        try:
            while data:
                data = data[os.write(file, data) :]
        finally:
            os.close(file)
        os.replace(partial, path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        hint = "Make room, and give the same command again: what was there is kept." if problem.errno in _FULL else ""
        raise UsageFault(f"{path} cannot be written: {problem.strerror}.", hint=hint) from None


def _opened(path: str, with_folder: bool) -> int:
    """A descriptor of a new file. Its folder is mostly there, or made for the file before: it is made when missed."""
    try:
        return os.open(path, _NEW, 0o666)
    except FileNotFoundError:
        if not with_folder:
            raise
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return os.open(path, _NEW, 0o666)


def remove_partials(folder: Path | str) -> None:
    """Remove what a process that was killed had begun to write in a folder, in which nobody else may write now."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for name in os.listdir(folder):
            if name.startswith(".") and _PARTIAL.fullmatch(name):
                os.unlink(os.path.join(folder, name))
