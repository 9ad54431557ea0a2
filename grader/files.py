"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from grader.errors import UsageFault


def write_bytes(path: Path, data: bytes, *, with_folder: bool = False) -> None:
    """Write a file; what was there stays until all is written. Raises UsageFault.

    `with_folder`: make its folder where that is missing.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if with_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise UsageFault(f"{path} cannot be written: {problem.strerror}.") from None


def remove_partials(folder: Path) -> None:
    """Remove what a process that was killed had begun to write in a folder, in which nobody else may write now."""
    for path in folder.glob(".*.*.[0-9]*"):
        path.unlink(missing_ok=True)
