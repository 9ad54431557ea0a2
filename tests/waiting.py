"""To wait for something that another process does, as long as a slow machine may need for it."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 120.0


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until this holds. Fails where it never does."""
    patience = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < patience, "it never came to hold"
        time.sleep(0.05)
