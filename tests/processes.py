"""Other processes: which ones somebody has started, and to wait for what they do as long as a slow machine may need."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 120.0


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until this holds. Fails where it never does."""
    patience = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < patience, "it never came to hold"
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """The processes that `pid` has started and not reaped, in any of its threads. Raises OSError if it is gone."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            found += map(int, (thread / "children").read_text().split())
    return found
