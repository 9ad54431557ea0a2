"""Writing files whole or not at all.

Names are plain text here: for a class, taking paths apart as Path does cost as much as writing did.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import BinaryIO

from grader.errors import UsageFault

_PARTIAL = re.compile(r"\..*\..*\.[0-9]+")


def write_bytes(path: Path | str, data: bytes, *, with_folder: bool = False) -> None:
    """Write a file; what was there stays until all is written. Raises UsageFault.

    `with_folder`: make its folder where that is missing.
    """
    folder, name = os.path.split(path)
    partial = os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        with _opened(partial, with_folder) as file:
            file.write(data)
        os.replace(partial, path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise UsageFault(f"{path} cannot be written: {problem.strerror}.") from None


def _opened(path: str, with_folder: bool) -> BinaryIO:
    """Mostly the folder is there, or was made for the file before: it is asked for when it is missed."""
    try:
        return open(path, "wb")
    except FileNotFoundError:
        if not with_folder:
            raise
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return open(path, "wb")


def remove_partials(folder: Path | str) -> None:
    """Remove what a process that was killed had begun to write in a folder, in which nobody else may write now."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for name in os.listdir(folder):
            if name.startswith(".") and _PARTIAL.fullmatch(name):
                os.unlink(os.path.join(folder, name))
