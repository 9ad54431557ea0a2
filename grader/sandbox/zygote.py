"""The trusted end of a zygote: have it fork a child, have a child ended.

A zygote of one's own is exec'd (`start_zygote`). Those of a batch are forked from a nursery (nursery.py), so that torch
is imported once for all of them.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import GraderFault
from grader.sandbox.interpreter import clean_environment, command_line, common_settings
from grader.sandbox.launch import Ending, Launched
from grader.sandbox.scratch import ScratchRoot, make_scratch_root, remove_tree

START_SECONDS = 120.0  # importing torch from a cold disk
LEAVE_SECONDS = 3.0  # until it has tidied up, in which it has nothing to wait for


@dataclass(frozen=True, slots=True)
class Address:
    """Where a zygote is reached, or will be: its socket, and its scratch root. Can be sent to another process."""

    control: socket.socket
    scratch_root: Path


class Zygote:
    """A zygote that runs, or soon will: the first `launch` waits until it has imported torch."""

    def __init__(self, address: Address, process: subprocess.Popen[bytes] | None = None) -> None:
        """`process`: that of a zygote which the caller has started itself."""
        self._path = address.scratch_root
        self._control = address.control
        self._control.settimeout(START_SECONDS)
        self._process = process
        self._scratch_root: ScratchRoot | None = None
        self._groups: list[str] = []
        self._lock = threading.Lock()

    @property
    def scratch_root(self) -> ScratchRoot:
        """The scratch root as the zygote shows it, when it is ready. Raises GraderFault."""
        with self._lock:
            if self._scratch_root is None:
                facts, descriptors = self._hear()
                self._groups = facts["groups"]
                self._scratch_root = ScratchRoot(self._path, descriptors[0], facts["bounded"])
            return self._scratch_root

    def launch(self, settings: dict[str, Any]) -> Launched:
        """Fork a confined child that serves one submission."""
        channel, child_channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        output, child_output = os.pipe()
        try:
            answer = self._ask({"do": "fork", "child": settings}, [child_channel.fileno(), child_output])
        except BaseException:
            channel.close()
            os.close(output)
            raise
        finally:
            child_channel.close()
            os.close(child_output)
        pid = answer["pid"]
        orders, answers = channel.makefile("wb"), channel.makefile("rb")
        channel.close()  # the two files keep it open
        return Launched(orders, answers, os.fdopen(output, "rb"), lambda: self._end(pid))

    def close(self) -> None:
        """End the zygote; its children die with it."""
        if self._process is None:
            self._have_it_leave()
        else:
            self._process.kill()  # before its socket closes, at which it would tidy up itself
            self._process.wait()
        self._control.close()
        if self._scratch_root is not None and self._scratch_root.folder is not None:
            os.close(self._scratch_root.folder)
        if self._path.exists():
            remove_tree(self._path)
        for group in self._groups:
            _remove_group(group)

    def _have_it_leave(self) -> None:
        """It tidies up when it has nobody to listen to, and its end of the socket closes with it."""
        self._control.settimeout(LEAVE_SECONDS)
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
            while self._control.recv(1 << 16):
                pass

    def _end(self, pid: int) -> Ending:
        answer = self._ask({"do": "end", "pid": pid}, [])
        return Ending(answer["exit"], answer["cpu_s"], answer["peak_bytes"])

    def _ask(self, order: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
            except OSError as problem:
                raise GraderFault(f"The sandbox's zygote does not listen: {problem}.") from problem
            return self._hear()[0]

    def _hear(self) -> tuple[dict[str, Any], list[int]]:
        """The zygote's next message, and the descriptors that came with it."""
        try:
            answer, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
        except OSError as problem:
            raise GraderFault(f"The sandbox's zygote does not answer: {problem}.") from problem
        if not answer:
            raise GraderFault(f"The sandbox's zygote ended unasked{self._how()}.")
        return dict(json.loads(answer)), descriptors

    def _how(self) -> str:
        if self._process is None:
            return ""
        status = self._process.wait()
        return f" (signal {signal.Signals(-status).name})" if status < 0 else f" (exit code {status})"


def _remove_group(folder: str) -> None:
    """Remove a control group when its last process has ended, which is a little after it was heard to end."""
    deadline = time.monotonic() + LEAVE_SECONDS
    while time.monotonic() < deadline:
        try:
            os.rmdir(folder)
        except OSError as problem:
            if problem.errno != errno.EBUSY:  # it is gone: by us, or by another grader that saw that the zygote is
                return
            time.sleep(0.002)


def start_zygote(*, warm: bool, without: frozenset[str] = frozenset()) -> Zygote:
    """Start a zygote of one's own. Returns at once. `warm`: for many submissions. `without`: layers to leave out."""
    address, theirs = make_address()
    with theirs:
        settings = {**common_settings(warm=warm), **zygote_settings(theirs, address.scratch_root, without=without)}
        return Zygote(address, execute(settings, theirs))


def make_address() -> tuple[Address, socket.socket]:
    """An address, and the other end of its socket, which is for the zygote."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return Address(ours, make_scratch_root()), theirs


def zygote_settings(control: socket.socket, scratch_root: Path, *, without: frozenset[str]) -> dict[str, Any]:
    """What makes a zygote of a process that has imported torch."""
    return {"control_fd": control.fileno(), "scratch_root": str(scratch_root), "without": sorted(without)}


def execute(settings: dict[str, Any], control: socket.socket) -> subprocess.Popen[bytes]:
    """Start the interpreter that submissions run in, with a socket of ours."""
    return subprocess.Popen(
        command_line(settings),
        env=clean_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        pass_fds=[control.fileno()],
        start_new_session=True,  # a Ctrl-C at the terminal is the grader's to handle
    )
