"""What the trusted process does for its own protection: a submission that got out would still have to get in here."""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4


def harden(*, dies_with_parent: bool = False) -> None:
    """Linux: let no process of the same user read, trace or dump this one. Elsewhere nothing.

    `dies_with_parent`: the kernel kills it when the thread that started it ends, for a worker whose batch is gone. For
    processes of our own only: whoever uses the grader as a library decides about theirs.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    wanted = [(PR_SET_DUMPABLE, 0)]
    if dies_with_parent:
        wanted.append((PR_SET_PDEATHSIG, int(signal.SIGKILL)))
    for option, value in wanted:
        if libc.prctl(option, value, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"prctl {option}")
