"""The trusted end of a nursery: a process that has imported torch, from which the zygotes of a batch are forked.

Linux only. It has no walls of its own, and no text of a student's ever gets there: each zygote makes its own walls.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess

from grader.errors import GraderFault
from grader.sandbox.interpreter import common_settings
from grader.sandbox.scratch import make_scratch_root, remove_tree
from grader.sandbox.zygote import LEAVE_SECONDS, START_SECONDS, Address, execute, make_address, zygote_settings


class Nursery:
    """A running nursery. Starting it returns at once; the first `zygote` waits until it has imported torch."""

    def __init__(self) -> None:
        self._path = make_scratch_root()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        with theirs:
            settings = {**common_settings(warm=True), "nursery_fd": theirs.fileno(), "scratch_root": str(self._path)}
            self._process = execute(settings, theirs)

    def zygote(self, core: int | None) -> Address:
        """Have a zygote forked that keeps to this `core`, if any. Raises GraderFault where the nursery is gone."""
        address, theirs = make_address()
        order = json.dumps({**zygote_settings(theirs, address.scratch_root, without=frozenset()), "core": core})
        try:
            with theirs:
                socket.send_fds(self._control, [order.encode()], [theirs.fileno()])
            if not self._control.recv(1 << 16):
                raise ConnectionResetError("it has ended")
        except OSError as problem:
            address.control.close()
            remove_tree(address.scratch_root)
            raise GraderFault(f"What zygotes are forked from does not answer: {problem}.") from problem
        return address

    def close(self) -> None:
        """Have it leave, for which it waits until the zygotes that came from it have left."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(LEAVE_SECONDS)
        self._process.kill()
        self._process.wait()
        if self._path.exists():
            remove_tree(self._path)
