"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from grader.errors import UsageFault


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, and its folder where that is missing; what was there stays until then. Raises UsageFault."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):  # such as a file where a folder should be: then there is none to remove
            partial.unlink(missing_ok=True)
        raise UsageFault(f"{path} cannot be written: {problem.strerror}.") from None
