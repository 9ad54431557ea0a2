"""What workers are forked from: a process of our own that has imported what they need, once for all. Linux only.

It never knows an exercise, nor sees a submission: a worker learns of both from its own pipe. Zygotes do not come from
here (see sandbox/nursery.py), since what runs beside student code is never forked from what could know the checks.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from grader.batch import worker
from grader.errors import GraderFault
from grader.sandbox.harden import Power, give_up_all_but, harden
from grader.sandbox.zygote import Address

START_SECONDS = 120.0  # importing torch from a cold disk


class Template:
    """The batch's end of a template. Starting it returns at once; the first `fork` waits for its imports."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        places = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(places)},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C at the terminal is the batch's to handle
            )

    def fork(self, pipe: Connection[Any, Any], address: Address, core: int | None) -> Forked:
        """A worker that serves at `pipe`, on this `core`, with the zygote at `address`. Raises GraderFault."""
        order = {"do": "fork", "scratch_root": str(address.scratch_root), "core": core}
        return Forked(self, self._ask(order, [pipe.fileno(), address.control.fileno()]))

    def end(self, pid: int, patience: float) -> int | None:
        """The exit code of a worker, which is killed where it does not end by itself; None where nobody knows it."""
        with contextlib.suppress(GraderFault):
            return self._ask({"do": "end", "pid": pid, "patience": patience}, [])
        return None

    def close(self) -> None:
        """End it; workers that are left die with it."""
        self._process.kill()
        self._process.wait()
        self._control.close()

    def _ask(self, order: dict[str, Any], descriptors: list[int]) -> int:
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
            answer = self._control.recv(1 << 16)
        except OSError as problem:
            raise GraderFault(f"What workers are forked from does not answer: {problem}.") from problem
        if not answer:
            raise GraderFault(f"What workers are forked from ended unasked (exit code {self._process.wait()}).")
        return int(answer)


class Forked:
    """A worker that was forked from a template, which alone may wait for it."""

    def __init__(self, template: Template, pid: int) -> None:
        self._template = template
        self._pid = pid
        self._has_ended = False
        self._code: int | None = None

    def end(self, patience: float) -> int | None:
        """Wait so many seconds for its end, then kill it. Its exit code; None where its template is gone."""
        if not self._has_ended:
            self._has_ended = True
            self._code = self._template.end(self._pid, patience)
        return self._code


def _main(control_fd: int) -> NoReturn:
    gc.disable()  # torch's import only allocates: collecting in between costs a third of its time
    harden(dies_with_parent=True)
    from grader.batch import engine  # noqa: F401
    from grader.sandbox import zygote  # noqa: F401

    give_up_all_but(Power.FILES)
    gc.freeze()  # workers share what is there now, as long as none of them walks through it
    control = socket.socket(fileno=control_fd)
    with contextlib.suppress(ConnectionError):
        while (received := socket.recv_fds(control, 1 << 16, 2))[0]:
            order, descriptors, _, _ = received
            control.send(str(_obey(json.loads(order), descriptors, control)).encode())
    os._exit(0)


def _obey(order: dict[str, Any], descriptors: list[int], control: socket.socket) -> int:
    if order["do"] == "end":
        return _end(order["pid"], order["patience"])
    if pid := os.fork():
        for descriptor in descriptors:
            os.close(descriptor)
        return pid
    code = 70
    try:
        control.close()
        if order["core"] is not None:
            with contextlib.suppress(OSError):  # it may have been taken from this machine since
                os.sched_setaffinity(0, {order["core"]})
        address = Address(socket.socket(fileno=descriptors[1]), Path(order["scratch_root"]))
        worker.serve(Connection(descriptors[0]), address)
        code = 0
    finally:
        os._exit(code)


def _end(pid: int, patience: float) -> int:
    """Wait for a worker's end, at most so many seconds; kill it then. Its exit code."""
    deadline = time.monotonic() + patience
    while not (ended := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() >= deadline:
            os.kill(pid, signal.SIGKILL)
            ended = os.waitpid(pid, 0)
            break
        time.sleep(0.002)
    return os.waitstatus_to_exitcode(ended[1])


if __name__ == "__main__":
    _main(int(sys.argv[1]))
