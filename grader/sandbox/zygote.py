"""The trusted end of the zygote: start it, have it fork a child, have a child ended.

The zygote is exec'd, not forked, from the grader: a fork would carry the checks in its memory. It is given an
environment of its own, since /proc/self/environ keeps showing the block that a process was started with.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import GraderFault
from grader.sandbox.launch import Ending, Launched
from grader.sandbox.scratch import ScratchRoot, make_scratch_root, remove_tree

INSIDE = Path(__file__).parent / "inside" / "main.py"
START_SECONDS = 120.0  # importing torch from a cold disk


@dataclass(frozen=True, slots=True, kw_only=True)
class ZygoteOptions:
    """What a zygote is started with. `without`: layers to leave out, for tests.

    `warm`: for many submissions. Torch's compiler, which torch.func and a few others touch, is then imported once and
    for all, which takes as long again as torch; otherwise a child that touches it imports it.
    """

    warm: bool = False
    without: frozenset[str] = frozenset()


class Zygote:
    """A running zygote. Starting one returns at once; the first `launch` waits until it has imported torch."""

    def __init__(self, options: ZygoteOptions = ZygoteOptions()) -> None:  # frozen
        self._path = make_scratch_root()
        self._scratch_root: ScratchRoot | None = None
        self._groups: list[str] = []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        self._control.settimeout(START_SECONDS)
        self._lock = threading.Lock()
        settings = {
            **common_settings(warm=options.warm),
            "control_fd": theirs.fileno(),
            "without": sorted(options.without),
            "scratch_root": str(self._path),
        }
        self._process = subprocess.Popen(
            command_line(settings),
            env=clean_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # a Ctrl-C at the terminal is the grader's to handle
        )
        theirs.close()

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
        """Kill the zygote; its children die with it."""
        self._process.kill()  # before its socket closes, at which it would tidy up itself
        self._process.wait()
        self._control.close()
        if self._scratch_root is not None and self._scratch_root.folder is not None:
            os.close(self._scratch_root.folder)
        remove_tree(self._path)
        for group in self._groups:
            with contextlib.suppress(OSError):  # another grader has seen that the zygote is gone, and removed it
                os.rmdir(group)

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
            status = self._process.wait()
            raise GraderFault(f"The sandbox's zygote ended unasked ({_describe(status)}).")
        return dict(json.loads(answer)), descriptors


def _describe(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"


def command_line(settings: dict[str, Any]) -> list[str]:
    """How to start `inside/main.py`: no user site, no folder of a script or of the caller on the path."""
    return [sys.executable, "-s", "-P", str(INSIDE), json.dumps(settings)]


def common_settings(*, warm: bool) -> dict[str, Any]:
    """What a sandbox process is told at its start: where to find the wire, torch and numpy."""
    homes = []
    for name in ("torch", "numpy"):
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise GraderFault(f"{name} is not installed beside the grader.", hint=f"Install it: pip install {name}")
        homes.append(str(Path(spec.submodule_search_locations[0]).parent))
    package_root = str(Path(__file__).resolve().parents[2])
    return {"package_root": package_root, "extra_path": homes, "warm": warm}


def clean_environment() -> dict[str, str]:
    """All of the environment that a sandbox process gets. One thread: a second one makes forked children hang."""
    environment = {
        "PYTHONHASHSEED": "0",  # the same report for the same file
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the address space that a child may use
        "MPLBACKEND": "Agg",
        "USER": "student",
        "LOGNAME": "student",
    }
    if sys.platform == "win32":  # Python does not start there without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment
